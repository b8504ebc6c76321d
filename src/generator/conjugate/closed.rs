//! Closed forms for the conjugate: invert f' symbolically, keep a form only if it survives verification.
//!
//! Candidates x(y) come from isolating x (Möbius, quadratic, ln u + c·u^p through Wright's ω, sums of logarithms).
//! Each is compared with the numeric conjugate over the whole range of f'; what fails is dropped and the numeric
//! conjugate serves. Whether a form is well conditioned in f32 is judged where device code is chosen.
use super::numeric::NumericConjugate;
use crate::generator::diff::diff;
use crate::generator::expand::{expand, partial_fractions};
use crate::generator::expr::*;
use crate::generator::scalar::{Binary, Unary};
use crate::generator::tape::Tape;
use crate::interrupt;
use std::iter::once;

/// f* and x* = f*' on the interior of the effective domain, as functions of y.
#[derive(Clone, Debug)]
pub struct ClosedForm {
    /// f*(y)
    pub value: Expr,
    /// x*(y) = f*'(y)
    pub maximiser: Expr,
}

/// A verified closed form of the conjugate, or None.
pub fn closed_form(f: &Expr, numeric: &NumericConjugate) -> Option<ClosedForm> {
    let smooth =
        !f.any(&|k| matches!(k, Kind::Where(..) | Kind::Unary(Unary::Abs | Unary::Sign, _) | Kind::Binary(..)));
    if !smooth {
        return None;
    }
    let d1 = diff(f, &x());
    let collapsed = partial_fractions(&diff(&partial_fractions(&expand(f)), &x()));
    let candidates = [d1.clone(), collapsed.clone(), expand(&collapsed), split_logs(&d1)]
        .iter()
        .map(|d| solve(d, &y(), 0))
        .find(|c| !c.is_empty())?;
    for maximiser in candidates {
        let mut forms = vec![];
        let direct = sub(&mul(&y(), &maximiser), &substitute(f, &x(), &maximiser));
        forms.push(expand(&direct));
        forms.push(direct);
        let mut carriers = vec![];
        find_carriers(&maximiser, &mut carriers);
        for g in carriers {
            through_carrier(f, &maximiser, &g, &mut forms);
        }
        forms.sort_by_key(|e| Tape::new(std::slice::from_ref(e)).len());
        if let Some(form) = forms
            .into_iter()
            .map(|value| ClosedForm { value, maximiser: maximiser.clone() })
            .find(|c| verify(c, numeric))
        {
            return Some(form);
        }
    }
    None
}

/// Whether the form agrees with the numeric conjugate for x* from e⁻⁷ to e⁷, to 1e-9 relative.
pub fn verify(form: &ClosedForm, numeric: &NumericConjugate) -> bool {
    let tape = Tape::new(&[form.value.clone(), form.maximiser.clone()]);
    let mut regs = vec![];
    let mut seen = 0;
    for i in 0..81 {
        if interrupt::poll().is_err() {
            return false;
        }
        let v = numeric.sample(7.0, i, 80);
        let y = numeric.jet(v, &mut regs).d1;
        let exact = numeric.eval(y, &mut regs);
        if !exact.0.is_finite() || !exact.1.is_finite() {
            continue;
        }
        seen += 1;
        tape.eval(y, &mut regs);
        let (value, maximiser) = (tape.out(0, &regs), tape.out(1, &regs));
        let close = |a: f64, b: f64, tol: f64| (a - b).abs() <= tol * (numeric.unit + b.abs());
        if !(close(value, exact.0, 1e-9) && (maximiser - exact.1).abs() <= 1e-7 * exact.1.abs().max(1e-3)) {
            return false;
        }
    }
    seen > 0
}

/// ln(a/b) as ln a − ln b and products of affine factors likewise, so that logarithms can be collected.
fn split_logs(e: &Expr) -> Expr {
    match e.kind() {
        Kind::Sum(c, v) => sum(once(constant(*c)).chain(v.iter().map(|(k, t)| scale(*k, &split_logs(t))))),
        Kind::Unary(Unary::Ln, a) => match a.kind() {
            Kind::Prod(v) => sum(v.iter().map(|(b, p)| mul(p, &ln(b)))),
            _ => e.clone(),
        },
        _ => e.clone(),
    }
}

