//! `sweep`: a closure over settings and seeds, each in a process of its own.
use crate::catalogue::{COUNT, Entry, NONNEGATIVE, Opt, OptionKind, POSITIVE, defaults_of};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::io::write_atomically;
use crate::script::board::Board;
use crate::script::call::{Call, Outcome};
use crate::script::convert::type_of;
use crate::script::library::Library;
use crate::script::portable::{Portable, given, literal};
use crate::script::scan;
use crate::script::values::TableValue;
use crate::study::{Axis, Draw, JOB, Manner, Plan, STUDY, Wanted, Work, collected, due, jobs_of, states};
use rhai::{Array, Dynamic, FnPtr, Map};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const OPTIONS: &[Opt] = &[
    Opt {
        name: "grid",
        kind: OptionKind::Value("a map of lists"),
        doc: "parameters with the values each takes, numbers, texts or true and false: every combination is a setting",
    },
    Opt {
        name: "random",
        kind: OptionKind::Value("a map of texts"),
        doc: "parameters that are drawn: \"uniform:0..1\", \"log:1e-3..1\" or \"int:1..9\"",
    },
    Opt { name: "samples", kind: COUNT, doc: "how often they are drawn" },
    Opt { name: "seeds", kind: COUNT, doc: "how many seeds, 0, 1, …, each setting runs with" },
    Opt {
        name: "name",
        kind: OptionKind::Text,
        doc: "the folder of the study: the same closure under the same name goes on with what is there",
    },
    Opt { name: "jobs", kind: COUNT, doc: "processes at a time; one a processor if not given, one on a GPU" },
    Opt { name: "timeout", kind: POSITIVE, doc: "seconds after which a job is stopped and counts as failed" },
    Opt { name: "checkpoint", kind: NONNEGATIVE, doc: "seconds between two checkpoints of a run" },
    Opt {
        name: "keep_going",
        kind: OptionKind::Flag,
        doc: "whether other jobs go on after one has failed; the table has the error of each",
    },
    Opt { name: "again", kind: OptionKind::Flag, doc: "whether what is done is done again" },
];

/// How the script of a study begins.
const WRITTEN: &str = "// Written by sweep()";

/// The page of `sweep`.
pub(super) const ENTRY: Entry = Entry {
    name: "sweep",
    room: "language",
    signature: "sweep(f, options)",
    doc: "Runs f(p) for every setting p of a study and every seed, in processes of their own, and gives what came out as a table, as study(\"folder\") does. p has the parameters: p.lr. What f gives is recorded, a number or a map of numbers; record, claim and tabulate work as in any script. f may use functions, numbers, texts, points and tables of the session, and divergences, kernels and flows that one statement made. The study is a folder: an interrupt leaves it as it is, and the same cell goes on with what is left; `gflow sweep status`, `gflow sweep` and `gflow collect` know it, too.",
    equation: "",
    cite: "",
    options: OPTIONS,
    defaults: defaults_of::<SweepOptions>,
    example: "// let q = data::ring(500);\n// let t = sweep(|p| {\n//     let run = gpa(kl(), #{ lr: p.lr }).run(data::gaussian(500, 2), q, #{ steps: 200 });\n//     #{ w2: metric::w2(run.particles, q) }\n// }, #{ grid: #{ lr: [1e-3, 1e-2] }, seeds: 5, name: \"rates\" });\n// t.group(\"lr\").median()\n0",
};

/// The options of `sweep` that are plain values.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct SweepOptions {
    samples: Option<u64>,
    seeds: u64,
    name: String,
    jobs: Option<usize>,
    timeout: Option<f64>,
    checkpoint: f64,
    keep_going: bool,
    again: bool,
}

impl Default for SweepOptions {
    fn default() -> SweepOptions {
        SweepOptions {
            samples: None,
            seeds: 1,
            name: "sweep".into(),
            jobs: None,
            timeout: None,
            checkpoint: 60.0,
            keep_going: false,
            again: false,
        }
    }
}

/// Fills the library.
pub fn fill(l: &mut Library) {
    l.expose(ENTRY.name, |call, (f,): (FnPtr,)| swept(call, &f));
}

fn wrong(reason: impl Into<String>) -> Error {
    Error::data("sweep", reason)
}

/// A parameter as the closure reads it.
struct Parameter {
    name: String,
    /// what `param` gives where nobody says, by which it knows how to read what somebody says
    default: String,
}

/// The text of one value of a grid, and whether it is a text.
fn value(name: &str, v: &Dynamic) -> Result<String> {
    if let Some(s) = v.clone().try_cast::<rhai::ImmutableString>() {
        return Ok(s.to_string());
    }
    match literal::plain(v).filter(|_| v.is_int() || v.is_float() || v.is_bool()) {
        Some(text) if !text.contains('/') => Ok(text),
        Some(_) => Err(wrong(format!("grid, {name}: a value is not finite"))),
        None => Err(wrong(format!(
            "grid, {name}: a {} is no value of a parameter, expected numbers, texts, true or false: give its name, and make it in the closure, {name}: [\"kl\", \"chi2\"] and Fn(p.{name}).call()",
            type_of(v)
        ))),
    }
}

