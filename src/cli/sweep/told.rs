//! What is said while jobs run: a bar in a terminal, elsewhere a line a job.
use crate::cli::streams::say;
use crate::study::{Audience, Job, Pace, State, duration};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// How often the estimate is made again.
const EVERY: Duration = Duration::from_millis(500);

/// Progress over all jobs.
pub struct Told {
    quiet: bool,
    bar: Option<ProgressBar>,
    total: usize,
    done: usize,
    failed: usize,
    pace: Pace,
    last: Instant,
}

impl Told {
    /// Of so many jobs, of which some are done, so many at a time.
    pub fn new(quiet: bool, total: usize, done: usize, slots: usize) -> Told {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr_with_hz(10));
            if let Ok(style) = ProgressStyle::with_template("{bar:28.cyan/dim} {pos}/{len}  {msg}") {
                bar.set_style(style);
            }
            bar.set_position(done as u64);
            bar
        });
        Told { quiet, bar, total, done, failed: 0, pace: Pace::new(slots), last: Instant::now() }
    }
}

impl Audience for Told {
    fn ended(&mut self, job: &Job, state: &State) {
        let line = match state {
            State::Done(o) => {
                self.done += 1;
                self.pace.took(job, o.seconds);
                format!("done in {}", duration(o.seconds))
            }
            State::Failed { reason, .. } => {
                self.failed += 1;
                format!("failed: {}", reason.lines().next().unwrap_or_default())
            }
            other => other.word().to_string(),
        };
        let line = format!("[{}/{}] {}: {line}", self.done + self.failed, self.total, job.describe());
        match &self.bar {
            Some(bar) => {
                bar.set_position((self.done + self.failed) as u64);
                // what came to its end is seen in the bar
                if !matches!(state, State::Done(_)) {
                    bar.suspend(|| say(&line));
                }
            }
            None if !self.quiet => say(&line),
            None => {}
        }
    }

    fn look(&mut self, running: usize, waiting: usize) {
        let Some(bar) = self.bar.as_ref().filter(|_| self.last.elapsed() > EVERY) else { return };
        let failed = if self.failed > 0 { format!(", {} failed", self.failed) } else { String::new() };
        bar.set_message(format!("{running} running{failed}{}", self.pace.left(running, waiting)));
        self.last = Instant::now();
    }

    fn close(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
