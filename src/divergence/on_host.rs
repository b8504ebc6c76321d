//! Objectives on host memory: the numbers of `Term::score`, for f-divergences without tensors.
use super::nu::{SETTLED, STEEP};
use super::term::{Objective, Term};
use crate::device::{self, Values};
use crate::error::Result;
use crate::generator::Generator;
use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;

/// Numbers a thread works on at a time, and the pieces a sample is summed in at most.
const PIECE: usize = 4096;
const PIECES: usize = 64;

impl Term {
    /// The objective from φ on the particles and on the target, whose places its derivatives in them take. `nu` is the minimising
    /// ν, where there is one: it begins the next solve.
    pub fn score_on_host(&self, source: &mut [f32], target: &mut [f32], nu: &mut Option<f32>) -> Result<f64> {
        if let (Objective::F(f), true) = (&self.objective, self.nu_is_sought()) {
            let (p, q) = if self.reversed { (target, source) } else { (source, target) };
            let mean = p.iter().map(|v| f64::from(*v)).sum::<f64>() / p.len() as f64;
            p.fill(1.0 / p.len() as f32);
            return Ok(mean - price(f, q, nu));
        }
        let device = device::host();
        let tensor = |v: &[f32]| -> Values { Tensor::from_data(TensorData::new(v.to_vec(), [v.len()]), &device) };
        let start = nu.map(|nu| tensor(&[nu]));
        let scores = self.score(&tensor(source), &tensor(target), start.as_ref());
        source.copy_from_slice(&device::values(&scores.on_source)?);
        target.copy_from_slice(&device::values(&scores.on_target)?);
        *nu = match scores.nu {
            Some(nu) => device::values(&nu)?.first().copied(),
            None => None,
        };
        Ok(device::values(&scores.value)?.first().map_or(f64::NAN, |v| f64::from(*v)))
    }
}

/// Σ of f*, f*' and f*'' at φ − ν.
fn sums(f: &Generator, phi: &[f32], nu: f32) -> [f64; 3] {
    let of_piece = |piece: &[f32]| {
        let mut sums = [0.0f64; 3];
        f.conjugate_lanes(piece, nu, |_, n, lanes| {
            for (sum, lanes) in sums.iter_mut().zip([&lanes.value, &lanes.gradient, &lanes.curvature]) {
                *sum += lanes[..n].iter().map(|v| f64::from(*v)).sum::<f64>();
            }
        });
        sums
    };
    if phi.len() <= PIECE {
        return of_piece(phi);
    }
    let mut parts = [[0.0; 3]; PIECES];
    let pieces = phi.par_chunks(PIECE.max(phi.len().div_ceil(PIECES)));
    pieces.zip(&mut parts).for_each(|(piece, part)| *part = of_piece(piece));
    // in the order of the pieces, whichever thread had them
    parts.into_iter().fold([0.0; 3], |a, b| [a[0] + b[0], a[1] + b[1], a[2] + b[2]])
}

/// inf_ν { ν + E f*(φ − ν) }, with −∂/∂φ in the place of φ: Newton's method inside a bracket as in `nu.rs`, which ends when ν
/// no longer moves.
fn price(f: &Generator, phi: &mut [f32], start: &mut Option<f32>) -> f64 {
    let n = phi.len() as f64;
    let ((left, right), (_, dinf)) = (f.slope_at_one(), f.slopes());
    let (least, most) = phi.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
    let (mut lo, mut hi) = (least - right as f32, most - left as f32);
    if dinf.is_finite() {
        // inside the domain whatever the rounding of φ − ν
        lo = lo.max(most - dinf as f32 + 4.0 * f32::EPSILON * (most.abs() + dinf.abs() as f32)).min(hi);
    }
    let least_nu = lo;
    let mean = || phi.iter().map(|v| f64::from(*v)).sum::<f64>() / n - 0.5 * (left + right);
    let mut nu = start.unwrap_or_else(|| mean() as f32).max(lo).min(hi);
    for _ in 0..ITERATIONS {
        let [_, slope, curvature] = sums(f, phi, nu);
        let slope = slope / n - 1.0;
        if slope > 0.0 {
            lo = nu
        } else {
            hi = nu
        }
        let newton = f64::from(nu) + slope / (curvature / n);
        // NaN compares false, so an overflowing Newton step falls back on bisection
        let inside = newton >= f64::from(lo) && newton <= f64::from(hi);
        let middle = 0.5 * (lo + hi);
        // where f*' is steep Newton's steps from the left are short: the middle is further, and never too far for long
        let mut next =
            if inside { if slope > STEEP { (newton as f32).max(middle) } else { newton as f32 } } else { middle };
        let seen = f32::EPSILON * nu.abs().max(hi - lo).max(f32::EPSILON);
        if (next - nu).abs() <= seen {
            // next to a pole of f*' rounding swallows the whole step
            if slope.abs() < SETTLED || hi - lo <= 2.0 * seen {
                nu = next;
                break;
            }
            next = middle;
        }
        nu = next;
    }
    let value = sums(f, phi, nu)[0];
    *start = Some(nu);
    let total = phi.len() as f32;
    let seeds = |piece: &mut [f32]| {
        let mut out = [0.0; PIECE];
        f.conjugate_lanes(piece, nu, |at, n, lanes| {
            for (o, g) in out[at..at + n].iter_mut().zip(&lanes.gradient) {
                *o = -g / total;
            }
        });
        piece.copy_from_slice(&out[..piece.len()]);
    };
    // where the end of the domain stops ν, moving the largest φ moves ν: the rest of the mass is theirs
    let bound = dinf.is_finite() && f.domain().1 && nu - least_nu <= 1e-5 * (1.0 + nu.abs());
    let largest: Vec<usize> = if bound { (0..phi.len()).filter(|i| phi[*i] == most).collect() } else { vec![] };
    if phi.len() <= PIECE {
        seeds(phi)
    } else {
        phi.par_chunks_mut(PIECE).for_each(seeds)
    }
    if !largest.is_empty() {
        let rest = 1.0 + phi.iter().map(|v| f64::from(*v)).sum::<f64>();
        largest.iter().for_each(|i| phi[*i] -= (rest.max(0.0) / largest.len() as f64) as f32);
    }
    f64::from(nu) + value / n
}

