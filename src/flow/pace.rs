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
//! - A critic whose D is below the 0 of no critic at all, now and on average, has not been learned: it moves nobody.
//! - A D that is solved for has rounding, and velocities of rounding beside it promise what they like: D counts by what it is above
//!   that, so that particles that lie at their target stay.
//! - Where D has stopped falling, because the critic's noise is all that is left of it or because its least value is not 0, the share
//!   η falls, so that the particles come to rest.
use super::field::{Field, Velocity};
use super::landing::{ARMIJO, HALVINGS, ROUNDING, shorten};
use crate::device::ops::paces::{self, Place, Rule};
use crate::device::{Points, Values, is_cpu, number, points, rows, values, vector};
use crate::error::Result;
use crate::network::{parted, whole};
use crate::ranks::Split;
use crate::ranks::split::sums;
use burn::tensor::Device;
use std::sync::Arc;

/// η at the start, and at most.
const SHARE: f64 = 0.3;
/// What averages keep of themselves at every step.
const MEMORY: f64 = 0.8;
/// How many times the average may grow in a step.
const GROWTH: f64 = 2.0;
/// Steps between two looks at whether D has fallen.
const WINDOW: usize = 20;
/// What D may be of the D a window ago and still be falling.
const FALLING: f64 = 0.97;
/// What becomes of η where D has not fallen, and where it has.
const SHORTER: f64 = 0.8;
const LONGER: f64 = 1.25;
/// Rounding of a D that is solved for in f32, relative to what it is between samples that lie apart.
const SOLVED: f64 = 1e-6;
/// The longest step, root mean square, as a share of how far the samples lie apart.
const LONGEST: f64 = 0.25;
/// Particles whose steps are shortened at a time on the host: whole blocks of a network.
const PIECE: usize = 1 << 16;

/// What is remembered from step to step.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// average of D/I; 0 before D was positive
    ratio: f64,
    /// average of what the particles' own steps keep of the promise
    kept: f64,
    /// η
    share: f64,
    /// average of D
    level: f64,
    /// the same a window ago
    before: f64,
    /// Δt of the last step
    length: f64,
}

impl Known {
    const NOTHING: Known = Known { ratio: 0.0, kept: 1.0, share: SHARE, level: 0.0, before: 0.0, length: 0.0 };

    fn list(&self) -> [f64; paces::NUMBERS] {
        [self.ratio, self.kept, self.share, self.level, self.before, self.length]
    }
    fn of(v: [f64; paces::NUMBERS]) -> Known {
        let [ratio, kept, share, level, before, length] = v;
        Known { ratio, kept, share, level, before, length }
    }

    /// After an estimate of D and of I.
    fn look(&mut self, place: Place, d: f64, fisher: f64, longest: f64) {
        let fisher = fisher.max(1e-37);
        if d > 0.0 {
            let quotient = d / fisher;
            let limited = quotient.min(GROWTH * self.ratio);
            // first the quotient itself; later averages, and none from an estimate that is no divergence
            let mean = MEMORY * self.ratio + (1.0 - MEMORY) * limited;
            self.ratio = if self.ratio > 0.0 { mean } else { quotient };
        }
        self.level = if place.first { d } else { MEMORY * self.level + (1.0 - MEMORY) * d };
        if place.judged {
            let falls = self.level < FALLING * self.before;
            self.share = if falls { (LONGER * self.share).min(SHARE) } else { SHORTER * self.share };
        }
        if place.ends {
            self.before = self.level;
        }
        let length = (self.share * self.ratio / self.kept).min(longest / fisher.sqrt());
        self.length = if d > 0.0 || self.level > 0.0 { length } else { 0.0 };
    }

    /// Remembers what share of the promise the particles' own steps keep.
    fn keep(&mut self, share: f64) {
        self.kept = MEMORY * self.kept + (1.0 - MEMORY) * share.clamp(0.01, 1.0);
    }
}

