//! How far particles lie from their target, in units of how finely the target is known.
//!
//! Particles that every point of a target draws (a flow that takes all of them in every step) can match its points: W₂ of the
//! particles from them is held against the distance of its points from their third neighbours. What can only learn their law (a map, a
//! minibatch, noise, points that were held out) is held against what two samples of that law lie apart, parts of the target of one size.
use super::parts::{Rows, quantile, spread};
use crate::device::Points;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::metric::neighbours::nearest;
use crate::random::{self, Rng};
use crate::ranks::Spread;
use crate::transport::exact::exact;
use crate::transport::line::line;

/// Most points whose transport is solved: 500 take some hundredths of a second, and four times as many sixteen times as long.
const TRANSPORTED: usize = 700;
/// Most points of a sample that are looked at at all.
const LOOKED_AT: usize = 4000;
/// Most points of a part, of which several are drawn.
const PART: usize = 250;
/// Most points of a part whose neighbours are looked for.
const NEIGHBOURS: usize = 1000;
/// Most multiplications of a search for neighbours.
const WORK: usize = 200_000_000;
/// How many parts are drawn.
const DRAWS: usize = 4;
/// The share of fresh points that lie farther than the distance from which a point counts as astray.
const FAR: f64 = 0.01;
/// Times that distance from which a point lies nowhere near.
const BEYOND: f64 = 5.0;
/// Distances below this share of the extent of the target are none.
const NOTHING: f64 = 1e-9;

/// What is looked at: samples of one dimension.
pub struct Seen<'a> {
    /// the particles, shape [n, d]
    pub now: &'a Points,
    /// the same particles some steps ago
    pub before: Option<&'a Points>,
    /// where they started
    pub start: Option<&'a Points>,
    /// the target that the flow was given, shape [m, d]
    pub target: &'a Points,
    /// points of the target that it was not given
    pub held: Option<&'a Points>,
    /// whether every point of the target draws them in every step
    pub drawn: bool,
    /// whether a map makes them, whose mistakes are those of GANs
    pub mapped: bool,
}

impl Seen<'_> {
    /// The streams by which rows are drawn: the same of all samples of the same particles.
    pub const PARTICLES: u64 = 0;
    /// Of the target.
    pub const TARGET: u64 = 1;
    /// Of what is held out.
    const HELD: u64 = 2;
}

/// The rows of a sample that are looked at, on every rank; asked again, those are all of them.
///
/// # Errors
/// Points that cannot be read; those of a team of ranks.
pub fn looked_at(sample: &Spread, stream: u64) -> Result<Points> {
    sample.minibatch(LOOKED_AT, &mut random::rng(1, stream))
}

/// Against what distances from the target are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// the distance of its points from their third neighbours, root mean square
    Spacing,
    /// W₂ between parts of it
    Samples,
}

/// Lengths are shares of the extent of the target; NaN stands where there was too little to measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// how many points of the target were compared with
    pub points: usize,
    /// what `noise` is
    pub against: Against,
    /// how finely the target is known
    pub noise: f64,
    /// W₂ of the particles from the target
    pub distance: f64,
    /// the same some steps ago
    pub before: f64,
    /// the same at the start
    pub start: f64,
    /// how far particles moved since `before`, root mean square
    pub moved: f64,
    /// share of the target with no particle as near as 99 of 100 of its points have another
    pub missed: f64,
    /// share of the particles with no point of the target as near
    pub astray: f64,
    /// share of the particles that lie several times as far from all points of the target
    pub beyond: f64,
    /// whether a map made them
    pub mapped: bool,
    /// mean difference of ln |y| and ln |x|, quantile by quantile, about the middle of the target
    pub norms: f64,
    /// the same over that between two parts of the target
    pub tails: f64,
    /// energy distance from the target, 2 E|Y − X| − E|Y − Y'| − E|X − X'| [szekely2013](crate::references#szekely2013), over that
    /// between two parts of the target: W₂ between few points in many dimensions does not see that all lie in the middle
    pub energy: f64,
    /// mean distance of particles from each other, over that of points of the target
    pub spread: f64,
    /// median distance of particles from the nearest point of the target, over that of points it was not given
    pub nearness: f64,
    /// the same at the start
    pub nearness_at_start: f64,
    /// the width of the widest coordinate of the target over that of the narrowest that has any
    pub uneven: f64,
}

