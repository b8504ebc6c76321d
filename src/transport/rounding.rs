//! From entropic potentials to true bounds: a feasible plan from above, hard c-transforms from below, all in f64.
use super::dual::{Above, lower_bound, scaled};
use super::ground::Ground;
use super::semi::{discrepancy, discrepancy_above, discrepancy_size};
use super::sinkhorn::{Entropic, Problem, Side};
use super::softmin::Pairs;
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::interrupt::Interrupt;
use crate::sums::{ROUNDING, Sum};
use rayon::prelude::*;

/// lower ≤ min ⟨c, π⟩ + D_f(πᵀ1‖b) ≤ upper
pub struct Bounds {
    /// a dual value, rounding included
    pub lower: f64,
    /// the cost of a feasible plan, rounding included
    pub upper: f64,
    /// both as they came out in f64
    pub computed: (f64, f64),
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
    let bound = lower_bound(ground, f, &e.phi, p.a, p.b, interrupt)?;
    let pairs = Pairs::<f64>::new(p.x, p.y, p.d, p.cost);
    let epsilon = e.epsilon;
    let mut h: Vec<f64> = p.b.iter().zip(&e.psi).map(|(b, psi)| b.ln() - psi / epsilon).collect();
    // rows normalised in f64: π_ij = a_i exp(h_j + s_i − c/ε) with the exact s
    let s: Vec<f64> = pairs.softmin(epsilon, &h, &[], interrupt)?.iter().map(|v| v / epsilon).collect();
    let (mut mu, mut transport) = column_sums(&pairs, ground, (&h, &s), (p.a, epsilon), interrupt)?;
    if let Some(f) = f {
        let total: f64 = mu.iter().sum();
        mu.iter_mut().for_each(|m| *m /= total);
        let off = mass_error(ground, e, &h, &s);
        let upper = transport * (1.0 + off) + discrepancy_above(f, &mu, p.b) + off * discrepancy_size(f, &mu, p.b);
        let computed = (bound.value, transport + discrepancy(f, &mu, p.b));
        return Ok(Bounds { lower: bound.proved, upper: upper.max(computed.1), computed, mu, transport });
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
    (mu, transport) = column_sums(&pairs, ground, (&h, &s), (p.a, epsilon), interrupt)?;
    let short_columns: Vec<f64> = p.b.iter().zip(&mu).map(|(b, m)| (b - m).max(0.0)).collect();
    let missing: f64 = short_columns.iter().sum();
    if missing > 0.0 {
        transport += product_cost(ground, &short_rows, &short_columns, interrupt)? / missing;
    }
    // what rounding, or rows that are short of another mass than columns, left unpaid goes the longest way
    let unpaid = mass_error(ground, e, &h, &s) + (short_rows.iter().sum::<f64>() - missing).abs();
    let upper = transport * (1.0 + ground.relative_error()) + unpaid * ground.largest();
    let computed = (bound.value, transport);
    Ok(Bounds { lower: bound.proved, upper, computed, mu: p.b.to_vec(), transport })
}

/// The column sums of a plan and what it pays. Streaming recovers costs from exponents, to a rounding of ε times their
/// terms: where that is no small part of what is paid they are computed once more.
fn column_sums(
    pairs: &Pairs<f64>,
    ground: &Ground,
    (h, s): (&[f64], &[f64]),
    (a, epsilon): (&[f64], f64),
    interrupt: &Interrupt,
) -> Result<(Vec<f64>, f64)> {
    let (mu, transport) = pairs.column_sums(epsilon, h, s, a, interrupt)?;
    if 4.0 * ROUNDING * epsilon * (largest(h) + largest(s)) <= 1e-9 * transport {
        return Ok((mu, transport));
    }
    let rows: Vec<f64> = (0..ground.rows())
        .into_par_iter()
        .map(|i| {
            if interrupt.is_requested() {
                return 0.0;
            }
            let (mut row, zeros) = (vec![0.0; ground.cols()], vec![0.0; ground.cols()]);
            ground.reduced(i, 0, 0.0, &zeros, &mut row);
            a[i] * row.iter().zip(h).map(|(c, h)| c * (h + s[i] - c / epsilon).exp()).sum::<f64>()
        })
        .collect();
    interrupt.check()?;
    Ok((mu, rows.iter().sum()))
}

/// The largest finite size.
fn largest(v: &[f64]) -> f64 {
    v.iter().filter(|v| v.is_finite()).fold(0.0, |m: f64, v| m.max(v.abs()))
}

/// Σ r_i m_j c(i, j)
fn product_cost(ground: &Ground, rows: &[f64], columns: &[f64], interrupt: &Interrupt) -> Result<f64> {
    let rest: Vec<f64> = rows
        .par_iter()
        .enumerate()
        .map(|(i, r)| {
            if *r == 0.0 || interrupt.is_requested() {
                return 0.0;
            }
            let (mut row, zeros) = (vec![0.0; ground.cols()], vec![0.0; ground.cols()]);
            ground.reduced(i, 0, 0.0, &zeros, &mut row);
            r * row.iter().zip(columns).map(|(c, m)| c * m).sum::<f64>()
        })
        .collect();
    interrupt.check()?;
    Ok(rest.iter().sum())
}

/// The relative error of masses a b exp(h + s − c/ε): that of the exponent, whose terms may be large, and of their sums.
fn mass_error(ground: &Ground, e: &Entropic, h: &[f64], s: &[f64]) -> f64 {
    let terms = largest(h) + largest(s) + ground.largest() / e.epsilon;
    4.0 * ROUNDING * (16.0 + terms + 0.125 * (h.len() + s.len()) as f64) + ground.relative_error()
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
    let (mu, transport) = column_sums(&pairs, ground, (&h, &s), (p.a, e.epsilon), interrupt)?;
    let off = mass_error(ground, e, &h, &s);
    let upper = transport * (1.0 + off)
        + discrepancy_above(f, &mu, p.b)
        + discrepancy_above(g, &rho, p.a)
        + off * (discrepancy_size(f, &mu, p.b) + discrepancy_size(g, &rho, p.a));
    let computed = (lower.value, transport + discrepancy(f, &mu, p.b) + discrepancy(g, &rho, p.a));
    Ok(Bounds { lower: lower.proved, upper: upper.max(computed.1), computed, mu, transport })
}

/// A lower bound as it came out in f64, and rounding included.
#[derive(Clone, Copy, Debug)]
pub struct FreeBound {
    /// in f64
    pub value: f64,
    /// from below
    pub proved: f64,
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
) -> Result<FreeBound> {
    bound_with(ground, (g, a), (f, b), phi, Generator::conjugate_above, interrupt)
}

/// The bound at prices, with f* rounded upwards in one way or another.
///
/// # Errors
/// An interrupt.
pub(super) fn bound_with(
    ground: &Ground,
    source: Marginal,
    target: Marginal,
    phi: &[f64],
    above: Above,
    interrupt: &Interrupt,
) -> Result<FreeBound> {
    let (g, f) = (source.0, target.0);
    let mut best = shifted(ground, source, target, phi, above, interrupt)?;
    // prices beyond the end of a domain prove nothing: those moved inside do, whichever end it is
    for margin in [8.0 * ROUNDING, 1e-12, 1e-9, 1e-6, 1e-3] {
        let Some(inside) = inside(ground, g, f, phi, margin) else { break };
        let bound = shifted(ground, source, target, &inside, above, interrupt)?;
        best = FreeBound { value: best.value.max(bound.value), proved: best.proved.max(bound.proved) };
        if g.domain().1 && f.domain().1 {
            break;
        }
    }
    Ok(best)
}

/// f of a marginal, and the weights it is compared with.
pub type Marginal<'a> = (&'a Generator, &'a [f64]);

/// φ between −g'(∞) and f'(∞) + min c, where ψ does not exceed f'(∞); none if it is there by itself.
fn inside(ground: &Ground, g: &Generator, f: &Generator, phi: &[f64], margin: f64) -> Option<Vec<f64>> {
    let (least, most) = (-g.domain().0, f.domain().0);
    if least.is_infinite() && most.is_infinite() {
        return None;
    }
    let zeros = vec![0.0; ground.cols()];
    let mut buffer = vec![];
    let moved: Vec<f64> = phi
        .iter()
        .enumerate()
        .map(|(i, v)| {
            // an end at 0 is exact, and so are differences of equal numbers
            let high = if most.is_finite() {
                let near = ground.transform(i, &zeros, &mut buffer).0;
                most + near - if most == 0.0 { 0.0 } else { margin * (most + near) }
            } else {
                f64::INFINITY
            };
            v.max(least * (1.0 - margin)).min(high)
        })
        .collect();
    (moved != phi).then_some(moved)
}

/// The bound at φ, or at φ a little lower or higher.
fn shifted(
    ground: &Ground,
    (g, a): Marginal,
    (f, b): Marginal,
    phi: &[f64],
    above: Above,
    interrupt: &Interrupt,
) -> Result<FreeBound> {
    let psi = ground.envelope(phi, interrupt)?;
    let size = 1.0 + phi.iter().chain(&psi).fold(0.0, |a, v| f64::max(a, v.abs()));
    // prices may touch the end of a domain: a shift down leaves it
    let value = |t: f64| -> f64 {
        let sources: f64 = phi.iter().zip(a).map(|(v, w)| w * g.conjugate(-(v + t))).sum();
        let targets: f64 = psi.iter().zip(b).map(|(v, w)| w * f.conjugate(v + t)).sum();
        -(sources + targets)
    };
    // ψ and the shift are rounded: f* only rises, and so does g*
    let up = |v: f64, t: f64| v + t + 4.0 * ROUNDING * (v.abs() + t.abs());
    let proved = |t: f64| -> f64 {
        let (mut sources, mut targets) = (Sum::default(), Sum::default());
        phi.iter().zip(a).for_each(|(v, w)| sources.add_product(*w, above(g, up(-v, -t))));
        psi.iter().zip(b).for_each(|(v, w)| targets.add_product(*w, above(f, up(*v, t))));
        let size = sources.size() + targets.size();
        -(sources.value() + targets.value()) - 2.0 * ROUNDING * size
    };
    let shifts = [0.0, -1e-12, -1e-9, -1e-6, -1e-3, 1e-12, 1e-9, 1e-6, 1e-3];
    let best = |of: &dyn Fn(f64) -> f64| {
        shifts.iter().map(|t| of(t * size)).filter(|v| v.is_finite()).fold(f64::NEG_INFINITY, f64::max)
    };
    Ok(FreeBound { value: best(&value), proved: scaled(best(&proved), ground) })
}
