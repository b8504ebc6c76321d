//! Runs of flows, and their tables.
use super::flow::DensityFlow;
use super::prepare::{TransformValue, by_word, noted};
use super::table_values::of_history;
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::flow::labels::Labels;
use crate::flow::origins::Place;
use crate::flow::verdict::Word;
use crate::flow::{Beside, Ending, Keep, Loaded, Recipe, Run, RunOptions};
use crate::interrupt::Interrupt;
use crate::io::files::Disk;
use crate::io::sealed::Earlier;
use crate::memory;
use crate::observer::Observer;
use crate::observer::live::Live;
use crate::observer::rows::RowsFile;
use crate::plot::scatter::scatter;
use crate::plot::{Cloud, Figure, FigureOptions};
use crate::prepare::Transform;
use crate::ranks::Spread;
use crate::ranks::split::largest;
use crate::record::{History, State, compact};
use crate::script::call::Call;
use crate::script::classes::classes;
use crate::script::context::{Checkpoints, Context, Resume, lock};
use crate::script::convert::{count, list, text, type_of};
use crate::script::front_end::Event;
use crate::script::library::Library;
use crate::script::values::{EstimateValue, FittedCritic, FlowValue, RunValue};
use rand::Rng;
use rhai::{Array, Dynamic, Map};
use std::sync::Arc;
use std::sync::atomic::Ordering;

fn describe_run(r: &RunValue) -> String {
    let last = |name: &str| r.history.last(name).map_or("-".into(), compact);
    let prepared = |t: &Transform| format!("\n  prepared: {}; divergence, time and speed are in its units", t.name());
    let prepared = r.transform().map_or(String::new(), prepared);
    format!(
        "Run: {}\n  {} at step {}, time {}, {:.2} s\n  divergence {}, Fisher information {}, speed {}\n  {} rows of history, {} snapshots{prepared}",
        r.flow.describe(),
        r.ending,
        r.state.step,
        r.state.time.read().map_or("-".into(), compact),
        r.seconds,
        last("divergence"),
        last("fisher"),
        last("speed"),
        r.history.len(),
        r.snapshots.len()
    )
}

/// Fills the library.
pub fn fill(l: &mut Library) {
    running(l);
    reading(l);
}

fn running(l: &mut Library) {
    let mut f = l.of::<FlowValue>();
    f.expose_to_parts("run", |call, f, (p, q): (Dynamic, Dynamic)| Ok(start(call, f.0.as_ref(), &p, &q)?));
    let mut f = l.of::<DensityFlow>();
    f.expose_to_parts("run", |call, f, (p, q): (Dynamic, Dynamic)| {
        let dim = call.spread("run, source", &p)?.dim();
        Ok(start(call, f.recipe(call, dim)?.0.as_ref(), &p, &q)?)
    });
    l.expose("last_run", |call, ()| {
        let last = lock(&call.context.last_run).clone();
        Ok(last.ok_or_else(|| Error::data("last_run", "no run was started in this session"))?)
    });
    l.expose("load_run", |call, (folder,): (Dynamic,)| {
        let folder = call.context.input_path(&text("load_run(folder)", &folder)?);
        let Loaded { run, remarks } = Loaded::read(&folder, &call.context.compute.device, &call.context.interrupt)?;
        remarks.into_iter().for_each(|r| call.context.note(r));
        // it is no run of this script
        Ok(RunValue::new(Run { number: None, ..run }))
    });
    let mut r = l.kind::<RunValue>(describe_run);
    r.method("resume(steps)", "goes on from where it ended, as a new run", |call, r, (steps,): (Dynamic,)| {
        Ok(go_on(call.context, r, count("resume(steps)", &steps)?)?)
    })
    .example("run.resume(4)");
    r.method("save(folder)", "writes the run to a folder, for load_run", |call, r, (folder,): (Dynamic,)| {
        let name = text("save(folder)", &folder)?;
        let folder = call.context.output_path(&name);
        r.save_with(&Disk, &folder, Earlier::Removed, &call.context.interrupt)?;
        if r.splits.is_some() {
            call.context.is_of_rank_0(&name);
        }
        Ok(())
    })
    .example("run.save(\"kept\")");
    r.method("sample(n)", "new samples of the law that was reached", |call, r, (n,): (Dynamic,)| {
        let n = count("sample(n)", &n)?;
        // draws, their way through the map, and what comes out
        memory::check_points("sample(n)", [n, r.source.dim() + r.target.dim()], 20)?;
        Ok(r.sample(n, call.context.rng().random())?)
    })
    .example("let run = w2_fe(#{ generator: mlp([8]) }).run(data::gaussian(8, 2), data::ring(8), #{ steps: 2 });\nrun.sample(5)");
}

