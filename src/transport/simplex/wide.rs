//! Whole numbers of 512 bits, for potentials: sums of costs along paths of a tree, without any rounding.
//!
//! A cost is a whole number of units 2^e, e chosen so that no path overflows. The bits reach 10⁻¹⁴⁰ below the largest
//! path, while costs between coordinates in f32 span 10¹⁶⁶ at most and problems that people have far less: what is
//! cut off below a unit is named by [`Units::unit`].

/// 64-bit words, the lowest first, in two's complement.
const WORDS: usize = 8;
/// Bits that hold numbers; the others are the sign and room for three terms.
const BITS: i32 = 64 * WORDS as i32 - 4;

/// A signed whole number of 512 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wide([u64; WORDS]);

impl Wide {
    /// 0
    pub const ZERO: Wide = Wide([0; WORDS]);

    /// self + other, without a check of overflow: units are chosen so that there is none.
    #[inline]
    pub fn plus(mut self, other: &Wide) -> Wide {
        let mut carry = false;
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            let (s, first) = a.overflowing_add(*b);
            let (s, second) = s.overflowing_add(u64::from(carry));
            (*a, carry) = (s, first | second);
        }
        self
    }
    /// self − other
    #[inline]
    pub fn minus(mut self, other: &Wide) -> Wide {
        let mut borrow = false;
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            let (s, first) = a.overflowing_sub(*b);
            let (s, second) = s.overflowing_sub(u64::from(borrow));
            (*a, borrow) = (s, first | second);
        }
        self
    }
    /// Whether it is below zero.
    #[inline]
    pub fn is_negative(&self) -> bool {
        self.0[WORDS - 1] >> 63 == 1
    }
}

impl Ord for Wide {
    fn cmp(&self, other: &Wide) -> std::cmp::Ordering {
        let sign = |w: &Wide| !w.is_negative();
        sign(self).cmp(&sign(other)).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

impl PartialOrd for Wide {
    fn partial_cmp(&self, other: &Wide) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// 2^exponent, in steps that f64 holds.
fn power_of_two(exponent: i32) -> impl Fn(f64) -> f64 {
    move |mut v| {
        let mut left = exponent;
        while left != 0 {
            let step = left.clamp(-1000, 1000);
            v *= 2f64.powi(step);
            left -= step;
        }
        v
    }
}

/// What one stands for: 2^exponent.
#[derive(Clone, Copy, Debug)]
pub struct Units {
    exponent: i32,
}

impl Units {
    /// For sums of as many terms of at most the given size.
    pub fn of(largest: f64, terms: usize) -> Units {
        let (size, _) = exponent_and_mantissa(largest.max(f64::MIN_POSITIVE));
        let terms = usize::BITS - terms.leading_zeros();
        Units { exponent: size + 53 + terms as i32 - BITS }
    }
    /// The unit, as f64; 0 if it is smaller than any.
    pub fn unit(&self) -> f64 {
        power_of_two(self.exponent)(1.0)
    }
    /// A number ≥ 0 in units, rounded down.
    pub fn count(&self, v: f64) -> Wide {
        let mut words = [0; WORDS];
        if v > 0.0 {
            let (exponent, mantissa) = exponent_and_mantissa(v);
            let shift = exponent - self.exponent;
            if shift >= 0 {
                let (word, bit) = (shift as usize / 64, shift as u32 % 64);
                let both = u128::from(mantissa) << bit;
                for (k, part) in [both as u64, (both >> 64) as u64].into_iter().enumerate() {
                    if let Some(w) = words.get_mut(word + k) {
                        *w = part;
                    }
                }
            } else if shift > -64 {
                words[0] = mantissa >> -shift;
            }
        }
        Wide(words)
    }
    /// The nearest f64, but for a rounding of what lies 128 bits below its first.
    pub fn value(&self, w: &Wide) -> f64 {
        let (sign, size) = if w.is_negative() { (-1.0, Wide::ZERO.minus(w)) } else { (1.0, *w) };
        let Some(top) = size.0.iter().rposition(|v| *v != 0) else { return 0.0 };
        let word = |k: Option<usize>| k.map_or(0, |k| size.0[k]);
        let (high, middle, low) = (size.0[top], word(top.checked_sub(1)), word(top.checked_sub(2)));
        // shifted so that the first bit is the first of 128
        let shift = high.leading_zeros();
        let pair = u128::from(high) << 64 | u128::from(middle);
        let bits = if shift == 0 { pair } else { pair << shift | u128::from(low >> (64 - shift)) };
        let exponent = 64 * top as i32 - 64 - shift as i32 + self.exponent;
        sign * power_of_two(exponent)(bits as f64)
    }
}

/// (e, m) with v = m 2^e for a finite v ≥ 0.
fn exponent_and_mantissa(v: f64) -> (i32, u64) {
    let bits = v.to_bits();
    let (e, m) = ((bits >> 52) as i32 & 0x7FF, bits & ((1 << 52) - 1));
    if e == 0 { (-1074, m) } else { (e - 1075, m | 1 << 52) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_all_sizes_come_back() {
        let units = Units::of(1e76, 1000);
        for v in [0.0, 1.0, 0.1, 1e76, 3.7e-40, 123_456.789, 2f64.powi(64), 2f64.powi(64) - 2048.0] {
            assert_eq!(units.value(&units.count(v)), v);
            assert_eq!(units.value(&Wide::ZERO.minus(&units.count(v))), -v);
        }
        assert!(units.unit() > 0.0 && units.unit() < 1e-60);
    }

    /// What f64 loses: 10⁶⁰ + ⅓ − 10⁶⁰.
    #[test]
    fn sums_lose_nothing() {
        let units = Units::of(1e60, 3);
        let (far, near) = (units.count(1e60), units.count(1.0 / 3.0));
        let back = far.plus(&near).minus(&far);
        assert_eq!(units.value(&back), 1.0 / 3.0);
        assert!(near.minus(&far).is_negative() && near.minus(&far) < near && near < far);
        // and a thousand of the largest do not overflow
        let many = (0..1000).fold(Wide::ZERO, |s, _| s.plus(&Units::of(1e60, 1000).count(1e60)));
        assert!(!many.is_negative());
    }
}
