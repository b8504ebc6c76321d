//! A lower bound on D_f^{Γ_L} between two samples that no critic can fake.
//!
//! For any numbers aᵢ on P (a critic's values), ψⱼ = maxᵢ (aᵢ − L|yᵢ − xⱼ|) and any ν in the domain,
//! mean a − ν − E_Q f*(ψ − ν) ≤ D by weak duality: no Lipschitz constant of a network enters.
use crate::device::{Points, Values, rows_f64};
use crate::divergence::{Objective, Term};
use crate::error::Result;
use crate::generator::Generator;
use crate::interrupt::Interrupt;
use rayon::prelude::*;

/// The bound for one term, from φ on the source and on the target, in f64; O(MN) time, O(M + N) memory.
pub fn lower_bound(term: &Term, phi_p: &Values, phi_q: &Values, source: &Points, target: &Points, interrupt: &Interrupt) -> Result<f64> {
    let (phi, p, q) = if term.reversed { (phi_q, target, source) } else { (phi_p, source, target) };
    let d = p.dims()[1];
    let a: Vec<f64> = crate::device::values(phi)?.into_iter().map(f64::from).collect();
    let (y, x) = (rows_f64(p)?, rows_f64(q)?);
    let l = term.space.constant;
    let psi: Vec<f64> = x
        .par_chunks(d)
        .map(|xj| {
            if interrupt.is_requested() {
                return f64::NAN;
            }
            let reach = |(ai, yi): (&f64, &[f64])| {
                let squared: f64 = yi.iter().zip(xj).map(|(u, v)| (u - v) * (u - v)).sum();
                ai - l * squared.sqrt()
            };
            a.iter().zip(y.chunks(d)).map(reach).fold(f64::NEG_INFINITY, f64::max)
        })
        .collect();
    interrupt.check()?;
    let mean_a = a.iter().sum::<f64>() / a.len() as f64;
    Ok(mean_a - penalty(&term.objective, &psi))
}

/// inf_ν { ν + E f*(ψ − ν) } from above: the value at a ν found numerically is never below the infimum.
fn penalty(objective: &Objective, psi: &[f64]) -> f64 {
    let n = psi.len() as f64;
    let top = psi.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match objective {
        Objective::Ipm => psi.iter().sum::<f64>() / n,
        Objective::F(f) => match f.kl_scale() {
            Some(a) => top + a * (psi.iter().map(|v| ((v - top) / a).exp()).sum::<f64>() / n).ln(),
            None => infimum(f, psi, top),
        },
    }
}

fn infimum(f: &Generator, psi: &[f64], top: f64) -> f64 {
    let bottom = psi.iter().copied().fold(f64::INFINITY, f64::min);
    let (left, right) = f.slope_at_one();
    let (mut lo, mut hi) = (bottom - right, top - left);
    let n = psi.len() as f64;
    let mean = |g: &(dyn Fn(f64) -> f64 + Sync)| psi.par_iter().map(|v| g(*v)).collect::<Vec<f64>>().iter().sum::<f64>() / n;
    for _ in 0..60 {
        let nu = 0.5 * (lo + hi);
        if mean(&|v| f.conjugate_grad(v - nu)) > 1.0 { lo = nu } else { hi = nu }
    }
    hi + mean(&|v| f.conjugate(v - hi))
}
