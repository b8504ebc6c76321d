//! Copies of the particles at evenly spaced steps, the first and the last among them.
use super::watch::{Observer, Reading, Signal};
use crate::error::Result;
use crate::record::{Snapshot, State};

/// Copies of the particles at evenly spaced steps.
pub struct Snapshots {
    /// copies taken so far, in order
    pub taken: Vec<Snapshot>,
    due: Vec<usize>,
}

impl Snapshots {
    /// `count` snapshots over the steps from `start` to `start + steps`.
    pub fn new(count: usize, start: usize, steps: usize) -> Snapshots {
        let due = match count {
            0 => vec![],
            1 => vec![start + steps],
            _ => (0..count).map(|i| start + i * steps / (count - 1)).collect(),
        };
        Snapshots { taken: vec![], due }
    }
}

impl Observer for Snapshots {
    fn wants(&self, step: usize, last: bool) -> bool {
        !self.due.is_empty() && (last || self.due.contains(&step))
    }
    fn observe(&mut self, state: &State, _: &Reading, last: bool) -> Result<Signal> {
        let new = self.taken.last().is_none_or(|s| s.step != state.step);
        if new && !self.due.is_empty() && (last || self.due.contains(&state.step)) {
            self.taken.push(Snapshot { step: state.step, time: state.time.read()?, points: state.particles.clone() });
        }
        Ok(Signal::Continue)
    }
}
