//! Loops compiled for the vector units of the processor they run on, chosen at run time.
use std::ops::{Add, Mul, Sub};

/// Runs a computation with the widest vector instructions there are. The closure and whatever it calls must be
/// `#[inline(always)]`, so that they are compiled again for each instruction set; a function handed over by its name is
/// not, and its loops stay scalar.
#[inline(always)]
pub fn run<R>(f: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    {
        if std::is_x86_feature_detected!("avx512f")
            && std::is_x86_feature_detected!("avx512dq")
            && std::is_x86_feature_detected!("avx512vl")
        {
            // SAFETY: the processor was just asked
            return unsafe { with_avx512(f) };
        }
        if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
            // SAFETY: the processor was just asked
            return unsafe { with_avx2(f) };
        }
    }
    f()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma")]
fn with_avx512<R>(f: impl FnOnce() -> R) -> R {
    f()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// What the streaming loops compute with: f32 for speed, f64 for digits. Everything is branch-free, so that loops over
/// it become vector code.
pub trait Real:
    Copy + Send + Sync + PartialOrd + Default + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + 'static
{
    /// 0
    const ZERO: Self;
    /// half a unit in the last place of 1
    const ROUNDING: f64;
    /// the most negative exponent whose exponential is still an ordinary number
    const LOWEST: Self;
    /// A number rounded to this type.
    fn of(v: f64) -> Self;
    /// As f64.
    fn wide(self) -> f64;
    /// self·a + b, rounded once
    fn fma(self, a: Self, b: Self) -> Self;
    /// The square root.
    fn root(self) -> Self;
    /// self^p for ordinary numbers > 0
    fn power(self, p: Self) -> Self;
    /// 1/self
    fn inverse(self) -> Self;
    /// e^self up to 80, to 2 units in the last place; 0 below LOWEST, so that no product of it is a subnormal number
    fn exponential(self) -> Self;
    /// 2^self under the same rules
    fn exponential2(self) -> Self;
    /// ln self for ordinary numbers > 0
    fn logarithm(self) -> Self;
    /// tanh self, to 3e-7 in f32
    fn hyperbolic_tangent(self) -> Self;
    /// The greater of two; the other where this one is NaN.
    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        if self > other { self } else { other }
    }
}

