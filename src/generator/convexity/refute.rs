//! Three points that show that f is not convex, exactly: the middle one lies above the chord by more than all rounding.
use crate::generator::expr::{Expr, Kind as Node, x};
use crate::generator::interval::Interval;
use crate::generator::tape::Tape;
use crate::interrupt;
use std::collections::HashSet;

/// What is wrong with f at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// f lies above a chord.
    Dent,
    /// f jumps from one value to another.
    Jump {
        /// f to the left of it
        before: f64,
        /// f to the right of it
        after: f64,
    },
    /// f is no finite number between two places where it is.
    Undefined,
}

/// Three points with x₁ < x₂ < x₃ and f(x₂) > ((x₃ − x₂) f(x₁) + (x₂ − x₁) f(x₃))/(x₃ − x₁).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Violation {
    /// what is wrong
    pub kind: Kind,
    /// x₁, x₂, x₃
    pub points: [f64; 3],
    /// f there, each the middle of an interval that holds it
    pub values: [f64; 3],
    /// how far f lies above the chord at least, relative to f − f'(1)(x − 1) around it
    pub relative: f64,
}

/// Violations below this, relative to f around them, are those of whoever wrote f: the rounding of 0.1 + 0.2 against 0.3, or
/// what is left where a series replaces f near a removable singularity. They are counted among those that may be missed.
const ROUNDING: f64 = 1e-10;

/// Violations above this share of f at the three points count where that is small, if they are so many times its rounding.
const OWN: f64 = 1e-6;
const CERTAIN: f64 = 64.0;

/// Places that a formula names, at most, and what makes a width narrow beside its place.
const WINDOWS: usize = 32;
const NARROW: f64 = 0.05;
/// Instructions of f for which one place is looked at: each takes up to a thousand evaluations.
const INSTRUCTIONS: usize = 2_000;

/// As near to 0 as f is looked at where it ends there.
const BESIDE_ZERO: f64 = 1e-30;

/// f and what a place of it is compared with.
pub struct Refuter {
    tape: Tape,
    /// f'(1), or 0 where that is no number
    slope: f64,
}