impl Measured {
    /// Measures.
    ///
    /// # Errors
    /// Samples that cannot be read; an interrupt.
    pub fn of(seen: &Seen, interrupt: &Interrupt) -> Result<Measured> {
        let all = Samples::of(seen)?;
        let (nearness, nearness_at_start) = all.nearness()?;
        let mut out = Measured {
            points: 0,
            against: Against::Samples,
            noise: f64::NAN,
            distance: f64::NAN,
            before: f64::NAN,
            start: f64::NAN,
            moved: all.before.as_ref().map_or(f64::NAN, |before| all.now.apart(before)),
            missed: f64::NAN,
            astray: f64::NAN,
            beyond: f64::NAN,
            mapped: seen.mapped,
            norms: f64::NAN,
            tails: f64::NAN,
            energy: f64::NAN,
            spread: f64::NAN,
            nearness,
            nearness_at_start,
            uneven: all.target.uneven(),
        };
        let mut rng = random::rng(0, 0);
        let few = seen.now.dims()[0].max(seen.target.dims()[0]) <= TRANSPORTED;
        if seen.drawn && seen.held.is_none() && few {
            all.compare_points(&mut out, interrupt)?;
        } else {
            all.compare_samples(&mut out, &mut rng, interrupt)?;
        }
        all.far_off(&mut out, &mut rng)?;
        all.scattered(&mut out, &mut rng);
        Ok(out)
    }

    /// Whether the target is one point, however often.
    pub fn of_a_point(&self) -> bool {
        self.noise <= NOTHING
    }

    /// The distance from the target over the noise.
    pub fn ratio(&self) -> f64 {
        self.distance / self.noise
    }
}

/// The samples about the middle of the target, in units of its extent.
struct Samples {
    now: Rows,
    before: Option<Rows>,
    start: Option<Rows>,
    target: Rows,
    held: Option<Rows>,
}

impl Samples {
    fn of(seen: &Seen) -> Result<Samples> {
        // the same rows of every sample of the same particles
        let some = |p: &Points, stream: u64| Rows::of(&looked_at(&p.clone().into(), stream)?);
        let (mut now, mut target) = (some(seen.now, Seen::PARTICLES)?, some(seen.target, Seen::TARGET)?);
        let like = |p: Option<&Points>| -> Result<Option<Rows>> {
            // the source of a map may live elsewhere
            p.filter(|p| p.dims() == seen.now.dims()).map(|p| some(p, Seen::PARTICLES)).transpose()
        };
        let (mut before, mut start) = (like(seen.before)?, like(seen.start)?);
        let mut held = seen.held.map(|p| some(p, Seen::HELD)).transpose()?;
        let middle = target.medians();
        let unit = [target.extent(&middle), now.extent(&middle)].into_iter().find(|e| *e > 0.0).unwrap_or(1.0);
        for rows in [Some(&mut now), Some(&mut target), before.as_mut(), start.as_mut(), held.as_mut()] {
            rows.into_iter().for_each(|rows| rows.center(&middle, unit));
        }
        Ok(Samples { now, before, start, target, held })
    }

    /// Points that the particles are compared with, and others that are what particles should be.
    fn parts(&self, n: usize, rng: &mut Rng) -> (Rows, Rows) {
        match &self.held {
            Some(held) => (held.some(n, rng), self.target.some(n, rng)),
            None => self.target.two(n, rng),
        }
    }
    /// How large both can be.
    fn size(&self, most: usize) -> usize {
        let target = self.held.as_ref().map_or(self.target.len() / 2, |held| held.len().min(self.target.len()));
        most.min(self.now.len()).min(target)
    }

    fn compare_points(&self, out: &mut Measured, interrupt: &Interrupt) -> Result<()> {
        let mut rng = random::rng(0, 3);
        // fewer particles than points can be no nearer than so many points are to each other
        let as_many = self.target.some(self.now.len(), &mut rng);
        if as_many.len() < 2 {
            return Ok(());
        }
        (out.points, out.against) = (as_many.len(), Against::Spacing);
        out.noise = spread(&as_many, 3).max(NOTHING);
        let distance = |rows: &Rows| Ok(w2(rows, &self.target, interrupt)?.sqrt());
        out.distance = distance(&self.now)?;
        out.before = self.before.as_ref().map_or(Ok(f64::NAN), distance)?;
        out.start = self.start.as_ref().map_or(Ok(f64::NAN), distance)?;
        let half = self.size(usize::MAX);
        if half > 0 {
            let (one, other) = self.target.two(half, &mut rng);
            out.norms = tails(&self.now, &self.target);
            out.tails = out.norms / tails(&one, &other).max(NOTHING);
        }
        Ok(())
    }

