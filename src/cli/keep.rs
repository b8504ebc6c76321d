//! What `gflow run` leaves below --out: the last run with its arrays, then run.json.
use super::Exit;
use crate::device::Compute;
use crate::error::{Error, Result};
use crate::fault::guarded;
use crate::flow::{Loaded, RUNNING, Run};
use crate::interrupt::Interrupt;
use crate::io::files::Disk;
use crate::io::sealed::Earlier;
use crate::io::write_atomically;
use crate::observer::rows;
use crate::script::context::{Checkpoints, Context, Resume, lock};
use crate::study::{FAILURE, Outcome, Place, RECORD};
use crate::threads;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Where the run is kept.
const RUN: &str = "run";

/// Rows of its history, as they come.
const ROWS: &str = "run-history.csv";

/// Where a run goes that would overwrite one which --resume was to go on with.
const ANEW: &str = "run-anew";

/// Writes what a script leaves, once.
pub struct Keeper {
    /// the folder of --out
    pub out: Option<PathBuf>,
    /// the script's name
    pub name: String,
    /// its text
    pub text: String,
    /// of --seed
    pub seed: u64,
    /// where it ran
    pub compute: Compute,
    context: Arc<Context>,
    writing: AtomicBool,
    left: Mutex<bool>,
    begun: (Instant, f64),
    /// of the run.json that was there
    mode: Option<std::fs::Permissions>,
    /// what an earlier part of the run took that it goes on with
    before: Mutex<f64>,
    /// the error that ended the script
    pub error: Mutex<Option<String>>,
}

impl Keeper {
    /// Of a script that runs in a session.
    pub fn new(out: Option<PathBuf>, (name, text): (String, String), seed: u64, context: Arc<Context>) -> Keeper {
        let mode = out.as_ref().and_then(|dir| std::fs::metadata(dir.join(RECORD)).ok()).map(|m| m.permissions());
        *lock(&context.stale) = out.as_ref().map(|dir| dir.join(RECORD));
        let (compute, writing, left) = (context.compute.clone(), AtomicBool::new(false), Mutex::new(false));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64());
        let begun = (Instant::now(), now);
        Keeper {
            out,
            name,
            text,
            seed,
            compute,
            context,
            writing,
            left,
            begun,
            mode,
            before: Mutex::default(),
            error: Mutex::default(),
        }
    }

    /// The script goes on with a run that took so many seconds before.
    pub fn goes_on(&self, seconds: f64) {
        *lock(&self.before) = seconds;
    }

    /// Says where runs are kept, and has them kept on their way, this much time apart.
    pub fn checkpoint(&self, every: Option<Duration>) {
        let Some(dir) = self.out.as_ref() else { return };
        let checkpoints = Checkpoints { folder: dir.join(RUN), anew: dir.join(ANEW), rows: dir.join(ROWS), every };
        *lock(&self.context.checkpoints) = Some(checkpoints);
    }

    /// The folder that is being written right now.
    pub fn writing(&self) -> Option<&Path> {
        self.out.as_deref().filter(|_| self.writing.load(Ordering::SeqCst))
    }

    /// Writes everything, unless that was done. A run that --resume named and the script never came to is left as it is.
    ///
    /// # Errors
    /// What cannot be written; an unused --resume.
    pub fn leave(&self, exit: Exit) -> Result<()> {
        // a run that ranks are writing together
        drop(lock(&self.context.keeping));
        let mut left = lock(&self.left);
        let Some(dir) = self.out.as_deref().filter(|_| !*left) else { return Ok(()) };
        self.writing.store(true, Ordering::SeqCst);
        let done = guarded("writing", || self.write(dir, exit));
        self.writing.store(false, Ordering::SeqCst);
        *left = true;
        done
    }

    fn write(&self, dir: &Path, exit: Exit) -> Result<()> {
        let last = lock(&self.context.last_run).clone();
        if let Some(kept) = &*lock(&self.context.resume) {
            return self.unused(dir, kept, last.as_deref());
        }
        let outcome = self.outcome(exit, last.as_deref());
        if let Some(run) = &last {
            // of a run that goes on the last two are kept
            let earlier = if outcome.was_stopped() { Earlier::Kept } else { Earlier::Removed };
            if run.splits.is_none() {
                run.save_with(&Disk, &dir.join(RUN), earlier, &Interrupt::default())?;
            } else if let Some(reason) = lock(&self.context.unkept).take() {
                // it was written when it ended, while other ranks were there to lend their rows
                return Err(Error::data("--out", reason));
            }
            // as they came they may be in no file any more, and have not reached the disk
            if lock(&self.context.checkpoints).as_ref().is_some_and(|to| to.every.is_some()) {
                write_atomically(&dir.join(ROWS), rows::text(&run.history).as_bytes())?;
            }
        }
        outcome.write(dir)?;
        // one that went on the way is replaced, and keeps its mode
        if let Some(mode) = self.mode.clone() {
            let _ = std::fs::set_permissions(dir.join(RECORD), mode);
        }
        let _ = std::fs::remove_file(dir.join(FAILURE));
        Ok(())
    }

    fn outcome(&self, exit: Exit, last: Option<&Run>) -> Outcome {
        let c = &self.context;
        let columns = last.iter().flat_map(|run| run.history.columns());
        let finite = |values: &[f64]| values.iter().rev().find(|v| v.is_finite()).copied();
        Outcome {
            gflow: env!("CARGO_PKG_VERSION").into(),
            script: self.name.clone(),
            source: self.text.clone(),
            seed: self.seed,
            parameters: lock(&c.params_read).clone(),
            device: Place { name: self.compute.name.to_string(), description: self.compute.description.clone() },
            machine: machine(),
            threads: threads::count(),
            started: self.begun.1,
            seconds: *lock(&self.before) + self.begun.0.elapsed().as_secs_f64(),
            exit: exit as i32,
            error: lock(&self.error).clone(),
            ending: last.map(|run| run.ending.clone()),
            verdict: last.and_then(Run::told),
            metrics: columns.map(|(name, values)| (name.clone(), finite(values))).collect(),
            values: lock(&c.values).clone(),
            claims: lock(&c.claims).clone(),
            cells: lock(&c.cells).clone(),
            inputs: lock(&c.read).inputs(),
            run: last.map(|_| RUN.into()),
            run_number: *lock(&c.runs),
        }
    }

    /// An unused --resume: nothing of the kept run is overwritten, and what ran instead is kept beside it.
    fn unused(&self, dir: &Path, kept: &Resume, last: Option<&Run>) -> Result<()> {
        let mut reason = format!(
            "it was not used: the run kept in {} was run {} of its script, and this script came to {}. It is as it was",
            kept.folder.display(),
            kept.number,
            lock(&self.context.runs)
        );
        if let Some(run) = last {
            let anew = dir.join(ANEW);
            if run.splits.is_none() {
                run.save(&anew)?;
            } else if let Some(why) = lock(&self.context.unkept).take() {
                return Err(Error::data(
                    "--resume",
                    format!("{reason}; the run that was made instead is not kept: {why}"),
                ));
            }
            reason += &format!("; the run that was made instead is in {}", anew.display());
        }
        Err(Error::data("--resume", reason))
    }
}

