//! f as smooth pieces: between the places where a condition changes its sign each has one answer.
use super::jet::Jet;
use crate::generator::expr::{Expr, Kind};
use crate::generator::interval::Interval;
use crate::generator::scalar::Unary;
use crate::generator::tape::{Branch, Condition, Tape};

/// How far around a zero of a condition it is looked for, and found to be the only one.
const NEAR: f64 = 1e-6;

/// A place where conditions change their sign.
#[derive(Debug)]
pub struct Place {
    /// where, to rounding
    pub x: Interval,
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
        self.branch.as_ref().is_some_and(|b| b.tape.as_constant() == Some(f64::INFINITY))
    }
    fn needs(&self, c: &Condition) -> bool {
        self.branch.as_ref().is_none_or(|b| b.needed.contains(c))
    }
}

/// Whether abs, sign, max, min or comparisons occur.
pub fn has_conditions(e: &Expr) -> bool {
    e.any(&|k| matches!(k, Kind::Unary(Unary::Abs | Unary::Sign, _) | Kind::Binary(..) | Kind::Compare(..)))
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
    let near = Interval::new(b * (1.0 - NEAR), b * (1.0 + NEAR));
    let around = tape.registers(&Jet::variable(near));
    let closely = tape.registers(&Interval::new(b * (1.0 - 1e-13), b * (1.0 + 1e-13)));
    let at = tape.registers(&Interval::point(b));
    let mut place: Option<Interval> = None;
    let (mut changing, mut unsure) = (vec![], vec![]);
    for c in conditions {
        let d = c.difference(&closely);
        if d.defined && !d.has_zero() {
            continue;
        }
        let found = match zero(&c.difference(&around), &c.difference(&at), b, &near) {
            Some(x) => {
                changing.push(*c);
                x
            }
            None => {
                unsure.push(*c);
                Interval::new(b * (1.0 - 4e-15), b * (1.0 + 4e-15))
            }
        };
        place = Some(place.map_or(found, |p| p.hull(&found)));
    }
    place.map(|x| Place { x, changing, unsure })
}

/// The places near these where f may change its formula.
pub fn places(tape: &Tape, breaks: &[f64]) -> Vec<Place> {
    let conditions = tape.conditions();
    let mut out: Vec<Place> = vec![];
    for p in breaks.iter().filter(|b| **b > 0.0).filter_map(|b| place(tape, &conditions, *b)) {
        match out.last_mut() {
            Some(l) if p.x.lo <= l.x.hi => {
                l.x = l.x.hull(&p.x);
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
        let changes = |place: Option<&Place>| place.is_some_and(|q| q.changing.contains(c));
        // next to its own zero there is no other
        let before = i.checked_sub(1).and_then(|k| places.get(k));
        let from = if changes(before) { p.from.lo * (1.0 + 0.5 * NEAR) } else { p.from.lo };
        let to = if changes(places.get(i)) { p.to.hi * (1.0 - 0.5 * NEAR) } else { p.to.hi };
        from >= to || nowhere_zero(&branch.tape, c, (from, to), left)
    })
}

fn nowhere_zero(tape: &Tape, c: &Condition, range: (f64, f64), left: &mut usize) -> bool {
    let mut boxes = vec![range];
    while let Some((lo, hi)) = boxes.pop() {
        let v = c.difference(&tape.registers(&Interval::new(lo, hi)));
        if v.defined && !v.has_zero() {
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