/// Bisections down to the resolution of f32, should Newton's method never help.
const ITERATIONS: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::values;
    use crate::divergence::term::Renyi;
    use crate::generator::named;
    use crate::space::{Lipschitz, Space};
    use rand::Rng;
    use std::sync::Arc;

    /// Every objective on slices against tensors, forward and reversed, for every named f, in one and in several pieces, near 0 and
    /// far from it, narrow and wider than f'(∞): values to 1e-5 of the size of φ; derivatives to 1e-4 of the largest, because two
    /// roots ν differ by a few roundings and f*' of kinked f by the share of one point. Far away φ itself is rounded: there the mass
    /// of the derivatives is looked at, 1 to within what a rounding of ν does next to a pole.
    #[test]
    fn scores_agree_with_tensors() {
        let device = device::host();
        let space = || Space::Lipschitz(Lipschitz::new(1.0).unwrap());
        let mut objectives = vec![Objective::Ipm, Objective::Renyi(Renyi::order(2.0))];
        objectives
            .extend(named::ALL.iter().map(|n| Objective::F(Arc::new(n.build(&vec![1.5; n.parameters]).unwrap()))));
        for (k, objective) in objectives.into_iter().enumerate() {
            let cases = [
                (50, 70, 0.0, 0.5),
                (300, 9000, 0.0, 0.5),
                (200, 500, -5.0, 1.0),
                (200, 500, 3.0, 3.0),
                (200, 500, 30.0, 10.0),
            ];
            for ((n, m, offset, spread), reversed) in cases.into_iter().flat_map(|c| [(c, false), (c, true)]) {
                let mut rng = crate::random::rng(k as u64, 0);
                let mut draw = |n: usize| -> Vec<f32> {
                    (0..n).map(|_| offset + spread * rng.random_range(-1.0f32..1.0)).collect()
                };
                let (mut source, mut target) = (draw(n), draw(m));
                let term = Term { objective: objective.clone(), space: space(), reversed };
                let tensor =
                    |v: &[f32]| -> Values { Tensor::from_data(TensorData::new(v.to_vec(), [v.len()]), &device) };
                let exact = term.score(&tensor(&source), &tensor(&target), None);
                let value = term.score_on_host(&mut source, &mut target, &mut None).unwrap();
                let expected = f64::from(values(&exact.value).unwrap()[0]);
                let size = 1.0 + expected.abs() + f64::from(offset.abs() + spread);
                let what = format!("objective {k}, offset {offset}, spread {spread}, reversed {reversed}");
                let f = match &term.objective {
                    Objective::F(f) => Some(f),
                    _ => None,
                };
                let near_pole = f.is_some_and(|f| f.slopes().1.is_finite()) && spread > 0.5;
                assert!(
                    (value - expected).abs() < if near_pole { 1e-3 } else { 1e-5 } * size,
                    "{what}: {value} and {expected}"
                );
                if f.is_some() {
                    let q = if reversed { &source } else { &target };
                    let mass: f64 = q.iter().map(|v| f64::from(*v)).sum();
                    let slack = if near_pole || f.is_some_and(|f| f.has_kinks()) { 5e-2 } else { 1e-4 };
                    assert!((mass + 1.0).abs() < slack, "{what}: derivatives sum to {mass}");
                }
                if spread > 0.5 {
                    continue;
                }
                for (got, exact) in [(&source, &exact.on_source), (&target, &exact.on_target)] {
                    let exact = values(exact).unwrap();
                    let scale = exact.iter().fold(0.0f32, |m, v| m.max(v.abs()));
                    let off = got.iter().zip(&exact).filter(|(a, b)| (*a - *b).abs() > 1e-4 * scale).count();
                    assert!(
                        off <= usize::from(f.is_some_and(|f| f.has_kinks())) * 2,
                        "{what}: {off} of {} derivatives differ",
                        exact.len()
                    );
                }
            }
        }
    }
}
