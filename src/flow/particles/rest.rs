//! Particles that come to rest before they copy the points they are drawn by.
//!
//! A critic that is trained on the points of a target tells these points from all others, long after it could tell two laws apart:
//! particles that follow it to the end lie on the points. What a run can see of that is that its particles lie nearer to the points than
//! these lie to each other, each of them and as a whole, where points of the law itself would not: then their steps are halved at every
//! look, and as soon as it no longer holds they are doubled again. Where particles as a whole are still off, as between modes whose
//! masses are not yet right, or at the start lay as near, they go on.
use crate::error::Result;
use crate::flow::verdict::{Rows, quantile};
use crate::metric::neighbours::nearest;
use crate::random::{self, Rng};
use crate::ranks::split::least;
use crate::ranks::{self, Spread};
use rayon::prelude::*;

/// Steps between two looks.
const LOOK: usize = 10;
/// The median distance of particles from the nearest point, over that of points from each other, below which they copy them.
const NEAR: f64 = 0.85;
/// The energy distance of both samples [szekely2013](crate::references#szekely2013), over what it is in the mean between samples of one
/// law, below which particles as a whole are as near: this much above what it is for points each moved by as much as particles lie from
/// theirs, which in many dimensions is much of it.
const CLOSE: f64 = 0.04;
/// Fewer points than this are the target themselves, not a sample of it.
const FEWEST: usize = 100;
/// Particles and points of which distances are taken at most.
const MOST: usize = 500;
/// Multiplications of a search for neighbours, for which fewer particles are asked, but not fewer than that.
const WORK: usize = 20_000_000;
const FEW: usize = 50;
/// Points that are looked at at a time.
const PIECE: usize = 1 << 16;

/// What was found of the target.
#[derive(Clone)]
struct Known {
    /// its points, in the coordinates of particles
    target: Spread,
    some: Rows,
    /// the median distance of its points from their neighbours
    fresh: f64,
    /// the mean distance of two of its points
    apart: f64,
}

/// How much of their steps particles take.
#[derive(Clone)]
pub(super) struct Rest {
    known: Option<Known>,
    /// whether they began as near to the points
    begins_near: bool,
    /// the share of a step that is taken
    pub factor: f64,
}

impl Default for Rest {
    fn default() -> Rest {
        Rest { known: None, begins_near: false, factor: 1.0 }
    }
}

impl Rest {
    /// Looks at particles before a step, if it is time to, beside as many first coordinates of the target.
    ///
    /// # Errors
    /// Numbers that cannot be read from their device; an interrupt; those of a team of ranks.
    pub fn look(&mut self, step: usize, particles: &Spread, target: &Spread) -> Result<()> {
        if !step.is_multiple_of(LOOK) || target.rows() < FEWEST {
            return Ok(());
        }
        if self.known.is_none() {
            let here = target.here.clone().narrow(1, 0, particles.dim());
            self.known = Some(Known::of(Spread::of(here, target.split.as_ref()))?);
        }
        let Some(known) = self.known.as_ref().filter(|known| known.fresh > 0.0) else { return Ok(()) };
        let nearness = known.nearness(particles)?;
        let near = nearness < NEAR;
        if step == 0 {
            self.begins_near = near;
        }
        let copies = near && !self.begins_near && known.energy(particles)? < CLOSE + known.moved_energy(nearness);
        self.factor = if copies { 0.5 * self.factor } else { (2.0 * self.factor).min(1.0) };
        Ok(())
    }

    /// Its numbers, for saved runs; none where it does not matter.
    pub fn state(&self) -> Option<Vec<f32>> {
        (self.factor < 1.0 || self.begins_near).then(|| vec![self.factor as f32, f32::from(u8::from(self.begins_near))])
    }
    /// The same put back.
    pub fn restore(&mut self, state: &[f32]) {
        let [factor, near] = state else { return };
        (self.factor, self.begins_near) = (f64::from(*factor), *near != 0.0);
    }
}

/// Random rows of a sample, at most so many.
fn some(of: &Spread, n: usize, rng: &mut Rng) -> Result<Rows> {
    Rows::of(&of.minibatch(n, rng)?)
}

/// Looks at the points of a target that are here, some at a time, with the number of the first of them.
fn in_pieces(target: &Spread, mut look: impl FnMut(usize, &Rows) -> Result<()>) -> Result<()> {
    let first = target.split.as_ref().map_or(0, |s| s.here().start);
    let n = target.here.dims()[0];
    (0..n).step_by(PIECE).try_for_each(|from| {
        let rows = Rows::of(&target.here.clone().narrow(0, from, PIECE.min(n - from)))?;
        look(first + from, &rows)
    })
}

impl Known {
    fn of(target: Spread) -> Result<Known> {
        let asked = Rows::of(&target.piece(0..queries(&target).min(target.rows()))?)?;
        let some = some(&target, MOST, &mut random::rng(0, 3))?;
        let mut mine = vec![f64::INFINITY; asked.len()];
        in_pieces(&target, |first, rows| {
            let least = |(i, least): (usize, &mut f64)| *least = least.min(to_another(rows, first, (i, asked.row(i))));
            mine.par_iter_mut().enumerate().for_each(least);
            Ok(())
        })?;
        let squared = least(target.split.as_deref(), mine)?;
        let fresh = quantile(squared.into_iter().map(f64::sqrt).collect(), 0.5);
        Ok(Known { fresh, apart: some.mean_distance(&some), some, target })
    }

