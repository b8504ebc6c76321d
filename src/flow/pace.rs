//! The length of a step, from what the flow still has to lose: D = 0 at its end, and dD/dt = −mean |∇δD/δP|² on the way.
//!
//! A step Δt promises the loss Δt·I with I = mean |v|², so Δt = η·D/I asks for the share η of D: Polyak's step
//! [polyak1987](crate::references#polyak1987). It has the units of time whatever the units of the points and of D, so that a run
//! on s·P and s·Q with L/s is s times the run on P and Q.
//!
//! - D and I are those of a critic that is still learning: their quotient is averaged over steps, grows at most twofold a
//!   step, and an estimate that is not positive changes nothing.
//! - A step that is long for some particles is not for others: whoever would land where the critic is not lower by half of what
//!   the slope promised goes half as far, up to four times (the condition of Armijo [nocedal2006](crate::references#nocedal2006)
//!   for each particle). What is not gone for that reason is asked of the others.
//! - No step is longer in the root mean square than a quarter of how far the samples lie apart: a critic whose slopes have not been
//!   learned yet promises little, not far.
//! - Where D has stopped falling, because the critic's noise is all that is left of it or because its least value is not 0, the share
//!   η falls, so that the particles come to rest.
use super::field::{Field, Velocity};
use crate::device::{Points, Values, is_cpu, number, values, vector};
use crate::error::Result;
use burn::tensor::{Device, Tensor};

/// η at the start, and at most.
const SHARE: f64 = 0.3;
/// What the averages of quotients keep of themselves at every step.
const MEMORY: f64 = 0.8;
/// How many times the average may grow in a step.
const GROWTH: f64 = 2.0;
/// How often a particle may halve its step.
const HALVINGS: usize = 4;
/// The share of the promised loss that a particle has to find.
const ARMIJO: f64 = 0.5;
/// Rounding of φ in f32, relative to its size: a difference below it says nothing.
const ROUNDING: f64 = 5e-7;
/// Steps between two looks at whether D has fallen.
const WINDOW: usize = 20;
/// What D may be of the D a window ago and still be falling.
const FALLING: f64 = 0.97;
/// What becomes of η where D has not fallen, and where it has.
const SHORTER: f64 = 0.8;
const LONGER: f64 = 1.25;

/// The longest step, root mean square, as a share of how far the samples lie apart.
const LONGEST: f64 = 0.25;

/// What is remembered from step to step, on the device: each of shape `[1]`.
#[derive(Clone, Debug)]
pub struct Pace {
    /// the longest step, root mean square
    longest: f64,
    /// average of D/I; 0 before D was positive
    ratio: Values,
    /// average of what the particles' own steps keep of the promise
    kept: Values,
    /// η
    share: Values,
    /// average of D
    level: Values,
    /// the same a window ago
    before: Values,
}

