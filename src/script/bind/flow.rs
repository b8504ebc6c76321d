//! Flows and runs.
use super::critic::{FittedCritic, critic_option, refuse_idle};
use super::divergence::{DivergenceValue, GeneratorValue};
use super::{array, describe, none};
use crate::catalogue::Entry;
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::flow::gradient_flow::{FlowOptions, FlowRecipe, default_critic, flow_optimizer};
use crate::flow::record::Table;
use crate::flow::run::{Ending, Run, RunOptions};
use crate::flow::{ENTRIES, Flow, RUN, State};
use crate::observer::Observer;
use crate::observer::live::Live;
use crate::plot::scatter::scatter;
use crate::plot::{Cloud, Figure, FigureOptions};
use crate::script::context::{Context, lock};
use crate::script::convert::{Native, count, list, points, raise, text};
use crate::script::front_end::Event;
use crate::script::options::Options;
use rhai::{Array, Dynamic, Engine, Map, NativeCallContext};
use std::sync::Arc;

/// Options that only an ascent has.
const ASCENT: &[&str] = &["inner_steps", "warm_up", "inner_tolerance"];

/// A run as a value; resuming makes a new one.
pub type RunValue = Arc<Run>;
/// A table as a value.
pub type TableValue = Arc<Table>;

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

pub fn register(engine: &mut Engine, c: &Arc<Context>) {
    describe::<FlowRecipe>(engine, "Flow", FlowRecipe::describe);
    describe::<RunValue>(engine, "Run", describe_run);
    describe::<TableValue>(engine, "Table", |t| t.render(12));
    for entry in ENTRIES.iter().filter(|e| e.name != "run") {
        preset(engine, c, entry);
    }
    running(engine, c);
    reading(engine);
    table(engine, c);
    let k = c.clone();
    engine.register_fn("last_run", move |ctx: NativeCallContext| -> Native<RunValue> {
        lock(&k.last_run).clone().ok_or_else(|| raise(&k, &ctx, Error::data("last_run", "no run was started in this session")))
    });
    let k = c.clone();
    engine.register_fn("load_run", move |ctx: NativeCallContext, folder: Dynamic| -> Native<RunValue> {
        let load = || Run::load(&k.input_path(&text("load_run(folder)", &folder)?), &k.compute.device);
        load().map(Arc::new).map_err(|e| raise(&k, &ctx, e))
    });
}

fn preset(engine: &mut Engine, c: &Arc<Context>, entry: &'static Entry) {
    let make = move |c: &Context, ctx: &NativeCallContext, d: DivergenceValue, map: Map| -> Native<FlowRecipe> {
        let options = Options::read(c, ctx, entry, map)?;
        let build = || {
            let (critic, chosen) = critic_option(&options, flow_optimizer(), default_critic(), ASCENT)?;
            refuse_idle(&options, critic.as_ref(), chosen, d.0.as_ref(), ASCENT)?;
            Ok(FlowRecipe { preset: entry.name, divergence: d.0, options: options.typed::<FlowOptions>()?, critic, chosen })
        };
        build().map_err(|e| raise(c, ctx, e))
    };
    let k = c.clone();
    engine.register_fn(entry.name, move |ctx: NativeCallContext, d: DivergenceValue| make(&k, &ctx, d, none()));
    let k = c.clone();
    engine.register_fn(entry.name, move |ctx: NativeCallContext, d: DivergenceValue, o: Map| make(&k, &ctx, d, o));
    let k = c.clone();
    let plain = move |ctx: NativeCallContext, g: GeneratorValue| -> Native<FlowRecipe> {
        let advice = format!("write {}({}.regularized(lipschitz(1.0)))", entry.name, g.name());
        Err(raise(&k, &ctx, Error::Unsupported { what: g.name().into(), reason: "has no function space, so its first variation does not exist between samples".into(), advice }))
    };
    let f = plain.clone();
    engine.register_fn(entry.name, move |ctx: NativeCallContext, g: GeneratorValue| f(ctx, g));
    engine.register_fn(entry.name, move |ctx: NativeCallContext, g: GeneratorValue, _: Map| plain(ctx, g));
}

