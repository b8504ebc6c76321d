//! Where a formula is a number, kept when the formula itself is simplified away.
//!
//! (√u)⁴ is u² where u ≥ 0 and nothing elsewhere, and 0·ln u is 0 where u > 0. For a u that may be negative such a formula keeps a
//! factor or a term that is exactly 1 or 0 where the lost part is a number and NaN elsewhere: sgn(cosh e), which is 1, and its
//! logarithm. Derivatives of both are 0. Conjugates (formulas in y) and densities of points are simplified without.
use super::node::{Expr, Kind, constant, is_integer, node};
use crate::generator::scalar::Unary;

/// Whether it is 1 wherever it is a number, made by this file.
pub fn is_guard(kind: &Kind) -> bool {
    matches!(kind, Kind::Unary(Unary::Sign, a) if matches!(a.kind(), Kind::Unary(Unary::Cosh, _)))
}

/// Whether it is 0 wherever it is a number, made by this file.
pub(super) fn is_nothing(e: &Expr) -> bool {
    matches!(e.kind(), Kind::Unary(Unary::Ln, a) if is_guard(a.kind()))
}

/// Whether e may be no number for some x > 0, so that it is not dropped without a trace.
pub(super) fn is_limited(e: &Expr) -> bool {
    in_x(e) && !e.is_defined()
}

/// A formula in x alone.
pub(super) fn in_x(e: &Expr) -> bool {
    !e.of_point() && e.has_x() && !e.has_y()
}

/// 1 where e is a number.
pub(super) fn where_defined(e: &Expr) -> Expr {
    match e.kind() {
        _ if is_guard(e.kind()) => e.clone(),
        Kind::Unary(Unary::Ln, a) if is_guard(a.kind()) => a.clone(),
        _ => node(Kind::Unary(Unary::Sign, node(Kind::Unary(Unary::Cosh, e.clone())))),
    }
}

/// 1 where u ≥ 0, for a u that may be negative; none for others.
pub(super) fn where_nonnegative(u: &Expr) -> Option<Expr> {
    let known = u.is_nonnegative() || !in_x(u);
    (!known).then(|| where_defined(&node(Kind::Prod(vec![(u.clone(), constant(0.5))]))))
}

/// 0 where e is a number.
pub(super) fn nothing(e: &Expr) -> Expr {
    if is_nothing(e) { e.clone() } else { node(Kind::Unary(Unary::Ln, where_defined(e))) }
}

/// Adds the factors that say where these are numbers, where collecting them hides it: √u·√u is u for u ≥ 0 only.
pub(super) fn keep_domain(acc: &mut Vec<(Expr, Expr)>, limited: &[bool]) {
    let one = constant(1.0);
    let lost = |((b, e), limited): (&(Expr, Expr), &bool)| {
        let root = if *limited && is_integer(e) { where_nonnegative(b) } else { None };
        root.or_else(|| (e.is(0.0) && is_limited(b)).then(|| where_defined(b)))
    };
    let lost: Vec<Expr> = acc.iter().zip(limited).filter_map(lost).collect();
    for p in acc.iter_mut().filter(|p| is_guard(p.0.kind())) {
        p.1 = one.clone();
    }
    for guard in lost {
        if !acc.iter().any(|p| p.0 == guard) {
            acc.push((guard, one.clone()));
        }
    }
}
