//! Three points that show that f is not convex, exactly: the middle one lies above the chord by more than all rounding.
use crate::generator::interval::Interval;
use crate::generator::tape::Tape;
use crate::interrupt;

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
        let own = excess.lo > OWN * between && excess.lo > CERTAIN * rounded;
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
        let side = |k: f64| (1..=12).map(|i| x * (1.0 + k * 10f64.powi(-i))).find(|x| self.value(*x).is_finite());
        let (left, right) = (side(-1.0)?, side(1.0)?);
        let values = [self.value(left), value, self.value(right)];
        Some(Violation { kind: Kind::Undefined, points: [left, x, right], values, relative: 1.0 })
    }
    /// f is no finite number from one place to another, though it is at both sides.
    pub fn gap(&self, from: f64, to: f64) -> Option<Violation> {
        let points = [from * (1.0 - 1e-9), (from * to).sqrt(), to * (1.0 + 1e-9)];
        let values = points.map(|x| self.value(x));
        let gap = values[0].is_finite() && !values[1].is_finite() && values[2].is_finite();
        gap.then_some(Violation { kind: Kind::Undefined, points, values, relative: 1.0 })
    }
    fn value(&self, x: f64) -> f64 {
        let mut regs = vec![];
        self.tape.eval(x, &mut regs);
        self.tape.out(0, &regs)
    }
}
