//! What f does at 0⁺ and at ∞, exactly, from its formula: f(0⁺), f'(0⁺), f'(∞) and f*(f'(∞)) are the ends of the domain of f*.
//!
//! A formula is read as Σ cᵢ mᵢ + O(m) in t = x or 1/x → ∞, where the mᵢ are t^a (ln t)^b … e^(…): sums, products, powers, logarithms and
//! exponentials of such are such again, `if`, `max`, `min` and `abs` are decided by the sign of a leading term. For a convex f the
//! rest is read off: f'(∞) = lim f(x)/x is the coefficient of x at infinity, and nothing is subtracted that could cancel.
//! Where a formula cannot be followed (a sine far out, a function known by its values), nothing is said.
mod formula;
mod functions;
mod monomial;
mod order;
mod series;
use super::expr::Expr;
use formula::Reader;
use monomial::Monomial;
use series::Series;
use std::cmp::Ordering;

/// Terms of each power series, few first: most formulas need no more.
const TERMS: [usize; 2] = [8, 40];

/// f(0⁺) and f'(0⁺) of a convex f.
pub(super) fn at_zero(f: &Expr) -> Option<(f64, f64)> {
    TERMS.iter().find_map(|n| {
        let s = Reader::new(true, *n).read(f)?;
        let (value, rest) = coefficient(&s, &Monomial::default())?;
        if value.is_infinite() {
            return Some((value, -value));
        }
        Some((value, coefficient(&rest, &Monomial::power(-1.0))?.0))
    })
}

/// f'(∞) and f*(f'(∞)) = lim x f'(∞) − f(x) of a convex f.
pub(super) fn at_infinity(f: &Expr) -> Option<(f64, f64)> {
    TERMS.iter().find_map(|n| {
        let s = Reader::new(false, *n).read(f)?;
        let (slope, rest) = coefficient(&s, &Monomial::power(1.0))?;
        if slope.is_infinite() {
            return Some((slope, f64::INFINITY));
        }
        let limit = coefficient(&rest, &Monomial::default())?.0;
        Some((slope, if limit == 0.0 { 0.0 } else { -limit }))
    })
}

/// lim s/m, infinite where s grows faster, and s without its term of order m; None where the rest hides it.
fn coefficient(s: &Series, m: &Monomial) -> Option<(f64, Series)> {
    let slower = |o: &Monomial| o.compare(m) == Ordering::Less;
    match s.terms.first() {
        Some(p) if p.m.compare(m) == Ordering::Greater => Some((p.c * f64::INFINITY, s.clone())),
        Some(p) if p.m.compare(m) == Ordering::Equal => {
            Some((p.c, Series { terms: s.terms[1..].to_vec(), rest: s.rest.clone() }))
        }
        _ => s.order().is_none_or(slower).then(|| (0.0, s.clone())),
    }
}
