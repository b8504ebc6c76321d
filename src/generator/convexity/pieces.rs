//! f as smooth pieces: between the places where a condition changes its sign each has one answer.
use super::jet::Jet;
use super::series::{REACHES, Series};
use crate::generator::expr::{Expr, Kind, is_guard};
use crate::generator::interval::Interval;
use crate::generator::scalar::Unary;
use crate::generator::tape::{Branch, Condition, Tape};
use std::cell::OnceCell;

/// How far around a zero of a condition it is looked for, and found to be the only one: nearer where others are near.
const NEAR: [f64; 4] = [1e-6, 1e-8, 1e-10, 1e-12];

/// A place where conditions change their sign.
#[derive(Debug)]
pub struct Place {
    /// where, to rounding
    pub x: Interval,
    /// as far around it conditions that change have no other zero
    near: f64,
    /// the conditions that are known to have their only zero nearby there
    changing: Vec<Condition>,
    /// those of which nothing is known there
    unsure: Vec<Condition>,
}

/// A formula without conditions, and where it is f.
#[derive(Debug)]
pub struct Piece {
    /// the formula; none where it cannot be told
    pub branch: Option<Branch>,
    /// the place where it begins, to rounding: 0 for the first
    pub from: Interval,
    /// the place where it ends, to rounding: ∞ for the last
    pub to: Interval,
}

impl Piece {
    /// Whether f is +∞ on it, as outside the domain of an f with values in (−∞, ∞].
    pub fn is_infinite(&self) -> bool {
        self.branch.as_ref().is_some_and(|b| b.tape.is_infinite())
    }
    fn needs(&self, c: &Condition) -> bool {
        self.branch.as_ref().is_none_or(|b| b.needed.contains(c))
    }
}

/// Whether abs, sign, max, min or comparisons occur.
pub fn has_conditions(e: &Expr) -> bool {
    let looks = |k: &Kind| matches!(k, Kind::Unary(Unary::Abs | Unary::Sign, _) | Kind::Binary(..) | Kind::Compare(..));
    e.any(&|k| looks(k) && !is_guard(k))
}

fn beside(b: f64, k: f64) -> Interval {
    Interval::new(b * (1.0 - k), b * (1.0 + k))
}

/// The zero of a condition near b, by a step of Newton's method for intervals: certain, and the only one.
fn zero(around: &Jet<Interval>, at: &Interval, b: f64, near: &Interval) -> Option<Interval> {
    let slope = &around.1;
    if !(around.0.defined && slope.defined && at.defined) || slope.has_zero() {
        return None;
    }
    let x = Interval::point(b).sub(&at.div(slope));
    (x.defined && x.lo > near.lo && x.hi < near.hi).then_some(x)
}

/// What happens near b; none if no condition can be 0 there.
fn place(tape: &Tape, conditions: &[Condition], b: f64) -> Option<Place> {
    let around = NEAR.map(|k| (k, beside(b, k), OnceCell::new()));
    let closely = tape.registers(&beside(b, 1e-13));
    let at = tape.registers(&Interval::point(b));
    let mut place: Option<Interval> = None;
    let (mut changing, mut unsure, mut nearest) = (vec![], vec![], NEAR[0]);
    for c in conditions {
        let d = c.difference(&closely);
        if d.defined && !d.has_zero() {
            continue;
        }
        let found = around.iter().find_map(|(k, near, registers)| {
            let registers = registers.get_or_init(|| tape.registers(&Jet::variable(*near)));
            Some((*k, zero(&c.difference(registers), &c.difference(&at), b, near)?))
        });
        let found = match found {
            Some((k, x)) => {
                changing.push(*c);
                nearest = nearest.min(k);
                x
            }
            None => {
                unsure.push(*c);
                beside(b, 4e-15)
            }
        };
        place = Some(place.map_or(found, |p| p.hull(&found)));
    }
    place.map(|x| Place { x, near: nearest, changing, unsure })
}