impl Pace {
    /// Nothing is known yet but how far the samples lie apart: the root of the mean squared distance between points of both.
    pub fn new(apart: f64, device: &Device) -> Pace {
        let one = |v: f64| vector(vec![v as f32], device);
        Pace { longest: LONGEST * apart, ratio: one(0.0), kept: one(1.0), share: one(SHARE), level: one(0.0), before: one(0.0) }
    }
    /// Its numbers, for saved runs.
    ///
    /// # Errors
    /// Numbers that cannot be read from their device.
    pub fn state(&self) -> Result<Vec<f32>> {
        let all = [&self.ratio, &self.kept, &self.share, &self.level, &self.before];
        values(&Tensor::cat(all.into_iter().cloned().collect(), 0))
    }
    /// The same put back, if there are as many as it has.
    pub fn restore(&mut self, state: &[f32], device: &Device) {
        let &[ratio, kept, share, level, before] = state else { return };
        let one = |v: f32| vector(vec![v], device);
        *self = Pace {
            longest: self.longest,
            ratio: one(ratio),
            kept: one(kept),
            share: one(share),
            level: one(level),
            before: one(before),
        };
    }
    /// Δt as it would be now.
    ///
    /// # Errors
    /// A number that cannot be read from its device.
    pub fn length(&self) -> Result<f64> {
        number(&self.now())
    }
    fn now(&self) -> Values {
        self.share.clone() * self.ratio.clone() / self.kept.clone()
    }
    /// The length of the step from an estimate of D, shape `[1]`, and velocities, shape `[n, d]`.
    fn next(&mut self, step: usize, d: &Values, v: &Points) -> Values {
        let fisher = (v.clone() * v.clone()).sum_dim(1).mean();
        let fisher = fisher.clamp_min(f64::from(f32::MIN_POSITIVE));
        let quotient = d.clone().clamp_min(0.0) / fisher.clone();
        let known = self.ratio.clone().greater_elem(0.0);
        let limited = quotient.clone().min_pair(self.ratio.clone().mul_scalar(GROWTH));
        let mean = self.ratio.clone().mul_scalar(MEMORY) + limited.mul_scalar(1.0 - MEMORY);
        let positive = d.clone().greater_elem(0.0);
        // first the quotient itself; later averages, and none from an estimate that is no divergence
        let next = quotient.mask_where(known, mean);
        self.ratio = self.ratio.clone().mask_where(positive, next);
        self.judge(step, d);
        self.now().min_pair(fisher.sqrt().recip().mul_scalar(self.longest))
    }
    /// Shortens the steps where D has not fallen for a window of steps.
    fn judge(&mut self, step: usize, d: &Values) {
        let mean = self.level.clone().mul_scalar(MEMORY) + d.clone().mul_scalar(1.0 - MEMORY);
        self.level = if step == 0 { d.clone() } else { mean };
        if step == 0 || !step.is_multiple_of(WINDOW) {
            return;
        }
        let falls = self.level.clone().lower(self.before.clone().mul_scalar(FALLING));
        let shorter = self.share.clone().mul_scalar(SHORTER);
        let longer = self.share.clone().mul_scalar(LONGER).clamp_max(SHARE);
        if step > WINDOW {
            self.share = shorter.mask_where(falls, longer);
        }
        self.before = self.level.clone();
    }
    /// Remembers what share of the promise the particles' own steps keep.
    fn keep(&mut self, share: Values) {
        let share = share.clamp(0.01, 1.0);
        self.kept = self.kept.clone().mul_scalar(MEMORY) + share.mul_scalar(1.0 - MEMORY);
    }
}

/// A field whose velocities are displacements of a step: schemes go through it with Δt = 1.
pub struct Paced<'a> {
    /// the field in its own time
    pub inner: &'a mut dyn Field,
    /// what is remembered
    pub pace: &'a mut Pace,
    /// number of the step
    pub step: usize,
    /// whether particles may go less far than the others
    pub each: bool,
    /// Δt of the step, shape `[1]`, and what each particle takes of it, shape `[n, 1]`, once the first velocity is known
    pub length: Option<(Values, Points)>,
}

impl Paced<'_> {
    /// The steps of the particles, shape `[n, 1]`.
    fn own(&mut self, y: &Points, v: &Points, dt: &Values) -> Result<Points> {
        let all = dt.clone().reshape([1, 1]).expand([y.dims()[0], 1]);
        let here = if self.each { self.inner.level(y)? } else { None };
        let Some(here) = here else { return Ok(all) };
        let (host, n) = (is_cpu(&y.device()), y.dims()[0]);
        let here = here.reshape([n, 1]);
        let squared = (v.clone() * v.clone()).sum_dim(1);
        let slack = here.clone().abs().mul_scalar(ROUNDING);
        let mut own = all.clone();
        for _ in 0..HALVINGS {
            let Some(there) = self.inner.level(&(y.clone() + v.clone() * own.clone()))? else { break };
            let promised = (own.clone() * squared.clone()).mul_scalar(ARMIJO);
            let far = there.reshape([n, 1]).greater(here.clone() - promised + slack.clone());
            if host && !far.clone().any().into_scalar::<bool>() {
                break;
            }
            own = own.clone().mask_where(far, own.mul_scalar(0.5));
        }
        let promise = (all * squared.clone()).mean().clamp_min(f64::from(f32::MIN_POSITIVE));
        self.pace.keep((own.clone() * squared).mean() / promise);
        Ok(own)
    }
}

impl Field for Paced<'_> {
    fn velocity(&mut self, particles: &Points) -> Result<Velocity> {
        let Velocity { v, record } = self.inner.velocity(particles)?;
        if self.length.is_none() {
            let dt = self.pace.next(self.step, record.divergence(), &v);
            let own = self.own(particles, &v, &dt)?;
            self.length = Some((dt, own));
        }
        let own = self.length.as_ref().map(|l| l.1.clone());
        Ok(Velocity { v: own.map_or_else(|| v.clone(), |own| v.clone() * own), record })
    }
    fn velocity_at(&mut self, particles: &Points, x: &Points) -> Result<Points> {
        self.inner.velocity_at(particles, x)
    }
    fn level(&mut self, x: &Points) -> Result<Option<Values>> {
        self.inner.level(x)
    }
}
