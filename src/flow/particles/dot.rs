//! Sources of another size than their target, or far away from it.
//!
//! Seen from a target of a thousand times its size, or from ten thousand sizes away, a source is a dot: over it every critic is a
//! plane, all particles go the same way, and what tells them apart is lost on the way. The optimal map between two laws that depend on the distance from their middles alone keeps
//! directions and the ranks of distances [peyre2019](crate::references#peyre2019): it takes the law of the dot to the place, the size and
//! the tails of the target in one step, and the flow does the rest. Middles and sizes are medians, which tails do not move.
use crate::device::{Points, points, rows_f64};
use crate::error::Result;
use crate::ranks::split::{select, select_columns};
use crate::ranks::{Split, Spread};

/// How many times as large one sample is as the other before particles go by this map. Of two dozen runs from a source ten times
/// the size of its target three did not arrive.
const OTHER_SIZE: f64 = 6.0;

/// How many sizes the samples are apart before they do.
const AWAY: f64 = 20.0;

/// Where a sample lies, and how large it is.
struct Place {
    /// the median of every column
    middle: Vec<f64>,
    /// that of the distances from it
    size: f64,
}

/// Rows with their place.
struct Lies {
    rows: Vec<f64>,
    place: Place,
    /// how far every row is from the middle
    distances: Vec<f64>,
}

impl Lies {
    /// Of rows in d columns.
    fn of(rows: Vec<f64>, d: usize, split: Option<&Split>) -> Result<Lies> {
        let at = split.map_or(rows.len() / d, Split::rows) / 2;
        let middle = select_columns(split, &rows, d, at)?;
        let from = |r: &[f64]| r.iter().zip(&middle).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
        let distances: Vec<f64> = rows.chunks(d).map(from).collect();
        let size = select(split, distances.clone(), at)?;
        Ok(Lies { rows, place: Place { middle, size }, distances })
    }
}

/// Whether particles are a dot beside the target, or it beside them, or they lie far away.
fn is_dot(particles: &Place, target: &Place) -> bool {
    let scale = target.size / particles.size;
    if !scale.is_finite() || scale <= 0.0 {
        return false;
    }
    let between = particles.middle.iter().zip(&target.middle);
    let apart = between.map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
    let alike = (1.0 / OTHER_SIZE..=OTHER_SIZE).contains(&scale);
    !(alike && apart <= AWAY * particles.size.max(target.size))
}

/// What every distance becomes that keeps its rank among its own, of as many or others.
fn ranked(own: &[f64], others: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..own.len()).collect();
    order.sort_by(|a, b| own[*a].total_cmp(&own[*b]));
    let mut sorted = others.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut out = vec![0.0; own.len()];
    for (rank, i) in order.into_iter().enumerate() {
        let at = (rank as f64 + 0.5) / own.len() as f64 * sorted.len() as f64 - 0.5;
        let below = (at.max(0.0) as usize).min(sorted.len() - 1);
        let above = (below + 1).min(sorted.len() - 1);
        let share = (at - below as f64).clamp(0.0, 1.0);
        out[i] = sorted[below] + share * (sorted[above] - sorted[below]);
    }
    out
}

/// The particles at the place of the target and as far from its middle as its points are, whose first columns are theirs; None where
/// sizes are alike and they are near, or a size is 0. Ranks are those among all particles, so that all have to be here for a moment.
///
/// # Errors
/// Points that cannot be read; those of a team of ranks.
pub(super) fn resized(particles: &Spread, target: &Spread) -> Result<Option<Points>> {
    let d = particles.dim();
    let first = |x: &Points| rows_f64(&x.clone().narrow(1, 0, d));
    // one after the other: what is not needed later is not kept
    let place = |s: &Spread| Ok(Lies::of(first(&s.here)?, d, s.split.as_deref())?.place);
    if !is_dot(&place(particles)?, &place(target)?) {
        return Ok(None);
    }
    let here = Lies::of(first(&particles.whole()?)?, d, None)?;
    let there = Lies::of(first(&target.whole()?)?, d, None)?;
    let new = ranked(&here.distances, &there.distances);
    let moved = here.rows.iter().enumerate().map(|(i, v)| {
        let (was, is, k) = (here.distances[i / d], new[i / d], i % d);
        (there.place.middle[k] + if was > 0.0 { (v - here.place.middle[k]) / was * is } else { 0.0 }) as f32
    });
    let all = points(moved.collect(), new.len(), d, &particles.here.device());
    Ok(Some(match &particles.split {
        Some(split) => Spread::from(all).split_as(split)?.here,
        None => all,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{host, rows};

    /// Ranks are kept: of the distances 3, 1, 2 those of the same ranks among 10, 20, 30, and among twice as many those between.
    #[test]
    fn distances_keep_their_ranks() {
        assert_eq!(ranked(&[3.0, 1.0, 2.0], &[30.0, 10.0, 20.0]), [30.0, 10.0, 20.0]);
        assert_eq!(ranked(&[3.0, 1.0, 2.0], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), [5.5, 1.5, 3.5]);
        assert_eq!(ranked(&[1.0, 2.0], &[7.0]), [7.0, 7.0]);
    }

    /// Places and sizes become those of the target, whichever is larger; samples of like sizes stay.
    #[test]
    fn dots_become_as_large_as_their_target() {
        let line = |scale: f32, shift: f32| {
            points((0..101).flat_map(|i| [scale * (i as f32 - 50.0) + shift, shift]).collect(), 101, 2, &host())
        };
        let on = |scale: f32, shift: f32| Spread::from(line(scale, shift));
        for (p, q) in [(1e-3, 1.0), (1.0, 1e-3)] {
            let moved = resized(&on(p, 0.5), &on(q, 30.0)).unwrap().unwrap();
            let worst = |a: &Points, b: &Points| {
                let pairs = rows(a).unwrap().into_iter().zip(rows(b).unwrap());
                pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
            };
            assert!(worst(&moved, &line(q, 30.0)) < 1e-4 * (1.0 + 50.0 * q), "{p} {q}");
        }
        assert!(resized(&on(1.0, 0.0), &on(5.0, 0.0)).unwrap().is_none());
        assert!(resized(&on(1.0, 0.0), &on(0.15, 0.0)).unwrap().is_some());
        // a median distance of 25 makes 400 near and 1000 far
        assert!(resized(&on(1.0, 0.0), &on(1.0, 280.0)).unwrap().is_none());
        assert!(resized(&on(1.0, 0.0), &on(1.0, 1000.0)).unwrap().is_some());
        assert!(resized(&on(0.0, 0.0), &on(1.0, 0.0)).unwrap().is_none());
        assert!(resized(&on(1.0, 0.0), &on(0.0, 0.0)).unwrap().is_none());
    }
}
