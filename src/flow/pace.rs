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
        Pace {
            longest: LONGEST * apart,
            ratio: one(0.0),
            kept: one(1.0),
            share: one(SHARE),
            level: one(0.0),
            before: one(0.0),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{host, points, rows};
    use crate::record::Record;

    /// D = mean |y|^p/p, of which v = −|y|^(p−2) y is the field.
    struct Power(i32);
    impl Power {
        fn sizes(y: &Points) -> Values {
            (y.clone() * y.clone()).sum_dim(1).sqrt().squeeze_dim(1)
        }
    }
    impl Field for Power {
        fn velocity(&mut self, y: &Points) -> Result<Velocity> {
            let size = Power::sizes(y).reshape([y.dims()[0], 1]);
            let v = y.clone().neg() * size.powi_scalar(self.0 - 2);
            let d = self.level(y)?.map_or_else(|| y.clone().sum(), |l| l.mean());
            Ok(Velocity { record: Record::of(d, &v), v })
        }
        fn velocity_at(&mut self, _: &Points, x: &Points) -> Result<Points> {
            Ok(self.velocity(x)?.v)
        }
        fn level(&mut self, x: &Points) -> Result<Option<Values>> {
            Ok(Some(Power::sizes(x).powi_scalar(self.0).div_scalar(self.0)))
        }
    }

    fn step(pace: &mut Pace, n: usize, y: &Points, power: i32) -> (Points, f64) {
        let mut field = Power(power);
        let mut paced = Paced { inner: &mut field, pace, step: n, each: true, length: None };
        let v = paced.velocity(y).unwrap().v;
        let dt = number(&paced.length.unwrap().0).unwrap();
        (y.clone() + v, dt)
    }

    /// For D = ½ mean |y|² is D/I = ½: steps of 0.15, whatever the units; D falls by the promised share less its curvature.
    #[test]
    fn steps_ask_for_a_share_of_what_is_left() {
        for scale in [1e-3f32, 1.0, 1e3] {
            let mut y = points([1.0, -2.0, 0.5, 3.0].map(|v| v * scale).to_vec(), 2, 2, &host());
            let mut pace = Pace::new(f64::from(10.0 * scale), &host());
            for n in 0..5 {
                let (next, dt) = step(&mut pace, n, &y, 2);
                assert!((dt - 0.15).abs() < 1e-6, "scale {scale}, step {n}: {dt}");
                let shrunk = rows(&next).unwrap()[0] / rows(&y).unwrap()[0];
                assert!((shrunk - 0.85).abs() < 1e-5, "scale {scale}, step {n}: {shrunk}");
                y = next;
            }
        }
    }

    /// For D = mean |y| all particles have slope 1; one that has arrived would be thrown about by the steps of one far away. It
    /// goes less far, and the far one arrives in as many steps as alone.
    #[test]
    fn a_particle_that_has_arrived_does_not_jump() {
        let mut y = points(vec![1e-3, 0.0, 100.0, 0.0], 2, 2, &host());
        let mut pace = Pace::new(100.0, &host());
        for n in 0..60 {
            y = step(&mut pace, n, &y, 1).0;
            let at = rows(&y).unwrap();
            // a sixteenth of a step of 0.3·100 at most, and a step never overshoots by more than it was long
            assert!(at[0].abs() <= 2.0, "step {n}: {at:?}");
        }
        let at = rows(&y).unwrap();
        assert!(at[2].abs() < 1.0, "{at:?}");
    }

    /// Estimates that are not positive move nothing before the first that is, and change nothing after.
    #[test]
    fn negative_estimates_change_nothing() {
        let one = |v: f32| vector(vec![v], &host());
        let v = points(vec![1.0, 0.0], 1, 2, &host());
        let mut pace = Pace::new(10.0, &host());
        let lengths: Vec<f64> = [-1.0, 0.0, 2.0, -3.0]
            .iter()
            .enumerate()
            .map(|(n, d)| number(&pace.next(n, &one(*d), &v)).unwrap())
            .collect();
        assert_eq!(lengths[..2], [0.0, 0.0]);
        assert!((lengths[2] - 0.6).abs() < 1e-6 && lengths[3] == lengths[2], "{lengths:?}");
    }

    /// Where D does not fall, steps become shorter; where it falls again, as long as before. Slopes that are too small for D do not
    /// throw particles farther than the samples lie apart.
    #[test]
    fn steps_shorten_where_nothing_is_gained() {
        let one = |v: f32| vector(vec![v], &host());
        let v = points(vec![1.0, 0.0], 1, 2, &host());
        let mut pace = Pace::new(100.0, &host());
        let at = |pace: &mut Pace, n: usize, d: f32| number(&pace.next(n, &one(d), &v)).unwrap();
        let stuck: Vec<f64> = (0..=200).map(|n| at(&mut pace, n, 1.0)).collect();
        assert!((stuck[20] - 0.3).abs() < 1e-6 && stuck[200] < 0.3 * 0.8f64.powi(7), "{} {}", stuck[20], stuck[200]);
        let falling: Vec<f64> = (201..=500usize)
            .map(|n| at(&mut pace, n, 0.97f32.powi(n as i32 - 200)) / 0.97f64.powi(n as i32 - 200))
            .collect();
        assert!(falling[299] > 0.3, "{}", falling[299]);
        let slow = points(vec![1e-6, 0.0], 1, 2, &host());
        let far = number(&Pace::new(4.0, &host()).next(0, &one(1.0), &slow)).unwrap() * 1e-6;
        assert!((far - 1.0).abs() < 1e-5, "{far}");
    }

    /// Saved and put back, the steps go on as they were.
    #[test]
    fn a_saved_pace_goes_on() {
        let one = |v: f32| vector(vec![v], &host());
        let v = points(vec![1.0, 0.5], 1, 2, &host());
        let mut pace = Pace::new(10.0, &host());
        (0..45).for_each(|n| drop(pace.next(n, &one(1.0 / (n + 1) as f32), &v)));
        let mut again = Pace::new(10.0, &host());
        again.restore(&pace.state().unwrap(), &host());
        for n in 45..90 {
            let d = one(1.0 / (n + 1) as f32);
            assert_eq!(number(&pace.next(n, &d, &v)).unwrap(), number(&again.next(n, &d, &v)).unwrap());
        }
    }
}
