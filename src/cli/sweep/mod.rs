//! `gflow sweep`: a study, planned, run, looked at.
mod heard;
mod planned;
mod slurm;
mod status;
mod told;

pub use heard::Heard;
pub use status::{counts, failures};
pub use told::Told;

use super::Exit;
use super::args::{SweepArgs, SweepCommand};
use super::opened::opened;
use super::signals::Signal;
use super::streams::{answer, say};
use super::worker::worker;
use crate::error::{Error, Result};
use crate::script::scan;
use crate::study::{
    Due, Ended, Job, Manner, Plan, STUDY, Seen, State, Wanted, Work, changed, due, jobs_of, stamp, states,
};
use std::path::{Path, PathBuf};

fn usage(e: impl std::fmt::Display) -> Exit {
    say(format_args!("error: {e}"));
    Exit::Usage
}

/// A study with the state of its jobs.
struct Study {
    plan: Plan,
    place: PathBuf,
    jobs: Vec<Job>,
    states: Vec<State>,
}

/// Runs the command.
pub fn sweep(args: &SweepArgs) -> Exit {
    if let Some(SweepCommand::Status { study }) = &args.command {
        return status::status(study).map_or_else(usage, answer);
    }
    let (plan, place) = match planned::planned(args) {
        Ok(planned) => planned,
        Err(e) => return usage(e),
    };
    let jobs = match plan.jobs() {
        Ok(jobs) => jobs,
        Err(e) => return usage(e),
    };
    let states = states(&place, &jobs);
    let study = Study { plan, place, jobs, states };
    let looks = args.list || args.dry_run;
    if let Some(index) = args.index.filter(|_| !looks) {
        return study.one(index, args);
    }
    if args.list {
        return answer(study.listed());
    }
    if let Some(options) = &args.slurm {
        return study.submit(options, args).map_or_else(usage, answer);
    }
    if args.dry_run {
        return answer(study.dry(args));
    }
    study.run(args)
}

impl Study {
    fn listed(&self) -> String {
        let line = |(job, state): (&Job, &State)| format!("{}\t{}\t{}", job.index, state.word(), job.describe());
        self.jobs.iter().zip(&self.states).map(line).collect::<Vec<_>>().join("\n")
    }

    /// The jobs to run, and what is said about those that were done and are run again.
    fn due(&self, args: &SweepArgs) -> (Vec<Due>, Option<String>) {
        let wanted = Wanted { rest: !args.failed, failed: args.failed, again: args.again };
        due(&self.place, (&self.jobs, &self.states), &wanted)
    }

    fn dry(&self, args: &SweepArgs) -> String {
        let (due, note) = self.due(args);
        let lines = due.iter().map(|d| format!("{}\t{}", d.job.index, d.job.describe()));
        let head = format!("{}: {}; {} to run", self.place.display(), counts(&self.states), due.len());
        [head].into_iter().chain(note).chain(lines).collect::<Vec<_>>().join("\n")
    }

    /// Keeps the plan, and says what an earlier one of this folder was.
    fn keep(&self) -> Result<()> {
        self.plan.keep(&self.place, &self.jobs)?.into_iter().for_each(say);
        Ok(())
    }

    fn submit(&self, options: &str, args: &SweepArgs) -> Result<String> {
        let left: Vec<usize> = self.due(args).0.into_iter().map(|d| d.job.index).collect();
        if left.is_empty() {
            return Ok(format!("{}: {}; nothing is left to submit", self.place.display(), counts(&self.states)));
        }
        let options: slurm::Options = options.parse().map_err(|e: String| Error::data("--slurm", e))?;
        if !args.dry_run {
            self.keep()?;
        }
        slurm::slurm(&self.place, &left, &options, args.dry_run)
    }

