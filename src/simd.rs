//! Loops compiled for the vector units of the processor they run on, chosen at run time.
use std::ops::{Add, Mul, Sub};

/// Runs a computation with the widest vector instructions there are. The closure and whatever it calls must be
/// `#[inline(always)]`, so that they are compiled again for each instruction set.
#[inline(always)]
pub fn run<R>(f: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    {
        if std::is_x86_feature_detected!("avx512f") && std::is_x86_feature_detected!("avx512dq") && std::is_x86_feature_detected!("avx512vl") {
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
pub trait Real: Copy + Send + Sync + PartialOrd + Default + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + 'static {
    const ZERO: Self;
    /// the most negative exponent whose exponential is still an ordinary number
    const LOWEST: Self;
    fn of(v: f64) -> Self;
    fn wide(self) -> f64;
    /// self·a + b, rounded once
    fn fma(self, a: Self, b: Self) -> Self;
    fn root(self) -> Self;
    fn power(self, p: Self) -> Self;
    /// e^self for arguments within ±80, to 2 units in the last place; LOWEST and below give about e^LOWEST
    fn exponential(self) -> Self;
    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        if self > other { self } else { other }
    }
}

impl Real for f32 {
    const ZERO: f32 = 0.0;
    const LOWEST: f32 = -86.0;
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
        self.powf(p)
    }
    #[inline(always)]
    fn exponential(self) -> f32 {
        let x = self.greater(f32::LOWEST);
        // x = k ln 2 + r with |r| ≤ ½ ln 2: adding 1.5·2²³ rounds, and leaves k in the low bits
        let shifted = x.mul_add(std::f32::consts::LOG2_E, 12_582_912.0);
        let k = shifted - 12_582_912.0;
        let r = (-k).mul_add(0.693_359_4, x);
        let r = (-k).mul_add(-2.121_944_4e-4, r);
        let p = 1.987_569_2e-4f32.mul_add(r, 1.398_199_9e-3).mul_add(r, 8.333_452e-3).mul_add(r, 4.166_579_6e-2).mul_add(r, 1.666_666_5e-1).mul_add(r, 0.5);
        let p = p.mul_add(r * r, r) + 1.0;
        f32::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << 23))
    }
}

impl Real for f64 {
    const ZERO: f64 = 0.0;
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
        self.powf(p)
    }
    #[inline(always)]
    fn exponential(self) -> f64 {
        let x = self.greater(f64::LOWEST);
        const SHIFT: f64 = 6_755_399_441_055_744.0;
        let shifted = x.mul_add(std::f64::consts::LOG2_E, SHIFT);
        let k = shifted - SHIFT;
        let r = (-k).mul_add(6.931_471_803_691_238e-1, x);
        let r = (-k).mul_add(1.908_214_929_270_587_7e-10, r);
        // Taylor to r¹²: the rest is below 2e-16 for |r| ≤ 0.347
        let mut p = 2.087_675_698_786_81e-9;
        for c in [2.505_210_838_544_172e-8, 2.755_731_922_398_589e-7, 2.755_731_922_398_589_3e-6, 2.480_158_730_158_73e-5, 1.984_126_984_126_984e-4, 1.388_888_888_888_889e-3, 8.333_333_333_333_333e-3, 4.166_666_666_666_666_4e-2, 1.666_666_666_666_666_6e-1, 0.5] {
            p = p * r + c;
        }
        let p = (p * r).mul_add(r, r) + 1.0;
        f64::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << 52))
    }
}

/// A sample coordinate by coordinate, d × n, for loops along the points.
pub struct Coordinates<T> {
    pub n: usize,
    pub d: usize,
    data: Vec<T>,
}

impl<T: Real> Coordinates<T> {
    /// From rows in row-major order, moved by −centre and multiplied by a scale.
    pub fn new(rows: &[f64], d: usize, centre: &[f64], scale: f64) -> Coordinates<T> {
        let data = (0..d).flat_map(|k| rows.iter().skip(k).step_by(d).map(move |v| T::of((v - centre[k]) * scale))).collect();
        Coordinates { n: rows.len() / d, d, data }
    }
    /// Coordinate k of every point.
    #[inline(always)]
    pub fn along(&self, k: usize) -> &[T] {
        &self.data[k * self.n..(k + 1) * self.n]
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
                let (y0, y1, y2) = (&self.along(0)[start..][..n], &self.along(1)[start..][..n], &self.along(2)[start..][..n]);
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
    lanes.iter().map(|l| l.wide()).sum::<f64>() + rest.iter().map(|v| g(*v).wide()).sum::<f64>()
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
            let (wide, narrow) = (x.exponential() / x.exp() - 1.0, f64::from((x as f32).exponential()) / f64::from(x as f32).exp() - 1.0);
            assert!(wide.abs() < 4.5e-16, "e^{x}: {wide}");
            assert!(narrow.abs() < 2.4e-7, "e^{x}: {narrow}");
        }
        assert!((-1e9f64).exponential() < 1e-300 && (-1e9f32).exponential() < 1e-36);
    }
}
