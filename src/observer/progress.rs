//! Progress for whoever shows it: at most twenty reports a second.
use super::watch::{Observer, Reading, Signal};
use crate::error::Result;
use crate::record::State;
use std::time::{Duration, Instant};

/// One report.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// what goes on
    pub label: String,
    /// steps taken since the observer began
    pub done: usize,
    /// steps planned
    pub total: usize,
    /// mean speed since the observer began
    pub steps_per_second: f64,
    /// the current divergence, where there is one
    pub divergence: Option<f64>,
    /// whether this is the last report
    pub finished: bool,
}

/// Reports the progress of a run to a sink.
pub struct Progress<'a> {
    label: String,
    start: usize,
    total: usize,
    begun: Instant,
    last: Option<Instant>,
    sink: &'a mut dyn FnMut(Report),
}

impl<'a> Progress<'a> {
    /// `total` steps from step `start` on.
    pub fn new(label: impl Into<String>, start: usize, total: usize, sink: &'a mut dyn FnMut(Report)) -> Progress<'a> {
        Progress { label: label.into(), start, total, begun: Instant::now(), last: None, sink }
    }
}

impl Observer for Progress<'_> {
    fn wants(&self, _: usize, _: bool) -> bool {
        false
    }
    fn always(&self) -> bool {
        true
    }
    fn observe(&mut self, state: &State, r: &Reading, last: bool) -> Result<Signal> {
        if last || self.last.is_none_or(|t| t.elapsed() > Duration::from_millis(50)) {
            self.last = Some(Instant::now());
            let done = state.step.saturating_sub(self.start);
            let seconds = self.begun.elapsed().as_secs_f64().max(1e-9);
            let divergence = r.divergence.is_finite().then_some(r.divergence);
            (self.sink)(Report {
                label: self.label.clone(),
                done,
                total: self.total,
                steps_per_second: done as f64 / seconds,
                divergence,
                finished: last,
            });
        }
        Ok(Signal::Continue)
    }
}
