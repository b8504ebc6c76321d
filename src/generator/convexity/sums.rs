//! Rules for sums. Where a term is not convex by itself, it may be so with a part of others: coefficients are intervals, so that a
//! part that is taken is one of the sum that was written.
use super::powers::{Known, affine, positive_affine};
use crate::generator::expr::{Expr, Kind, ln, mul, x};
use crate::generator::interval::Interval;
use crate::generator::scalar::Unary;

/// How often parts are taken.
const MOST: usize = 12;

type Terms = Vec<(Interval, Expr)>;

/// A convex sum, and by which rules its terms are.
pub fn convex(terms: &[(f64, Expr)], known: &dyn Known) -> Option<Vec<String>> {
    let terms: Terms = terms.iter().map(|(k, t)| (Interval::point(*k), t.clone())).collect();
    terms.iter().all(|(k, _)| k.defined).then(|| of_terms(&terms, known, MOST)).flatten()
}

/// k t convex by itself.
fn alone(k: &Interval, t: &Expr, known: &dyn Known) -> Option<String> {
    if affine(t).is_some() || k.is_zero() {
        return Some(String::new());
    }
    if k.lo >= 0.0 {
        return known.convex(t);
    }
    if k.hi <= 0.0 { known.concave(t).map(|r| format!("-{r}")) } else { None }
}

fn of_terms(terms: &Terms, known: &dyn Known, left: usize) -> Option<Vec<String>> {
    let mut rules: Vec<String> = vec![];
    let mut needy: Option<usize> = None;
    for (i, (k, t)) in terms.iter().enumerate() {
        match alone(k, t, known) {
            Some(rule) if rule.is_empty() || rules.contains(&rule) => {}
            Some(rule) => rules.push(rule),
            // the largest first: it may have others in it
            None if needy.is_none_or(|j| t.size() > terms[j].1.size()) => needy = Some(i),
            None => {}
        }
    }
    let Some(i) = needy else { return Some(rules) };
    let (k, t) = &terms[i];
    let (rule, taken) = match t.kind() {
        _ if left == 0 || !k.defined => return None,
        Kind::Unary(Unary::Softplus, w) if k.lo >= 0.0 => {
            ("ln of a sum of e^convex", from_softplus(w, known, left - 1)?)
        }
        Kind::Prod(v) if k.hi <= 0.0 => ("x ln x - (x + b) ln(affine > 0) with b >= 0", from_entropy(v)?),
        _ => return None,
    };
    let size = k.abs();
    let mut rest = terms.clone();
    rest.remove(i);
    for (part, t) in taken {
        let part = part.mul(&size).neg();
        match rest.iter_mut().find(|r| r.1 == t) {
            Some(r) => r.0 = r.0.add(&part),
            None => rest.push((part, t)),
        }
    }
    let mut all = of_terms(&rest, known, left - 1)?;
    all.push(rule.into());
    Some(all)
}

/// ln(1 + e^(u − A)) + A = ln(e^u + e^A) is convex with u and A: A, where it has terms.
fn from_softplus(w: &Expr, known: &dyn Known, left: usize) -> Option<Terms> {
    let Kind::Sum(_, terms) = w.kind() else { return None };
    let curved = terms.iter().filter(|(_, t)| affine(t).is_none());
    let (above, below): (Vec<_>, Vec<_>) = curved.cloned().partition(|(k, _)| *k > 0.0);
    let points = |v: Vec<(f64, Expr)>| -> Terms { v.into_iter().map(|(k, t)| (Interval::point(k.abs()), t)).collect() };
    let (u, a) = (points(above), points(below));
    (of_terms(&u, known, left).is_some() && of_terms(&a, known, left).is_some()).then_some(a)
}

/// m x ln x − (b + m x) ln v has the second derivative (m β² + b α² x)/(x v²), v = α x + β: m x ln x.
fn from_entropy(v: &[(Expr, Expr)]) -> Option<Terms> {
    let [(p, one), (q, same)] = v else { return None };
    let log = |e: &Expr| matches!(e.kind(), Kind::Unary(Unary::Ln, u) if positive_affine(u));
    let w = if log(q) { p } else { q };
    if !(one.is(1.0) && same.is(1.0) && (log(p) || log(q))) {
        return None;
    }
    let (_, m) = affine(w).filter(|(b, m)| *b >= 0.0 && *m >= 0.0)?;
    Some(vec![(Interval::point(m), mul(&x(), &ln(&x())))])
}
