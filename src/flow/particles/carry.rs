//! Mass carried over gaps: what a critic's slopes cannot move any more.
//!
//! Once particles are in the modes of a target, the critic is flat inside each and knows nothing of the way between them, so a
//! mode with a particle too many keeps it for ever, and one wrong particle of five hundred can be the whole W₂ that is left. An
//! optimal plan from the particles to the target [peyre2019](crate::references#peyre2019) sees it: a particle whose partner lies
//! across a gap, further from all target points on the way than these are from their own neighbours, goes there at once. It
//! lands beside its partner, as far off as the particle that is nearest there is from its own, so that no target point is copied.
//! Where the target has no gaps nothing is carried, and tails are none: their points are as far from each other as from what lies
//! between.
use crate::device::{Points, points, rows_f64};
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::transport::exact::exact;

/// The neighbour whose distance is the spacing of the target at a point.
const NEIGHBOUR: usize = 5;
/// How many spacings a gap is wide at least.
const WIDE: f64 = 3.0;
/// Where the way is looked at.
const ON_THE_WAY: [f64; 5] = [0.25, 0.375, 0.5, 0.625, 0.75];
/// Of so many particles one may be carried: those that go furthest.
const ONE_OF: usize = 5;
/// Products of both numbers of points and the dimension beyond which the plan would cost too much beside the steps.
const MOST: usize = 40_000_000;
/// Runs of fewer planned steps have not settled when they would carry.
pub(super) const SHORTEST: usize = 100;
/// When, as shares of the planned steps: late enough to have settled, early enough to settle again.
const WHEN: [f64; 2] = [0.6, 0.8];

/// Kernels leave stragglers between far samples that they hardly pull on any more: these need not wait so long.
const EARLY: f64 = 0.3;

/// Whether a run of so many planned steps, not too few, carries after the one of this number; `early` is whether its critics are kernels.
pub(super) fn due(step: usize, planned: usize, early: bool) -> bool {
    let at = |share: &f64| step == (share * planned as f64) as usize;
    WHEN.iter().any(at) || early && at(&EARLY)
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

/// Target points, and how far they are from their neighbours.
struct Target<'a> {
    rows: &'a [f64],
    d: usize,
    /// of the points that were asked for
    spacing: Vec<Option<f64>>,
}

impl Target<'_> {
    fn row(&self, j: usize) -> &[f64] {
        &self.rows[j * self.d..(j + 1) * self.d]
    }
    fn nearest(&self, at: &[f64]) -> (usize, f64) {
        let all = self.rows.chunks(self.d).map(|x| distance(x, at)).enumerate();
        all.fold((0, f64::INFINITY), |best, one| if one.1 < best.1 { one } else { best })
    }
    fn spacing(&mut self, j: usize) -> f64 {
        if let Some(known) = self.spacing[j] {
            return known;
        }
        let mut all: Vec<f64> = self.rows.chunks(self.d).map(|x| distance(x, self.row(j))).collect();
        let k = NEIGHBOUR.min(all.len() - 1);
        let found = *all.select_nth_unstable_by(k, f64::total_cmp).1;
        *self.spacing[j].insert(found)
    }
    /// How far there is a gap between a particle and its partner; None without one.
    fn gap(&mut self, from: &[f64], j: usize) -> Option<f64> {
        let (to, there) = (self.row(j).to_vec(), self.spacing(j));
        let far = distance(from, &to);
        if far <= WIDE * there {
            return None;
        }
        let here = self.nearest(from).0;
        let spacing = self.spacing(here).max(there);
        let on_the_way = |t: &f64| {
            let at: Vec<f64> = from.iter().zip(&to).map(|(a, b)| a + t * (b - a)).collect();
            self.nearest(&at).1
        };
        let widest = ON_THE_WAY.iter().map(on_the_way).fold(0.0, f64::max);
        (far > WIDE * spacing && widest > WIDE * spacing).then_some(far)
    }
}

/// Whether a plan between so many particles and points, of so many coordinates, costs little beside the steps.
pub(super) fn pays(n: usize, m: usize, d: usize) -> bool {
    n.saturating_mul(m).saturating_mul(d) <= MOST
}

