//! The table of a run: step, time, divergence, Fisher information, speed, seconds, and the metrics asked for.
use super::{Observer, Reading, Signal};
use crate::device::Points;
use crate::error::Result;
use crate::flow::State;
use crate::flow::record::Table;
use crate::metric::Metric;
use std::sync::Arc;

pub struct History {
    pub table: Table,
    every: usize,
    metrics: Vec<Arc<dyn Metric>>,
    metrics_every: usize,
    target: Points,
}

/// The columns every history has.
pub const COLUMNS: &[&str] = &["step", "time", "divergence", "fisher", "speed", "seconds"];

impl History {
    pub fn new(every: usize, metrics: Vec<Arc<dyn Metric>>, metrics_every: usize, target: Points) -> History {
        let names = COLUMNS.iter().map(|s| s.to_string()).chain(metrics.iter().map(|m| m.name().to_string()));
        History { table: Table::new(names), every, metrics, metrics_every, target }
    }
    /// Goes on with the table of an earlier run.
    pub fn continuing(mut self, table: Table) -> History {
        // columns that were not measured before, or are no longer, keep their gaps
        let names: Vec<String> = self.table.names().map(String::from).collect();
        for i in 0..table.len() {
            let row: Vec<f64> = names.iter().map(|n| table.column(n).map_or(f64::NAN, |c| c[i])).collect();
            self.table.push(&row);
        }
        self
    }
}

impl Observer for History {
    fn wants(&self, step: usize, last: bool) -> bool {
        last || step.is_multiple_of(self.every)
    }
    fn observe(&mut self, state: &State, r: &Reading, last: bool) -> Result<Signal> {
        // the last row of an earlier part was measured with the critic as it stood; going on, the step measures it anew
        if self.table.last("step") == Some(state.step as f64) {
            self.table.pop();
        }
        let mut row = vec![state.step as f64, state.time, r.divergence, r.fisher, r.speed, r.seconds];
        for m in &self.metrics {
            let due = last || state.step.is_multiple_of(self.metrics_every);
            row.push(if due { m.evaluate(&state.particles, &self.target)? } else { f64::NAN });
        }
        self.table.push(&row);
        Ok(Signal::Continue)
    }
}
