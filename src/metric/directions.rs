//! Directions that projections are made along.
use crate::random;
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
