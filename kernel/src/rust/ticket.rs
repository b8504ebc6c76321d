//! What becomes of one compiled cell.
use crate::protocol::Outcome;
use crate::supervisor::Control;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// One cell between its compiler and the session process.
#[derive(Default)]
pub struct Ticket {
    progress: Mutex<Progress>,
    /// told when the cell is given up
    pub stopped: Notify,
}

#[derive(Default)]
struct Progress {
    running: bool,
    /// it runs, or has run
    begun: bool,
    /// when the compiler was through
    compiled: Option<Instant>,
    /// the cell was interrupted before it ran: it must not any more
    cancelled: bool,
    outcome: Option<Outcome>,
    control: Control,
}

impl Ticket {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(|p| p.into_inner())
    }
    /// Whether its code runs now.
    pub fn running(&self) -> bool {
        self.progress().running
    }
    /// Whether any of its code has run.
    pub fn has_begun(&self) -> bool {
        self.progress().begun
    }
    /// Gives up a cell that is still being compiled; false if it runs.
    pub fn cancel(&self) -> bool {
        let mut progress = self.progress();
        if progress.running {
            return false;
        }
        progress.cancelled = true;
        drop(progress);
        self.stopped.notify_one();
        true
    }
    /// Whether it was given up.
    pub fn cancelled(&self) -> bool {
        self.progress().cancelled
    }
    /// How the cell came out of the session process, and what it said to its compiler.
    pub fn take(&self) -> (Option<Outcome>, Control) {
        let mut progress = self.progress();
        (progress.outcome.take(), std::mem::take(&mut progress.control))
    }
    /// How long the compiler took.
    pub fn compiling(&self, begun: Instant) -> Duration {
        self.progress().compiled.unwrap_or_else(Instant::now) - begun
    }
    /// The compiler is through: whether the cell may run.
    pub fn start(&self) -> bool {
        let mut progress = self.progress();
        progress.compiled = Some(Instant::now());
        progress.running = !progress.cancelled;
        progress.begun |= progress.running;
        progress.running
    }
    /// The cell has run, or must not.
    pub fn settle(&self, outcome: Outcome, control: Control) {
        let mut progress = self.progress();
        progress.running = false;
        progress.outcome = Some(outcome);
        progress.control = control;
    }
}