/// What varies over a grid.
fn grid(options: &Dynamic) -> Result<Vec<(Axis, Parameter)>> {
    let map = options.clone().try_cast::<Map>().ok_or_else(|| {
        wrong(format!("grid is a {}, expected a map of lists: #{{ lr: [1e-3, 1e-2] }}", type_of(options)))
    })?;
    map.into_iter().map(|(name, list)| axis(&name, &list)).collect()
}

fn axis(name: &str, list: &Dynamic) -> Result<(Axis, Parameter)> {
    let list = list.flatten_clone();
    let list = match list.clone().try_cast::<Array>() {
        Some(list) => list.iter().map(Dynamic::flatten_clone).collect(),
        None => vec![list],
    };
    if list.is_empty() {
        return Err(wrong(format!("grid, {name}: the list is empty")));
    }
    let texts: Vec<String> = list.iter().map(|v| value(name, v)).collect::<Result<_>>()?;
    let kinds = |f: fn(&Dynamic) -> bool| list.iter().filter(|v| f(v)).count();
    let (ints, floats, words) = (kinds(Dynamic::is_int), kinds(Dynamic::is_float), kinds(Dynamic::is_string));
    let default = match list.len() {
        n if ints == n => "0",
        n if ints + floats == n => "0.0",
        n if words == n => "\"\"",
        n if kinds(Dynamic::is_bool) == n => "false",
        _ => return Err(wrong(format!("grid, {name}: its values are of several types"))),
    };
    let same = |a: &str, b: &str| a == b || matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(x), Ok(y)) if x == y);
    if let Some((i, v)) = texts.iter().enumerate().find(|(i, v)| texts[..*i].iter().any(|w| same(v, w))) {
        return Err(wrong(format!("grid, {name}: value {}, {v}, is there twice", i + 1)));
    }
    Ok((Axis { name: name.into(), values: texts }, Parameter { name: name.into(), default: default.into() }))
}

/// What is drawn.
fn random(options: &Dynamic) -> Result<Vec<(Draw, Parameter)>> {
    let map = options.clone().try_cast::<Map>().ok_or_else(|| {
        wrong(format!("random is a {}, expected a map of texts: #{{ dt: \"log:1e-3..1\" }}", type_of(options)))
    })?;
    let one = |(name, law): (rhai::Identifier, Dynamic)| {
        let law = law.flatten_clone();
        let law = law.clone().try_cast::<rhai::ImmutableString>().ok_or_else(|| {
            wrong(format!("random, {name}: a {}, expected a text such as \"log:1e-3..1\"", type_of(&law)))
        })?;
        let draw: Draw = format!("{name}={law}").parse().map_err(|e: String| wrong(format!("random, {e}")))?;
        let default = if law.trim_start().starts_with("int") { "0" } else { "0.0" };
        Ok((draw, Parameter { name: name.to_string(), default: default.into() }))
    };
    map.into_iter().map(one).collect()
}

/// The script that each job runs.
fn script(p: &Portable, parameters: &[Parameter], name: &str) -> String {
    let mut out = format!(
        "{WRITTEN} for the study \"{name}\": its closure, and what that needs. Each job runs it with its own parameters.\n"
    );
    out.extend(p.imports.iter().map(|i| format!("{i}\n")));
    out.extend(p.functions.values().map(|f| format!("{f}\n")));
    out.extend(p.variables.iter().map(|(_, v)| format!("{v}\n")));
    let read = |p: &Parameter| {
        let name = literal::text(&p.name);
        format!("{name}: param({name}, {})", p.default)
    };
    let read: Vec<String> = parameters.iter().map(read).collect();
    out += &format!("let setting_of_this_job = #{{ {} }};\n", read.join(", "));
    out += &format!("let closure_of_this_study = {};\n", p.closure);
    out += "let result_of_this_job = closure_of_this_study.call(setting_of_this_job);\n";
    out += "switch type_of(result_of_this_job) {\n    \"map\" => for k in result_of_this_job.keys() { record(k, result_of_this_job[k]) },\n    \"f64\" | \"i64\" => record(\"value\", result_of_this_job),\n    _ => {}\n}\n";
    out
}

