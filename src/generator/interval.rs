//! Intervals of real numbers with ends rounded outwards: what holds for an interval holds for every number in it.
//!
//! Sums, products, quotients and roots are rounded towards the side that is needed, and exactly when they are exact, so
//! that what cancels in real arithmetic cancels here; functions of the standard library are widened by four units in the
//! last place, twice what they may be wrong by. Where an operation leaves its domain the result is undefined: nothing
//! follows from it.
use super::scalar::{Relation, Unary, omega};
use std::f64::consts::TAU;

/// All numbers from `lo` to `hi`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// the lower end; −∞ where there is none
    pub lo: f64,
    /// the upper end; ∞ where there is none
    pub hi: f64,
    /// whether every operation on the way was within its domain, for every argument
    pub defined: bool,
}

/// What is known of an operation outside its domain.
const UNDEFINED: Interval = Interval { lo: f64::NEG_INFINITY, hi: f64::INFINITY, defined: false };
const ULPS: usize = 4;

fn down(v: f64, n: usize) -> f64 {
    (0..n).fold(v, |v, _| v.next_down())
}
fn add_down(a: f64, b: f64) -> f64 {
    let s = a + b;
    if s.is_infinite() {
        // beyond the largest number, or a bound that was infinite before
        return if s > 0.0 && a.is_finite() && b.is_finite() { f64::MAX } else { s };
    }
    let bb = s - a;
    let error = (a - (s - bb)) + (b - bb);
    if error >= 0.0 { s } else { s.next_down() }
}
fn mul_down(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 {
        return 0.0;
    }
    let p = a * b;
    if p.is_infinite() {
        return if p > 0.0 && a.is_finite() && b.is_finite() { f64::MAX } else { p };
    }
    // below the normal range the error itself is rounded
    if p.abs() < 1e-280 || a.mul_add(b, -p) < 0.0 { p.next_down() } else { p }
}
fn div_down(a: f64, b: f64) -> f64 {
    if a == 0.0 || b.is_infinite() {
        // the quotient of two unbounded ones is anything between; one of the other ends decides
        return 0.0;
    }
    let q = a / b;
    if q.is_infinite() {
        return if q > 0.0 && a.is_finite() { f64::MAX } else { q };
    }
    let rest = (-q).mul_add(b, a);
    if q.abs() < 1e-280 || a.abs() < 1e-280 || rest * b.signum() < 0.0 { q.next_down() } else { q }
}

