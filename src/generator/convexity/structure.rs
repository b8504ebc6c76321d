//! Rules of convex calculus, each with the conditions under which it holds on (0, ∞).
use crate::generator::expr::{Expr, Kind};
use crate::generator::scalar::{Binary, Unary};

/// Convex and finite on all of (0, ∞), by which rule; none where no rule applies.
pub fn convex(e: &Expr) -> Option<String> {
    if e.as_affine().is_some_and(|(a, b)| a.is_finite() && b.is_finite()) {
        return Some("affine".into());
    }
    match e.kind() {
        Kind::Unary(Unary::Abs, a) => affine(a).map(|_| "|affine|".into()),
        Kind::Binary(Binary::Max, a, b) => Some(format!("the larger of ({}) and ({})", convex(a)?, convex(b)?)),
        Kind::Sum(c, terms) if c.is_finite() => {
            let mut rules = vec![];
            for (k, t) in terms {
                let rule = if *k > 0.0 && k.is_finite() { convex(t)? } else { concave(*k, t)? };
                if !rules.contains(&rule) && rule != "affine" {
                    rules.push(rule);
                }
            }
            Some(format!("a sum of: {}", rules.join("; ")))
        }
        Kind::Prod(v) => product(v),
        Kind::Unary(Unary::Exp, a) => convex(a).map(|r| format!("e^convex ({r})")),
        Kind::Unary(Unary::Softplus, a) => convex(a).map(|r| format!("ln(1 + e^convex) ({r})")),
        Kind::Unary(Unary::Ln, a) => log_sum_exp(a),
        _ => None,
    }
}

fn affine(e: &Expr) -> Option<(f64, f64)> {
    e.as_affine().filter(|(a, b)| a.is_finite() && b.is_finite())
}

/// a + b x, positive on all of (0, ∞).
fn positive_affine(e: &Expr) -> bool {
    affine(e).is_some_and(|(a, b)| a >= 0.0 && b >= 0.0 && a + b > 0.0)
}

/// k t convex for k < 0.
fn concave(k: f64, t: &Expr) -> Option<String> {
    if !(k < 0.0 && k.is_finite()) {
        return None;
    }
    match t.kind() {
        Kind::X => Some("affine".into()),
        Kind::Unary(Unary::Ln | Unary::Log1p, a) if positive_affine(a) => Some("-ln(affine > 0)".into()),
        Kind::Prod(v) => match v.as_slice() {
            [(b, p)] if positive_affine(b) && p.as_const().is_some_and(|p| p > 0.0 && p < 1.0) => {
                Some("-(affine > 0)^p with 0 < p < 1".into())
            }
            _ => None,
        },
        Kind::Binary(Binary::Min, a, b) if affine(a).is_some() && affine(b).is_some() => {
            Some("-(the smaller of two affine ones)".into())
        }
        _ => None,
    }
}

fn product(v: &[(Expr, Expr)]) -> Option<String> {
    match v {
        [(b, p)] => {
            let p = p.as_const()?;
            if positive_affine(b) && !(0.0..1.0).contains(&p) && p.is_finite() {
                return Some("(affine > 0)^p with p < 0 or p >= 1".into());
            }
            let even = p > 0.0 && p % 2.0 == 0.0;
            if even && affine(b).is_some() {
                return Some("an even power of affine".into());
            }
            if let Kind::Unary(Unary::Abs, a) = b.kind()
                && p >= 1.0
                && p.is_finite()
            {
                return affine(a).map(|_| "|affine|^p with p >= 1".into());
            }
            // a power p ≥ 1 increases on [0, ∞)
            if p >= 1.0 && p.is_finite() && b.is_nonnegative() {
                return convex(b).map(|r| format!("(convex >= 0)^p with p >= 1 ({r})"));
            }
            None
        }
        // x ln x, also of an affine one
        [(a, p), (b, q)] if p.is(1.0) && q.is(1.0) => {
            let is = |u: &Expr, l: &Expr| matches!(l.kind(), Kind::Unary(Unary::Ln, w) if w == u) && positive_affine(u);
            (is(a, b) || is(b, a)).then(|| "u ln u with u affine > 0".into())
        }
        _ => None,
    }
}

/// ln Σ k e^convex with k > 0.
fn log_sum_exp(a: &Expr) -> Option<String> {
    let Kind::Sum(c, terms) = a.kind() else { return None };
    let of_exp = |t: &Expr| match t.kind() {
        Kind::Unary(Unary::Exp, u) => convex(u).is_some(),
        _ => false,
    };
    let all = *c >= 0.0 && c.is_finite() && terms.iter().all(|(k, t)| *k > 0.0 && k.is_finite() && of_exp(t));
    all.then(|| "ln of a sum of e^convex".into())
}
