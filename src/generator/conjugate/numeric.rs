//! What the convex conjugate of any convex f on (0, ∞) rests on, in f64: its ends and kinks, its exact effective domain, nodes.
//!
//! Where f is finite for ratios up to an end only, that end is a kink whose slopes go to ±∞.
use super::bounds::{Bounds, End, Straight, last};
use super::breaks::find_breaks;
use super::jet::{CLOSE, Jet, jet_of};
use super::kinks::{Kink, guards, inner_kinks};
use super::limits::Ends;
use super::nodes::{Node, nodes, places, spoilt};
use super::patch::Patched;
use crate::generator::expr::{Expr, Kind};
use crate::generator::long;
use crate::generator::tape::Tape;

/// Beyond this, and below its inverse, formulas may leave the range of numbers where f does not.
pub(super) const FAR: f64 = 1e150;

/// Points that are looked at for the nodes, at most.
const NODES: usize = 1536;

/// The numeric conjugate with everything it rests on.
#[derive(Debug)]
pub struct NumericConjugate {
    pub(super) tape: Tape,
    /// f(0⁺)
    pub f0: f64,
    /// f'(0⁺): below it the maximiser is x = 0
    pub d0: f64,
    /// f'(∞): above it f* is +∞
    pub dinf: f64,
    /// f*(f'(∞)), finite or not
    pub f_at_dinf: f64,
    /// the places where f' jumps, ascending
    pub kinks: Vec<Kink>,
    /// every place where f changes its formula, kink or not
    pub breaks: Vec<f64>,
    /// f has parts known by their values alone
    pub by_values: bool,
    /// f is too long to be worked on as a formula
    pub is_long: bool,
    /// where f is finite
    pub bounds: Bounds,
    /// what the formula has for f(1), ∞ where that is no number
    pub(super) at_one: f64,
    /// f at the ends of that
    at_ends: [f64; 2],
    /// a power of two of the size of f around 1, and 1 where that is ordinary: what is small or near is so beside it
    pub unit: f64,
    /// the slopes of f from its lower end to its upper: f* is a line below and beyond them
    pub slopes: [f64; 2],
    pub(super) nodes: Vec<Node>,
    /// below it the formula is a difference of what it hardly differs from, and f is f(0) + f'(0) x + k x²/2; 0 for most
    least: f64,
    /// k
    bend: f64,
    /// where f is not what its formula says
    pub(super) patched: Patched,
    /// f is a constant or a line just above 0
    pub(super) clamped: bool,
}

impl NumericConjugate {
    /// What is found out about an f that need not be convex; limits that cannot be told are NaN.
    pub fn new(f: &Expr) -> NumericConjugate {
        let mut breaks = find_breaks(f);
        let bounds = Bounds::of(f, &breaks);
        let (f, low, high) = (&bounds.extended, bounds.low, bounds.high);
        let (tape, is_long) = long::code(f);
        let at = |v: f64| {
            let j = jet_of(&tape, v, &mut vec![]);
            (j.f, j.d1)
        };
        let by_values = f.has_native();
        let Ends { mut f0, mut d0, mut dinf, mut f_at_dinf } = Ends::of(f, &at);
        let (mut slopes, mut at_ends) = ([d0, dinf], [f0, f64::INFINITY]);
        let mut kinks = inner_kinks(&tape, &breaks, &bounds);
        let mut guarded = vec![];
        guards(f, &mut guarded);
        let patched = Patched::of(&tape, (&breaks, &guarded, &kinks), &bounds, is_long);
        let beside = turning(&breaks, &guarded, &kinks);
        let mut ts = places(long::points(NODES, 4, &tape), by_values, &beside, &bounds);
        ts.extend(patched.edges().filter(|x| *x > low && *x < high).map(f64::ln));
        ts.sort_by(f64::total_cmp);
        let clamp = clamp(f, &tape, &ts, d0);
        (d0, slopes[0]) = clamp.map_or((d0, slopes[0]), |(_, slope)| (slope, slope));
        if low > 0.0 {
            let (end, kink) = end_of(&bounds, 1.0, &tape);
            (f0, d0, slopes[0], at_ends[0]) = (f64::INFINITY, f64::NEG_INFINITY, kink.right, end.value);
            kinks.insert(0, kink);
        }
        if high.is_finite() {
            let (end, kink) = end_of(&bounds, -1.0, &tape);
            (dinf, f_at_dinf, slopes[1], at_ends[1]) = (f64::INFINITY, f64::INFINITY, kink.left, end.value);
            kinks.push(kink);
        }
        exactly(&mut breaks, [low, high]);
        ts.retain(|t| !patched.covers(t.exp()));
        let (nodes, unit) = (nodes(&tape, &ts, d0), unit(&tape, &bounds));
        let at_one = if at(1.0).0.is_finite() { at(1.0).0 } else { f64::INFINITY };
        let spoilt = || spoilt(&tape, &ts, &nodes, f0, d0);
        let (least, bend) = clamp.map(|(x, _)| (x, 0.0)).or_else(spoilt).unwrap_or_default();
        NumericConjugate {
            tape,
            f0,
            d0,
            dinf,
            f_at_dinf,
            kinks,
            breaks,
            by_values,
            is_long,
            at_one,
            at_ends,
            unit,
            slopes,
            nodes,
            bounds,
            least,
            bend,
            patched,
            clamped: clamp.is_some(),
        }
    }