    fn nearness(&self, particles: &Spread) -> Result<f64> {
        let some = some(particles, queries(&self.target), &mut random::rng(0, 4))?;
        let mut mine = vec![f64::INFINITY; some.len()];
        {
            let _alone = self.target.split.as_ref().map(|_| ranks::enter(None));
            in_pieces(&self.target, |_, rows| {
                let found = nearest(&some.all, &rows.all, some.d)?;
                mine.iter_mut().zip(found).for_each(|(least, (_, distance))| *least = least.min(distance));
                Ok(())
            })?;
        }
        Ok(quantile(least(self.target.split.as_deref(), mine)?, 0.5) / self.fresh)
    }

    /// 2 E|Y − X| − E|Y − Y'| − E|X − X'| over (1/n + 1/m) E|X − X'|, what it is in the mean where both are samples of one law.
    fn energy(&self, particles: &Spread) -> Result<f64> {
        let y = some(particles, MOST, &mut random::rng(0, 5))?;
        let off = 2.0 * y.mean_distance(&self.some) - y.mean_distance(&y) - self.apart;
        Ok(off / ((1.0 / y.len() as f64 + 1.0 / self.some.len() as f64) * self.apart))
    }

    /// The same of the points themselves, moved each by `nearness` of what they lie apart: one in n of the pairs of 2 E|Y − X| are a point
    /// and itself moved, so 2/n of that length is left of it, of 2/n E|X − X'|.
    fn moved_energy(&self, nearness: f64) -> f64 {
        nearness * self.fresh / self.apart
    }
}

/// How many particles are asked for their neighbours among points.
fn queries(among: &Spread) -> usize {
    (WORK / (among.rows() * among.dim()).max(1)).clamp(FEW, MOST)
}

/// The least squared distance of a row of a sample from others of its rows, of which the first has this number.
fn to_another(rows: &Rows, first: usize, (number, row): (usize, &[f64])) -> f64 {
    let squared = |other: &[f64]| other.iter().zip(row).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
    let others = rows.all.chunks(rows.d).enumerate().filter(|(j, _)| first + j != number);
    others.map(|(_, other)| squared(other)).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{host, points};
    use rand_distr::{Distribution, StandardNormal};

    fn sample(n: usize, d: usize, stream: u64) -> Vec<f32> {
        let mut rng = random::rng(1, stream);
        (0..n * d).map(|_| StandardNormal.sample(&mut rng)).collect()
    }

    fn held(v: Vec<f32>, d: usize) -> Spread {
        points(v.clone(), v.len() / d, d, &host()).into()
    }

    /// The factor after looks at the start and at steps 10, 20.
    fn factors(start: &Spread, then: &Spread, target: &Spread) -> [f64; 3] {
        let mut rest = Rest::default();
        [(0, start), (10, then), (20, then)].map(|(step, at)| {
            rest.look(step, at, target).unwrap();
            rest.factor
        })
    }

    /// Copies of the points, moved by a tenth of what these lie apart, come to rest; a fresh sample does not, whatever the units; nor
    /// copies of half of them, that began as near, or of few points.
    #[test]
    fn particles_that_copy_the_points_come_to_rest() {
        for (d, scale) in [(1, 1e-3f32), (2, 1.0), (10, 1e3)] {
            let target: Vec<f32> = sample(400, d, 0).into_iter().map(|v| v * scale).collect();
            let far: Vec<f32> = sample(400, d, 1).into_iter().map(|v| (v + 20.0) * scale).collect();
            let fresh: Vec<f32> = sample(400, d, 2).into_iter().map(|v| v * scale).collect();
            let noise = sample(400, d, 3);
            let spacing =
                quantile(Rows { all: target.iter().map(|v| f64::from(*v)).collect(), d }.neighbours(1, 400), 0.5)
                    as f32;
            let copies: Vec<f32> =
                target.iter().zip(&noise).map(|(v, e)| v + 0.1 * spacing / (d as f32).sqrt() * e).collect();
            let half: Vec<f32> =
                copies[..copies.len() / 2].iter().chain(&copies[..copies.len() / 2]).copied().collect();
            let [target, far, fresh, copies, half] = [target, far, fresh, copies, half].map(|v| held(v, d));
            assert_eq!(factors(&far, &copies, &target), [1.0, 0.5, 0.25], "dimension {d}");
            assert_eq!(factors(&far, &fresh, &target), [1.0; 3], "dimension {d}");
            assert_eq!(factors(&copies, &copies, &target), [1.0; 3], "dimension {d}");
            assert_eq!(factors(&far, &half, &target), [1.0; 3], "dimension {d}");
            let few = target.piece(0..50).unwrap().into();
            assert_eq!(factors(&far, &few, &few), [1.0; 3], "dimension {d}");
        }
    }

    /// What is saved is what goes on.
    #[test]
    fn a_rest_is_saved() {
        let (target, far) =
            (held(sample(200, 2, 0), 2), held(sample(200, 2, 1).into_iter().map(|v| v + 9.0).collect(), 2));
        let mut rest = Rest::default();
        rest.look(0, &far, &target).unwrap();
        assert_eq!(rest.state(), None);
        rest.look(10, &target, &target).unwrap();
        let mut again = Rest::default();
        again.restore(&rest.state().unwrap());
        for rest in [&mut rest, &mut again] {
            rest.look(20, &target, &target).unwrap();
            assert_eq!(rest.factor, 0.25);
            rest.look(30, &far, &target).unwrap();
            rest.look(40, &far, &target).unwrap();
            assert_eq!(rest.factor, 1.0);
        }
    }
}
