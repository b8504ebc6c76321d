//! Jobs, several at a time, until none is left or somebody stops it.
use super::child::{self, Manner, Running};
use super::told::Told;
use crate::cli::signals;
use crate::error::{Error, Result};
use crate::study::{Job, Plan, Stamp, State, stamp};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long one waits between two looks at the processes.
const LOOK: Duration = Duration::from_millis(3);
/// How long before a job that another program works on is looked at again.
const ELSEWHERE: Duration = Duration::from_secs(1);
/// Signals that come together are one: a terminal sends it to all, a wrapper passes it on.
const TOGETHER: Duration = Duration::from_secs(1);

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
    /// what stopped it
    pub signal: Option<signals::Signal>,
}

/// Signals that were heard, as a thread of its own counts them.
#[derive(Clone, Default)]
struct Heard {
    count: Arc<AtomicUsize>,
    first: Arc<std::sync::OnceLock<signals::Signal>>,
}

impl Heard {
    fn listen() -> Heard {
        let heard = Heard::default();
        let (told, mut last) = (heard.clone(), None::<Instant>);
        signals::listen(move |signal| {
            let _ = told.first.set(signal);
            if last.is_none_or(|t| t.elapsed() > TOGETHER) {
                told.count.fetch_add(1, Ordering::SeqCst);
                last = Some(Instant::now());
            }
        });
        heard
    }
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
    /// Runs jobs.
    ///
    /// # Errors
    /// A folder that cannot be written, a process that cannot be started, a script that has changed. What runs then is stopped first.
    pub fn run(&self, due: Vec<Due>, told: &mut Told) -> Result<Ended> {
        let heard = Heard::listen();
        let mut pool = Pool { waiting: due.into(), ..Pool::default() };
        loop {
            let signals = heard.count.load(Ordering::SeqCst);
            let halted = signals > 0 || pool.wrong.is_some();
            if halted {
                pool.running.iter_mut().for_each(Running::ask);
            }
            if signals > 1 {
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
        ended.signal = heard.first.get().copied();
        wrong.map_or(Ok(ended), Err)
    }

    /// Begins as many jobs as may run.
    fn fill(&self, pool: &mut Pool, told: &mut Told) {
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
    fn look(&self, pool: &mut Pool, told: &mut Told) {
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
    fn note(&mut self, job: &Job, state: &State, told: &mut Told) {
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