    /// The i-th of n steps in ln x from e^−reach to e^reach, or over what f has of that.
    pub(in crate::generator) fn sample(&self, reach: f64, i: usize, n: usize) -> f64 {
        let from = (-reach).max((self.bounds.low * (1.0 + BESIDE)).ln());
        let to = reach.min((self.bounds.high * (1.0 - BESIDE)).ln());
        (from + (to - from) * i as f64 / n as f64).exp()
    }

    /// What f* is below the least slope of f and beyond the largest, where f has ends.
    pub(in crate::generator) fn straight(&self) -> [Option<Straight>; 2] {
        let line = |k: &Kink, from: f64| Straight { from, x: k.x, f: self.value(k.x) };
        let first = self.kinks.first().filter(|k| k.left == f64::NEG_INFINITY);
        let last = self.kinks.last().filter(|k| k.right == f64::INFINITY);
        [first.map(|k| line(k, k.right)), last.map(|k| line(k, k.left))]
    }

    /// f, f', f'' at x.
    pub fn jet(&self, x: f64, regs: &mut Vec<f64>) -> Jet {
        if x < self.least {
            let Self { f0, d0, bend, .. } = *self;
            return Jet { f: f0 + x * (d0 + 0.5 * bend * x), d1: d0 + bend * x, d2: bend };
        }
        self.patched.jet(x, || jet_of(&self.tape, x, regs))
    }

    /// The same of the f that is +∞ beyond its ends, with their slopes going there. A mass at an end divided by its own is at the end
    /// to rounding.
    pub fn jet_anywhere(&self, x: f64, regs: &mut Vec<f64>) -> Jet {
        let Bounds { low, high, .. } = self.bounds;
        let outside = |f, d1| Jet { f, d1, d2: 0.0 };
        if x < low * (1.0 - CLOSE) {
            outside(f64::INFINITY, f64::NEG_INFINITY)
        } else if x > high * (1.0 + CLOSE) {
            outside(f64::INFINITY, f64::INFINITY)
        } else if x <= low {
            outside(self.at_ends[0], self.slopes[0])
        } else if x >= high {
            outside(self.at_ends[1], self.slopes[1])
        } else {
            self.jet(x, regs)
        }
    }

    /// f at x > 0, where the formula has no number for it too: far out (∞ − ∞) from the tangents, near 0 (0 ln 0) f(0⁺).
    pub fn value(&self, x: f64) -> f64 {
        let mut regs = vec![];
        if self.bounds.is_bounded() && (x <= self.bounds.low || x >= self.bounds.high) {
            return self.jet_anywhere(x, &mut regs).f;
        }
        let f = self.jet(x, &mut regs).f;
        if f.is_finite() || x == f64::INFINITY {
            return f;
        }
        if f.is_nan() && x < 1.0 / FAR {
            return self.f0;
        }
        // f lies between its tangent at a nearer point and the line of slope f'(∞) through it
        let between = |shrink: i32| {
            let near = x * 0.25f64.powi(shrink);
            let j = self.jet(near, &mut vec![]);
            let (low, high) = (j.f + j.d1 * (x - near), j.f + self.dinf * (x - near));
            (high - low <= 1e-13 * high.abs()).then_some(0.5 * low + 0.5 * high).filter(|v| near > FAR && v.is_finite())
        };
        if self.dinf.is_finite() { (1..40).find_map(between).unwrap_or(f) } else { f }
    }

    /// Code for f, f' and f''.
    pub fn tape(&self) -> &Tape {
        &self.tape
    }
}

