//! Which jobs are to be run.
use super::inputs::{Seen, changed};
use super::job::Job;
use super::state::{State, is_of_the_disk, stamp};
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

/// The jobs to run, and what is said about those that were done and are run again.
pub fn due(study: &Path, (jobs, states): (&[Job], &[State]), wanted: &Wanted) -> (Vec<Due>, Option<String>) {
    let (mut seen, mut out, mut files, mut again) = (Seen::new(), vec![], HashSet::new(), 0);
    for (job, state) in jobs.iter().zip(states) {
        let failed = matches!(state, State::Failed { .. });
        // the same command runs again what failed for the disk
        let disk = matches!(state, State::Failed { reason, .. } if is_of_the_disk(reason));
        let ended = failed && !disk || matches!(state, State::Done(_));
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