    /// One job by its number.
    fn one(&self, index: usize, args: &SweepArgs) -> Exit {
        let Some((job, state)) = self.jobs.get(index).zip(self.states.get(index)) else {
            return usage(format!(
                "--index {index}: the study has {} jobs, numbers 0 to {}",
                self.jobs.len(),
                self.jobs.len().saturating_sub(1)
            ));
        };
        let same = state.outcome().is_none_or(|o| changed(&o.inputs, &mut Seen::new()).is_none());
        if matches!(state, State::Done(_)) && same {
            say(format_args!("{}: done before", job.describe()));
            return Exit::Ok;
        }
        // of many programs that begin one job each, the first keeps the plan
        let begun = self.place.join(STUDY).is_file();
        if let Err(e) = self.folder().and_then(|()| if begun { Ok(()) } else { self.keep() }) {
            return usage(e);
        }
        let due = vec![Due { job: job.clone(), seen: stamp(&job.place(&self.place)) }];
        self.work(due, args)
    }

    fn folder(&self) -> Result<()> {
        std::fs::create_dir_all(jobs_of(&self.place)).map_err(|e| Error::io("write", &self.place, e))
    }

    fn run(&self, args: &SweepArgs) -> Exit {
        let (due, note) = self.due(args);
        if let Err(e) = self.folder().and_then(|()| self.keep()) {
            return usage(e);
        }
        note.into_iter().for_each(say);
        if due.is_empty() {
            return self.done();
        }
        self.work(due, args)
    }

    fn work(&self, due: Vec<Due>, args: &SweepArgs) -> Exit {
        let compute = match opened(&self.plan.device) {
            Ok(compute) => compute,
            Err(exit) => return exit,
        };
        let n = due.len();
        let manner = match worker() {
            Ok(program) => Manner::new(&self.place, &compute, (args.jobs, n), (program, scan)),
            Err(e) => return usage(e),
        };
        if !args.quiet {
            let many = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
            say(format_args!(
                "{}: {} to run, {} at a time, each with {}, device {}",
                self.place.display(),
                many(n, "job"),
                manner.at_a_time,
                many(manner.threads, "thread"),
                compute.name
            ));
        }
        let keep_going = args.keep_going || args.failed;
        let at_a_time = manner.at_a_time;
        let work = Work { plan: &self.plan, manner, keep_going };
        let total = if args.index.is_some() { 1 } else { self.jobs.len() };
        let mut told = Told::new(args.quiet, total, total - n, at_a_time);
        let heard = Heard::listen();
        match work.run(due, &mut told, &|| heard.count()) {
            Ok(ended) => self.finish(&ended, heard.first(), args),
            Err(e) => usage(e),
        }
    }

    /// What is said at the end.
    fn finish(&self, ended: &Ended, signal: Option<Signal>, args: &SweepArgs) -> Exit {
        if let (Some(signal), true) = (signal, ended.left > 0) {
            say(format_args!("stopped with {} jobs left: the same command goes on", ended.left));
            return signal.exit();
        }
        if args.index.is_some() {
            return if ended.failed.is_empty() { Exit::Ok } else { Exit::Script };
        }
        if !ended.failed.is_empty() && ended.left > 0 {
            say(format_args!("a job failed, so {} were not begun: --keep-going goes on after failures", ended.left));
        }
        self.done()
    }

    fn done(&self) -> Exit {
        let states = states(&self.place, &self.jobs);
        let failed = failures(&self.place, &self.jobs, &states);
        let next = if states.iter().any(|s| matches!(s, State::Done(_))) {
            format!("\ngflow collect {} says what came out", shown(&self.place))
        } else {
            String::new()
        };
        let told = answer(format!("{}: {}{failed}{next}", self.place.display(), counts(&states)));
        let all = states.iter().all(|s| matches!(s, State::Done(_)));
        if told == Exit::Ok && !all { Exit::Script } else { told }
    }
}

/// A path as one would type it.
fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    if text.contains(char::is_whitespace) { format!("'{text}'") } else { text }
}