/// The places where f changes its formula, less those where it may be 0/0 and has no kink: slopes beside these are rounding.
fn turning(breaks: &[f64], guarded: &[f64], kinks: &[Kink]) -> Vec<f64> {
    let turns = |b: &&f64| !guarded.contains(b) || kinks.iter().any(|k| k.x == **b);
    breaks.iter().filter(turns).copied().collect()
}

/// Relative distances that rounding in single precision may not hide.
const BESIDE: f64 = 1e-7;

/// The ends of f exactly where they are, whatever search found their conditions; in order.
fn exactly(breaks: &mut Vec<f64>, ends: [f64; 2]) {
    for end in ends.into_iter().filter(|e| *e > 0.0 && e.is_finite()) {
        breaks.retain(|b| (b - end).abs() > 1e-12 * end);
        breaks.push(end);
    }
    breaks.sort_by(f64::total_cmp);
}

/// Below this a ratio is held away from 0 by whoever wrote f, so that nothing is divided by it and it has a logarithm.
const CLAMPED: f64 = 1e-9;

/// From where on the slopes of an f that is held constant, or is a line, just above 0 are those of the rest, which lie below that of
/// the line and rise: nothing is read off the piece before, f has its value at 0 and goes on from there with the first such slope.
fn clamp(f: &Expr, tape: &Tape, ts: &[f64], d0: f64) -> Option<(f64, f64)> {
    if !d0.is_finite() || !f.any(&|k| matches!(k, Kind::Where(..) | Kind::Binary(..))) {
        return None;
    }
    let slack = |slope: f64| 1e-9 * (1.0 + slope.abs());
    let mut regs = vec![];
    let mut first: Option<(f64, f64)> = None;
    let mut before = f64::NEG_INFINITY;
    for x in ts.iter().map(|t| t.exp()).take_while(|x| *x <= CLAMPED) {
        let slope = jet_of(tape, x, &mut regs).d1;
        if first.is_none() && slope < d0 - slack(d0) {
            first = Some((x, slope));
        }
        // what falls further on is rounding
        if first.is_some() && (slope.is_nan() || slope < before - slack(before)) {
            return None;
        }
        before = if first.is_some() { slope } else { before };
    }
    first
}

/// The lower (1) or upper (−1) end of the domain of f, as a limit and as a kink. Where f or its slope is infinite there, the kink is
/// as near to it as numbers come.
fn end_of(bounds: &Bounds, side: f64, tape: &Tape) -> (End, Kink) {
    let place = if side > 0.0 { bounds.low } else { bounds.high };
    let finite = |x: f64| {
        let j = jet_of(tape, x, &mut vec![]);
        j.d1.is_finite() && j.f.is_finite()
    };
    // where numbers overflow before it the kink is at the last of them
    let beside = place * (1.0 + side * CLOSE);
    let near = if finite(beside) || !finite(1.0) { beside } else { last(1.0, beside, &finite) };
    let beside = jet_of(tape, near, &mut vec![]);
    let end = bounds.end(side).filter(|e| !e.value.is_nan() && !e.slope.is_nan());
    let end = end.unwrap_or(End { value: beside.f, slope: beside.d1 });
    let x = if end.value.is_finite() { place } else { near };
    let slope = if end.slope.is_finite() { end.slope } else { beside.d1 };
    let (left, right) = if side > 0.0 { (f64::NEG_INFINITY, slope) } else { (slope, f64::INFINITY) };
    (end, Kink { x, left, right })
}

/// Sizes of f that single precision and rounding think of as 1.
const ORDINARY: std::ops::Range<f64> = 1e-3..1e3;

/// What f − f'(1)(x − 1) and f'' around 1 are of the size of, as a power of two: 1 if one of them is ordinary.
fn unit(tape: &Tape, bounds: &Bounds) -> f64 {
    let jet = |x: f64| jet_of(tape, x, &mut vec![]);
    let one = jet(1.0);
    let slope = if one.d1.is_finite() { one.d1 } else { 0.0 };
    let beside = [0.5f64.max(0.5 * (1.0 + bounds.low)), 2f64.min(0.5 * (1.0 + bounds.high))];
    let level = beside.map(|x| (jet(x).f - slope * (x - 1.0)).abs());
    let sizes: Vec<f64> = level.into_iter().chain([one.d2]).filter(|v| v.is_finite() && *v > 0.0).collect();
    let size = sizes.iter().fold(0.0, |m: f64, v| m.max(*v));
    let known = size > 0.0 && size.is_finite() && !sizes.iter().any(|v| ORDINARY.contains(v));
    if known { 2f64.powi(size.log2().round() as i32) } else { 1.0 }
}