impl Real for f32 {
    const ZERO: f32 = 0.0;
    const ROUNDING: f64 = 6e-8;
    const LOWEST: f32 = -70.0;
    #[inline(always)]
    fn of(v: f64) -> f32 {
        v as f32
    }
    #[inline(always)]
    fn wide(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn fma(self, a: f32, b: f32) -> f32 {
        self.mul_add(a, b)
    }
    #[inline(always)]
    fn root(self) -> f32 {
        self.sqrt()
    }
    #[inline(always)]
    fn power(self, p: f32) -> f32 {
        (p * self.logarithm()).exponential()
    }
    #[inline(always)]
    fn inverse(self) -> f32 {
        1.0 / self
    }
    #[inline(always)]
    fn exponential(self) -> f32 {
        // the product's rounding, and what f32 leaves of log₂ e
        let product = self * std::f32::consts::LOG2_E;
        product.exponential2_near(self.mul_add(1.925_963e-8, self.mul_add(std::f32::consts::LOG2_E, -product)))
    }
    #[inline(always)]
    fn exponential2(self) -> f32 {
        // −0 and not 0: adding it changes nothing, not even the sign of a zero, so it costs nothing
        self.exponential2_near(-0.0)
    }
    #[inline(always)]
    fn logarithm(self) -> f32 {
        // self = m·2^e with m in [√½, √2): subtracting the bits of √½ moves the boundary there
        let bits = self.to_bits().wrapping_sub(0x3F35_04F3);
        let e = ((bits as i32) >> 23) as f32;
        let m = f32::from_bits((bits & 0x007F_FFFF) + 0x3F35_04F3);
        let s = (m - 1.0) / (m + 1.0);
        let q = s * s;
        let p = (2.0f32 / 9.0).mul_add(q, 2.0 / 7.0).mul_add(q, 2.0 / 5.0).mul_add(q, 2.0 / 3.0);
        e.mul_add(std::f32::consts::LN_2, (p * q).mul_add(s, 2.0 * s))
    }
    #[inline(always)]
    fn hyperbolic_tangent(self) -> f32 {
        // the rational approximation of degree 13 over 6 on [-7.9, 7.9]; beyond lies less than 3e-7
        let x = self.clamp(-7.905_311, 7.905_311);
        let q = x * x;
        let p = (-2.760_768_5e-16f32).mul_add(q, 2.000_188e-13).mul_add(q, -8.604_672e-11).mul_add(q, 5.122_297e-8);
        let p = p.mul_add(q, 1.485_722_4e-5).mul_add(q, 6.372_619e-4).mul_add(q, 4.893_524_6e-3);
        let d = 1.198_258_4e-6f32.mul_add(q, 1.185_347_1e-4).mul_add(q, 2.268_434_6e-3).mul_add(q, 4.893_525e-3);
        x * p / d
    }
}

impl NearPower for f32 {
    #[inline(always)]
    fn exponential2_near(self, rest: f32) -> f32 {
        // 2^(k + r) with |r| ≤ ½: adding 1.5·2²³ rounds, and leaves k in the low bits
        let shifted = self + 12_582_912.0;
        let r = (self - (shifted - 12_582_912.0)) + rest;
        let p = 1.535_336_2e-4f32
            .mul_add(r, 1.339_887_4e-3)
            .mul_add(r, 9.618_437e-3)
            .mul_add(r, 5.550_332_5e-2)
            .mul_add(r, 2.402_264_8e-1);
        let p = p.mul_add(r, std::f32::consts::LN_2).mul_add(r, 1.0);
        let v = f32::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << 23));
        let lowest = f32::LOWEST * std::f32::consts::LOG2_E;
        // NaN is not below, and the power of a NaN without a payload is one
        if self <= lowest { 0.0 } else { v }
    }
}

/// 2^(self + rest) for a tiny rest.
trait NearPower {
    fn exponential2_near(self, rest: Self) -> Self;
}

impl Real for f64 {
    const ZERO: f64 = 0.0;
    const ROUNDING: f64 = 1.2e-16;
    const LOWEST: f64 = -700.0;
    #[inline(always)]
    fn of(v: f64) -> f64 {
        v
    }
    #[inline(always)]
    fn wide(self) -> f64 {
        self
    }
    #[inline(always)]
    fn fma(self, a: f64, b: f64) -> f64 {
        self.mul_add(a, b)
    }
    #[inline(always)]
    fn root(self) -> f64 {
        self.sqrt()
    }
    #[inline(always)]
    fn power(self, p: f64) -> f64 {
        (p * self.logarithm()).exponential()
    }
    #[inline(always)]
    fn inverse(self) -> f64 {
        1.0 / self
    }
    #[inline(always)]
    fn exponential(self) -> f64 {
        // self = k ln 2 + r with |r| ≤ ½ ln 2: adding 1.5·2⁵² rounds, and leaves k in the low bits
        const SHIFT: f64 = 6_755_399_441_055_744.0;
        let shifted = self.mul_add(std::f64::consts::LOG2_E, SHIFT);
        let k = shifted - SHIFT;
        let r = (-k).mul_add(6.931_471_803_691_238e-1, self);
        let r = (-k).mul_add(1.908_214_929_270_587_7e-10, r);
        // Taylor to r¹²: the rest is below 2e-16 for |r| ≤ 0.347
        let p = 2.087_675_698_786_81e-9f64
            .mul_add(r, 2.505_210_838_544_172e-8)
            .mul_add(r, 2.755_731_922_398_589e-7)
            .mul_add(r, 2.755_731_922_398_589_3e-6)
            .mul_add(r, 2.480_158_730_158_73e-5)
            .mul_add(r, 1.984_126_984_126_984e-4)
            .mul_add(r, 1.388_888_888_888_889e-3)
            .mul_add(r, 8.333_333_333_333_333e-3)
            .mul_add(r, 4.166_666_666_666_666_4e-2)
            .mul_add(r, 1.666_666_666_666_666_6e-1)
            .mul_add(r, 0.5);
        let p = (p * r).mul_add(r, r) + 1.0;
        let v = f64::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << 52));
        if self <= f64::LOWEST { 0.0 } else { v }
    }
    #[inline(always)]
    fn exponential2(self) -> f64 {
        (self * std::f64::consts::LN_2).exponential()
    }
    #[inline(always)]
    fn logarithm(self) -> f64 {
        let bits = self.to_bits().wrapping_sub(0x3FE6_A09E_667F_3BCD);
        let e = ((bits as i64) >> 52) as f64;
        let m = f64::from_bits((bits & 0x000F_FFFF_FFFF_FFFF) + 0x3FE6_A09E_667F_3BCD);
        let s = (m - 1.0) / (m + 1.0);
        let q = s * s;
        // Σ 2 q^k/(2k+1): |s| ≤ 0.172, so the rest after k = 9 is below 1e-17
        let p = (2.0f64 / 19.0)
            .mul_add(q, 2.0 / 17.0)
            .mul_add(q, 2.0 / 15.0)
            .mul_add(q, 2.0 / 13.0)
            .mul_add(q, 2.0 / 11.0)
            .mul_add(q, 2.0 / 9.0)
            .mul_add(q, 2.0 / 7.0)
            .mul_add(q, 2.0 / 5.0)
            .mul_add(q, 2.0 / 3.0);
        e.mul_add(std::f64::consts::LN_2, (p * q).mul_add(s, 2.0 * s))
    }
    #[inline(always)]
    fn hyperbolic_tangent(self) -> f64 {
        self.tanh()
    }
}

