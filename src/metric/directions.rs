//! Directions that projections are made along.
use crate::random;
use crate::space::centre::centre;
use crate::sums::ROUNDING;
use rand::Rng;
use rand_distr::StandardNormal;

/// The k-th direction of a seed, not normalised: d normal numbers, so that every direction is as likely as any other.
pub(super) fn direction(seed: u64, k: usize, d: usize) -> Vec<f64> {
    let mut rng = random::rng(seed, k as u64);
    (0..d).map(|_| rng.sample(StandardNormal)).collect()
}

/// The Euclidean length.
pub(super) fn length(theta: &[f64]) -> f64 {
    theta.iter().map(|t| t * t).sum::<f64>().sqrt()
}

/// θ·x for every row x.
pub(super) fn project<'a>(rows: &'a [f64], theta: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
    rows.chunks(theta.len()).map(move |r| r.iter().zip(theta).map(|(a, b)| a * b).sum::<f64>())
}

/// Both samples moved to the centre of the second, if projecting them where they are may hide 1e-9 of the distance that
/// was found: θ·x is rounded in units of |x|, however near the samples are to each other.
pub(super) fn recentred(x: &[f64], y: &[f64], d: usize, found: f64) -> Option<(Vec<f64>, Vec<f64>)> {
    let farthest = x.iter().chain(y).fold(0.0, |m: f64, v| m.max(v.abs()));
    if 4.0 * ROUNDING * farthest * d as f64 <= 1e-9 * found {
        return None;
    }
    let c = centre(y, d);
    let moved = |rows: &[f64]| rows.chunks(d).flat_map(|r| r.iter().zip(&c).map(|(v, c)| v - c)).collect();
    Some((moved(x), moved(y)))
}