/// Where the numbers are: on the host beside tensors of the host, on a device in the order of [`paces`].
#[derive(Clone, Debug)]
enum Numbers {
    Host(Known),
    Device(Box<Values>),
}

/// What chooses the lengths of steps.
#[derive(Clone, Debug)]
pub struct Pace {
    /// the longest step, root mean square
    longest: f64,
    /// what D is where it is 0, to rounding; not known before the first step of a run, or of one that goes on
    floor: Option<f64>,
    /// who has the particles that are not here
    split: Option<Arc<Split>>,
    numbers: Numbers,
}

impl Pace {
    /// Nothing is known yet but how far the samples lie apart: the root of the mean squared distance between points of both.
    pub fn new(apart: f64, device: &Device) -> Pace {
        Pace { longest: LONGEST * apart, floor: None, split: None, numbers: Pace::place(Known::NOTHING, device) }
    }
    /// The same for some of the particles; other ranks have the rest.
    pub fn on(self, split: Option<&Arc<Split>>) -> Pace {
        Pace { split: split.cloned(), ..self }
    }
    /// D is solved for, and has this value where the target is as far away as it is wide.
    pub fn of_solved(&mut self, away: f64) {
        self.floor = Some(if away.is_finite() { SOLVED * away.abs() } else { 0.0 });
    }
    /// Whether nobody has said yet what the rounding of D is.
    pub fn is_new(&self) -> bool {
        self.floor.is_none()
    }
    /// What was learned is of particles that are no longer where they were.
    pub fn forget(&mut self, device: &Device) {
        self.numbers = Pace::place(Known::NOTHING, device);
    }
    fn place(known: Known, device: &Device) -> Numbers {
        if is_cpu(device) {
            return Numbers::Host(known);
        }
        Numbers::Device(Box::new(vector(known.list().map(|v| v as f32).to_vec(), device)))
    }
    /// Its numbers, for saved runs.
    ///
    /// # Errors
    /// Numbers that cannot be read from their device.
    pub fn state(&self) -> Result<Vec<f32>> {
        match &self.numbers {
            Numbers::Host(known) => Ok(parted(&known.list())),
            Numbers::Device(all) => Ok(values(all.as_ref())?.into_iter().flat_map(|v| [v, 0.0]).collect()),
        }
    }
    /// The same put back, if there are as many as it has.
    pub fn restore(&mut self, state: &[f32], device: &Device) {
        if let Ok(all) = whole(state, paces::NUMBERS).try_into() {
            self.numbers = Pace::place(Known::of(all), device);
        }
    }
    /// Δt of the last step.
    ///
    /// # Errors
    /// A number that cannot be read from its device.
    pub fn length(&self) -> Result<f64> {
        match &self.numbers {
            Numbers::Host(known) => Ok(known.length),
            Numbers::Device(all) => number(&all.as_ref().clone().narrow(0, paces::NUMBERS - 1, 1)),
        }
    }

    /// Δt, shape `[1]`, and the steps of the particles, shape `[n, 1]`, from an estimate of D, shape `[1]`, and velocities.
    ///
    /// # Errors
    /// What the field reports, and numbers that cannot be read from their device.
    pub fn step(
        &mut self,
        step: usize,
        here: &Velocity,
        y: &Points,
        field: Option<&mut dyn Field>,
    ) -> Result<(Values, Points)> {
        let (first, ends) = (step == 0, step > 0 && step.is_multiple_of(WINDOW));
        let place = Place { first, ends, judged: ends && step > WINDOW };
        let (d, v) = (here.record.divergence(), &here.v);
        let above;
        let d = if let Some(floor) = self.floor.filter(|floor| *floor > 0.0) {
            above = d.clone().sub_scalar(floor).clamp_min(0.0);
            &above
        } else {
            d
        };
        let longest = self.longest;
        match &mut self.numbers {
            Numbers::Host(known) => {
                let split = self.split.as_deref();
                on_host(known, (place, split), longest, (number(d)?, v), y, field)
            }
            Numbers::Device(all) => on_device(all.as_mut(), place, longest, (d, v), y, field),
        }
    }
}

