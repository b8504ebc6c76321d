//! What is said while jobs run: a bar in a terminal, elsewhere a line a job.
use crate::cli::streams::say;
use crate::study::{Job, State};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::BTreeMap;
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
    /// seconds of the jobs that ended, by script and setting
    seconds: BTreeMap<String, Vec<f64>>,
    last: Instant,
    slots: usize,
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
        Told { quiet, bar, total, done, failed: 0, seconds: BTreeMap::new(), last: Instant::now(), slots }
    }

    /// A job has ended.
    pub fn ended(&mut self, job: &Job, state: &State) {
        let line = match state {
            State::Done(o) => {
                self.done += 1;
                self.seconds.entry(setting(job)).or_default().push(o.seconds);
                format!("done in {}", time(o.seconds))
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

    /// Some time has passed; so many jobs run, so many wait.
    pub fn look(&mut self, running: usize, waiting: usize) {
        let Some(bar) = self.bar.as_ref().filter(|_| self.last.elapsed() > EVERY) else { return };
        let failed = if self.failed > 0 { format!(", {} failed", self.failed) } else { String::new() };
        bar.set_message(format!("{running} running{failed}{}", self.estimate(running, waiting)));
        self.last = Instant::now();
    }

    /// How long the rest takes, if it is like what has ended; half of what runs is over in the mean.
    fn estimate(&self, running: usize, waiting: usize) -> String {
        let all: Vec<f64> = self.seconds.values().flatten().copied().collect();
        if all.is_empty() {
            return String::new();
        }
        // settings of which all seeds are done count no more than others
        let means = self.seconds.values().map(|v| crate::summary::mean(v));
        let mean = means.sum::<f64>() / self.seconds.len() as f64;
        let left = mean * (waiting as f64 + 0.5 * running as f64) / self.slots as f64;
        format!(", about {} left", time(left.max(1.0)))
    }

    /// Removes the bar.
    pub fn close(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn setting(job: &Job) -> String {
    format!("{} {:?}", job.script, job.setting)
}

/// Seconds as people say them.
pub fn time(seconds: f64) -> String {
    match seconds {
        s if s < 0.1 => format!("{:.0} ms", 1e3 * s),
        s if s < 10.0 => format!("{s:.1} s"),
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.1} days", s / 86400.0),
    }
}
