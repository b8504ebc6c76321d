//! `gflow reproduce`: a study of every script that makes claims, over several seeds, and the table of what came out.
mod pages;
mod shown;
mod table;
mod write;

use super::Exit;
use super::args::ReproduceArgs;
use super::opened::opened;
use super::streams::{answer, say};
use super::sweep::{Heard, Told};
use super::worker::worker;
use crate::device::Compute;
use crate::error::{Error, Result};
use crate::input;
use crate::script::scan;
use crate::study::{Job, Manner, Plan, Script, Wanted, Work, due, jobs_of, states};
use shown::{QUICK, Shown, TABLE};
use std::path::{Path, PathBuf};
use table::rows;

/// What --quick sets, where a script reads it.
const SMALL: [(&str, &str); 2] = [("n", "64"), ("steps", "20")];

/// Scripts of files and folders that make claims, in order.
fn scripts(paths: &[PathBuf]) -> std::result::Result<Vec<PathBuf>, String> {
    let mut out = vec![];
    for p in paths {
        if p.is_file() {
            out.push(p.clone());
            continue;
        }
        let entries = std::fs::read_dir(p).map_err(|e| format!("cannot read {}: {e}", p.display()))?;
        let mut found: Vec<PathBuf> = entries
            .filter_map(|e| e.ok().map(|e| e.path()))
            .filter(|p| p.extension().is_some_and(|e| e == "rhai"))
            .collect();
        found.sort();
        out.extend(found.into_iter().filter(|p| input::text(p, input::SCRIPT).is_ok_and(|t| t.contains("claim("))));
    }
    let stem = |p: &PathBuf| p.file_stem().map(|s| s.to_string_lossy().into_owned());
    if let Some((a, b)) =
        out.iter().enumerate().find_map(|(i, a)| out[..i].iter().find(|b| stem(a) == stem(b)).map(|b| (a, b)))
    {
        return Err(format!("{} and {} have one name: the table could not tell them apart", b.display(), a.display()));
    }
    if out.is_empty() {
        let looked: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
        return Err(format!("no script that makes a claim(…) in {}", looked.join(", ")));
    }
    Ok(out)
}

/// Makes the folder of the table. Small sizes are not written where full ones are.
fn folder(args: &ReproduceArgs) -> std::result::Result<PathBuf, String> {
    let out = args.out.clone().unwrap_or_else(|| if args.quick { "results-quick" } else { "results" }.into());
    let shown = out.display();
    if args.quick && std::fs::read_to_string(out.join(TABLE)).is_ok_and(|t| !t.contains(QUICK)) {
        let reason = "--quick would write numbers over it that are no results";
        return Err(format!("--out {shown}: its {TABLE} is of full sizes; {reason}"));
    }
    std::fs::create_dir_all(jobs_of(&out)).map_err(|e| format!("--out {shown}: {e}"))?;
    Ok(out)
}

fn plan(args: &ReproduceArgs) -> std::result::Result<Plan, String> {
    let scripts = scripts(&args.paths)?
        .iter()
        .map(|p| scan(p).map_err(|e| e.to_string()))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let set = SMALL.iter().filter(|_| args.quick).map(|(k, v)| (k.to_string(), v.to_string())).collect();
    Ok(Plan { set, device: args.device.clone(), unjudged: args.quick, ..Plan::new(scripts, args.seeds) })
}

/// Runs the command.
pub fn reproduce(args: &ReproduceArgs) -> Exit {
    let fail = |e: String| {
        say(format_args!("error: {e}"));
        Exit::Usage
    };
    let plan = match plan(args) {
        Ok(plan) => plan,
        Err(e) => return fail(e),
    };
    let compute = match opened(&plan.device) {
        Ok(compute) => compute,
        Err(exit) => return exit,
    };
    let out = match folder(args) {
        Ok(out) => out,
        Err(e) => return fail(e),
    };
    match made(args, &plan, &out, &compute) {
        Ok(exit) => exit,
        Err(e) => fail(e.to_string()),
    }
}

/// Runs what is left, and writes the table of what there is then.
fn made(args: &ReproduceArgs, plan: &Plan, out: &Path, compute: &Compute) -> Result<Exit> {
    let jobs = plan.jobs()?;
    plan.write(out)?;
    let wanted = Wanted { rest: true, failed: true, again: args.again };
    let (due, note) = due(out, (&jobs, &states(out, &jobs)), &wanted);
    note.into_iter().for_each(say);
    let done = jobs.len() - due.len();
    if done > 0 {
        say(format_args!("note: {done} of {} jobs were done before: --again runs them again", jobs.len()));
    }
    let manner = Manner::new(out, compute, (args.jobs, due.len()), (worker()?, scan));
    let at_a_time = manner.at_a_time;
    let work = Work { plan, manner, keep_going: true };
    let heard = Heard::listen();
    let ended = work.run(due, &mut Told::new(false, jobs.len(), done, at_a_time), &|| heard.count())?;
    let all = shown(plan, &jobs, out);
    write::write(out, &all, args).map_err(|e| Error::data(format!("--out {}", out.display()), e))?;
    if let Some(signal) = heard.first() {
        say(format_args!("stopped with {} jobs left: the same command goes on", ended.left));
        return Ok(signal.exit());
    }
    let head = if args.quick { format!("{QUICK}\n\n") } else { String::new() };
    let rows = rows(&all);
    let told = answer(head + table::markdown(&rows, args.quick).trim_end());
    // small sizes show that scripts run, not that their claims hold
    let good = all.iter().all(|s| s.failures.is_empty()) && (args.quick || rows.iter().all(|r| r.held == r.of));
    Ok(if told == Exit::Ok && !good { Exit::Script } else { told })
}

/// What the jobs of each script left.
fn shown(plan: &Plan, jobs: &[Job], out: &Path) -> Vec<Shown> {
    let states = states(out, jobs);
    let one = |(k, script): (usize, &Script)| {
        let text = input::text(&script.path, input::SCRIPT).unwrap_or_default();
        let title =
            text.lines().find_map(|l| l.strip_prefix("//").map(|t| t.trim().to_string()).filter(|t| !t.is_empty()));
        let mut own = jobs.iter().zip(&states).filter(|(job, _)| job.script == k).peekable();
        let first = own.peek().map(|(job, _)| job.place(out)).unwrap_or_default();
        let (script, title) = (script.name.clone(), title.unwrap_or_default());
        let mut shown = Shown {
            script,
            title,
            claims: vec![],
            cells: vec![],
            seconds: vec![],
            failures: vec![],
            first,
            device: None,
        };
        own.for_each(|(job, state)| shown.add(job.seed, state));
        shown
    };
    plan.scripts.iter().enumerate().map(one).filter(|s| !s.claims.is_empty()).collect()
}