/// Starts a run of a recipe, or goes on with the one that `--resume` names.
fn start(call: &Call, recipe: &dyn Recipe, p: &Dynamic, q: &Dynamic) -> Result<RunValue> {
    let (c, options) = (call.context, &call.options);
    let (p, q) = (call.spread("run, source", p)?, call.spread("run, target", q)?);
    let mut settings: RunOptions = options.typed()?;
    settings.seed.get_or_insert(c.seed());
    let labels = options.value("labels").map(labels).transpose()?;
    let steps = settings.steps;
    let prepare = options.value("prepare").map(|v| prepare(call, v, &q.whole()?)).transpose()?.flatten();
    let run = Run::prepared(&c.compute.device, recipe, (p, q), prepare, labels, settings, &c.interrupt)?;
    let run = Run { number: Some(next(c)), ..run };
    match kept(c, &run)? {
        Some(kept) => resume(c, kept, run),
        None => advance(c, run, steps, None),
    }
}

/// `run.resume(steps)`, or the part of it that a kept run has not taken yet.
fn go_on(c: &Context, run: &Run, steps: usize) -> Result<RunValue> {
    let run = Run { number: Some(next(c)), ..run.clone() };
    let Some(kept) = kept(c, &run)? else { return advance(c, run, steps, None) };
    c.note(format!("resumed from {} at step {}", kept.folder.display(), kept.run.state.step));
    *lock(&c.last_run) = Some(Arc::new(kept.run.clone()));
    let rest = (run.state.step + steps).saturating_sub(kept.run.state.step);
    advance(c, kept.run, rest, Some(run.state.step))
}

/// The number of a run that is about to begin, or to go on.
fn next(c: &Context) -> usize {
    let mut runs = lock(&c.runs);
    *runs += 1;
    *runs
}

/// What `--resume` names, if it is this run.
fn kept(c: &Context, run: &Run) -> Result<Option<Resume>> {
    let kept = lock(&c.resume).take_if(|kept| Some(kept.number) == run.number);
    if let Some(kept) = kept {
        if let Err(e) = fits(&kept, run) {
            // not used: what is kept stays as it is
            *lock(&c.resume) = Some(kept);
            return Err(e);
        }
        return Ok(Some(kept));
    }
    let waits = lock(&c.resume).as_ref().map(|kept| kept.number);
    if let (Some(kept), Some(number)) = (waits, run.number) {
        c.note(format!("run {number} of the script starts anew: --resume goes on with its run {kept}"));
    }
    Ok(None)
}

