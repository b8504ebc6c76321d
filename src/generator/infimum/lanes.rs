//! The infimum on slices of f32: sums on lanes in f64, and Newton's method in f32 until ν no longer moves. It stops as early as that,
//! where `tensor.rs` takes a fixed number of steps because to look would be to wait. Near equilibrium, where f32 would lose what is
//! left of the value, it is `near.rs` that finds it.
use super::near::near;
use super::steps::{SETTLED, STEEP};
use crate::generator::Generator;
use rayon::prelude::*;

/// Numbers a thread works on at a time, and the pieces a sample is summed in at most.
const PIECE: usize = 4096;
const PIECES: usize = 64;
/// Bisections down to the resolution of f32, should Newton's method never help.
const ITERATIONS: usize = 40;

/// A relative error that a value may have and still be right.
const RIGHT: f64 = 1e-4;

/// m − inf_ν { ν + E f*(φ − ν) }, with −∂/∂φ of the infimum in the place of φ; m is a mean of like numbers. `start` is the ν of an
/// earlier, similar φ, and then that of this one.
pub fn infimum(f: &Generator, m: f64, phi: &mut [f32], start: &mut Option<f32>) -> f64 {
    let n = phi.len() as f64;
    let bracket = Bracket::of(f, phi);
    let (left, right) = f.slope_at_one();
    let mean = || phi.iter().map(|v| f64::from(*v)).sum::<f64>() / n - 0.5 * (left + right);
    let nu = start.unwrap_or_else(|| mean() as f32).max(bracket.lo).min(bracket.hi);
    let nu = bracket.newton(nu, |nu| {
        let [_, gradient, curvature] = sums(f, phi, nu);
        (gradient / n - 1.0, curvature / n)
    });
    let [value, mass, _] = sums(f, phi, nu);
    *start = Some(nu);
    let found = m - (f64::from(nu) + value / n);
    // differences of numbers of this size, each with its rounding
    let size = m.abs() + f64::from(nu).abs() + (value / n).abs();
    let near_one = f64::from(bracket.most - bracket.least) < f.reach();
    let clear = near_one && found * RIGHT > f.error_near_one() + 2e-7 * size;
    let close = near_one && !clear;
    if found.is_finite() && close {
        let (exact, nu) = near(f, m, phi, f64::from(nu));
        // f*' of a table that knows little so near to f'(1) is wrong before f* is
        let lost = (mass / n - 1.0).abs() > RIGHT;
        if exact.is_finite() && (lost || (found - exact).abs() > RIGHT * exact.abs()) {
            *start = Some(nu as f32);
            differentiate_near(f, phi, nu, &bracket);
            return exact;
        }
    }
    differentiate(f, phi, nu, &bracket);
    found
}

/// Where ν must lie.
struct Bracket {
    lo: f32,
    hi: f32,
    /// the least and the largest φ
    least: f32,
    most: f32,
    /// what numbers are small beside
    unit: f32,
}

impl Bracket {
    fn of(f: &Generator, phi: &[f32]) -> Bracket {
        let ((left, right), (_, dinf)) = (f.slope_at_one(), f.slopes());
        let (least, most) = phi.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
        let (mut lo, hi) = (least - right as f32, most - left as f32);
        if dinf.is_finite() {
            // inside the domain whatever the rounding of φ − ν
            lo = lo.max(most - dinf as f32 + 4.0 * f32::EPSILON * (most.abs() + dinf.abs() as f32)).min(hi);
        }
        Bracket { lo, hi, least, most, unit: f.unit() as f32 }
    }

    /// The places of the largest φ.
    fn largest(&self, phi: &[f32]) -> Vec<usize> {
        (0..phi.len()).filter(|i| phi[*i] == self.most).collect()
    }

    /// The root of E f*'(φ − ν) − 1, which falls as ν grows, from that and E f*''(φ − ν).
    fn newton(&self, mut nu: f32, slopes: impl Fn(f32) -> (f64, f64)) -> f32 {
        let Bracket { mut lo, mut hi, .. } = *self;
        for _ in 0..ITERATIONS {
            let (slope, curvature) = slopes(nu);
            if slope > 0.0 {
                lo = nu
            } else {
                hi = nu
            }
            let newton = f64::from(nu) + slope / curvature;
            // NaN compares false, so an overflowing Newton step falls back on bisection
            let inside = newton >= f64::from(lo) && newton <= f64::from(hi);
            let middle = 0.5 * (lo + hi);
            // where f*' is steep Newton's steps from the left are short: the middle is further, and never too far for long
            let mut next =
                if inside { if slope > STEEP { (newton as f32).max(middle) } else { newton as f32 } } else { middle };
            let seen = f32::EPSILON * nu.abs().max(hi - lo).max(f32::EPSILON * self.unit);
            if (next - nu).abs() <= seen {
                // next to a pole of f*' rounding swallows the whole step
                if slope.abs() < SETTLED || hi - lo <= 2.0 * seen {
                    return next;
                }
                next = middle;
            }
            nu = next;
        }
        nu
    }
}

/// Σ of f*, f*' and f*'' at φ − ν.
fn sums(f: &Generator, phi: &[f32], nu: f32) -> [f64; 3] {
    let of_piece = |piece: &[f32]| {
        let mut sums = [0.0f64; 3];
        f.on_slices().at_slice(piece, nu, |_, n, lanes| {
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

/// The same as `differentiate`, near equilibrium.
fn differentiate_near(f: &Generator, phi: &mut [f32], nu: f64, bracket: &Bracket) {
    let ((left, right), n) = (f.slope_at_one(), phi.len() as f64);
    let level = nu + 0.5 * (left + right);
    let largest = if f.slopes().1.is_finite() && f.domain().1 { bracket.largest(phi) } else { vec![] };
    let gradient = |v: &f32| -(1.0 + f.excess(f64::from(*v) - level).1) / n;
    phi.par_iter_mut().with_min_len(256).for_each(|v| *v = gradient(v) as f32);
    let rest = 1.0 + phi.iter().map(|v| f64::from(*v)).sum::<f64>();
    // more than what rounding leaves: there is an end that stops ν
    if rest > 1e-5 {
        largest.iter().for_each(|i| phi[*i] -= (rest / largest.len() as f64) as f32);
    }
}

/// −∂/∂φ = −f*'(φ − ν)/n in the place of φ.
fn differentiate(f: &Generator, phi: &mut [f32], nu: f32, bracket: &Bracket) {
    let total = phi.len() as f32;
    let of_piece = |piece: &mut [f32]| {
        let mut out = [0.0; PIECE];
        f.on_slices().at_slice(piece, nu, |at, n, lanes| {
            for (o, g) in out[at..at + n].iter_mut().zip(&lanes.gradient) {
                *o = -g / total;
            }
        });
        piece.copy_from_slice(&out[..piece.len()]);
    };
    // where the end of the domain stops ν, moving the largest φ moves ν: the rest of the mass is theirs
    let bound = f.slopes().1.is_finite() && f.domain().1 && nu - bracket.lo <= 1e-5 * (bracket.unit + nu.abs());
    let largest = if bound { bracket.largest(phi) } else { vec![] };
    if phi.len() <= PIECE {
        of_piece(phi)
    } else {
        phi.par_chunks_mut(PIECE).for_each(of_piece)
    }
    if !largest.is_empty() {
        let rest = 1.0 + phi.iter().map(|v| f64::from(*v)).sum::<f64>();
        largest.iter().for_each(|i| phi[*i] -= (rest.max(0.0) / largest.len() as f64) as f32);
    }
}
