//! The verdict of a run.
use super::advance::Run;
use super::holdout;
use crate::device::Points;
use crate::error::{DIVERGED, Result};
use crate::flow::verdict::{Measured, Seen, Verdict};
use crate::interrupt::Interrupt;
use crate::record::Snapshot;

/// The share of a part of a run that lies between its end and the particles they are compared with.
const LATELY: f64 = 0.15;

impl Run {
    /// The points of the target that the run was not given.
    ///
    /// # Errors
    /// Points that cannot be selected.
    pub fn held_out(&self) -> Result<Option<Points>> {
        holdout::held(&self.target, &self.options)
    }

    /// What became of it, as far as samples say.
    ///
    /// # Errors
    /// Particles that cannot be read or decoded, and an interrupt.
    pub fn verdict(&self, interrupt: &Interrupt) -> Result<Verdict> {
        let (given, _) = holdout::given(&self.target, None, &self.options)?;
        let held = self.held_out()?;
        let view = |s: Option<&Snapshot>| s.map(|s| self.view(s)).transpose();
        let step = self.state.step;
        let lately = step.saturating_sub((LATELY * step as f64).ceil() as usize);
        let (before, start) = (
            view(self.snapshots.iter().rev().find(|s| s.step <= lately))?,
            view(self.snapshots.first().filter(|s| s.step == 0 && step > 0))?,
        );
        let now = self.particles()?;
        let seen = Seen {
            now: &now,
            before: before.as_ref(),
            start: start.as_ref(),
            target: &given,
            held: held.as_ref(),
            drawn: self.flow.takes_all(),
            mapped: !self.flow.advects(),
        };
        let verdict = Verdict::of(Measured::of(&seen, interrupt)?);
        Ok(if self.ending.starts_with(DIVERGED) { verdict.diverged() } else { verdict })
    }
}