/// Advances a run under the session's interrupt and progress; keeps it as the last run whatever happens.
fn advance(c: &Context, mut run: Run, steps: usize, begun: Option<usize>) -> Result<RunValue> {
    let name = format!("run {}", lock(&c.runs));
    let (target, place) = (run.aimed_at()?.here, run.place_of_particles());
    // a picture that cannot be drawn is no reason to end a run
    let mut draw = |s: &State| {
        if let Ok(figure) = live_figure(&target, s, &place) {
            c.emit(Event::Live { name: name.clone(), figure });
        }
    };
    let mut live = (run.options.live && c.live() && target.dims()[1] > 1).then(|| Live::new(&mut draw));
    let extra = live.as_mut().map(|l| l as &mut dyn Observer);
    // what --resume is still to go on with stays as it is
    let waits = lock(&c.resume).is_some();
    let checkpoints = lock(&c.checkpoints).clone().filter(|_| !waits);
    let checkpoints = checkpoints.and_then(|to| to.every.map(|every| (to, every)));
    let mut said = None;
    let mut write = |run: Result<&Run>| {
        if let Some((to, _)) = &checkpoints {
            let done = run.and_then(|run| checkpoint(run, to));
            tell(c, done, &mut said);
        }
    };
    let keep = checkpoints.as_ref().map(|(_, every)| Keep { every: *every, write: &mut write });
    if checkpoints.is_some() {
        c.begin_writing();
    }
    let mut file = checkpoints.as_ref().map(|(to, _)| RowsFile::new(&to.rows));
    let mut grown = |history: &History| {
        if let Some(Err(e)) = file.as_mut().map(|file| file.grown(history)) {
            c.note(format!("the run goes on, but the rows of its history are not written as they come: {e}"));
        }
    };
    let rows = checkpoints.is_some().then_some(&mut grown as &mut dyn FnMut(&History));
    let beside = Beside { extra, begun, keep, rows };
    let ending = run.advance_beside(steps, &c.interrupt, &mut |r| c.emit(Event::Progress(r)), beside);
    let run = Arc::new(run);
    hand_in(c, &run, &ending);
    match ending {
        Ending::Broken(e) => Err(e),
        Ending::Finished | Ending::Rule(_) => {
            match run.verdict(&c.interrupt) {
                // where a run is shown with its verdict, a remark is for those that need one
                Ok(v) if c.live() && v.word == Word::Settled => {}
                Ok(v) => c.note(format!("{name}: {}", v.describe())),
                // the run itself is done
                Err(e) => {
                    c.interrupt.check()?;
                    c.note(format!("{name}: no verdict: {e}"));
                }
            }
            Ok(run)
        }
    }
}

/// Makes a run that has ended the last one, and writes it below --out if other ranks have some of its rows: later they may not be there to lend them. One that
/// this rank alone has broken off stays as it was kept last.
fn hand_in(c: &Context, run: &RunValue, ending: &Ending) {
    let together = !matches!(ending, Ending::Broken(e) if !matches!(e, Error::Interrupted | Error::Diverged { .. }));
    // who ends the program meanwhile waits for it
    let _keeping = lock(&c.keeping);
    *lock(&c.last_run) = Some(run.clone());
    *lock(&c.unkept) = None;
    let Some(splits) = &run.splits else { return };
    if !together {
        let why = "it was broken off while its rows were on several ranks; what was kept last is as it was";
        *lock(&c.unkept) = Some(why.into());
        return;
    }
    let _shield = Interrupt::default().enter();
    let done = match lock(&c.checkpoints).clone() {
        Some(to) => {
            c.begin_writing();
            let waits = lock(&c.resume).is_some();
            c.anew.fetch_or(waits, Ordering::Relaxed);
            let folder = if waits { &to.anew } else { &to.folder };
            let earlier = if matches!(ending, Ending::Broken(_)) { Earlier::Kept } else { Earlier::Removed };
            run.save_with(&Disk, folder, earlier, &Interrupt::default())
        }
        None if splits.source.team().rank() == 0 => run.lends_nothing(),
        None => run.lend(),
    };
    *lock(&c.unkept) = done.err().map(|e| e.to_string());
}

/// Keeps a run on its way, and the one before as `.run.before`, should the disk lose the last.
fn checkpoint(run: &Run, to: &Checkpoints) -> Result<()> {
    // a signal ends the run, not its being kept
    let _shield = Interrupt::default().enter();
    run.save_with(&Disk, &to.folder, Earlier::Kept, &Interrupt::default())
}

/// Says once that a run cannot be kept, and that it can again: it goes on.
fn tell(c: &Context, done: Result<()>, said: &mut Option<String>) {
    match done {
        Ok(()) if said.take().is_some() => c.note("the run is kept again"),
        Ok(()) => {}
        Err(e) => {
            let reason = e.to_string();
            if said.as_ref() != Some(&reason) {
                c.note(format!("the run goes on, but it is not kept: {reason}"));
            }
            *said = Some(reason);
        }
    }
}

