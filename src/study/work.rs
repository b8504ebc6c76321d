//! Jobs, several at a time, until none is left or somebody stops it.
use super::child::{self, Manner, Running};
use super::job::Job;
use super::plan::Plan;
use super::state::{Stamp, State, stamp};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long one waits between two looks at the processes.
const LOOK: Duration = Duration::from_millis(3);
/// How long before a job that another program works on is looked at again.
const ELSEWHERE: Duration = Duration::from_secs(1);

/// Who is told how a study goes on.
pub trait Audience {
    /// A job has ended, or was stopped.
    fn ended(&mut self, job: &Job, state: &State);
    /// Some time has passed; so many jobs run, so many wait.
    fn look(&mut self, running: usize, waiting: usize);
    /// Nothing runs any more.
    fn close(&mut self);
}

/// What is to be done.
pub struct Work<'a> {
    /// the study
    pub plan: &'a Plan,
    /// how jobs are run
    pub manner: Manner,
    /// whether it goes on after a failure
    pub keep_going: bool,
}

/// How it ended.
#[derive(Debug, Default)]
pub struct Ended {
    /// jobs that failed, with the first line of why
    pub failed: Vec<(Job, String)>,
    /// jobs that were not begun, or were stopped
    pub left: usize,
}

/// A job that is to be run.
#[derive(Clone, Debug)]
pub struct Due {
    /// which
    pub job: Job,
    /// what was said of it when that was found: where another program has ended it since, it is done
    pub seen: Stamp,
}

/// What came of beginning a job.
enum Begun {
    Runs(Box<Running>),
    /// another program works on it
    Elsewhere,
    /// another program has ended it
    Was(Box<State>),
}

/// Jobs by what is being done with them.
#[derive(Default)]
struct Pool {
    waiting: VecDeque<Due>,
    /// those on which another program works, and when they were looked at
    elsewhere: VecDeque<(Due, Instant)>,
    running: Vec<Running>,
    ended: Ended,
    /// what went wrong with the study itself
    wrong: Option<Error>,
}