fn on_host(
    known: &mut Known,
    (place, split): (Place, Option<&Split>),
    longest: f64,
    (d, v): (f64, &Points),
    y: &Points,
    field: Option<&mut dyn Field>,
) -> Result<(Values, Points)> {
    let ([n, dim], device) = (y.dims(), y.device());
    let v = rows(v)?;
    let squared: Vec<f64> = v.chunks(dim).map(|r| r.iter().map(|v| f64::from(*v) * f64::from(*v)).sum()).collect();
    let all = split.map_or(n, Split::rows) as f64;
    let total = sums(split, n, 1, |i, sum| sum[0] += squared[i])?[0];
    known.look(place, d, total / all, longest);
    let mut own = vec![known.length; n];
    let dt = vector(vec![known.length as f32], &device);
    let taken = |own: &[f64]| points(own.iter().map(|h| *h as f32).collect(), n, 1, &device);
    let Some(field) = field else { return Ok((dt, taken(&own))) };
    // some particles at a time: they need nothing of each other
    for from in (0..n).step_by(PIECE) {
        let rows = from..n.min(from + PIECE);
        let at = y.clone().narrow(0, from, rows.len());
        let v = &v[from * dim..rows.end * dim];
        if !shorten(field, &at, v, &squared[rows.clone()], &mut own[rows])? {
            return Ok((dt, taken(&own)));
        }
    }
    let promise = known.length * total;
    let kept = sums(split, n, 1, |i, sum| sum[0] += own[i] * squared[i])?[0];
    known.keep(if promise > 0.0 { kept / promise } else { 1.0 });
    Ok((dt, taken(&own)))
}

fn on_device(
    numbers: &mut Values,
    place: Place,
    longest: f64,
    (d, v): (&Values, &Points),
    y: &Points,
    field: Option<&mut dyn Field>,
) -> Result<(Values, Points)> {
    let rule = Rule {
        memory: MEMORY as f32,
        growth: GROWTH as f32,
        share: SHARE as f32,
        falling: FALLING as f32,
        shorter: SHORTER as f32,
        longer: LONGER as f32,
        armijo: ARMIJO as f32,
        rounding: ROUNDING as f32,
        longest: longest as f32,
    };
    *numbers = paces::look(v, d, numbers, rule, place);
    let dt = numbers.clone().narrow(0, paces::NUMBERS - 1, 1);
    let levels = match field {
        Some(field) => field.level(&paces::places(y, v, numbers, HALVINGS))?,
        None => None,
    };
    let Some(levels) = levels else {
        let all = dt.clone().reshape([1, 1]).expand([y.dims()[0], 1]);
        return Ok((dt, all));
    };
    let (own, next) = paces::choose(&levels, v, numbers, rule, HALVINGS);
    *numbers = next;
    Ok((dt, own))
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
    /// how much of the step is taken
    pub share: f64,
    /// Δt of the step, shape `[1]`, and what each particle takes of it, shape `[n, 1]`, once the first velocity is known
    pub length: Option<(Values, Points)>,
}