/// The particles over the target, the first two coordinates, thinned to what a page redraws easily.
fn live_figure(target: &Points, state: &State, place: &Place) -> Result<Figure> {
    const SHOWN: usize = 1200;
    let cloud = |name: &str, p: &Points| -> Result<Cloud> {
        let [n, d] = p.dims();
        // without a transform no coordinate depends on another
        let d = if place.prepared.is_some() { d } else { 2 };
        let rows = device::rows_f64(&place.leave(&p.clone().narrow(1, 0, d))?)?;
        let shown = rows.chunks(d).step_by(n.div_ceil(SHOWN)).flat_map(|r| &r[..2]);
        Ok(Cloud { name: name.into(), d: 2, rows: shown.copied().collect() })
    };
    let title = format!("step {}, time {}", state.step, (state.time.read()? * 1e4).round() / 1e4);
    scatter(
        &[cloud("target", target)?, cloud("particles", &state.particles)?],
        &FigureOptions { title, ..FigureOptions::default() },
    )
}

/// Errors unless a kept run is the one the script describes.
fn fits(kept: &Resume, described: &Run) -> Result<()> {
    let Resume { folder, run: kept, .. } = kept;
    let folder = folder.display();
    if !kept.is_of(described) || kept.labels != described.labels {
        let flow = kept.flow.describe();
        return Err(Error::data("--resume", format!("the run kept in {folder} was made by another flow: {flow}")));
    }
    for (what, a, b) in [("source", &kept.source, &described.source), ("target", &kept.target, &described.target)] {
        if !same(a, b)? {
            let reason = format!("the run kept in {folder} has another {what} than the script describes");
            return Err(Error::data("--resume", reason));
        }
    }
    if kept.transform() != described.transform() {
        let reason = format!("the run kept in {folder} was prepared in another way than the script describes");
        return Err(Error::data("--resume", reason));
    }
    Ok(())
}

/// The option `prepare`: a transform, a word for one of the target, or nothing.
fn prepare(call: &Call, v: &Dynamic, target: &Points) -> Result<Option<TransformValue>> {
    let flat = v.flatten_clone();
    if let Some(t) = flat.read_lock::<TransformValue>() {
        return Ok(Some(t.clone()));
    }
    let got = match flat.clone().into_string() {
        Ok(word) => match by_word(&word, target) {
            Some(found) => return Ok(Some(noted(call, "run, prepare", found?))),
            None => format!("\"{word}\""),
        },
        Err(_) if flat.is_unit() => return Ok(None),
        Err(_) => format!("a {}", type_of(v)),
    };
    let expected = "a transform such as whiten(x), or \"standardise\", \"robust\" or \"whiten\"".into();
    Err(Error::Option { owner: "run".into(), key: "prepare".into(), got, expected })
}

/// Whether a kept sample is one that is described, on all ranks that have some of it.
fn same(kept: &Spread, described: &Spread) -> Result<bool> {
    match (&kept.split, &described.split) {
        (Some(a), Some(b)) if a.is_as(b) => {
            let others = f64::from(u8::from(!same_here(&kept.here, &described.here)?));
            Ok(largest(Some(a), vec![others])? == [0.0])
        }
        _ => same_here(&kept.whole()?, &described.whole()?),
    }
}

/// Whether numbers are those of a sample that is described; earlier forms kept them in f32.
fn same_here(kept: &Points, described: &Points) -> Result<bool> {
    Ok(kept.dims() == described.dims()
        && if device::is_wide(kept) {
            device::rows_f64(kept)? == device::rows_f64(described)?
        } else {
            device::rows(kept)? == device::rows(described)?
        })
}

