//! Flows and runs.
use super::presets::LangevinValue;
use super::{array, describe, none};
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::flow::labels::Labels;
use crate::flow::run::{Ending, Run, RunOptions};
use crate::flow::{RUN, State};
use crate::observer::Observer;
use crate::observer::live::Live;
use crate::plot::scatter::scatter;
use crate::plot::{Cloud, Figure, FigureOptions};
use crate::script::context::{Context, lock};
use crate::script::convert::{Native, count, list, numbers, points, raise, text, type_of};
use crate::script::front_end::Event;
use crate::script::options::Options;
use crate::script::trace::Tracer;
use crate::script::values::{FittedCritic, FlowValue, RunValue, TableValue};
use rand::Rng;
use rhai::{Array, Dynamic, Engine, Map, NativeCallContext};
use std::sync::Arc;

fn describe_run(r: &RunValue) -> String {
    let last = |name: &str| r.history.last(name).map_or("-".into(), crate::flow::record::compact);
    format!(
        "Run: {}\n  {} at step {}, time {}, {:.2} s\n  divergence {}, Fisher information {}, speed {}\n  {} rows of history, {} snapshots",
        r.flow.describe(),
        r.ending,
        r.state.step,
        crate::flow::record::compact(r.state.time),
        r.seconds,
        last("divergence"),
        last("fisher"),
        last("speed"),
        r.history.len(),
        r.snapshots.len()
    )
}

pub fn register(engine: &mut Engine, c: &Arc<Context>, tracer: &Tracer) {
    describe::<FlowValue>(engine, "Flow", |f| f.0.describe());
    describe::<LangevinValue>(engine, "Flow", |_| "langevin of a log density".into());
    describe::<RunValue>(engine, "Run", describe_run);
    describe::<TableValue>(engine, "Table", |t| t.render(12));
    running(engine, c, tracer);
    reading(engine, c);
    table(engine, c);
    let k = c.clone();
    engine.register_fn("last_run", move |ctx: NativeCallContext| -> Native<RunValue> {
        lock(&k.last_run)
            .clone()
            .ok_or_else(|| raise(&k, &ctx, Error::data("last_run", "no run was started in this session")))
    });
    let k = c.clone();
    engine.register_fn("load_run", move |ctx: NativeCallContext, folder: Dynamic| -> Native<RunValue> {
        let load = || Run::load(&k.input_path(&text("load_run(folder)", &folder)?), &k.compute.device);
        load().map(Arc::new).map_err(|e| raise(&k, &ctx, e))
    });
}

/// Advances a run under the session's interrupt and progress; keeps it as the last run whatever happens.
fn advance(c: &Context, mut run: Run, steps: usize) -> Result<RunValue> {
    let name = format!("run {}", lock(&c.runs));
    let target = run.flow.arena(&run.target)?;
    // a picture that cannot be drawn is no reason to end a run
    let mut draw = |s: &State| {
        if let Ok(figure) = live_figure(&target, s) {
            c.emit(Event::Live { name: name.clone(), figure });
        }
    };
    let mut live = (run.options.live && c.live() && target.dims()[1] > 1).then(|| Live::new(&mut draw));
    let extra = live.as_mut().map(|l| l as &mut dyn Observer);
    let ending = run.advance_watched(steps, &c.interrupt, &mut |r| c.emit(Event::Progress(r)), extra);
    let run = Arc::new(run);
    *lock(&c.last_run) = Some(run.clone());
    match ending {
        Ending::Broken(e) => Err(e),
        Ending::Finished | Ending::Rule(_) => Ok(run),
    }
}

/// The particles over the target, the first two coordinates, thinned to what a page redraws easily.
fn live_figure(target: &Points, state: &State) -> Result<Figure> {
    const SHOWN: usize = 1200;
    let cloud = |name: &str, p: &Points| -> Result<Cloud> {
        let [n, _] = p.dims();
        let p = p.clone().narrow(1, 0, 2);
        let rows = device::rows_f64(&p)?;
        let every = n.div_ceil(SHOWN);
        Ok(Cloud { name: name.into(), d: 2, rows: rows.chunks(2).step_by(every).flatten().copied().collect() })
    };
    let title = format!("step {}, time {}", state.step, (state.time * 1e4).round() / 1e4);
    scatter(
        &[cloud("target", target)?, cloud("particles", &state.particles)?],
        &FigureOptions { title, ..FigureOptions::default() },
    )
}