impl Field for Paced<'_> {
    fn velocity(&mut self, particles: &Points) -> Result<Velocity> {
        let here = self.inner.velocity(particles)?;
        let own = match &self.length {
            Some((_, own)) => own.clone(),
            None => {
                let field: Option<&mut dyn Field> = if self.each { Some(&mut *self.inner) } else { None };
                let (mut dt, mut own) = self.pace.step(self.step, &here, particles, field)?;
                if self.share < 1.0 {
                    (dt, own) = (dt.mul_scalar(self.share), own.mul_scalar(self.share));
                }
                self.length = Some((dt, own.clone()));
                own
            }
        };
        Ok(Velocity { v: here.v * own, record: here.record })
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

    /// Δt after an estimate of D and velocities, of particles at 0 that all take it.
    fn next(pace: &mut Pace, n: usize, d: f32, v: &Points) -> f64 {
        let d = vector(vec![d], &v.device());
        let here = Velocity { record: Record::of(d, v), v: v.clone() };
        let (dt, _) = pace.step(n, &here, &v.zeros_like(), None).unwrap();
        number(&dt).unwrap()
    }

    fn step(pace: &mut Pace, n: usize, y: &Points, power: i32) -> (Points, f64) {
        let mut field = Power(power);
        let mut paced = Paced { inner: &mut field, pace, step: n, each: true, share: 1.0, length: None };
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

    /// Estimates that are not positive move nothing before the first that is; later one alone changes nothing, and nothing moves
    /// where their average is not positive, either.
    #[test]
    fn a_critic_worse_than_none_moves_nobody() {
        let v = points(vec![1.0, 0.0], 1, 2, &host());
        let mut pace = Pace::new(10.0, &host());
        let given = [-1.0, 0.0, 2.0, 20.0, -3.0, -30.0, 2.0];
        let lengths: Vec<f64> = given.iter().enumerate().map(|(n, d)| next(&mut pace, n, *d, &v)).collect();
        assert_eq!(lengths[..2], [0.0, 0.0]);
        assert!((lengths[2] - 0.6).abs() < 1e-6 && lengths[3] > lengths[2] && lengths[4] == lengths[3], "{lengths:?}");
        assert!(lengths[5] == 0.0 && lengths[6] > 0.0, "{lengths:?}");
    }

    /// Where D does not fall, steps become shorter; where it falls again, as long as before. Slopes that are too small for D do not
    /// throw particles farther than the samples lie apart.
    #[test]
    fn steps_shorten_where_nothing_is_gained() {
        let v = points(vec![1.0, 0.0], 1, 2, &host());
        let mut pace = Pace::new(100.0, &host());
        let at = |pace: &mut Pace, n: usize, d: f32| next(pace, n, d, &v);
        let stuck: Vec<f64> = (0..=200).map(|n| at(&mut pace, n, 1.0)).collect();
        assert!((stuck[20] - 0.3).abs() < 1e-6 && stuck[200] < 0.3 * 0.8f64.powi(7), "{} {}", stuck[20], stuck[200]);
        let falling: Vec<f64> = (201..=500usize)
            .map(|n| at(&mut pace, n, 0.97f32.powi(n as i32 - 200)) / 0.97f64.powi(n as i32 - 200))
            .collect();
        assert!(falling[299] > 0.3, "{}", falling[299]);
        let slow = points(vec![1e-6, 0.0], 1, 2, &host());
        let far = next(&mut Pace::new(4.0, &host()), 0, 1.0, &slow) * 1e-6;
        assert!((far - 1.0).abs() < 1e-5, "{far}");
    }

    /// Saved and put back, the steps go on as they were.
    #[test]
    fn a_saved_pace_goes_on() {
        let v = points(vec![1.0, 0.5], 1, 2, &host());
        let mut pace = Pace::new(10.0, &host());
        for n in 0..45 {
            next(&mut pace, n, 1.0 / (n + 1) as f32, &v);
        }
        let mut again = Pace::new(10.0, &host());
        again.restore(&pace.state().unwrap(), &host());
        assert_eq!(again.state().unwrap(), pace.state().unwrap());
        let (Numbers::Host(kept), Numbers::Host(known)) = (&again.numbers, &pace.numbers) else { panic!() };
        assert_eq!(kept.list().map(f64::to_bits), known.list().map(f64::to_bits));
        for n in 45..90 {
            let d = 1.0 / (n + 1) as f32;
            assert_eq!(next(&mut pace, n, d, &v), next(&mut again, n, d, &v));
        }
    }
}