impl Work<'_> {
    /// Runs jobs. `stop` says how often somebody has asked it to stop: once, and what runs keeps what it has; again, and it is killed.
    ///
    /// # Errors
    /// A folder that cannot be written, a process that cannot be started, a script that has changed. What runs then is stopped first.
    pub fn run(&self, due: Vec<Due>, told: &mut dyn Audience, stop: &dyn Fn() -> usize) -> Result<Ended> {
        // what a job left is read in any case: a file that an interrupt keeps from being read would count as a failure
        let _shield = Interrupt::default().enter();
        let mut pool = Pool { waiting: due.into(), ..Pool::default() };
        loop {
            let asked = stop();
            let halted = asked > 0 || pool.wrong.is_some();
            if halted {
                pool.running.iter_mut().for_each(Running::ask);
            }
            if asked > 1 {
                pool.running.iter_mut().for_each(Running::kill);
            }
            let stopping = halted || (!self.keep_going && !pool.ended.failed.is_empty());
            if !stopping {
                self.fill(&mut pool, told);
            }
            self.look(&mut pool, told);
            let nothing = pool.waiting.is_empty() && pool.elsewhere.is_empty();
            if pool.running.is_empty() && (stopping || nothing) {
                break;
            }
            told.look(pool.running.len(), pool.waiting.len() + pool.elsewhere.len());
            std::thread::sleep(LOOK);
        }
        told.close();
        let Pool { waiting, elsewhere, mut ended, wrong, .. } = pool;
        ended.left += waiting.len() + elsewhere.len();
        wrong.map_or(Ok(ended), Err)
    }

    /// Begins as many jobs as may run.
    fn fill(&self, pool: &mut Pool, told: &mut dyn Audience) {
        if pool.elsewhere.front().is_some_and(|(_, since)| since.elapsed() > ELSEWHERE) {
            pool.waiting.extend(pool.elsewhere.pop_front().map(|(due, _)| due));
        }
        while pool.running.len() < self.manner.at_a_time {
            let Some(due) = pool.waiting.pop_front() else { break };
            match self.begin(&due) {
                Ok(Begun::Runs(running)) => pool.running.push(*running),
                Ok(Begun::Elsewhere) => pool.elsewhere.push_back((due, Instant::now())),
                Ok(Begun::Was(state)) => pool.ended.note(&due.job, &state, told),
                Err(e) => {
                    pool.waiting.push_front(due);
                    pool.wrong = Some(e);
                    break;
                }
            }
        }
    }

    /// Begins a job, unless another program works on it or has ended it.
    fn begin(&self, due: &Due) -> Result<Begun> {
        let place = due.job.place(&self.manner.study);
        let Some(claim) = child::claim(&place)? else { return Ok(Begun::Elsewhere) };
        match State::of(&place) {
            // the program that had begun it is gone, and it is about to end
            State::Running => Ok(Begun::Elsewhere),
            state @ (State::Done(_) | State::Failed { .. }) if stamp(&place) != due.seen => {
                Ok(Begun::Was(Box::new(state)))
            }
            _ => Running::begin(self.plan, &due.job, &self.manner, claim).map(|r| Begun::Runs(Box::new(r))),
        }
    }

    /// Takes note of what has ended.
    fn look(&self, pool: &mut Pool, told: &mut dyn Audience) {
        for mut running in std::mem::take(&mut pool.running) {
            match running.ended(self.plan, &self.manner) {
                Ok(None) => pool.running.push(running),
                Ok(Some(State::Running)) => {
                    let seen = stamp(&running.job.place(&self.manner.study));
                    let due = Due { job: running.job.clone(), seen };
                    pool.elsewhere.push_back((due, Instant::now()));
                }
                Ok(Some(state)) => pool.ended.note(&running.job, &state, told),
                Err(e) => pool.wrong = Some(e),
            }
        }
    }
}

impl Ended {
    fn note(&mut self, job: &Job, state: &State, told: &mut dyn Audience) {
        match state {
            State::Done(_) => {}
            State::Failed { reason, .. } => {
                self.failed.push((job.clone(), reason.lines().next().unwrap_or_default().to_string()));
            }
            _ => self.left += 1,
        }
        told.ended(job, state);
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::input;
    use crate::study::Script;
    use std::path::Path;

    fn scan(path: &Path) -> Result<Script> {
        Ok(Script::new(path.into(), &input::text(path, input::SCRIPT)?, &[], None))
    }

    struct Nobody;
    impl Audience for Nobody {
        fn ended(&mut self, _: &Job, _: &State) {}
        fn look(&mut self, _: usize, _: usize) {}
        fn close(&mut self) {}
    }

    #[test]
    fn what_a_job_left_is_read_while_an_interrupt_is_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let script = dir.path().join("s.rhai");
        std::fs::write(&script, "1").unwrap();
        let plan = Plan::new(vec![scan(&script).unwrap()], 1);
        let job = plan.jobs().unwrap().remove(0);
        // the job writes what a job writes, into the folder behind --out
        let program = "mkdir -p \"$4\"; echo '{\"gflow\": \"damaged\"' > \"$4/run.json\"";
        let manner = Manner {
            study: dir.path().into(),
            device: "cpu".into(),
            at_a_time: 1,
            threads: 1,
            program: ["sh", "-c", program, "sh"].map(Into::into).into(),
            scan,
        };
        let seen = stamp(&job.place(dir.path()));
        let asked = Interrupt::default();
        asked.request();
        let _here = asked.enter();
        let work = Work { plan: &plan, manner, keep_going: true };
        let ended = work.run(vec![Due { job, seen }], &mut Nobody, &|| 0).unwrap();
        assert!(ended.failed[0].1.contains("it is damaged"), "{:?}", ended.failed);
    }
}