    fn compare_samples(&self, out: &mut Measured, rng: &mut Rng, interrupt: &Interrupt) -> Result<()> {
        let n = self.size(PART);
        out.points = n;
        if n == 0 {
            return Ok(());
        }
        // squared distances and their noise, tails and theirs, summed over the draws
        let (mut sums, mut ends) = ([0.0; 4], [0.0; 2]);
        for _ in 0..DRAWS {
            let (reference, fresh) = self.parts(n, rng);
            let at = rand::seq::index::sample(rng, self.now.len(), n).into_vec();
            for (sum, rows) in sums.iter_mut().zip([Some(&self.now), self.before.as_ref(), self.start.as_ref()]) {
                *sum += rows.map_or(Ok(f64::NAN), |rows| w2(&rows.take(&at), &reference, interrupt))?;
            }
            sums[3] += w2(&fresh, &reference, interrupt)?;
            ends[0] += tails(&self.now.take(&at), &reference);
            ends[1] += tails(&fresh, &reference);
        }
        let [now, before, start, noise] = sums.map(|sum| (sum / DRAWS as f64).sqrt());
        [out.distance, out.before, out.start, out.noise] = [now, before, start, noise.max(NOTHING)];
        (out.norms, out.tails) = (ends[0] / DRAWS as f64, ends[0] / ends[1].max(NOTHING));
        Ok(())
    }

    /// What lies farther from all points of the other sample than points of the target do.
    fn far_off(&self, out: &mut Measured, rng: &mut Rng) -> Result<()> {
        let d = self.target.d;
        let n = self.size(NEIGHBOURS.min((WORK / d).isqrt()));
        if n < 2 {
            return Ok(());
        }
        let (reference, fresh) = self.parts(n, rng);
        let particles = self.now.some(n, rng);
        let from = |x: &Rows, y: &Rows| -> Result<Vec<f64>> {
            Ok(nearest(&x.all, &y.all, d)?.into_iter().map(|n| n.1).collect())
        };
        let usual = quantile(from(&fresh, &reference)?, 1.0 - FAR).max(NOTHING);
        let far = |v: &[f64], usual: f64| v.iter().filter(|r| **r > usual).count() as f64 / n as f64;
        let strays = from(&particles, &reference)?;
        out.astray = far(&strays, usual);
        out.beyond = far(&strays, BEYOND * usual);
        out.missed = far(&from(&reference, &particles)?, usual);
        Ok(())
    }

    fn scattered(&self, out: &mut Measured, rng: &mut Rng) {
        let n = self.size(PART);
        if n == 0 {
            return;
        }
        let (mut own, mut others, mut energies) = (0.0, 0.0, [0.0; 2]);
        for _ in 0..DRAWS {
            let (reference, fresh) = self.parts(n, rng);
            let particles = self.now.some(n, rng);
            let (p, f, r) =
                (particles.mean_distance(&particles), fresh.mean_distance(&fresh), reference.mean_distance(&reference));
            own += p;
            others += f;
            energies[0] += 2.0 * particles.mean_distance(&reference) - p - r;
            energies[1] += 2.0 * fresh.mean_distance(&reference) - f - r;
        }
        out.energy = energies[0] / energies[1].max(NOTHING);
        out.spread = own / others.max(NOTHING);
    }

    /// Of the particles, now and at the start. Points that were not given are those held out, or every point of the target for the others.
    fn nearness(&self) -> Result<(f64, f64)> {
        let d = self.target.d;
        let among = self.target.some(LOOKED_AT.min(WORK / d / 100).max(2), &mut random::rng(0, 1));
        if among.len() < 2 {
            return Ok((f64::NAN, f64::NAN));
        }
        let queries = (WORK / d / among.len()).clamp(2, NEIGHBOURS);
        let median = |x: &Rows| -> Result<f64> {
            let found = nearest(&x.some(queries, &mut random::rng(0, 2)).all, &among.all, d)?;
            Ok(quantile(found.into_iter().map(|n| n.1).collect(), 0.5))
        };
        let fresh = match &self.held {
            Some(held) => median(held)?,
            None => quantile(among.neighbours(1, queries), 0.5),
        };
        let near = |x: &Rows| Ok(if fresh > NOTHING { median(x)? / fresh } else { f64::NAN });
        Ok((near(&self.now)?, self.start.as_ref().map_or(Ok(f64::NAN), near)?))
    }
}

/// W₂².
fn w2(x: &Rows, y: &Rows, interrupt: &Interrupt) -> Result<f64> {
    if x.d == 1 {
        return Ok(line(&mut x.all.clone(), &mut y.all.clone(), 2.0));
    }
    Ok(exact(&x.all, &y.all, x.d, 2.0, interrupt)?.cost.max(0.0))
}

/// ∫ |P(|Y| > r) − P(|X| > r)| d ln r about the middle of the target.
fn tails(x: &Rows, y: &Rows) -> f64 {
    line(&mut x.log_norms(), &mut y.log_norms(), 1.0)
}
