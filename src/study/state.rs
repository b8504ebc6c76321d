//! What has become of a job, from its folder alone.
use super::job::{Job, jobs_of};
use super::outcome::{FAILURE, Failure, Outcome, RECORD};
use rayon::prelude::*;
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{OpenOptions, TryLockError};
use std::path::Path;
use std::time::SystemTime;

/// What a program holds that works in a folder.
pub const LOCK: &str = ".lock";

/// What has become of a job.
#[derive(Clone, Debug)]
pub enum State {
    /// nobody has begun it
    Waiting,
    /// somebody works on it
    Running,
    /// it was stopped or killed, and goes on from what it kept, if it had kept anything
    BrokenOff,
    /// it came to its end
    Done(Box<Outcome>),
    /// it ended with an error
    Failed {
        /// in words
        reason: String,
        /// what it left
        outcome: Option<Box<Outcome>>,
    },
}

impl State {
    /// In a word.
    pub fn word(&self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Running => "running",
            State::BrokenOff => "broken off",
            State::Done(_) => "done",
            State::Failed { .. } => "failed",
        }
    }
    /// What it left, if anything.
    pub fn outcome(&self) -> Option<&Outcome> {
        match self {
            State::Done(outcome) => Some(outcome),
            State::Failed { outcome, .. } => outcome.as_deref(),
            _ => None,
        }
    }

    /// Of a job's folder.
    pub fn of(folder: &Path) -> State {
        match Outcome::read(folder) {
            Ok(Some(o)) if o.exit == 0 => return State::Done(Box::new(o)),
            Ok(Some(o)) if o.was_stopped() => {}
            // a job that failed and is run again by another program
            Ok(Some(_)) if held(folder) => return State::Running,
            Ok(Some(o)) => {
                let reason = o.error.clone().unwrap_or_else(|| format!("it ended with exit code {}", o.exit));
                return State::Failed { reason, outcome: Some(Box::new(o)) };
            }
            Ok(None) => {}
            Err(e) => return State::Failed { reason: e.to_string(), outcome: None },
        }
        if held(folder) {
            return State::Running;
        }
        match Failure::read(folder) {
            Ok(Some(f)) => State::Failed { reason: f.reason, outcome: None },
            Err(e) => State::Failed { reason: e.to_string(), outcome: None },
            Ok(None) if folder.join(LOCK).exists() => State::BrokenOff,
            Ok(None) => State::Waiting,
        }
    }
}

/// What the system says of a disk that is full, read-only, or fails: no fault of the job.
const OF_THE_DISK: [&str; 5] = ["(os error 28)", "(os error 30)", "(os error 122)", "(os error 5)", "(os error 27)"];

/// Whether a job failed for what is none of its own, and may go on where it was.
pub fn is_of_the_disk(reason: &str) -> bool {
    OF_THE_DISK.iter().any(|error| reason.contains(error))
}

/// When what is said of a job was written: another of them is another ending.
pub type Stamp = [Option<SystemTime>; 2];

/// Of a job's folder.
pub fn stamp(folder: &Path) -> Stamp {
    [RECORD, FAILURE].map(|name| std::fs::metadata(folder.join(name)).and_then(|m| m.modified()).ok())
}

/// Whether a program holds a folder.
fn held(folder: &Path) -> bool {
    let lock = OpenOptions::new().read(true).open(folder.join(LOCK));
    lock.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// What has become of jobs.
pub fn states(study: &Path, jobs: &[Job]) -> Vec<State> {
    // one list of what is there instead of a look for every job that is not
    let there: HashSet<OsString> = std::fs::read_dir(jobs_of(study))
        .map(|entries| entries.filter_map(|e| e.ok().map(|e| e.file_name())).collect())
        .unwrap_or_default();
    let state = |job: &Job| {
        if there.contains(OsString::from(&job.folder).as_os_str()) {
            State::of(&job.place(study))
        } else {
            State::Waiting
        }
    };
    jobs.par_iter().map(state).collect()
}