/// `--resume`: goes on with the kept run, under the script's settings, if it is the run the script describes.
fn resume(c: &Context, folder: &std::path::Path, described: Run) -> Result<RunValue> {
    let mut kept = Run::load(folder, &c.compute.device)?;
    if kept.flow.to_json() != described.flow.to_json() || kept.labels != described.labels {
        return Err(Error::data(
            "--resume",
            format!("the run kept in {} was made by another flow: {}", folder.display(), kept.flow.describe()),
        ));
    }
    for (what, a, b) in [("source", &kept.source, &described.source), ("target", &kept.target, &described.target)] {
        if a.dims() != b.dims() || device::rows(a)? != device::rows(b)? {
            return Err(Error::data(
                "--resume",
                format!("the run kept in {} has another {what} than the script describes", folder.display()),
            ));
        }
    }
    c.note(format!("resumed from {} at step {}", folder.display(), kept.state.step));
    let rest = described.options.steps.saturating_sub(kept.state.step);
    // what the kept flow was tied with stays its own
    kept.options = RunOptions { seed: kept.options.seed, steps: kept.options.steps, ..described.options };
    advance(c, kept, rest)
}

/// `[source labels, target labels]`.
fn labels(v: &Dynamic) -> Result<Labels> {
    let what = "run, labels";
    let flat = v.flatten_clone();
    let pair = flat.read_lock::<Array>().filter(|l| l.len() == 2);
    let Some(pair) = pair else {
        return Err(Error::Shape {
            what: what.into(),
            expected: "two lists, [source labels, target labels]".into(),
            got: format!("a {}", type_of(v)),
        });
    };
    let whole = |v: &Dynamic| -> Result<Vec<i64>> {
        numbers(what, v)?
            .into_iter()
            .map(|l| {
                if l.fract() == 0.0 {
                    Ok(l as i64)
                } else {
                    Err(Error::data(what, format!("a label is {l}, expected whole numbers")))
                }
            })
            .collect()
    };
    Ok(Labels { source: whole(&pair[0])?, target: whole(&pair[1])? })
}

fn running(engine: &mut Engine, c: &Arc<Context>, tracer: &Tracer) {
    let start = |c: &Context,
                 ctx: &NativeCallContext,
                 flow: &FlowValue,
                 p: &Dynamic,
                 q: &Dynamic,
                 map: Map|
     -> Native<RunValue> {
        let options = Options::read(c, ctx, &RUN, map)?;
        let run = || {
            let (p, q) = (points(c, "run, source", p)?, points(c, "run, target", q)?);
            let mut settings: RunOptions = options.typed()?;
            settings.seed.get_or_insert(c.seed());
            let labels = options.value("labels").map(labels).transpose()?;
            let steps = settings.steps;
            let run = Run::new(flow.0.as_ref(), p, q, labels, settings, &c.interrupt)?;
            let number = {
                let mut runs = lock(&c.runs);
                *runs += 1;
                *runs
            };
            let kept = lock(&c.resume).take_if(|(_, n)| *n == number);
            match kept {
                Some((folder, _)) => resume(c, &folder, run),
                None => advance(c, run, steps),
            }
        };
        run().map_err(|e| raise(c, ctx, e))
    };
    let k = c.clone();
    engine.register_fn("run", move |ctx: NativeCallContext, f: &mut FlowValue, p: Dynamic, q: Dynamic| {
        start(&k, &ctx, f, &p, &q, none())
    });
    let k = c.clone();
    engine.register_fn("run", move |ctx: NativeCallContext, f: &mut FlowValue, p: Dynamic, q: Dynamic, o: Map| {
        start(&k, &ctx, f, &p, &q, o)
    });
    let t = tracer.clone();
    let langevin = move |c: &Context,
                         ctx: &NativeCallContext,
                         f: &LangevinValue,
                         p: &Dynamic,
                         q: &Dynamic,
                         o: Map|
          -> Native<RunValue> {
        let dim = points(c, "run, source", p).map_err(|e| raise(c, ctx, e))?.dims()[1];
        start(c, ctx, &f.recipe(c, ctx, &t, dim)?, p, q, o)
    };
    let (k, m) = (c.clone(), langevin.clone());
    engine.register_fn("run", move |ctx: NativeCallContext, f: &mut LangevinValue, p: Dynamic, q: Dynamic| {
        m(&k, &ctx, f, &p, &q, none())
    });
    let k = c.clone();
    engine.register_fn("run", move |ctx: NativeCallContext, f: &mut LangevinValue, p: Dynamic, q: Dynamic, o: Map| {
        langevin(&k, &ctx, f, &p, &q, o)
    });
    let k = c.clone();
    engine.register_fn("resume", move |ctx: NativeCallContext, r: &mut RunValue, steps: Dynamic| -> Native<RunValue> {
        let go = || advance(&k, Run::clone(r), count("resume(steps)", &steps)?);
        go().map_err(|e| raise(&k, &ctx, e))
    });
    let k = c.clone();
    engine.register_fn("save", move |ctx: NativeCallContext, r: &mut RunValue, folder: Dynamic| -> Native<()> {
        let go = || r.save(&k.output_path(&text("save(folder)", &folder)?));
        go().map_err(|e| raise(&k, &ctx, e))
    });
}