/// A sample coordinate by coordinate, d × n, for loops along the points.
pub struct Coordinates<T> {
    /// points
    pub n: usize,
    /// coordinates of a point
    pub d: usize,
    data: Vec<T>,
}

impl<T: Real> Coordinates<T> {
    /// From rows in row-major order, moved by −centre and multiplied by a scale.
    pub fn new(rows: &[f64], d: usize, centre: &[f64], scale: f64) -> Coordinates<T> {
        let data =
            (0..d).flat_map(|k| rows.iter().skip(k).step_by(d).map(move |v| T::of((v - centre[k]) * scale))).collect();
        Coordinates { n: rows.len() / d, d, data }
    }
    /// Coordinate k of every point.
    #[inline(always)]
    pub fn along(&self, k: usize) -> &[T] {
        &self.data[k * self.n..(k + 1) * self.n]
    }
    /// Coordinate by coordinate, n numbers each.
    pub fn data(&self) -> &[T] {
        &self.data
    }
    /// The row of one point.
    pub fn row(&self, i: usize, out: &mut [T]) {
        for (k, o) in out.iter_mut().enumerate() {
            *o = self.data[k * self.n + i];
        }
    }
    /// |x − y_j|² for the points from `start` on.
    #[inline(always)]
    pub fn squares(&self, x: &[T], start: usize, out: &mut [T]) {
        let n = out.len();
        match x {
            [a] => {
                for (o, u) in out.iter_mut().zip(&self.along(0)[start..][..n]) {
                    let d = *a - *u;
                    *o = d * d;
                }
            }
            [a, b] => {
                for ((o, u), v) in out.iter_mut().zip(&self.along(0)[start..][..n]).zip(&self.along(1)[start..][..n]) {
                    let (d0, d1) = (*a - *u, *b - *v);
                    *o = d0.fma(d0, d1 * d1);
                }
            }
            [a, b, c, rest @ ..] => {
                let (y0, y1, y2) =
                    (&self.along(0)[start..][..n], &self.along(1)[start..][..n], &self.along(2)[start..][..n]);
                for (((o, u), v), w) in out.iter_mut().zip(y0).zip(y1).zip(y2) {
                    let (d0, d1, d2) = (*a - *u, *b - *v, *c - *w);
                    *o = d0.fma(d0, d1.fma(d1, d2 * d2));
                }
                for (k, a) in rest.iter().enumerate() {
                    for (o, u) in out.iter_mut().zip(&self.along(k + 3)[start..][..n]) {
                        let d = *a - *u;
                        *o = d.fma(d, *o);
                    }
                }
            }
            [] => out.fill(T::ZERO),
        }
    }
}

