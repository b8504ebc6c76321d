//! Sums and products that keep twice the digits of f64, for values that cancel and for what a proof may claim.
//!
//! Every addition and product is split into its rounded result and the exact rest ([`Sum`]); the rests are summed beside
//! the results. A sum of n terms is then known to u |S| + n² u² Σ|terms| with u = 2⁻⁵³: as if it had been computed in twice
//! the digits and rounded once. [ogita2005](crate::references#ogita2005)

/// Half a unit in the last place of 1: the largest relative error of one rounding.
pub const ROUNDING: f64 = f64::EPSILON / 2.0;

/// A running sum, in two parts that do not overlap.
///
/// ```
/// use gflow::sums::Sum;
/// let mut s = Sum::default();
/// [1e16, 1.0, -1e16].into_iter().for_each(|v| s.add(v));
/// assert_eq!(s.value(), 1.0);
/// assert_eq!(s.size(), 2e16 + 1.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum {
    high: f64,
    low: f64,
    size: f64,
}

impl Sum {
    /// Adds a number.
    pub fn add(&mut self, v: f64) {
        let s = self.high + v;
        // what of either was lost, whichever is larger
        let back = s - self.high;
        self.low += (self.high - (s - back)) + (v - back);
        self.high = s;
        self.size += v.abs();
    }
    /// Adds a·b, the product too in twice the digits.
    pub fn add_product(&mut self, a: f64, b: f64) {
        let p = a * b;
        self.add(p);
        self.low += a.mul_add(b, -p);
    }
    /// The sum, rounded once; of infinite terms what plain addition gives.
    pub fn value(&self) -> f64 {
        if self.low.is_finite() { self.high + self.low } else { self.high }
    }
    /// Σ |terms|, which errors of the terms are relative to.
    pub fn size(&self) -> f64 {
        self.size
    }
}

/// Σ a b in twice the digits.
pub fn dot(a: &[f64], b: &[f64]) -> Sum {
    let mut s = Sum::default();
    a.iter().zip(b).for_each(|(a, b)| s.add_product(*a, *b));
    s
}

/// The next number below v that is at least `error` away; infinities stay.
pub fn below(v: f64, error: f64) -> f64 {
    if v.is_finite() && error > 0.0 { (v - error).next_down() } else { v }
}

/// The next number above v that is at least `error` away.
pub fn above(v: f64, error: f64) -> f64 {
    if v.is_finite() && error > 0.0 { (v + error).next_up() } else { v }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Products whose rounded values cancel: (1 + 2⁻³⁰)² − 1 − 2⁻²⁹ = 2⁻⁶⁰.
    #[test]
    fn products_keep_their_rests() {
        let e = 2f64.powi(-30);
        let mut s = dot(&[1.0 + e], &[1.0 + e]);
        s.add(-1.0);
        s.add(-2.0 * e);
        assert_eq!(s.value(), e * e);
    }

    #[test]
    fn a_bound_moves_outwards_or_stays() {
        assert!(below(1.0, 1e-20) < 1.0 && above(1.0, 1e-20) > 1.0);
        assert_eq!((below(0.0, 0.0), above(f64::INFINITY, 1.0)), (0.0, f64::INFINITY));
    }
}