/// Candidates x(y) with e(x) = rhs.
fn solve(e: &Expr, rhs: &Expr, depth: usize) -> Vec<Expr> {
    if depth > 12 {
        return vec![];
    }
    match e.kind() {
        Kind::X => vec![rhs.clone()],
        Kind::Sum(c, v) => {
            let mut rhs = sub(rhs, &constant(*c));
            let mut unknown = vec![];
            for (k, t) in v {
                if t.has_x() {
                    unknown.push((*k, t.clone()));
                } else {
                    rhs = sub(&rhs, &scale(*k, t));
                }
            }
            solve_sum(&unknown, &rhs, depth)
        }
        Kind::Prod(v) => solve_product(v, rhs, depth),
        Kind::Unary(f, a) => {
            let one = constant(1.0);
            let inverse = match f {
                Unary::Ln => exp(rhs),
                Unary::Exp => ln(rhs),
                Unary::Tanh => scale(0.5, &ln(&div(&add(&one, rhs), &sub(&one, rhs)))),
                Unary::Sigmoid => ln(&div(rhs, &sub(&one, rhs))),
                Unary::Log1p => unary(Unary::Expm1, rhs),
                Unary::Expm1 => unary(Unary::Log1p, rhs),
                Unary::Sinh => unary(Unary::Asinh, rhs),
                Unary::Asinh => unary(Unary::Sinh, rhs),
                Unary::Atan => div(&unary(Unary::Sin, rhs), &unary(Unary::Cos, rhs)),
                Unary::Abs
                | Unary::Sign
                | Unary::Softplus
                | Unary::Sin
                | Unary::Cos
                | Unary::Omega
                | Unary::Cosh
                | Unary::LogCosh
                | Unary::Erf
                | Unary::LnGamma
                | Unary::Polygamma(_) => return vec![],
            };
            solve(a, &inverse, depth + 1)
        }
        Kind::Const(_)
        | Kind::Y
        | Kind::Coordinate(_)
        | Kind::Binary(Binary::Max | Binary::Min, ..)
        | Kind::Compare(..)
        | Kind::Where(..)
        | Kind::Native(..) => vec![],
    }
}

fn solve_sum(unknown: &[(f64, Expr)], rhs: &Expr, depth: usize) -> Vec<Expr> {
    if let [(k, t)] = unknown {
        return solve(t, &scale(1.0 / k, rhs), depth + 1);
    }
    let Some((k0, _)) = unknown.first() else { return vec![] };
    // Σ ±k ln uᵢ = k ln Π uᵢ^±1
    let logs = unknown.iter().all(|(k, t)| matches!(t.kind(), Kind::Unary(Unary::Ln, _)) && k.abs() == k0.abs());
    if logs {
        let p = unknown.iter().fold(constant(1.0), |a, (k, t)| match t.kind() {
            Kind::Unary(_, u) => mul(&a, &pow(u, &constant(k / k0))),
            _ => a,
        });
        return solve(&p, &exp(&scale(1.0 / k0, rhs)), depth + 1);
    }
    let [first, second] = unknown else { return vec![] };
    for (a, b) in [(first, second), (second, first)] {
        if let Some(found) = log_plus_power(a, b, rhs, depth) {
            return found;
        }
    }
    quadratic(first, second, rhs, depth)
}

/// a ln u + b u^p = rhs through ω: with q = bp/a > 0, q u^p = ω(p rhs/a + ln q).
fn log_plus_power(a: &(f64, Expr), b: &(f64, Expr), rhs: &Expr, depth: usize) -> Option<Vec<Expr>> {
    let Kind::Unary(Unary::Ln, u) = a.1.kind() else { return None };
    let (base, p) = base_power(&b.1)?;
    if base != *u {
        return None;
    }
    let q = b.0 * p / a.0;
    if q <= 0.0 {
        return None;
    }
    let w = unary(Unary::Omega, &add(&scale(p / a.0, rhs), &constant(q.ln())));
    Some(solve(u, &pow(&scale(1.0 / q, &w), &constant(1.0 / p)), depth + 1))
}

fn base_power(t: &Expr) -> Option<(Expr, f64)> {
    match t.kind() {
        Kind::Prod(p) if p.len() == 1 => p[0].1.as_const().map(|k| (p[0].0.clone(), k)),
        Kind::Prod(_) => None,
        _ => Some((t.clone(), 1.0)),
    }
}

