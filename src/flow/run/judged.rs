//! The verdict of a run.
use super::advance::Run;
use super::holdout;
use crate::critic::entropic::Entropic;
use crate::critic::estimate::{Estimate, EstimateOptions, Request, estimate};
use crate::critic::exact::Exact;
use crate::critic::{SolverBuilder, Weights};
use crate::device::{Points, widened};
use crate::error::{DIVERGED, Error, Result};
use crate::flow::origins::Place;
use crate::flow::verdict::{Measured, Seen, Verdict, looked_at};
use crate::interrupt::Interrupt;
use crate::record::Snapshot;
use crate::space::Origin;
use std::sync::Arc;

/// The share of a part of a run that lies between its end and the particles they are compared with.
const LATELY: f64 = 0.15;
/// Most pairs of points between which D is solved exactly: that takes about a second.
const EXACTLY: usize = 400_000;

impl Run {
    /// What it came to, if somebody asked: asking costs as much as some steps.
    pub fn told(&self) -> Option<String> {
        self.judged.get().map(Verdict::describe)
    }

    /// The points of the target that the run was not given.
    ///
    /// # Errors
    /// Points that cannot be selected.
    pub fn held_out(&self) -> Result<Option<Points>> {
        // a run that is split was given all, whatever it was told later
        if self.splits.is_some() { Ok(None) } else { holdout::held(&self.target.here, &self.options) }
    }

    /// What became of it, as far as samples say: measured once after every part, in the units the flow was given.
    ///
    /// # Errors
    /// Particles that cannot be read or decoded, and an interrupt.
    pub fn verdict(&self, interrupt: &Interrupt) -> Result<&Verdict> {
        match self.judged.get() {
            Some(verdict) => Ok(verdict),
            None => {
                let verdict = self.judge(interrupt)?;
                Ok(self.judged.get_or_init(|| verdict))
            }
        }
    }

    fn judge(&self, interrupt: &Interrupt) -> Result<Verdict> {
        // a column of small units counts as the run was told that it should
        let prepared = self.origins.prepared.as_ref().map(|p| p.by.clone());
        let place = Place { prepared, origin: Origin::default() };
        let units = |p: Points| if place.prepared.is_some() { place.exactly(&p) } else { Ok(p) };
        let given = match &self.splits {
            Some(_) => self.target.clone(),
            None => holdout::given(&self.target.here, None, &self.options)?.0.into(),
        };
        let given = looked_at(&given, Seen::TARGET)?;
        let (given, held) = (units(given)?, self.held_out()?.map(units).transpose()?);
        let seen = |here: &Points| units(self.leave(&looked_at(&self.moved(here), Seen::PARTICLES)?)?);
        let view = |s: Option<&Snapshot>| s.map(|s| seen(&s.points)).transpose();
        let step = self.state.step;
        let lately = step.saturating_sub((LATELY * step as f64).ceil() as usize);
        let (before, start) = (
            view(self.snapshots.iter().rev().find(|s| s.step <= lately))?,
            view(self.snapshots.first().filter(|s| s.step == 0 && step > 0))?,
        );
        let now = seen(&self.state.particles)?;
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

    /// The D of the run between its particles and the target as they are now, proved: lower ≤ D ≤ upper. Transport terms are solved
    /// exactly where that takes about a second, beyond by entropic iterations whose bounds are true as well.
    ///
    /// # Errors
    /// Runs with classes, whose D is one of labelled points; what the solvers report; an interrupt.
    pub fn bracket(&self, interrupt: &Interrupt) -> Result<Estimate> {
        if self.labels.is_some() {
            return Err(Error::Unsupported {
                what: "run.bracket of a run with labels".into(),
                reason: "is of points alone".into(),
                advice: "estimate the divergence within each class".into(),
            });
        }
        let p = widened(&self.moved(&self.state.particles).whole()?)?;
        let q = widened(&self.aimed_at()?.whole()?)?;
        let few = p.dims()[0].saturating_mul(q.dims()[0]) <= EXACTLY;
        let builder = SolverBuilder(if few { Arc::new(Exact::default()) } else { Arc::new(Entropic::default()) });
        let divergence = self.flow.critics(&self.state)?.divergence;
        let (weights, options) = (Weights::default(), EstimateOptions::default());
        let request = Request { divergence, p: &p, q: &q, builder: &builder, explicit: false, weights, options };
        estimate(&request, interrupt, &mut |_, _| {})
    }

    /// What D and the mean squared velocity were over the last part of the run, beside the part before: 1 where they stand still.
    pub fn trends(&self) -> Vec<(&'static str, f64)> {
        let trend = |column: &str| {
            let all = self.history.column(column).unwrap_or_default();
            let last = ((LATELY * all.len() as f64).ceil() as usize).max(1);
            let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
            if all.len() < 2 * last {
                return f64::NAN;
            }
            let (before, now) = all[all.len() - 2 * last..].split_at(last);
            mean(now) / mean(before)
        };
        vec![("divergence_trend", trend("divergence")), ("fisher_trend", trend("fisher"))]
    }
}