/// The name of this machine.
fn machine() -> String {
    let known = std::fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_string());
    known.or_else(|| std::env::var("HOSTNAME").ok()).or_else(|| std::env::var("COMPUTERNAME").ok()).unwrap_or_default()
}

/// The run that --resume goes on with.
///
/// # Errors
/// A folder without one, a damaged one, or one of which nobody knows which run of the script it was.
pub fn kept(dir: &Path, compute: &Compute) -> Result<(Resume, Vec<String>)> {
    let folder = dir.join(RUN);
    let refused = |reason: String| Error::data("--resume", reason);
    if !crate::io::sealed::whole(&folder).join("run.json").is_file() {
        return Err(refused(format!("{} holds no saved run", folder.display())));
    }
    let Loaded { run, remarks } = newest(&folder, compute)?;
    let number = match run.number {
        Some(n) => n,
        None => number(&dir.join(RECORD)).map_err(|why| {
            refused(format!(
                "which run of the script is kept in {} is not known: {why}. \
                 load_run(\"{}\").resume(steps) goes on with it in a script",
                folder.display(),
                folder.display()
            ))
        })?,
    };
    Ok((Resume { folder, number, run }, remarks))
}

/// The run of a folder, or the one that was kept before it, should that be damaged.
fn newest(folder: &Path, compute: &Compute) -> Result<Loaded> {
    let stop = Interrupt::default();
    let damage = match Loaded::read(folder, &compute.device, &stop) {
        Ok(loaded) => return Ok(loaded),
        Err(e) => e,
    };
    let Some(before) = crate::io::sealed::before(folder) else { return Err(damage) };
    let Ok(mut loaded) = Loaded::read(&before, &compute.device, &stop) else { return Err(damage) };
    loaded.remarks.push(format!(
        "{damage}; the one kept before it is taken, from {} at step {}",
        before.display(),
        loaded.run.state.step
    ));
    Ok(loaded)
}

/// Which run of its script was kept, as runs of form 4 had it in the file beside them.
fn number(file: &Path) -> std::result::Result<usize, String> {
    let shown = file.display();
    let text = crate::input::text(file, u64::MAX).map_err(|e| e.to_string())?;
    let json: serde_json::Value = serde_json::from_str(&text).map_err(|e| format!("{shown} is damaged: {e}"))?;
    match json["run_number"].as_u64() {
        Some(n) if n > 0 => Ok(n as usize),
        _ => Err(format!("{shown} has no `run_number`")),
    }
}

/// What somebody should know who starts anew where an unfinished run is kept.
pub fn unfinished(dir: &Path) -> Option<String> {
    let folder = crate::io::sealed::whole(&dir.join(RUN));
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("run.json")).ok()?).ok()?;
    let unfinished = json["ending"] == "interrupted" || json["ending"] == RUNNING;
    unfinished.then(|| {
        format!(
            "note: {} holds a run that was broken off after {} steps: --resume goes on with it, and without that it is replaced",
            dir.join(RUN).display(),
            json["step"]
        )
    })
}
