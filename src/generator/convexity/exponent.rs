//! Exponents of series: exact sums of doubles, in two parts.
use crate::generator::interval::Interval;

/// The number hi + lo, the first being the nearest double.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Exponent {
    hi: f64,
    lo: f64,
}

/// a + b and what rounding took from it.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    let bb = s - a;
    (s, (a - (s - bb)) + (b - bb))
}

impl Exponent {
    /// 0
    pub const ZERO: Exponent = Exponent { hi: 0.0, lo: 0.0 };

    /// One double.
    pub fn of(v: f64) -> Exponent {
        Exponent { hi: v + 0.0, lo: 0.0 }
    }
    /// Their sum; none where two doubles do not hold it.
    pub fn plus(&self, o: &Exponent) -> Option<Exponent> {
        let (s, e) = two_sum(self.hi, o.hi);
        let (t, f) = two_sum(self.lo, o.lo);
        let (low, g) = two_sum(e, t);
        let (hi, lo) = two_sum(s, low);
        (f == 0.0 && g == 0.0 && hi.is_finite()).then_some(Exponent { hi: hi + 0.0, lo: lo + 0.0 })
    }
    /// −a
    pub fn negated(&self) -> Exponent {
        Exponent { hi: 0.0 - self.hi, lo: 0.0 - self.lo }
    }
    /// k times it; none where two doubles do not hold that.
    pub fn times(&self, k: f64) -> Option<Exponent> {
        let (p, q) = (self.hi * k, self.lo * k);
        let high = Exponent { hi: p, lo: self.hi.mul_add(k, -p) };
        let fits = self.lo.mul_add(k, -q) == 0.0 && p.is_finite() && (p == 0.0 || p.abs() > 1e-200);
        fits.then(|| high.plus(&Exponent::of(q))).flatten()
    }
    /// The nearest double.
    pub fn rounded(&self) -> f64 {
        self.hi
    }
    /// An interval around it.
    pub fn interval(&self) -> Interval {
        Interval::point(self.hi).add(&Interval::point(self.lo))
    }
    /// v to this power, for v > 0.
    pub fn power_of(&self, v: f64) -> Interval {
        let v = Interval::point(v);
        let p = v.power(self.hi);
        if self.lo == 0.0 { p } else { p.mul(&v.power(self.lo)) }
    }
}