/// The plan of a study, with its script and what that reads written into its folder.
fn planned(call: &Call, f: &FnPtr, o: &SweepOptions, study: &Path) -> Outcome<Plan> {
    let nothing = Dynamic::from(Map::new());
    let grid = grid(call.options.value("grid").unwrap_or(&nothing))?;
    let random = random(call.options.value("random").unwrap_or(&nothing))?;
    if random.is_empty() != o.samples.is_none() {
        return Err(wrong("random and samples belong together: what is drawn, and how often").into());
    }
    let (grid, mut parameters): (Vec<Axis>, Vec<Parameter>) = grid.into_iter().unzip();
    let (random, drawn): (Vec<Draw>, Vec<Parameter>) = random.into_iter().unzip();
    parameters.extend(drawn);
    let place = std::path::absolute(study).map_err(|e| Error::io("write", study, e))?;
    let path = place.join("sweep.rhai");
    if place.join(STUDY).is_file() {
        let earlier = Plan::read(&place)?;
        if let Some(other) = earlier.scripts.iter().find(|s| s.path != path) {
            let shown = study.display();
            let why = format!("{shown} is a study of {}: another name for this one", other.path.display());
            return Err(wrong(why).into());
        }
    }
    let portable = Portable::of(call, f, &given(&place))?;
    let text = script(&portable, &parameters, &o.name);
    let earlier = std::fs::read_to_string(&path).unwrap_or_default();
    if path.exists() && !earlier.starts_with(WRITTEN) {
        let why = format!("{} is there and is none of its own: another name for the study", path.display());
        return Err(wrong(why).into());
    }
    let others = others(&earlier, &portable);
    if !others.is_empty() {
        call.context.note(format!(
            "sweep: {} not what the jobs in {} have: they stay, and do not count. Data that is drawn is another sample each time: a cell of its own keeps it",
            others,
            study.display()
        ));
    }
    let fail = |e: std::io::Error| Error::io("write", study, e);
    std::fs::create_dir_all(jobs_of(&place)).map_err(fail)?;
    keep(&given(&place), &portable, &earlier)?;
    write_atomically(&path, text.as_bytes())?;
    Ok(Plan {
        grid,
        random,
        samples: o.samples.unwrap_or(1),
        device: call.context.compute.name.into(),
        checkpoint: format!("{}s", o.checkpoint),
        timeout: o.timeout,
        ..Plan::new(vec![scan(&path)?], o.seeds)
    })
}

/// The variables that an earlier script of the study had with other values, as the beginning of a sentence.
fn others(earlier: &str, now: &Portable) -> String {
    let differs = |(name, text): &&(String, String)| {
        let had = earlier.lines().any(|line| line.starts_with(&format!("let {name} = ")));
        had && !earlier.contains(text.as_str())
    };
    let names: Vec<String> = now.variables.iter().filter(differs).map(|(name, _)| format!("`{name}`")).collect();
    match &names[..] {
        [] => String::new(),
        [one] => format!("{one} is"),
        all => format!("{} are", all.join(", ")),
    }
}

/// Writes what the script reads, and removes what an earlier one read: what else lies there is somebody's.
fn keep(folder: &Path, portable: &Portable, earlier: &str) -> Result<()> {
    let fail = |e: std::io::Error| Error::io("write", folder, e);
    let wanted = |name: &str| portable.files.iter().any(|g| g.name == name);
    for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(|e| e.ok()) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !wanted(&name) && earlier.contains(&format!("{name}\")")) {
            std::fs::remove_file(entry.path()).map_err(fail)?;
        }
    }
    if !portable.files.is_empty() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    for file in &portable.files {
        let path = folder.join(&file.name);
        // it is called by what it holds
        if !std::fs::read(&path).is_ok_and(|there| there == file.bytes) {
            write_atomically(&path, &file.bytes)?;
        }
    }
    Ok(())
}

fn swept(call: &Call, f: &FnPtr) -> Outcome<TableValue> {
    if std::env::var_os(JOB).is_some() {
        return Err(wrong("a job of a study begins no other study: put both into one grid").into());
    }
    let worker = call.context.worker.clone().ok_or_else(|| wrong("this program cannot start others"))?;
    let o: SweepOptions = call.options.typed()?;
    let study: PathBuf = call.context.output_path(&o.name);
    let plan = planned(call, f, &o, &study)?;
    let jobs = plan.jobs()?;
    let states = {
        // a record that an interrupt keeps from being read would count as a failure
        let _shield = Interrupt::default().enter();
        states(&study, &jobs)
    };
    let (due, note) = due(&study, (&jobs, &states), &Wanted { rest: true, failed: true, again: o.again });
    plan.keep(&study, &jobs)?.into_iter().chain(note).for_each(|n| call.context.note(n));
    let manner = Manner::new(&study, &call.context.compute, (o.jobs, due.len()), (worker, scan));
    let mut board = Board::new(call, &plan, (&jobs, &states), manner.at_a_time);
    let work = Work { plan: &plan, manner, keep_going: o.keep_going };
    let interrupt = &call.context.interrupt;
    let ended = work.run(due, &mut board, &|| usize::from(interrupt.is_requested()))?;
    if interrupt.is_requested() {
        let left = ended.left + ended.failed.len();
        call.context.note(format!(
            "sweep: {} of {} jobs are done; the same cell goes on with the rest",
            jobs.len() - left.min(jobs.len()),
            jobs.len()
        ));
        interrupt.check()?;
    }
    if let Some((job, reason)) = ended.failed.first().filter(|_| !o.keep_going) {
        let why = format!(
            "job {} failed: {reason}; {} says more. keep_going: true goes on after failures",
            job.describe(),
            job.place(&study).join("log.txt").display()
        );
        return Err(wrong(why).into());
    }
    let rows = collected(&study)?;
    if rows.failed > 0 {
        call.context.note(format!("sweep: {} of {} jobs failed; column error says why", rows.failed, rows.jobs));
    }
    Ok(TableValue::new(rows.table))
}
