//! From entropic potentials to true bounds: a feasible plan from above, hard c-transforms from below, all in f64.
use super::dual::lower_bound;
use super::ground::Ground;
use super::semi::discrepancy;
use super::sinkhorn::{Entropic, Problem, Side};
use super::softmin::Pairs;
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::interrupt::Interrupt;
use rayon::prelude::*;

/// lower ≤ min ⟨c, π⟩ + D_f(πᵀ1‖b) ≤ upper
pub struct Bounds {
    /// a dual value
    pub lower: f64,
    /// the cost of a feasible plan
    pub upper: f64,
    /// second marginal of the plan behind the upper bound
    pub mu: Vec<f64>,
    /// ⟨c, π⟩ of that plan
    pub transport: f64,
}

/// The bounds for whatever marginals the problem has.
///
/// # Errors
/// A free first marginal beside a fixed second one, and an interrupt.
pub fn bounds(p: &Problem, ground: &Ground, e: &Entropic, interrupt: &Interrupt) -> Result<Bounds> {
    let f = match (p.rows, p.columns) {
        (Side::Free(g), Side::Free(f)) => return unbalanced(p, ground, g, f, e, interrupt),
        (Side::Fixed, Side::Free(f)) => Some(f),
        (Side::Fixed, Side::Fixed) => None,
        (Side::Free(_), Side::Fixed) => {
            return Err(Error::data(
                "entropic transport",
                "a free first marginal needs a free second one; exchange the samples",
            ));
        }
    };
    let lower = lower_bound(ground, f, &e.phi, p.a, p.b, interrupt)?.value;
    let pairs = Pairs::<f64>::new(p.x, p.y, p.d, p.cost);
    let epsilon = e.epsilon;
    let mut h: Vec<f64> = p.b.iter().zip(&e.psi).map(|(b, psi)| b.ln() - psi / epsilon).collect();
    // rows normalised in f64: π_ij = a_i exp(h_j + s_i − c/ε) with the exact s
    let s: Vec<f64> = pairs.softmin(epsilon, &h, &[], interrupt)?.iter().map(|v| v / epsilon).collect();
    let (mut mu, mut transport) = pairs.column_sums(epsilon, &h, &s, p.a, interrupt)?;
    if let Some(f) = f {
        let total: f64 = mu.iter().sum();
        mu.iter_mut().for_each(|m| *m /= total);
        return Ok(Bounds { lower, upper: transport + discrepancy(f, &mu, p.b), mu, transport });
    }
    // columns that have too much give it back, and what is missing is paid by the product of what is left [altschuler2017]
    for ((h, m), b) in h.iter_mut().zip(&mu).zip(p.b) {
        if m > b {
            *h += (b / m).ln();
        }
    }
    let kept = pairs.softmin(epsilon, &h, &[], interrupt)?;
    let short_rows: Vec<f64> =
        kept.iter().zip(&s).zip(p.a).map(|((k, s), a)| (a - a * (s - k / epsilon).exp()).max(0.0)).collect();
    (mu, transport) = pairs.column_sums(epsilon, &h, &s, p.a, interrupt)?;
    let short_columns: Vec<f64> = p.b.iter().zip(&mu).map(|(b, m)| (b - m).max(0.0)).collect();
    let missing: f64 = short_columns.iter().sum();
    if missing > 0.0 {
        let rest: Vec<f64> = short_rows
            .par_iter()
            .enumerate()
            .map(|(i, r)| {
                if *r == 0.0 || interrupt.is_requested() {
                    return 0.0;
                }
                let (mut row, zeros) = (vec![0.0; ground.cols()], vec![0.0; ground.cols()]);
                ground.reduced(i, 0, 0.0, &zeros, &mut row);
                r * row.iter().zip(&short_columns).map(|(c, m)| c * m).sum::<f64>()
            })
            .collect();
        interrupt.check()?;
        transport += rest.iter().sum::<f64>() / missing;
    }
    Ok(Bounds { lower, upper: transport, mu: p.b.to_vec(), transport })
}

/// Both marginals free: every plan is feasible, and every φ with its transform a dual point.
fn unbalanced(
    p: &Problem,
    ground: &Ground,
    g: &Generator,
    f: &Generator,
    e: &Entropic,
    interrupt: &Interrupt,
) -> Result<Bounds> {
    let lower = free_bound(ground, g, f, &e.phi, p.a, p.b, interrupt)?;
    let pairs = Pairs::<f64>::new(p.x, p.y, p.d, p.cost);
    let h: Vec<f64> = p.b.iter().zip(&e.psi).map(|(b, psi)| b.ln() - psi / e.epsilon).collect();
    let s: Vec<f64> = e.phi.iter().map(|v| v / e.epsilon).collect();
    let m = pairs.softmin(e.epsilon, &h, &[], interrupt)?;
    let rho: Vec<f64> = m.iter().zip(&e.phi).zip(p.a).map(|((m, v), a)| a * ((v - m) / e.epsilon).exp()).collect();
    let (mu, transport) = pairs.column_sums(e.epsilon, &h, &s, p.a, interrupt)?;
    Ok(Bounds { lower, upper: transport + discrepancy(f, &mu, p.b) + discrepancy(g, &rho, p.a), mu, transport })
}

/// −Σ a g*(−φ) − Σ b f*(ψ) with ψ the transform of φ: below the unbalanced cost for any φ.
///
/// # Errors
/// An interrupt.
pub fn free_bound(
    ground: &Ground,
    g: &Generator,
    f: &Generator,
    phi: &[f64],
    a: &[f64],
    b: &[f64],
    interrupt: &Interrupt,
) -> Result<f64> {
    let psi = ground.envelope(phi, interrupt)?;
    let size = 1.0 + phi.iter().chain(&psi).fold(0.0, |a, v| f64::max(a, v.abs()));
    // prices may touch the end of a domain: a shift down leaves it
    let value = |t: f64| -> f64 {
        let sources: f64 = phi.iter().zip(a).map(|(v, w)| w * g.conjugate(-(v + t))).sum();
        let targets: f64 = psi.iter().zip(b).map(|(v, w)| w * f.conjugate(v + t)).sum();
        -(sources + targets)
    };
    let shifts = [0.0, -1e-12, -1e-9, -1e-6, -1e-3, 1e-12, 1e-9, 1e-6, 1e-3];
    Ok(shifts.iter().map(|t| value(t * size)).filter(|v| v.is_finite()).fold(f64::NEG_INFINITY, f64::max))
}
