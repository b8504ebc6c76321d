//! Where f is finite: on all of (0, ∞), or for ratios from `low` to `high` only, as an f with values in (−∞, ∞] may be.
//!
//! It says so by an `if` that gives ∞, or by a formula that is no number any more: ln(3 − x) beyond 3. Both become one thing, an f
//! that is +∞ outside. An `if` that gives NaN says nothing. An end itself belongs to it with the limit that f has there, whatever the formula says at that one point: f*
//! and D are those of the closed f.
use super::breaks::zeros;
use crate::generator::asymptotics;
use crate::generator::expr::{Expr, Kind, add, compare, constant, scale, select, substitute, sum, x};
use crate::generator::scalar::{Relation, Unary};
use crate::generator::tape::Tape;
use std::iter::once;
use std::slice::from_ref;

/// How far beside a place f is looked at, and how far beyond it f must go on as it is there.
const BESIDE: f64 = 1e-9;
const BEYOND: [f64; 8] = [1e-6, 1e-3, 0.1, 1.0, 10.0, 1e3, 1e6, 1e12];
/// Numbers that are looked at between two places, and what rounding makes of one.
const LOOKS: i32 = 16;
const ROUNDING: f64 = 1e-13;

/// Numbers below this lose their digits beside 1.
const DIGITS: f64 = 1e-9;

/// The part of (0, ∞) on which f is finite.
#[derive(Debug)]
pub struct Bounds {
    /// the lower end, 0 where there is none
    pub low: f64,
    /// the upper end, ∞ where there is none
    pub high: f64,
    /// f, +∞ outside
    pub extended: Expr,
    /// the formula that f has inside
    pub inside: Expr,
}

/// What f is at one of its ends.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// its limit
    pub value: f64,
    /// the limit of its slope
    pub slope: f64,
}

/// A line that f* is beyond the slope that f has where it ends: x* stays at the end.
#[derive(Clone, Copy, Debug)]
pub(in crate::generator) struct Straight {
    /// the slope of f there
    pub from: f64,
    /// where f ends
    pub x: f64,
    /// f there
    pub f: f64,
}

impl Bounds {
    /// Those of f, which changes its formula at these places.
    pub(super) fn of(f: &Expr, breaks: &[f64]) -> Bounds {
        let tape = Tape::new(from_ref(f));
        let value = |x: f64| {
            let mut registers = vec![];
            tape.eval(x, &mut registers);
            tape.out(0, &registers)
        };
        let mut bounds = Bounds { low: 0.0, high: f64::INFINITY, extended: f.clone(), inside: f.clone() };
        if !value(1.0).is_finite() {
            return bounds;
        }
        let (mut arguments, mut limits) = (vec![], vec![]);
        limited(f, &mut arguments);
        zeros(&arguments, &mut limits);
        // an affine one has its zero wherever that is
        limits.extend(arguments.iter().filter_map(Expr::as_affine).map(|(c, k)| -c / k).filter(|z| *z > 0.0));
        let places = Places { conditions: breaks, limits: &limits, native: f.has_native() };
        let outside = |x: f64| !value(x).is_finite();
        let mut all = true;
        // next to 0 a formula may lose its digits, as x/(1 − e^−x) does, and f is what its leading terms are
        let lost = |e: &f64| *e < DIGITS && asymptotics::at_zero(f).is_some_and(|(v, _)| v.is_finite());
        if let Some(e) = edge(&places, -1.0, &value).filter(|e| !lost(e)) {
            all &= BEYOND.iter().all(|k| value(e / (1.0 + k)) == f64::INFINITY);
            bounds.low = shorter(e, f64::next_down, &outside);
        }
        if let Some(e) = edge(&places, 1.0, &value) {
            all &= BEYOND.iter().all(|k| value(e * (1.0 + k)) == f64::INFINITY);
            bounds.high = shorter(e, f64::next_up, &outside);
        }
        if bounds.is_bounded() {
            bounds.inside = inside(f);
            if !all {
                bounds.extended = bounds.extend(f);
            }
        }
        bounds
    }

    /// Whether there are ends.
    pub fn is_bounded(&self) -> bool {
        self.low > 0.0 || self.high.is_finite()
    }

    /// f where it is finite, +∞ elsewhere.
    fn extend(&self, f: &Expr) -> Expr {
        let infinite = constant(f64::INFINITY);
        let beyond = |r, end: f64, f: &Expr| select(&compare(r, &x(), &constant(end)), &infinite, f);
        let f = if self.low > 0.0 { beyond(Relation::Lt, self.low, f) } else { f.clone() };
        if self.high.is_finite() { beyond(Relation::Gt, self.high, &f) } else { f }
    }

    /// What f is at the lower (1) or upper (−1) end, exactly from its formula; none where that cannot be told.
    pub(super) fn end(&self, side: f64) -> Option<End> {
        let place = if side > 0.0 { self.low } else { self.high };
        let moved = substitute(&self.inside, &x(), &add(&constant(place), &scale(side, &x())));
        asymptotics::at_zero(&moved).map(|(value, slope)| End { value, slope: side * slope })
    }
}