impl Refuter {
    /// Of the f that the tape has as its only output, with its slope at 1.
    pub fn new(tape: Tape, slope: f64) -> Refuter {
        Refuter { tape, slope: if slope.is_finite() { slope } else { 0.0 } }
    }
    /// f at x as an interval.
    pub fn at(&self, x: f64) -> Interval {
        self.tape.over(&Interval::point(x))[0]
    }
    /// The size of f − s (x − 1) around x: there, at half and at twice of it.
    fn size(&self, x: f64, s: f64) -> f64 {
        [0.5, 0.7, 1.0, 1.4, 2.0]
            .iter()
            .map(|k| self.at(k * x).sub(&Interval::point(s).mul(&Interval::point(k * x - 1.0))))
            .filter(|v| v.defined && v.magnitude().is_finite())
            .fold(1e-300, |s, v| s.max(v.magnitude()))
    }
    /// What violations at x are a part of: the size of f − f'(1)(x − 1), which has the same divergence, around x.
    pub fn scale(&self, x: f64) -> f64 {
        self.size(x, self.slope)
    }
    /// Three points of which the middle one is above the chord, by more than what rounding of numbers
    /// of this size may do.
    fn test(&self, points: [f64; 3], scale: f64, size: f64) -> Option<Violation> {
        let [x1, x2, x3] = points;
        if !(0.0 <= x1 && x1 < x2 && x2 < x3 && x3.is_finite()) {
            return None;
        }
        let v = points.map(|x| self.at(x));
        if v.iter().any(|v| !v.defined || !v.magnitude().is_finite()) {
            return None;
        }
        let p = points.map(Interval::point);
        let whole = p[2].sub(&p[0]);
        let chord = v[0].mul(&p[2].sub(&p[1])).add(&v[2].mul(&p[1].sub(&p[0])));
        let excess = v[1].mul(&whole).sub(&chord).div(&whole);
        let relative = excess.lo / scale;
        let values = v.map(|v| 0.5 * v.lo + 0.5 * v.hi);
        // what is small beside f around x may be all of f between the points, and is no rounding of constants if it is far above that
        // of f itself
        let rounded: f64 = v.iter().map(|v| v.hi - v.lo).sum();
        let between = v.iter().fold(0.0, |m: f64, v| m.max(v.magnitude()));
        // a guard as wide as roundings of x holds f back by its slope times that
        let step = f64::EPSILON * x2 * (values[2] - values[0]).abs() / (x3 - x1);
        let own = excess.lo > (OWN * f64::min(between, scale)).max(CERTAIN * rounded.max(step));
        (excess.defined && (excess.lo > ROUNDING * size || own)).then_some(Violation {
            kind: Kind::Dent,
            points,
            values,
            relative,
        })
    }
    /// The clearest three points around x, from near to far.
    pub fn around(&self, x: f64) -> Option<Violation> {
        let (scale, size) = (self.scale(x), self.size(x, 0.0));
        let mut best: Option<Violation> = None;
        for k in 2..=60 {
            let h = 10f64.powf(-0.25 * f64::from(k));
            let triples = [
                [x * (1.0 - h), x, x * (1.0 + h)],
                [x, x * (1.0 + h), x * (1.0 + 2.0 * h)],
                [x * (1.0 - 2.0 * h), x * (1.0 - h), x],
                [x * (1.0 - h), x * (1.0 + 0.1 * h), x * (1.0 + 0.3 * h)],
                [x * (1.0 - 0.3 * h), x * (1.0 - 0.1 * h), x * (1.0 + h)],
            ];
            for v in triples.into_iter().filter_map(|t| self.test(t, scale, size)) {
                if best.is_none_or(|b| v.relative > b.relative) {
                    best = Some(v);
                }
            }
        }
        best
    }
    /// Three points beside places that the formula names, as c and w in (x − c)/w: no grid meets a bump as narrow as that.
    pub fn in_sight(&self, f: &Expr) -> Option<Violation> {
        let mut named = vec![];
        affine(f, &mut HashSet::new(), &mut named);
        let most = WINDOWS.min(INSTRUCTIONS / self.tape.len().max(1));
        for (c, w) in named.into_iter().take(most) {
            if interrupt::poll().is_err() {
                return None;
            }
            let (scale, size) = (self.scale(c), self.size(c, 0.0));
            if w > NARROW * c {
                // squared, its width is elsewhere
                if let Some(v) = self.around(c).or_else(|| self.undefined(c)) {
                    return Some(v);
                }
                continue;
            }
            let step = |k: f64| w * k;
            for k in [0.25, 0.5, 1.0, 2.0, 4.0].map(step) {
                let at = |i: f64| c + i * k;
                let triples = (-4..=4).map(|i| [at(f64::from(i) - 1.0), at(f64::from(i)), at(f64::from(i) + 1.0)]);
                let found = triples.filter_map(|t| self.test(t, scale, size));
                let best = found.max_by(|a, b| a.relative.total_cmp(&b.relative));
                if best.is_some() {
                    return best;
                }
            }
            if let Some(v) = self.undefined(c) {
                return Some(v);
            }
        }
        None
    }
    /// A value at x alone, beside which f is another from both sides: above the chord between them, or so far below that what is beside it
    /// lies above the chord from x to a thousand times as far.
    pub fn alone(&self, x: f64) -> Option<Violation> {
        let own = self.value(x);
        if !own.is_finite() {
            return None;
        }
        let seen = |h: f64| {
            let places = [x * (1.0 - h), x * (1.0 + h), x * (1.0 + 1e3 * h)];
            let v = places.map(|y| self.at(y));
            let wide: f64 = v.iter().map(|v| v.hi - v.lo).sum();
            let [left, right, far] = places.map(|y| self.value(y));
            let size = [left, right, far].iter().fold(own.abs(), |m: f64, v| m.max(v.abs()));
            let least = CERTAIN * wide + OWN * size.max(self.scale(x));
            let finite = v.iter().all(|v| v.defined) && least.is_finite();
            let above = own - 0.5 * (left + right);
            let below = right - (own + 1e-3 * (far - own));
            let (excess, points) =
                if above > below { (above, [places[0], x, places[1]]) } else { (below, [x, places[1], places[2]]) };
            // where both sides differ, it is a jump
            let alone = excess > least.max(2.0 * (left - right).abs());
            (finite && alone).then_some((excess, points))
        };
        let (excess, points) = [1e-13, 1e-11, 1e-9, 1e-7].into_iter().find_map(seen)?;
        let values = points.map(|x| self.value(x));
        Some(Violation { kind: Kind::Dent, points, values, relative: excess / self.scale(x) })
    }
    /// Three points across x, where f jumps.
    pub fn across(&self, x: f64) -> Option<Violation> {
        let h = 1e-9;
        let at = |k: f64| x * (1.0 + k * h);
        let (scale, size) = (self.scale(x), self.size(x, 0.0));
        [[at(-2.0), at(-1.0), at(1.0)], [at(-1.0), at(1.0), at(2.0)]]
            .into_iter()
            .find_map(|t| self.test(t, scale, size))
    }
    /// Three points anywhere on the way to 0 or ∞, from near to far.
    pub fn far_out(&self) -> Option<Violation> {
        let places = (0..=600).flat_map(|k| [-1.0, 1.0].map(|side| 10f64.powf(0.5 * side * f64::from(k))));
        let places = places.take_while(|_| interrupt::poll().is_ok());
        places.filter(|x| self.value(*x).is_finite()).find_map(|x| self.around(x))
    }
    /// f(0) is below the limit of f there, or a number where f beside it is none.
    pub fn at_zero(&self) -> Option<Violation> {
        let own = self.at(0.0);
        if !own.defined || !own.magnitude().is_finite() {
            return None;
        }
        if self.value(BESIDE_ZERO) == f64::INFINITY {
            let points = [0.0, BESIDE_ZERO, 1.0];
            let values = points.map(|x| self.value(x));
            return Some(Violation { kind: Kind::Undefined, points, values, relative: 1.0 });
        }
        let steps = (0..=40).map(|k| 10f64.powf(-0.5 * f64::from(k)));
        let found = steps.filter_map(|h| self.test([0.0, h, 2.0 * h], self.scale(h), self.size(h, 0.0)));
        found.fold(None, |best: Option<Violation>, v| best.filter(|b| b.relative >= v.relative).or(Some(v)))
    }
    /// f is no finite number at x, though it is at both sides.
    pub fn undefined(&self, x: f64) -> Option<Violation> {
        let value = self.value(x);
        if value.is_finite() {
            return None;
        }
        self.surrounded(x, x, x)
    }
    /// The middle of three points with the nearest places on both sides where f is a finite number, if it is one there.
    fn surrounded(&self, from: f64, x: f64, to: f64) -> Option<Violation> {
        let near = |k: f64, x: f64| (1..=12).map(move |i| x * (1.0 + k * 10f64.powi(-i)));
        // a wall overflows long before its end
        let far = || (0..=12).map(|i| 1.0 + 10f64.powi(i));
        let finite = |x: &f64| self.value(*x).is_finite();
        let left = near(-1.0, from).chain(far().map(|k| from / k)).find(finite)?;
        let right = near(1.0, to).chain(far().map(|k| to * k)).find(finite)?;
        let points = [left, x, right];
        Some(Violation { kind: Kind::Undefined, points, values: points.map(|x| self.value(x)), relative: 1.0 })
    }
    /// f is no finite number from one place to another, though it is at both sides.
    pub fn gap(&self, from: f64, to: f64) -> Option<Violation> {
        let x = (from * to).sqrt();
        if self.value(x).is_finite() { None } else { self.surrounded(from, x, to) }
    }
    fn value(&self, x: f64) -> f64 {
        let mut regs = vec![];
        self.tape.eval(x, &mut regs);
        self.tape.out(0, &regs)
    }
}

/// The places c > 0 and widths w of every (x − c)/w in a formula.
fn affine(e: &Expr, seen: &mut HashSet<Expr>, out: &mut Vec<(f64, f64)>) {
    if !e.has_x() || !seen.insert(e.clone()) {
        return;
    }
    if let Node::Sum(c, terms) = e.kind()
        && let [(k, t)] = &terms[..]
        && *t == x()
    {
        let (place, width) = (-c / k, 1.0 / k.abs());
        if place > 0.0 && width > 0.0 && (place != 1.0 || width <= NARROW) {
            out.push((place, width));
        }
    }
    e.children().iter().for_each(|e| affine(e, seen, out));
}