/// The places near these where f may change its formula.
pub fn places(tape: &Tape, breaks: &[f64]) -> Vec<Place> {
    let conditions = tape.conditions();
    let mut out: Vec<Place> = vec![];
    for p in breaks.iter().filter(|b| **b > 0.0).filter_map(|b| place(tape, &conditions, *b)) {
        match out.last_mut() {
            Some(l) if p.x.lo <= l.x.hi => {
                l.x = l.x.hull(&p.x);
                l.near = l.near.min(p.near);
                l.unsure.extend(p.unsure);
                l.changing.extend(p.changing);
                l.changing.dedup();
            }
            _ => out.push(p),
        }
    }
    out
}

/// The pieces of f between the places, in order.
pub fn pieces(tape: &Tape, places: &[Place]) -> Vec<Piece> {
    let mut ends = vec![Interval::point(0.0)];
    ends.extend(places.iter().map(|p| p.x));
    ends.push(Interval { lo: f64::INFINITY, hi: f64::INFINITY, defined: true });
    let piece = |w: &[Interval]| {
        let (from, to) = (w[0].hi, w[1].lo);
        let inside = match (from == 0.0, to.is_infinite()) {
            (true, true) => 1.0,
            (true, false) => 0.5 * to,
            (false, true) => 2.0 * from,
            _ => 0.5 * (from + to),
        };
        Piece { branch: tape.branch(inside), from: w[0], to: w[1] }
    };
    ends.windows(2).map(piece).collect()
}

impl Place {
    /// Whether f may jump here: more than kinks.
    pub fn may_jump(&self) -> bool {
        self.changing.iter().chain(&self.unsure).any(|c| c.jumps)
    }
    /// Whether all that matters here for two pieces is known: one condition changes, or several at exactly one place.
    pub fn is_certain(&self, sides: [&Piece; 2]) -> bool {
        let needed = |c: &&Condition| sides.iter().any(|p| p.needs(c));
        let exact = self.x.lo == self.x.hi;
        !self.unsure.iter().any(|c| needed(&c)) && (exact || self.changing.iter().filter(needed).count() <= 1)
    }
}

/// Whether no condition that matters for the i-th piece changes its sign on it, for certain; so many intervals may be looked at.
pub fn is_unchanging(pieces: &[Piece], places: &[Place], i: usize, left: &mut usize) -> bool {
    let p = &pieces[i];
    let Some(branch) = &p.branch else { return false };
    branch.needed.iter().all(|c| {
        // next to its own zero there is no other
        let near = |place: Option<&Place>| place.filter(|q| q.changing.contains(c)).map_or(0.0, |q| 0.5 * q.near);
        let from = p.from.lo * (1.0 + near(i.checked_sub(1).and_then(|k| places.get(k))));
        let to = p.to.hi * (1.0 - near(places.get(i)));
        from >= to || nowhere_zero(&branch.tape, c, (from, to), left)
    })
}

/// Whether a condition keeps its sign on all of an interval.
fn nowhere_zero(tape: &Tape, c: &Condition, range: (f64, f64), left: &mut usize) -> bool {
    let (mut lo, mut hi) = range;
    let holds = |lo: f64, hi: f64| {
        let v = c.difference(&tape.registers(&Interval::new(lo, hi)));
        v.defined && !v.has_zero()
    };
    if holds(lo, hi) {
        return true;
    }
    // towards 0 and infinity its leading term has a sign
    let reach = |power: f64, within: f64| {
        let keeps = |r: &f64| c.difference(&tape.registers(&Series::x(0.0, 1.0, power, *r))).is_nowhere_zero();
        REACHES.into_iter().filter(|r| *r < within).find(keeps)
    };
    if lo == 0.0 {
        lo = reach(1.0, hi).unwrap_or(lo);
    }
    if hi == f64::INFINITY && lo > 0.0 {
        hi = reach(-1.0, 1.0 / lo).map_or(hi, |r| 1.0 / r * (1.0 + 1e-15));
    }
    let mut boxes = vec![(lo, hi)];
    while let Some((lo, hi)) = boxes.pop() {
        if holds(lo, hi) {
            continue;
        }
        if *left == 0 || hi - lo < 1e-13 * hi {
            return false;
        }
        *left -= 1;
        let middle = if hi.is_infinite() {
            4.0 * lo.max(1.0)
        } else if lo == 0.0 {
            hi / 4.0
        } else {
            (lo * hi).sqrt()
        };
        if !(middle > lo && middle < hi) {
            return false;
        }
        boxes.extend([(lo, middle), (middle, hi)]);
    }
    true
}