/// What must not be negative where e is a number: arguments of logarithms, bases of powers that are not whole.
fn limited(e: &Expr, out: &mut Vec<Expr>) {
    match e.kind() {
        Kind::Unary(Unary::Ln | Unary::LnGamma, u) => out.push(u.clone()),
        Kind::Unary(Unary::Log1p, u) => out.push(add(&constant(1.0), u)),
        Kind::Prod(v) => {
            let whole = |p: &Expr| p.as_const().is_some_and(|p| p.fract() == 0.0);
            out.extend(v.iter().filter(|(_, p)| !whole(p)).map(|(b, _)| b.clone()));
        }
        _ => {}
    }
    e.children().iter().for_each(|c| limited(c, out));
    out.retain(|u| u.has_x() && !u.is_nonnegative());
}

/// Where f may end.
struct Places<'a> {
    /// where conditions change
    conditions: &'a [f64],
    /// where the arguments of logarithms and roots change their sign
    limits: &'a [f64],
    /// anywhere
    native: bool,
}

/// The last number towards a side (1 or −1) of 1 at which f is finite, if it is not beyond one of the places.
fn edge(places: &Places, side: f64, value: &dyn Fn(f64) -> f64) -> Option<f64> {
    let step = |x: f64, k: f64| if side > 0.0 { x * (1.0 + k) } else { x / (1.0 + k) };
    let finite = |x: f64| value(x).is_finite();
    let ends = |near: f64, far: f64| {
        (near == 1.0 || finite(near))
            && !finite(far)
            && value(far) != f64::NEG_INFINITY
            && BEYOND.iter().all(|k| !finite(step(far, *k)))
    };
    let around = |p: &f64| if *p == 1.0 { (1.0, step(1.0, BESIDE)) } else { (step(*p, -BESIDE), step(*p, BESIDE)) };
    let beyond = |p: &&f64| side * (**p - 1.0) >= 0.0;
    let said = places.conditions.iter().filter(beyond).map(around).filter(|p| value(p.1) == f64::INFINITY);
    let mut beside: Vec<(f64, f64)> = said.chain(places.limits.iter().filter(beyond).map(around)).collect();
    if places.native {
        // nobody knows where it ends: an ordinary number is followed by none. Beyond large ones numbers have overflowed
        let at = |k: i32| step(1.0, 1.2f64.powi(k) - 1.0);
        beside.extend((0..150).map(|k| (at(k), at(k + 1))).filter(|p| value(p.0).abs() < 1e30));
    }
    let Some((near, far)) = beside.iter().copied().find(|(near, far)| ends(*near, *far)) else {
        return wall(places.conditions.iter().copied().filter(|p| side * (p - 1.0) > 0.0), side, value);
    };
    let asked = far;
    let last = last(near, far, &finite);
    // f may have left the range of numbers on the last of the way to where a condition says that it ends
    let stated = places.conditions.iter().copied().find(|p| around(p).1 == asked);
    stated.filter(|p| (p - last).abs() > ROUNDING * p && overflows(last, *p, value)).or(Some(last))
}

/// The last number at which something holds, of those from one at which it does to one at which it does not.
pub(super) fn last(near: f64, far: f64, holds: &dyn Fn(f64) -> bool) -> f64 {
    let (mut near, mut far) = (near, far);
    // doubles of one sign are in the order of their bits
    while near.to_bits().abs_diff(far.to_bits()) > 1 {
        let middle = f64::from_bits(near.to_bits() / 2 + far.to_bits() / 2 + (near.to_bits() & far.to_bits() & 1));
        if holds(middle) { near = middle } else { far = middle }
    }
    near
}

/// Whether f is +∞ at all of some numbers between the last at which it is finite and a place.
fn overflows(last: f64, place: f64, value: &dyn Fn(f64) -> f64) -> bool {
    (1..LOOKS).all(|k| value(last + (place - last) * f64::from(k) / f64::from(LOOKS)) == f64::INFINITY)
}

/// An end before which numbers overflow, as exp(1/(3 − x)) does before 3 and exp(x) before 1000. Of the places the nearest such one.
fn wall(places: impl Iterator<Item = f64>, side: f64, value: &dyn Fn(f64) -> f64) -> Option<f64> {
    let infinite = |x: f64| value(x) == f64::INFINITY;
    let step = |x: f64, k: f64| if side > 0.0 { x * (1.0 + k) } else { x / (1.0 + k) };
    let ends = |p: &f64| infinite(step(*p, -BESIDE)) && BEYOND.iter().all(|k| infinite(step(*p, *k)));
    let found = places.filter(ends).min_by(|a, b| (a - 1.0).abs().total_cmp(&(b - 1.0).abs()))?;
    overflows(last(1.0, found, &|x| value(x).is_finite()), found, value).then_some(found)
}

/// The last number inside or the first outside, whichever somebody would have written.
fn shorter(last: f64, next: fn(f64) -> f64, outside: &dyn Fn(f64) -> bool) -> f64 {
    let first = next(last);
    let digits = |v: f64| format!("{v}").len();
    if outside(first) && digits(first) < digits(last) { first } else { last }
}

/// f without the branches that are infinite.
fn inside(f: &Expr) -> Expr {
    match f.kind() {
        Kind::Where(_, a, b) if a.is(f64::INFINITY) => inside(b),
        Kind::Where(_, a, b) if b.is(f64::INFINITY) => inside(a),
        Kind::Where(q, a, b) => select(q, &inside(a), &inside(b)),
        Kind::Sum(c, terms) => sum(once(constant(*c)).chain(terms.iter().map(|(k, t)| scale(*k, &inside(t))))),
        _ => f.clone(),
    }
}