fn reading(engine: &mut Engine, c: &Arc<Context>) {
    let k = c.clone();
    engine.register_fn("get$particles", move |ctx: NativeCallContext, r: &mut RunValue| {
        r.particles().map_err(|e| raise(&k, &ctx, e))
    });
    let k = c.clone();
    engine.register_fn("get$snapshots", move |ctx: NativeCallContext, r: &mut RunValue| -> Native<Array> {
        let views: Result<Vec<Points>> = r.snapshots.iter().map(|s| r.flow.view(&s.points)).collect();
        views.map(array::<Points>).map_err(|e| raise(&k, &ctx, e))
    });
    let k = c.clone();
    engine.register_fn("sample", move |ctx: NativeCallContext, r: &mut RunValue, n: Dynamic| -> Native<Points> {
        let go = || r.flow.sample(&r.source, count("sample(n)", &n)?, k.rng().random());
        go().map_err(|e| raise(&k, &ctx, e))
    });
    let k = c.clone();
    engine.register_fn("get$report", move |ctx: NativeCallContext, r: &mut RunValue| -> Native<Map> {
        let report = r.flow.report(&r.state).map_err(|e| raise(&k, &ctx, e))?;
        Ok(report.into_iter().map(|(name, v)| (name.into(), Dynamic::from(v))).collect())
    });
    engine.register_get("labels", |r: &mut RunValue| {
        list(r.labels.iter().flat_map(|l| l.source.iter().map(|l| *l as f64)))
    });
    engine.register_get("source", |r: &mut RunValue| r.source.clone());
    engine.register_get("target", |r: &mut RunValue| r.target.clone());
    engine.register_get("history", |r: &mut RunValue| TableValue::new(r.history.clone()));
    let k = c.clone();
    engine.register_fn("get$critic", move |ctx: NativeCallContext, r: &mut RunValue| {
        FittedCritic::of_run(r).map_err(|e| raise(&k, &ctx, e))
    });
    engine.register_get("ending", |r: &mut RunValue| r.ending.clone());
    engine.register_get("time", |r: &mut RunValue| r.state.time);
    engine.register_get("steps", |r: &mut RunValue| r.state.step as i64);
    engine.register_get("seconds", |r: &mut RunValue| r.seconds);
}

fn table(engine: &mut Engine, c: &Arc<Context>) {
    let k = c.clone();
    let column = move |ctx: NativeCallContext, t: &mut TableValue, name: &str| -> Native<Array> {
        t.column(name).map(|v| list(v.iter().copied())).ok_or_else(|| {
            let names: Vec<&str> = t.names().collect();
            let hint = crate::catalogue::nearest(name, names.iter().copied())
                .map_or(String::new(), |n| format!("; did you mean \"{n}\"?"));
            raise(
                &k,
                &ctx,
                Error::data("table", format!("no column \"{name}\": the columns are {}{hint}", names.join(", "))),
            )
        })
    };
    let f = column.clone();
    engine.register_fn("column", move |ctx: NativeCallContext, t: &mut TableValue, name: &str| f(ctx, t, name));
    engine.register_indexer_get(move |ctx: NativeCallContext, t: &mut TableValue, name: &str| column(ctx, t, name));
    engine.register_fn("columns", |t: &mut TableValue| array(t.names().map(rhai::ImmutableString::from)));
    engine.register_fn("len", |t: &mut TableValue| t.len() as i64);
    engine.register_fn("last", |t: &mut TableValue, name: &str| t.last(name).unwrap_or(f64::NAN));
}