/// `--resume`: goes on with the kept run, under the script's settings.
fn resume(c: &Context, kept: Resume, described: Run) -> Result<RunValue> {
    let Resume { folder, run: mut kept, number } = kept;
    let folder = folder.display();
    if kept.options.seed != described.options.seed {
        let seed = |s: Option<u64>| s.unwrap_or(0);
        let (old, new) = (seed(kept.options.seed), seed(described.options.seed));
        c.note(format!("the kept run goes on with its own seed {old}, not {new}"));
    }
    c.note(format!("resumed from {folder} at step {}", kept.state.step));
    // of the runs before it none was to be kept
    if c.anew.swap(false, Ordering::Relaxed)
        && let Some(to) = lock(&c.checkpoints).clone()
    {
        let _ = std::fs::remove_dir_all(to.anew);
    }
    let rest = described.options.steps.saturating_sub(kept.state.step);
    // a run that was broken off takes its snapshots where it would have taken them; one that goes beyond its end, from there on
    let begun = (kept.options.steps == described.options.steps).then_some(0);
    // what the kept flow was tied with stays its own
    kept.options = RunOptions { seed: kept.options.seed, steps: kept.options.steps, ..described.options };
    kept.number = Some(number);
    // whatever happens from here on, it is this run that is kept
    *lock(&c.last_run) = Some(Arc::new(kept.clone()));
    advance(c, kept, rest, begun)
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
    let [source, target] = classes([what, what], [&pair[0], &pair[1]])?;
    let whole = |labels: Vec<f64>| -> Result<Vec<i64>> {
        labels
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
    Ok(Labels { source: whole(source)?, target: whole(target)? })
}

fn reading(l: &mut Library) {
    let mut r = l.of::<RunValue>();
    r.property("particles", "the particles as points", |_, r| Ok(r.particles()?));
    r.property("history", "numbers over the steps, a table", |_, r| Ok(of_history(&r.history)?));
    r.property("snapshots", "the particles at evenly spaced steps, a list of points", |_, r| {
        let views: Result<Vec<Points>> = r.snapshots.iter().map(|s| r.view(s)).collect();
        Ok(views?.into_iter().map(Dynamic::from).collect::<Array>())
    });
    r.property("critic", "the critic as the last step left it", |_, r| Ok(FittedCritic::of_run(r)?));
    r.property("report", "numbers about the flow itself, and those behind its verdict: divergence_trend and fisher_trend, the last part of the history over the \
         part before it; distance, that between particles and target over that between two samples of the target, distance_before and \
         distance_at_start; moved, how far particles went since; missed, the share of the target without particles, astray and beyond \
         the shares of particles away from it; norms, the mean difference of logarithms of |y|, 0 where they agree; tails, energy, \
         spread and nearness, over those of the target; uneven, the width of its widest coordinate over that of its narrowest", |call, r| {
        let mut report = r.flow.report(&r.state)?;
        report.extend(r.trends());
        report.extend(r.verdict(&call.context.interrupt)?.numbers());
        Ok(report.into_iter().map(|(name, v)| (name.into(), Dynamic::from(v))).collect::<Map>())
    });
    r.property("verdict", "whether it settled, and what to try if not", |call, r| {
        Ok(r.verdict(&call.context.interrupt)?.describe())
    });
    r.property(
        "bracket",
        "D between its particles and its target, proved: an estimate with lower, value and upper",
        |call, r| Ok(EstimateValue::from(r.bracket(&call.context.interrupt)?)),
    );
    r.property("held_out", "the points of the target that it was not given", |_, r| {
        Ok(r.held_out()?.map_or(Ok(Dynamic::UNIT), |p| device::widened(&p).map(Dynamic::from))?)
    });
    r.property("labels", "the classes of the source", |_, r| {
        Ok(list(r.labels.iter().flat_map(|l| l.source.iter().map(|l| *l as f64))))
    });
    r.property("prepare", "the transform in whose units the flow worked, or nothing", |_, r| {
        let by = r.origins.prepared.as_ref().map(|p| p.by.clone());
        Ok(by.map_or(Dynamic::UNIT, Dynamic::from))
    });
    r.property("source", "where the particles started", |_, r| Ok(device::widened(&r.source.whole()?)?));
    r.property("target", "where they are going", |_, r| Ok(device::widened(&r.target.whole()?)?));
    r.property("ending", "why it ended", |_, r| Ok(r.ending.clone()));
    r.property("time", "the time of the flow", |_, r| Ok(r.state.time.read()?));
    r.property("steps", "how many were taken", |_, r| Ok(r.state.step as i64));
    r.property("seconds", "how long it took", |_, r| Ok(r.seconds));
}
