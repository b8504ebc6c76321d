//! How far f and f* are off by rounding: what a bound adds to be one of real arithmetic.
//!
//! A value near 0 may be what is left of large terms: 8 |x − 1.5| + … − 11.125 is off by a part of 11.125. Intervals know; where
//! a formula leaves its domain, as x ln x at 0, f is a limit that is known to a few units.
use super::Generator;
use super::interval::Interval;
use crate::sums::ROUNDING;

impl Generator {
    /// How far f(x) as it is computed may be from f at the number x.
    pub fn rounding_at(&self, x: f64) -> f64 {
        let v = self.f(x);
        let few = 16.0 * ROUNDING * v.abs();
        if !v.is_finite() {
            return 0.0;
        }
        match self.numeric().tape().first_over(&Interval::point(x)) {
            Some(f) if f.defined && f.lo.is_finite() && f.hi.is_finite() => {
                (f.hi - v).max(v - f.lo).max(0.0) * (1.0 + 4.0 * ROUNDING)
            }
            _ => few,
        }
    }

    /// f*(y) with the rounding of x y − f(x) alone, for iterations that look at what they will prove.
    pub fn conjugate_roughly(&self, y: f64) -> f64 {
        let (value, x) = self.conjugate_pair(y);
        let product = if x.is_finite() { x * y.abs() } else { 0.0 };
        value + 8.0 * ROUNDING * (value.abs() + product)
    }

    /// f*(y) from above, if not by more than rounding.
    pub fn conjugate_above(&self, y: f64) -> f64 {
        let (value, x) = self.conjugate_pair(y);
        if !x.is_finite() || !value.is_finite() {
            return value + 8.0 * ROUNDING * value.abs();
        }
        // a closed form may cancel by itself: x y − f(x), which is nowhere above f*, says what it comes to
        let f = self.f(x);
        let seen = if f.is_finite() { value.max(x * y - f) } else { value };
        // next to equilibrium f* − y comes from pieces of cubics, good to 1e-7
        let seen = if self.beside_equilibrium(y).is_some() { seen + 1e-6 * (value - y).abs() } else { seen };
        seen + 8.0 * ROUNDING * (seen.abs() + x * y.abs()) + self.rounding_at(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::expr::{add, constant, ln, mul, scale, sub, unary, x};
    use crate::generator::scalar::Unary;

    /// 8 |x − 1.5| + |x − 8| − 11 vanishes at 1 and is off by a part of 11; so is f*, which is 0 at the slope there.
    #[test]
    fn what_cancels_is_known() {
        let kink = |k: f64| unary(Unary::Abs, &sub(&x(), &constant(k)));
        let f = Generator::new("f", sub(&add(&scale(8.0, &kink(1.5)), &kink(8.0)), &constant(11.0))).unwrap();
        let off = f.rounding_at(1.1);
        assert!(off > 1e-16 && off < 1e-14, "{off:e}");
        assert!(f.conjugate_above(-9.0) >= f.conjugate(-9.0) && f.conjugate_above(-9.0) < 1e-9 + f.conjugate(-9.0));
        assert_eq!(f.conjugate_above(10.0), f64::INFINITY);
    }

    /// x ln x is 0 at 0 and exact to a few units elsewhere.
    #[test]
    fn limits_are_no_accidents() {
        let f = Generator::new("kl", sub(&mul(&x(), &ln(&x())), &sub(&x(), &constant(1.0)))).unwrap();
        for at in [0.0, 1e-300, 0.3, 1.0, 7.0, 1e9] {
            let off = f.rounding_at(at);
            assert!(off <= 1e-14 * (1.0 + at * (1.0 + at.max(1e-300).ln().abs())), "{at}: {off:e}");
        }
    }
}
