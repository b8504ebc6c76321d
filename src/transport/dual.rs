//! The dual of transport to a free marginal, evaluated so that rounding aside it never exceeds the primal.
//!
//! min_{π1=a} ⟨c, π⟩ + D_f(πᵀ1‖b) = max_φ Σ a_i φ_i − inf_ν { ν + Σ b_j f*(ψ_j − ν) }, ψ_j = max_i (φ_i − c(i, j)).
//! For *any* φ and any ν with ψ − ν in the domain of f* the right side is a lower bound.
use super::ground::Ground;
use crate::error::Result;
use crate::generator::Generator;
use crate::interrupt::Interrupt;
use rayon::prelude::*;

/// inf_ν { ν + Σ b_j f*(ψ_j − ν) } from above, and a ν that nearly attains it; b sums to one.
pub fn shift(f: &Generator, psi: &[f64], b: &[f64]) -> (f64, f64) {
    let seen = || psi.iter().zip(b).filter(|(_, w)| **w > 0.0);
    let top = seen().map(|(v, _)| *v).fold(f64::NEG_INFINITY, f64::max);
    let bottom = seen().map(|(v, _)| *v).fold(f64::INFINITY, f64::min);
    if let Some(a) = f.kl_scale() {
        let sum: f64 = seen().map(|(v, w)| w * ((v - top) / a).exp()).sum();
        return (top + a * sum.ln(), top + a * sum.ln() - f.slope_at_one().0);
    }
    let (left, right) = f.slope_at_one();
    // 1 − Σ b f*'(ψ − ν) increases in ν; it is ≤ 0 at the lower end and ≥ 0 at the upper, where f* is finite
    let (mut low, mut high) = (bottom - right, top - left);
    let sum = |g: &(dyn Fn(f64) -> f64 + Sync)| -> f64 {
        psi.par_iter()
            .zip(b)
            .with_min_len(256)
            .map(|(v, w)| if *w > 0.0 { w * g(*v) } else { 0.0 })
            .collect::<Vec<f64>>()
            .iter()
            .sum()
    };
    let slope = |nu: f64| 1.0 - sum(&|v| f.conjugate_grad(v - nu));
    let tolerance = 1e-15 * (1.0 + low.abs().max(high.abs()));
    let (mut at_low, mut at_high) = (f64::NEG_INFINITY, slope(high));
    for k in 0..80 {
        if high - low <= tolerance || at_high <= 0.0 {
            break;
        }
        // regula falsi where the slopes are finite, halving the kept end's slope (Illinois); every third step bisects
        let secant = high - at_high * (high - low) / (at_high - at_low);
        let nu = if k % 3 < 2 && secant > low && secant < high { secant } else { 0.5 * (low + high) };
        let s = slope(nu);
        if s.abs() <= 1e-15 {
            high = nu;
            break;
        }
        if s > 0.0 {
            (high, at_high) = (nu, s);
            at_low *= 0.5;
        } else {
            (low, at_low) = (nu, s);
            at_high *= 0.5;
        }
    }
    (high + sum(&|v| f.conjugate(v - high)), high)
}

/// Σ w v
pub fn mean(v: &[f64], w: &[f64]) -> f64 {
    v.iter().zip(w).map(|(v, w)| v * w).sum()
}

/// The lower bound that numbers φ on the sources give, with the ψ and ν it used. No f is a fixed marginal b.
pub struct Bound {
    pub value: f64,
    pub psi: Vec<f64>,
    pub nu: f64,
}

pub fn lower_bound(
    ground: &Ground,
    f: Option<&Generator>,
    phi: &[f64],
    a: &[f64],
    b: &[f64],
    interrupt: &Interrupt,
) -> Result<Bound> {
    let psi = ground.envelope(phi, interrupt)?;
    let (penalty, nu) = match f {
        Some(f) => shift(f, &psi, b),
        None => (mean(&psi, b), 0.0),
    };
    Ok(Bound { value: mean(phi, a) - penalty, psi, nu })
}
