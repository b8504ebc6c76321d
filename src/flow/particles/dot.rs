//! Sources of another size than their target.
//!
//! Seen from a target of a thousand times its size a source is a dot: over it every critic is a plane, all particles go the same way, and
//! what tells them apart is lost on the way. The optimal map between two isotropic Gaussians takes the law of the dot to the
//! place and the size of the target in one step, y ↦ m_Q + s (y − m_P) [peyre2019](crate::references#peyre2019), and the flow does the
//! rest. Middles and sizes are medians, which tails do not move.
use crate::device::{Points, points, rows_f64};
use crate::error::Result;

/// How many times as large one sample is as the other before particles go by this map.
const OTHER_SIZE: f64 = 20.0;

fn median(mut values: Vec<f64>) -> f64 {
    let at = values.len() / 2;
    *values.select_nth_unstable_by(at, f64::total_cmp).1
}

/// The middle of every column, and the median distance from it.
fn place(rows: &[f64], d: usize) -> (Vec<f64>, f64) {
    let middle: Vec<f64> = (0..d).map(|k| median(rows.iter().skip(k).step_by(d).copied().collect())).collect();
    let from = |r: &[f64]| r.iter().zip(&middle).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
    let size = median(rows.chunks(d).map(from).collect());
    (middle, size)
}

/// The particles at the place and the size of the target, whose first columns are theirs; None where sizes are alike or one is 0.
///
/// # Errors
/// Points that cannot be read.
pub(super) fn resized(particles: &Points, target: &Points) -> Result<Option<Points>> {
    let [n, d] = particles.dims();
    let (y, x) = (rows_f64(particles)?, rows_f64(&target.clone().narrow(1, 0, d))?);
    let ((from, small), (to, large)) = (place(&y, d), place(&x, d));
    let scale = large / small;
    if !scale.is_finite() || scale <= 0.0 || (1.0 / OTHER_SIZE..=OTHER_SIZE).contains(&scale) {
        return Ok(None);
    }
    let moved = y.iter().enumerate().map(|(i, v)| (to[i % d] + scale * (v - from[i % d])) as f32);
    Ok(Some(points(moved.collect(), n, d, &particles.device())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{host, rows};

    /// Places and sizes become those of the target, whichever is larger; samples of like sizes stay.
    #[test]
    fn dots_become_as_large_as_their_target() {
        let line = |scale: f32, shift: f32| {
            points((0..101).flat_map(|i| [scale * (i as f32 - 50.0) + shift, shift]).collect(), 101, 2, &host())
        };
        for (p, q) in [(1e-3, 1.0), (1.0, 1e-3)] {
            let moved = resized(&line(p, 0.5), &line(q, 30.0)).unwrap().unwrap();
            let worst = |a: &Points, b: &Points| {
                let pairs = rows(a).unwrap().into_iter().zip(rows(b).unwrap());
                pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
            };
            assert!(worst(&moved, &line(q, 30.0)) < 1e-4 * (1.0 + 50.0 * q), "{p} {q}");
        }
        assert!(resized(&line(1.0, 0.0), &line(15.0, 0.0)).unwrap().is_none());
        assert!(resized(&line(0.0, 0.0), &line(1.0, 0.0)).unwrap().is_none());
        assert!(resized(&line(1.0, 0.0), &line(0.0, 0.0)).unwrap().is_none());
    }
}