/// kₕ w² + kₗ w = rhs with w = b^p, or the same with powers p and −p.
fn quadratic(first: &(f64, Expr), second: &(f64, Expr), rhs: &Expr, depth: usize) -> Vec<Expr> {
    let (Some((b1, p1)), Some((b2, p2))) = (base_power(&first.1), base_power(&second.1)) else { return vec![] };
    if b1 != b2 {
        return vec![];
    }
    for (i, lo, hi) in [(0, p1, p2), (1, p2, p1)] {
        let (kl, kh) = if i == 0 { (first.0, second.0) } else { (second.0, first.0) };
        let (a, b, c) = if (hi - 2.0 * lo).abs() < 1e-14 {
            (constant(kh), constant(kl), neg(rhs))
        } else if (hi + lo).abs() < 1e-14 && i == 0 {
            (constant(kl), neg(rhs), constant(kh))
        } else {
            continue;
        };
        let root = sqrt(&sub(&mul(&b, &b), &scale(4.0, &mul(&a, &c))));
        let mut out = vec![];
        for sign in [1.0, -1.0] {
            let w = div(&add(&neg(&b), &scale(sign, &root)), &scale(2.0, &a));
            out.extend(solve(&b1, &pow(&w, &constant(1.0 / lo)), depth + 1));
        }
        return out;
    }
    vec![]
}

fn solve_product(v: &[(Expr, Expr)], rhs: &Expr, depth: usize) -> Vec<Expr> {
    let mut rhs = rhs.clone();
    let mut unknown = vec![];
    for (b, p) in v {
        if b.has_x() || p.has_x() {
            unknown.push((b.clone(), p.clone()));
        } else {
            rhs = div(&rhs, &pow(b, p));
        }
    }
    match &unknown[..] {
        [(b, p)] if !p.has_x() => solve(b, &pow(&rhs, &pow(p, &constant(-1.0))), depth + 1),
        [(b1, p1), (b2, p2)] => {
            let (Some(p), Some(q)) = (p1.as_const(), p2.as_const()) else { return vec![] };
            let (Some((b0, a0)), Some((d0, c0))) = (b1.as_affine(), b2.as_affine()) else { return vec![] };
            if p != -q {
                return vec![];
            }
            // ((a x + b)/(c x + d))^p = rhs
            let z = pow(&rhs, &constant(1.0 / p));
            vec![div(&sub(&scale(d0, &z), &constant(b0)), &sub(&constant(a0), &scale(c0, &z)))]
        }
        _ => vec![],
    }
}

/// Subexpressions of x*(y) that y can be written in: affine forms, exp(affine), ω(affine), y itself.
fn find_carriers(e: &Expr, out: &mut Vec<Expr>) {
    let take = match e.kind() {
        Kind::Sum(_, v) => v.len() == 1 && matches!(v[0].1.kind(), Kind::Y),
        Kind::Unary(Unary::Exp | Unary::Omega, a) => a.has_y(),
        Kind::Y => true,
        _ => false,
    };
    if take && !out.contains(e) {
        out.push(e.clone());
    }
    if !take || matches!(e.kind(), Kind::Unary(..)) {
        for q in e.children() {
            find_carriers(&q, out);
        }
    }
}

/// Simplifies y x* − f(x*) with its carrier g(y) as a positive variable, then puts g(y) back.
fn through_carrier(f: &Expr, maximiser: &Expr, g: &Expr, forms: &mut Vec<Expr>) {
    let u = x(); // plays the carrier: the simplifier knows it is positive
    let invert_affine = |a: &Expr, value: &Expr| match a.kind() {
        Kind::Y => Some(value.clone()),
        Kind::Sum(c, v) if v.len() == 1 && matches!(v[0].1.kind(), Kind::Y) => {
            Some(scale(1.0 / v[0].0, &sub(value, &constant(*c))))
        }
        _ => None,
    };
    let y_of_u = match g.kind() {
        Kind::Y => Some(u.clone()),
        Kind::Sum(..) => invert_affine(g, &u),
        Kind::Unary(Unary::Exp, a) => invert_affine(a, &ln(&u)),
        Kind::Unary(Unary::Omega, a) => invert_affine(a, &add(&u, &ln(&u))),
        _ => None,
    };
    let Some(y_of_u) = y_of_u else { return };
    // an affine carrier may be negative throughout: then its negative plays the positive variable
    for sign in [1.0, -1.0] {
        let flipped = scale(sign, &u);
        let y_of_u = substitute(&y_of_u, &u, &flipped);
        let x_of_u = substitute(&substitute(maximiser, g, &flipped), &y(), &y_of_u);
        let e = sub(&mul(&y_of_u, &x_of_u), &substitute(f, &x(), &x_of_u));
        for q in [expand(&e), e] {
            forms.push(substitute(&q, &u, &scale(sign, g)));
        }
        if matches!(g.kind(), Kind::Unary(..)) {
            break;
        }
    }
}