/// The particles with those carried that lie across a gap from their partners, and how many; None where one is not
/// finite. Both samples carry the coordinates of their classes, of which the particles' first `d` are their own.
///
/// # Errors
/// Points that cannot be read, what the exact plan reports, an interrupt.
pub(super) fn carry(
    particles: &Points,
    target: &Points,
    d: usize,
    interrupt: &Interrupt,
) -> Result<Option<(Points, usize)>> {
    let ([n, all], m) = (particles.dims(), target.dims()[0]);
    let (y, x) = (rows_f64(particles)?, rows_f64(target)?);
    if y.iter().any(|v| !v.is_finite()) {
        return Ok(None);
    }
    let mut partner = vec![(0usize, 0.0f64); n];
    for (i, j, mass) in exact(&y, &x, all, 2.0, interrupt)?.plan {
        if mass > partner[i].1 {
            partner[i] = (j, mass);
        }
    }
    let mut q = Target { rows: &x, d: all, spacing: vec![None; m] };
    let row = |i: usize| &y[i * all..(i + 1) * all];
    let mut carried = vec![];
    for (i, (j, _)) in partner.iter().enumerate() {
        interrupt.check()?;
        carried.extend(q.gap(row(i), *j).map(|far| (i, far)));
    }
    carried.sort_by(|a, b| b.1.total_cmp(&a.1));
    carried.truncate(n / ONE_OF);
    let mut stays = vec![true; n];
    carried.iter().for_each(|c| stays[c.0] = false);
    let mut moved = y.clone();
    for (i, _) in &carried {
        let to = q.row(partner[*i].0);
        let neighbour = (0..n).filter(|k| stays[*k]);
        let nearest =
            neighbour.min_by(|a, b| distance(to, q.row(partner[*a].0)).total_cmp(&distance(to, q.row(partner[*b].0))));
        let off =
            nearest.map_or(vec![0.0; all], |k| row(k).iter().zip(q.row(partner[k].0)).map(|(y, x)| y - x).collect());
        to.iter().zip(off).enumerate().for_each(|(c, (x, off))| moved[i * all + c] = x + off);
    }
    let own = moved.chunks(all).flat_map(|r| &r[..d]).map(|v| *v as f32).collect();
    Ok(Some((points(own, n, d, &particles.device()), carried.len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset;
    use crate::device::{host, rows};
    use crate::random;

    /// Points on two short lines ten apart, `left` of them on the first.
    fn lines(n: usize, left: usize, shift: f32) -> Points {
        let at = |i: usize| {
            let (x, k, of) = if i < left { (0.0, i, left) } else { (10.0, i - left, n - left) };
            [x + shift, (k as f32 + 0.5) / of as f32 + shift]
        };
        points((0..n).flat_map(at).collect(), n, 2, &host())
    }

    /// A mode with three particles too many gives three to the other, where none lies on a target point; the rest stay.
    #[test]
    fn modes_get_the_masses_of_the_target() {
        let (p, q) = (lines(60, 33, 0.004), lines(60, 30, 0.0));
        let (moved, carried) = carry(&p, &q, 2, &Interrupt::default()).unwrap().unwrap();
        assert_eq!(carried, 3);
        let (before, after, x) = (rows(&p).unwrap(), rows(&moved).unwrap(), rows(&q).unwrap());
        assert_eq!(after.chunks(2).filter(|r| r[0] > 5.0).count(), 30);
        let stayed = before.chunks(2).zip(after.chunks(2)).filter(|(a, b)| a == b).count();
        assert_eq!(stayed, 57);
        assert!(after.chunks(2).all(|r| x.chunks(2).all(|t| t != r)));
    }

    /// A target without gaps carries nothing, however wrong its masses or long its tails.
    #[test]
    fn nothing_is_carried_without_a_gap() {
        let device = host();
        let whole = |left: usize| {
            let at = |i: usize| {
                if i < left {
                    [0.5 * i as f32 / left as f32, 0.0]
                } else {
                    [0.5 + 0.5 * (i - left) as f32 / (80 - left) as f32, 0.0]
                }
            };
            points((0..80).flat_map(at).collect(), 80, 2, &device)
        };
        assert_eq!(carry(&whole(55), &whole(40), 2, &Interrupt::default()).unwrap().unwrap().1, 0);
        for seed in 0..3 {
            let tails = |s: u64| {
                let rows = dataset::student_t::student_t(200, 2, 1.5, &mut random::rng(s, 0)).unwrap();
                points(rows.data.iter().map(|v| *v as f32).collect(), 200, 2, &device)
            };
            let carried = carry(&tails(seed), &tails(100 + seed), 2, &Interrupt::default()).unwrap().unwrap().1;
            assert!(carried <= 4, "seed {seed}: {carried} of 200");
        }
    }

    /// Units do not matter, and too many points are not looked at.
    #[test]
    fn carrying_has_no_units() {
        let scaled = |x: Points| x.mul_scalar(1024.0);
        let (p, q) = (lines(60, 33, 0.004), lines(60, 30, 0.0));
        let (one, _) = carry(&p, &q, 2, &Interrupt::default()).unwrap().unwrap();
        let (many, _) = carry(&scaled(p), &scaled(q), 2, &Interrupt::default()).unwrap().unwrap();
        assert_eq!(rows(&scaled(one)).unwrap(), rows(&many).unwrap());
        let large = lines(5000, 2500, 0.0);
        assert!(!pays(large.dims()[0], large.dims()[0], 2));
    }

    /// At 60 and 80 % of the planned steps, of kernels at 30 %, too.
    #[test]
    fn it_is_due_twice() {
        assert_eq!((0..=400).filter(|n| due(*n, 400, false)).collect::<Vec<_>>(), [240, 320]);
        assert_eq!((0..=400).filter(|n| due(*n, 400, true)).collect::<Vec<_>>(), [120, 240, 320]);
    }
}
