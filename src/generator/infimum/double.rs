//! The infimum in f64 for weighted values, a bound from above whatever the rounding: proofs rest on it. No curvature is needed, so
//! that kinks and steps of f*' cost nothing; every sum is in the order of the values, whichever thread had them.
use crate::generator::Generator;
use rayon::prelude::*;

/// inf_ν { ν + Σ b_j f*(ψ_j − ν) } from above, and a ν that nearly attains it; b sums to one.
pub fn infimum(f: &Generator, psi: &[f64], b: &[f64]) -> (f64, f64) {
    let seen = || psi.iter().zip(b).filter(|(_, w)| **w > 0.0);
    let top = seen().map(|(v, _)| *v).fold(f64::NEG_INFINITY, f64::max);
    let bottom = seen().map(|(v, _)| *v).fold(f64::INFINITY, f64::min);
    if let Some(a) = f.kl_scale() {
        let sum: f64 = seen().map(|(v, w)| w * ((v - top) / a).exp()).sum();
        return (top + a * sum.ln(), top + a * sum.ln() - f.slope_at_one().0);
    }
    let (left, right) = f.slope_at_one();
    let sum = |g: &(dyn Fn(f64) -> f64 + Sync)| -> f64 {
        psi.par_iter()
            .zip(b)
            .with_min_len(256)
            .map(|(v, w)| if *w > 0.0 { w * g(*v) } else { 0.0 })
            .collect::<Vec<f64>>()
            .iter()
            .sum()
    };
    let nu = root((bottom - right, top - left), f.unit(), |nu| 1.0 - sum(&|v| f.conjugate_grad(v - nu)));
    (nu + sum(&|v| f.conjugate(v - nu)), nu)
}

/// The upper end of a bracket of the root of an increasing slope, ≤ 0 at the lower end and ≥ 0 at the upper, where f* is finite:
/// regula falsi where the slopes are finite, halving the kept end's slope (Illinois); every third step bisects.
fn root((mut low, mut high): (f64, f64), unit: f64, slope: impl Fn(f64) -> f64) -> f64 {
    let tolerance = 1e-15 * (unit + low.abs().max(high.abs()));
    let (mut at_low, mut at_high) = (f64::NEG_INFINITY, slope(high));
    for k in 0..80 {
        if high - low <= tolerance || at_high <= 0.0 {
            break;
        }
        let secant = high - at_high * (high - low) / (at_high - at_low);
        let nu = if k % 3 < 2 && secant > low && secant < high { secant } else { 0.5 * (low + high) };
        let s = slope(nu);
        if s.abs() <= 1e-15 {
            return nu;
        }
        if s > 0.0 {
            (high, at_high) = (nu, s);
            at_low *= 0.5;
        } else {
            (low, at_low) = (nu, s);
            at_high *= 0.5;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::named;

    /// For KL the infimum is ln E e^ψ, for χ² with a narrow ψ it is E ψ + Var ψ/4: both to rounding.
    #[test]
    fn closed_forms() {
        let (psi, b) = ([0.3, -0.1, 0.2], [0.5, 0.25, 0.25]);
        let mean = |g: &dyn Fn(f64) -> f64| psi.iter().zip(b).map(|(v, w)| w * g(*v)).sum::<f64>();
        let of = |name: &str| infimum(&named::find(name).unwrap().build(&[]).unwrap(), &psi, &b).0;
        assert!((of("kl") - mean(&f64::exp).ln()).abs() < 1e-14);
        let m = mean(&|v| v);
        assert!((of("chi2") - m - mean(&|v| (v - m) * (v - m)) / 4.0).abs() < 1e-14);
    }
}