impl Interval {
    /// From one number to another.
    pub fn new(lo: f64, hi: f64) -> Interval {
        if lo <= hi { Interval { lo, hi, defined: true } } else { UNDEFINED }
    }
    /// One finite number.
    pub fn point(v: f64) -> Interval {
        if v.is_finite() { Interval::new(v, v) } else { UNDEFINED }
    }
    fn with(self, defined: bool) -> Interval {
        if self.lo.is_nan() || self.hi.is_nan() { UNDEFINED } else { Interval { defined, ..self } }
    }
    /// Whether it is the number 0 and nothing else.
    pub fn is_zero(&self) -> bool {
        self.defined && self.lo == 0.0 && self.hi == 0.0
    }
    /// Whether 0 is in it.
    pub fn has_zero(&self) -> bool {
        self.lo <= 0.0 && self.hi >= 0.0
    }
    /// The largest of the absolute values.
    pub fn magnitude(&self) -> f64 {
        self.lo.abs().max(self.hi.abs())
    }
    /// The smallest interval around both.
    pub fn hull(&self, o: &Interval) -> Interval {
        Interval { lo: self.lo.min(o.lo), hi: self.hi.max(o.hi), defined: self.defined && o.defined }
    }
    /// −a
    pub fn neg(&self) -> Interval {
        Interval { lo: -self.hi, hi: -self.lo, defined: self.defined }
    }
    /// a + b
    pub fn add(&self, o: &Interval) -> Interval {
        Interval { lo: add_down(self.lo, o.lo), hi: -add_down(-self.hi, -o.hi), defined: true }
            .with(self.defined && o.defined)
    }
    /// a − b
    pub fn sub(&self, o: &Interval) -> Interval {
        self.add(&o.neg())
    }
    /// a·b
    pub fn mul(&self, o: &Interval) -> Interval {
        let defined = self.defined && o.defined;
        let pairs = [(self.lo, o.lo), (self.lo, o.hi), (self.hi, o.lo), (self.hi, o.hi)];
        if self.lo >= 0.0 && o.lo >= 0.0 {
            let (lo, hi) = (mul_down(self.lo, o.lo), -mul_down(-self.hi, o.hi));
            return Interval { lo: lo.max(0.0), hi, defined }.with(defined);
        }
        let lo = pairs.iter().map(|p| mul_down(p.0, p.1)).fold(f64::INFINITY, f64::min);
        let hi = pairs.iter().map(|p| -mul_down(-p.0, p.1)).fold(f64::NEG_INFINITY, f64::max);
        Interval { lo, hi, defined }.with(defined)
    }
    /// a/b; undefined where b may be 0
    pub fn div(&self, o: &Interval) -> Interval {
        if o.has_zero() {
            return UNDEFINED;
        }
        let defined = self.defined && o.defined;
        let pairs = [(self.lo, o.lo), (self.lo, o.hi), (self.hi, o.lo), (self.hi, o.hi)];
        let mut lo = pairs.iter().map(|p| div_down(p.0, p.1)).fold(f64::INFINITY, f64::min);
        let mut hi = pairs.iter().map(|p| -div_down(-p.0, p.1)).fold(f64::NEG_INFINITY, f64::max);
        // what has one sign keeps it
        if self.lo >= 0.0 && o.lo > 0.0 {
            lo = lo.max(0.0);
        }
        if self.hi <= 0.0 && o.lo > 0.0 {
            hi = hi.min(0.0);
        }
        Interval { lo, hi, defined }.with(defined)
    }
    /// √a; undefined where a may be negative
    pub fn sqrt(&self) -> Interval {
        if self.lo < 0.0 {
            return UNDEFINED;
        }
        let root = |v: f64| {
            let s = v.sqrt();
            let error = if s.is_finite() { s.mul_add(s, -v) } else { 0.0 };
            let small = v > 0.0 && v < 1e-280;
            (if small || error > 0.0 { s.next_down() } else { s }, if small || error < 0.0 { s.next_up() } else { s })
        };
        Interval { lo: root(self.lo).0, hi: root(self.hi).1, defined: self.defined }
    }
    /// a^k; undefined where the base may leave the domain
    pub fn power(&self, k: f64) -> Interval {
        if k.fract() == 0.0 && k.abs() < 1e9 {
            let even = k % 2.0 == 0.0;
            let base = if even { self.abs() } else { *self };
            if k < 0.0 && base.has_zero() {
                return UNDEFINED;
            }
            let end = |v: f64| Interval { lo: v, hi: v, defined: true }.times(k.abs());
            let p = Interval { lo: end(base.lo).lo, hi: end(base.hi).hi, defined: self.defined };
            return if k < 0.0 { Interval::point(1.0).div(&p) } else { p }.with(self.defined);
        }
        if k == 0.5 {
            return self.sqrt();
        }
        if self.lo < 0.0 || (k < 0.0 && self.lo == 0.0) {
            return UNDEFINED;
        }
        let (p, q) = if k > 0.0 { (self.lo, self.hi) } else { (self.hi, self.lo) };
        let wide = self.rounded(p.powf(k), q.powf(k)).above(0.0);
        // 1 to any power is 1
        let end = |v: f64, bound: f64| if v == 1.0 { 1.0 } else { bound };
        Interval { lo: end(p, wide.lo), hi: end(q, wide.hi), ..wide }
    }
    /// a^k of one number and a whole k ≥ 0, by squaring where that is short.
    fn times(&self, k: f64) -> Interval {
        if k > 64.0 {
            let v = self.lo.powf(k);
            return self.rounded(v, v);
        }
        let (mut out, mut square, mut n) = (Interval::point(1.0), *self, k as u32);
        while n > 0 {
            if n % 2 == 1 {
                out = out.mul(&square);
            }
            square = square.mul(&square);
            n /= 2;
        }
        out
    }
    fn rounded(&self, lo: f64, hi: f64) -> Interval {
        let lo = if lo == f64::INFINITY && self.hi.is_finite() { f64::MAX } else { lo };
        Interval { lo: down(lo, ULPS), hi: -down(-hi, ULPS), defined: true }.with(self.defined)
    }
    /// What is left when numbers below k are known to be impossible.
    fn above(self, k: f64) -> Interval {
        Interval { lo: self.lo.max(k), ..self }
    }
    fn below(self, k: f64) -> Interval {
        Interval { hi: self.hi.min(k), ..self }
    }
    /// |a|
    pub fn abs(&self) -> Interval {
        if self.lo >= 0.0 {
            *self
        } else if self.hi <= 0.0 {
            self.neg()
        } else {
            Interval { lo: 0.0, hi: self.magnitude(), defined: self.defined }
        }
    }
    /// A function that increases, by its values at the ends.
    fn increasing(&self, f: impl Fn(f64) -> f64) -> Interval {
        self.rounded(f(self.lo), f(self.hi))
    }
    /// The same for one whose value at `exact` is a number that comes out as it is.
    fn through(&self, exact: f64, f: impl Fn(f64) -> f64) -> Interval {
        let wide = self.increasing(&f);
        let end = |v: f64, bound: f64| if v == exact { f(v) } else { bound };
        Interval { lo: end(self.lo, wide.lo), hi: end(self.hi, wide.hi), ..wide }
    }
    /// A function that increases, computed to a relative error.
    fn loosely(&self, f: impl Fn(f64) -> f64, relative: f64) -> Interval {
        let slack = |v: f64| if v.is_finite() { v.abs() * relative + 1e-300 } else { 0.0 };
        let (p, q) = (f(self.lo), f(self.hi));
        Interval { lo: p - slack(p), hi: q + slack(q), defined: true }.with(self.defined)
    }
    /// ln Γ, which falls up to 1.46 and rises from 1.47 on; its least value is −0.1214862905…
    fn ln_gamma(&self) -> Interval {
        // near its zeros at 1 and 2 the error is absolute
        let at =
            |v: f64| Interval::point(v).loosely(|v| Unary::LnGamma.apply(v), 1e-12).add(&Interval::new(-1e-12, 1e-12));
        let rising =
            if self.hi == f64::INFINITY { Interval { lo: 0.0, hi: f64::INFINITY, defined: true } } else { at(self.hi) };
        let both = at(self.lo).hull(&rising);
        let turns = self.lo < 1.47 && self.hi > 1.46;
        let lo = if turns || self.hi == f64::INFINITY { both.lo.min(-0.12149) } else { both.lo };
        Interval { lo, ..both }.with(self.defined)
    }
    /// The n-th derivative of ψ on (0, ∞): ψ rises, and (−1)^(n + 1) times it falls to 0.
    fn polygamma(&self, n: u8) -> Interval {
        let at = |v: f64| if v == f64::INFINITY && n > 0 { 0.0 } else { Unary::Polygamma(n).apply(v) };
        let values = if n.is_multiple_of(2) { *self } else { Interval { lo: -self.hi, hi: -self.lo, ..*self } };
        let v = values.loosely(|v| at(v.abs()), 1e-11);
        match n {
            0 => v.add(&Interval::new(-1e-11, 1e-11)).with(self.defined),
            n if n % 2 == 1 => v.above(0.0),
            _ => v.below(0.0),
        }
    }
    /// A function of one argument.
    pub fn unary(&self, f: Unary) -> Interval {
        match f {
            Unary::Exp => self.through(0.0, f64::exp).above(0.0),
            Unary::Ln if self.lo <= 0.0 => UNDEFINED,
            Unary::Ln => self.through(1.0, f64::ln),
            Unary::Log1p if self.lo <= -1.0 => UNDEFINED,
            Unary::Log1p => self.through(0.0, f64::ln_1p),
            Unary::Expm1 => self.through(0.0, f64::exp_m1).above(-1.0),
            Unary::Abs => self.abs(),
            Unary::Sign if self.is_zero() => Interval::point(0.0),
            Unary::Sign if self.has_zero() => Interval { lo: -1.0, hi: 1.0, defined: self.defined },
            Unary::Sign => Interval::point(self.lo.signum()).with(self.defined),
            Unary::Tanh => self.through(0.0, f64::tanh).above(-1.0).below(1.0),
            Unary::Sigmoid => {
                let e = self.neg().unary(Unary::Exp);
                Interval::point(1.0).div(&Interval::point(1.0).add(&e)).above(0.0).below(1.0)
            }
            Unary::Softplus => self.increasing(|v| Unary::Softplus.apply(v)).above(0.0),
            Unary::Omega => {
                // an iteration: some digits more
                let (p, q) = (omega(self.lo), omega(self.hi));
                Interval { lo: p * (1.0 - 1e-13), hi: q * (1.0 + 1e-13), defined: true }.with(self.defined).above(0.0)
            }
            Unary::Sinh => self.through(0.0, f64::sinh),
            Unary::Cosh => self.abs().through(0.0, f64::cosh).above(1.0),
            Unary::Atan => self.through(0.0, f64::atan),
            // sums of a few terms: some digits more
            Unary::LogCosh => self.abs().loosely(|v| f.apply(v), 1e-14).above(0.0),
            Unary::Asinh => self.loosely(|v| f.apply(v), 1e-14),
            Unary::Erf => self.loosely(|v| f.apply(v), 1e-12).above(-1.0).below(1.0),
            Unary::LnGamma | Unary::Polygamma(_) if self.lo <= 0.0 => UNDEFINED,
            Unary::LnGamma => self.ln_gamma(),
            Unary::Polygamma(order) => self.polygamma(order),
            Unary::Cos => self.wave(0.0, f64::cos),
            Unary::Sin => self.wave(0.25, f64::sin),
        }
    }
    /// A wave whose crests are at the multiples of 2π, moved by a part of a turn.
    fn wave(&self, moved: f64, f: fn(f64) -> f64) -> Interval {
        let whole = Interval { lo: -1.0, hi: 1.0, defined: self.defined };
        // further out the turn itself is not known any more
        if !self.magnitude().is_finite() || self.magnitude() > 1e12 || self.hi - self.lo > TAU {
            return whole;
        }
        let turns = |v: f64| v / TAU - moved;
        let slack = 1e-14 * (1.0 + self.magnitude());
        let holds = |offset: f64| (turns(self.hi) - offset + slack).floor() >= (turns(self.lo) - offset - slack).ceil();
        let (p, q) = (f(self.lo), f(self.hi));
        let lo = if holds(0.5) { -1.0 } else { down(p.min(q), ULPS).max(-1.0) };
        let hi = if holds(0.0) { 1.0 } else { -down(-p.max(q), ULPS) };
        Interval { lo, hi: hi.min(1.0), defined: self.defined }
    }
    /// 1 where a relation surely holds, 0 where it surely does not, else both.
    pub fn compare(&self, r: Relation, o: &Interval) -> Interval {
        let d = self.sub(o);
        let (below, above, same) = (d.hi < 0.0, d.lo > 0.0, d.lo == 0.0 && d.hi == 0.0);
        let known = match r {
            Relation::Gt if above => Some(1.0),
            Relation::Gt if d.hi <= 0.0 => Some(0.0),
            Relation::Ge if d.lo >= 0.0 => Some(1.0),
            Relation::Ge if below => Some(0.0),
            Relation::Lt if below => Some(1.0),
            Relation::Lt if d.lo >= 0.0 => Some(0.0),
            Relation::Le if d.hi <= 0.0 => Some(1.0),
            Relation::Le if above => Some(0.0),
            Relation::Eq if same => Some(1.0),
            Relation::Eq if below || above => Some(0.0),
            Relation::Ne if same => Some(0.0),
            Relation::Ne if below || above => Some(1.0),
            _ => None,
        };
        known.map_or(Interval::new(0.0, 1.0), Interval::point).with(d.defined)
    }
}
