//! Which jobs are to be run.
use super::inputs::{Seen, changed};
use super::job::Job;
use super::state::{State, stamp};
use super::work::Due;
use std::collections::HashSet;
use std::path::Path;

/// What somebody wants to run.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// what was not begun, what was broken off, and what has read files that are others now
    pub rest: bool,
    /// what failed
    pub failed: bool,
    /// what came to its end, too
    pub again: bool,
}

/// What the system says of a disk that is full, read-only, or fails: no fault of the job.
const OF_THE_DISK: [&str; 4] = ["(os error 28)", "(os error 30)", "(os error 122)", "(os error 5)"];

/// Whether a job failed for what is none of its own: the same command runs it again.
fn of_the_disk(state: &State) -> bool {
    matches!(state, State::Failed { reason, .. } if OF_THE_DISK.iter().any(|error| reason.contains(error)))
}

/// The jobs to run, and what is said about those that were done and are run again.
pub fn due(study: &Path, (jobs, states): (&[Job], &[State]), wanted: &Wanted) -> (Vec<Due>, Option<String>) {
    let (mut seen, mut out, mut files, mut again) = (Seen::new(), vec![], HashSet::new(), 0);
    for (job, state) in jobs.iter().zip(states) {
        let failed = matches!(state, State::Failed { .. });
        let ended = failed && !of_the_disk(state) || matches!(state, State::Done(_));
        let asked = wanted.rest && (!ended || wanted.again) || failed && wanted.failed;
        if !asked {
            let input = state.outcome().filter(|_| wanted.rest).and_then(|o| changed(&o.inputs, &mut seen));
            let Some(path) = input else { continue };
            files.insert(path.to_path_buf());
            again += 1;
        }
        out.push(Due { job: job.clone(), seen: stamp(&job.place(study)) });
    }
    let note = files.iter().next().map(|path| {
        let more = if files.len() > 1 { format!(" and {} other files", files.len() - 1) } else { String::new() };
        format!("note: {}{more} changed since it was read: {again} jobs run again", path.display())
    });
    (out, note)
}