/// Advances a run under the session's interrupt and progress; keeps it as the last run whatever happens.
fn advance(c: &Context, mut run: Run, steps: usize) -> Result<RunValue> {
    let name = format!("run {}", lock(&c.runs));
    let target = run.target.clone();
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
    scatter(&[cloud("target", target)?, cloud("particles", &state.particles)?], &FigureOptions { title, ..FigureOptions::default() })
}

/// `--resume`: goes on with the kept run, under the script's settings, if it is the run the script describes.
fn resume(c: &Context, folder: &std::path::Path, flow: &dyn Flow, settings: RunOptions) -> Result<RunValue> {
    let mut kept = Run::load(folder, &c.compute.device)?;
    if kept.flow.to_json() != flow.to_json() {
        return Err(Error::data("--resume", format!("the run kept in {} was made by another flow: {}", folder.display(), kept.flow.describe())));
    }
    c.note(format!("resumed from {} at step {}", folder.display(), kept.state.step));
    let rest = settings.steps.saturating_sub(kept.state.step);
    kept.options = settings;
    advance(c, kept, rest)
}

fn running(engine: &mut Engine, c: &Arc<Context>) {
    let start = |c: &Context, ctx: &NativeCallContext, flow: &FlowRecipe, p: &Dynamic, q: &Dynamic, map: Map| -> Native<RunValue> {
        let options = Options::read(c, ctx, &RUN, map)?;
        let run = || {
            let (p, q) = (points(c, "run, source", p)?, points(c, "run, target", q)?);
            let mut settings: RunOptions = options.typed()?;
            let seed = *settings.seed.get_or_insert(c.seed());
            crate::device::check_samples("run(source, target)", &p, &q)?;
            let started = flow.start(&q, seed)?;
            let number = {
                let mut runs = lock(&c.runs);
                *runs += 1;
                *runs
            };
            let kept = lock(&c.resume).take_if(|(_, n)| *n == number);
            if let Some((folder, _)) = kept {
                return resume(c, &folder, &started, settings);
            }
            let steps = settings.steps;
            advance(c, Run::new(Box::new(started), p, q, settings)?, steps)
        };
        run().map_err(|e| raise(c, ctx, e))
    };
    let k = c.clone();
    engine.register_fn("run", move |ctx: NativeCallContext, f: &mut FlowRecipe, p: Dynamic, q: Dynamic| start(&k, &ctx, f, &p, &q, none()));
    let k = c.clone();
    engine.register_fn("run", move |ctx: NativeCallContext, f: &mut FlowRecipe, p: Dynamic, q: Dynamic, o: Map| start(&k, &ctx, f, &p, &q, o));
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

fn reading(engine: &mut Engine) {
    engine.register_get("particles", |r: &mut RunValue| r.state.particles.clone());
    engine.register_get("source", |r: &mut RunValue| r.source.clone());
    engine.register_get("target", |r: &mut RunValue| r.target.clone());
    engine.register_get("history", |r: &mut RunValue| TableValue::new(r.history.clone()));
    engine.register_get("snapshots", |r: &mut RunValue| array::<Points>(r.snapshots.iter().map(|s| s.points.clone())));
    engine.register_get("critic", |r: &mut RunValue| FittedCritic::of(&r.flow.critics(), r.flow.divergence()));
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
            let hint = crate::catalogue::nearest(name, names.iter().copied()).map_or(String::new(), |n| format!("; did you mean \"{n}\"?"));
            raise(&k, &ctx, Error::data("table", format!("no column \"{name}\": the columns are {}{hint}", names.join(", "))))
        })
    };
    let f = column.clone();
    engine.register_fn("column", move |ctx: NativeCallContext, t: &mut TableValue, name: &str| f(ctx, t, name));
    engine.register_indexer_get(move |ctx: NativeCallContext, t: &mut TableValue, name: &str| column(ctx, t, name));
    engine.register_fn("columns", |t: &mut TableValue| array(t.names().map(rhai::ImmutableString::from)));
    engine.register_fn("len", |t: &mut TableValue| t.len() as i64);
    engine.register_fn("last", |t: &mut TableValue, name: &str| t.last(name).unwrap_or(f64::NAN));
}