/// Lanes of partial sums: enough for two vectors of the widest kind.
pub const LANES: usize = 32;

/// The sum of partial sums, the last eight in f64.
#[inline(always)]
pub fn total<T: Real>(lanes: [T; LANES]) -> f64 {
    let mut eight = [T::ZERO; 8];
    for l in 0..8 {
        eight[l] = (lanes[l] + lanes[l + 8]) + (lanes[l + 16] + lanes[l + 24]);
    }
    eight.iter().map(|v| v.wide()).sum()
}

/// Σ g(v), in lanes.
#[inline(always)]
pub fn sum_of<T: Real>(v: &[T], g: impl Fn(T) -> T) -> f64 {
    let mut lanes = [T::ZERO; LANES];
    let (whole, rest) = v.as_chunks::<LANES>();
    for c in whole {
        for l in 0..LANES {
            lanes[l] = lanes[l] + g(c[l]);
        }
    }
    total(lanes) + rest.iter().map(|v| g(*v).wide()).sum::<f64>()
}

/// Σ w_j (x − y_j), in lanes.
#[inline(always)]
pub fn weighted_differences<T: Real>(x: T, y: &[T], w: &[T]) -> f64 {
    let mut lanes = [T::ZERO; LANES];
    let ((ys, y_rest), (ws, w_rest)) = (y.as_chunks::<LANES>(), w.as_chunks::<LANES>());
    for (y, w) in ys.iter().zip(ws) {
        for l in 0..LANES {
            lanes[l] = w[l].fma(x - y[l], lanes[l]);
        }
    }
    total(lanes) + y_rest.iter().zip(w_rest).map(|(y, w)| (*w * (x - *y)).wide()).sum::<f64>()
}

/// The largest of a list.
#[inline(always)]
pub fn largest<T: Real>(v: &[T], least: T) -> T {
    let mut lanes = [least; LANES];
    let (whole, rest) = v.as_chunks::<LANES>();
    for c in whole {
        for l in 0..LANES {
            lanes[l] = lanes[l].greater(c[l]);
        }
    }
    lanes.iter().chain(rest).fold(least, |a, b| a.greater(*b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_good_to_two_units_in_the_last_place() {
        for i in 0..200_000 {
            let x = -80.0 + 160.0 * i as f64 / 200_000.0;
            let (wide, narrow) = (
                x.exponential() / x.exp() - 1.0,
                f64::from((x as f32).exponential()) / f64::from(x as f32).exp() - 1.0,
            );
            assert!(wide.abs() < 4.5e-16, "e^{x}: {wide}");
            if x > -69.0 {
                assert!(narrow.abs() < 2.4e-7, "e^{x}: {narrow}");
            }
        }
        assert!(f64::NAN.exponential().is_nan() && f32::NAN.exponential().is_nan() && f32::NAN.exponential2().is_nan());
        assert!((-1e9f64).exponential() == 0.0 && (-1e9f32).exponential() == 0.0 && (-90.0f32).exponential() == 0.0);
        for i in 1..100_000 {
            let x = (-60.0 + 120.0 * f64::from(i) / 1e5).exp();
            let (wide, narrow) = (x.logarithm() - x.ln(), f64::from((x as f32).logarithm()) - f64::from(x as f32).ln());
            let size = 1.0 + x.ln().abs();
            assert!(wide.abs() < 4e-16 * size && narrow.abs() < 2e-7 * size, "ln {x}: {wide}, {narrow}");
        }
    }

    #[test]
    fn hyperbolic_tangents_are_good_to_3e_7() {
        for i in -100_000..=100_000 {
            let x = i as f32 * 1.2e-4;
            let wrong = f64::from(x.hyperbolic_tangent()) - f64::from(x).tanh();
            assert!(wrong.abs() < 3e-7 * f64::from(x).tanh().abs().max(1e-30), "tanh {x}: {wrong}");
        }
        assert!(f32::NAN.hyperbolic_tangent().is_nan() && (f32::INFINITY.hyperbolic_tangent() - 1.0).abs() < 3e-7);
    }
}
