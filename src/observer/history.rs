//! The table of a run: step, time, divergence, Fisher information, speed, seconds, and the metrics asked for.
use super::watch::{Observer, Reading, Signal};
use crate::device::Points;
use crate::error::Result;
use crate::metric::Metric;
use crate::ranks::{Split, Spread};
use crate::record::{History, State};
use std::sync::Arc;

/// Writes the history of a run: a row every so many steps, metrics in some of them.
pub struct HistoryWriter<'a> {
    /// what was written so far
    pub history: History,
    every: usize,
    metrics: Vec<Arc<dyn Metric>>,
    metrics_every: usize,
    target: Points,
    /// who has the particles that are not here
    split: Option<Arc<Split>>,
    /// who is told of every row
    told: Option<&'a mut dyn FnMut(&History)>,
}

/// The columns every history has.
const COLUMNS: &[&str] = &["step", "time", "divergence", "fisher", "speed", "seconds"];

impl<'a> HistoryWriter<'a> {
    /// A row every `every` steps; metrics against the target, shape [m, d], every `metrics_every`.
    pub fn new(every: usize, metrics: Vec<Arc<dyn Metric>>, metrics_every: usize, target: Points) -> HistoryWriter<'a> {
        let names = COLUMNS.iter().map(|s| s.to_string()).chain(metrics.iter().map(|m| m.name().to_string()));
        HistoryWriter { history: History::new(names), every, metrics, metrics_every, target, split: None, told: None }
    }
    /// The same for some of the particles; other ranks have the rest, and look at the same steps.
    pub fn on(self, split: Option<&Arc<Split>>) -> HistoryWriter<'a> {
        HistoryWriter { split: split.cloned(), ..self }
    }
    /// Tells somebody of every row as it comes.
    pub fn telling(self, told: Option<&'a mut dyn FnMut(&History)>) -> HistoryWriter<'a> {
        HistoryWriter { told, ..self }
    }
    /// Goes on with the history of an earlier run.
    pub fn continuing(mut self, earlier: &History) -> HistoryWriter<'a> {
        // columns that were not measured before, or are no longer, keep their gaps
        let names: Vec<String> = self.history.names().map(String::from).collect();
        for i in 0..earlier.len() {
            let row: Vec<f64> =
                names.iter().map(|n| earlier.column(n).and_then(|c| c.get(i)).copied().unwrap_or(f64::NAN)).collect();
            self.history.push(&row);
        }
        self
    }
}

impl Observer for HistoryWriter<'_> {
    fn wants(&self, step: usize, last: bool) -> bool {
        last || step.is_multiple_of(self.every)
    }
    fn observe(&mut self, state: &State, r: &Reading, last: bool) -> Result<Signal> {
        // the last row of an earlier part was measured with the critic as it stood; going on, the step measures it anew
        if self.history.last("step") == Some(state.step as f64) {
            self.history.pop();
        }
        let mut row = vec![state.step as f64, state.time.read()?, r.divergence, r.fisher, r.speed, r.seconds];
        let due = !self.metrics.is_empty() && (last || state.step.is_multiple_of(self.metrics_every));
        let particles = Spread::of(state.particles.clone(), self.split.as_ref());
        let all = due.then(|| particles.whole()).transpose()?;
        for m in &self.metrics {
            row.push(all.as_ref().map_or(Ok(f64::NAN), |all| m.evaluate(all, &self.target))?);
        }
        self.history.push(&row);
        if let Some(told) = &mut self.told {
            told(&self.history);
        }
        Ok(Signal::Continue)
    }
}
