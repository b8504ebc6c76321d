//! Functions and conditions of expressions, and one expression in the place of another.
use super::algebra::{mul, pow, unary};
use super::node::{Expr, Kind, constant, native_derivative, node};
use super::sums::{scale, sum};
use crate::generator::scalar::{Binary, Relation};
use std::iter::once;

/// A function of two arguments.
pub fn binary(f: Binary, a: &Expr, b: &Expr) -> Expr {
    if let (Some(p), Some(q)) = (a.as_const(), b.as_const()) {
        return constant(f.apply(p, q));
    }
    if a == b {
        return a.clone();
    }
    node(Kind::Binary(f, a.clone(), b.clone()))
}
/// The larger of two.
pub fn max(a: &Expr, b: &Expr) -> Expr {
    binary(Binary::Max, a, b)
}
/// The smaller of two.
pub fn min(a: &Expr, b: &Expr) -> Expr {
    binary(Binary::Min, a, b)
}
/// 1 where the relation holds, 0 elsewhere.
pub fn compare(r: Relation, a: &Expr, b: &Expr) -> Expr {
    node(Kind::Compare(r, a.clone(), b.clone()))
}
/// The relation and the number of a condition w r c, also where it is written as k w + d r e.
pub fn condition_on(q: &Expr, w: &Expr) -> Option<(Relation, f64)> {
    let Kind::Compare(r, a, b) = q.kind() else { return None };
    let (r, side, number) = match (a.as_const(), b.as_const()) {
        (None, Some(number)) => (*r, a, number),
        (Some(number), None) => (r.turned(), b, number),
        _ => return None,
    };
    match side.kind() {
        _ if side == w => Some((r, number)),
        Kind::Sum(d, terms) => match &terms[..] {
            [(k, t)] if t == w && *k != 0.0 => Some((if *k > 0.0 { r } else { r.turned() }, (number - d) / k)),
            _ => None,
        },
        _ => None,
    }
}

/// a where the condition q is not 0, b elsewhere.
pub fn select(q: &Expr, a: &Expr, b: &Expr) -> Expr {
    if a == b { a.clone() } else { node(Kind::Where(q.clone(), a.clone(), b.clone())) }
}

/// Replaces every occurrence of `from` by `to` and simplifies again.
pub fn substitute(e: &Expr, from: &Expr, to: &Expr) -> Expr {
    if e == from {
        return to.clone();
    }
    let go = |e: &Expr| substitute(e, from, to);
    match e.kind() {
        Kind::Sum(c, v) => sum(once(constant(*c)).chain(v.iter().map(|(k, t)| scale(*k, &go(t))))),
        Kind::Prod(v) => v.iter().fold(constant(1.0), |acc, (b, e)| mul(&acc, &pow(&go(b), &go(e)))),
        Kind::Unary(f, a) => unary(*f, &go(a)),
        Kind::Binary(f, a, b) => binary(*f, &go(a), &go(b)),
        Kind::Compare(r, a, b) => compare(*r, &go(a), &go(b)),
        Kind::Where(q, a, b) => select(&go(q), &go(a), &go(b)),
        Kind::Native(f, order, a) => native_derivative(f.clone(), *order, &go(a)),
        Kind::Const(_) | Kind::X | Kind::Y | Kind::Coordinate(_) => e.clone(),
    }
}
