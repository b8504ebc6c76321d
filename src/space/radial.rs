//! Kernels evaluated along buffers of r², with their slopes: the innermost loops of all sums.
use super::kernel::Kernel;
use crate::simd::{self, Real};

impl Kernel {
    /// k as a function of r².
    pub fn of_squared(&self, r2: f64) -> f64 {
        self.with_slope(r2).0
    }

    /// k and dk/d(r²); where that is infinite, at r = 0 of a kernel with a cusp, 0 takes its place.
    pub fn with_slope(&self, r2: f64) -> (f64, f64) {
        let mut out = ([0.0], [0.0]);
        self.evaluate(&[r2], &mut out.0, &mut out.1, &mut [0.0; 2]);
        (out.0[0], out.1[0])
    }

    /// k and dk/d(r²) along a buffer of r²; `scratch` is twice as long.
    #[inline(always)]
    pub fn evaluate<T: Real>(&self, r2: &[T], k: &mut [T], slope: &mut [T], scratch: &mut [T]) {
        match self {
            Kernel::Sum(_) | Kernel::Product(_) => self.compose(r2, k, slope, scratch),
            simple => simple.radial(r2, k, slope),
        }
    }

    /// Sums and products: one level in the caller's scratch, deeper ones in their own.
    fn compose<T: Real>(&self, r2: &[T], k: &mut [T], slope: &mut [T], scratch: &mut [T]) {
        let n = r2.len();
        let (part, part_slope) = scratch.split_at_mut(n);
        let part_slope = &mut part_slope[..n];
        let mut inner = vec![];
        let mut part_of = |kernel: &Kernel, part: &mut [T], part_slope: &mut [T]| match kernel {
            Kernel::Sum(_) | Kernel::Product(_) => {
                inner.resize(2 * n, T::ZERO);
                kernel.compose(r2, part, part_slope, &mut inner);
            }
            simple => simd::run(
                #[inline(always)]
                || simple.radial(r2, part, part_slope),
            ),
        };
        match self {
            Kernel::Sum(parts) => {
                k.fill(T::ZERO);
                slope.fill(T::ZERO);
                for (w, kernel) in parts {
                    part_of(kernel, part, part_slope);
                    let w = T::of(*w);
                    simd::run(
                        #[inline(always)]
                        || {
                            add(w, part, k);
                            add(w, part_slope, slope);
                        },
                    );
                }
            }
            Kernel::Product(parts) => {
                k.fill(T::of(1.0));
                slope.fill(T::ZERO);
                for kernel in parts {
                    part_of(kernel, part, part_slope);
                    for (((k, slope), v), s) in
                        k.iter_mut().zip(slope.iter_mut()).zip(part.iter()).zip(part_slope.iter())
                    {
                        *slope = *slope * *v + *k * *s;
                        *k = *k * *v;
                    }
                }
            }
            simple => simple.radial(r2, k, slope),
        }
    }

    /// The c of the functions below, and the factor of their slopes.
    pub(super) fn constants(&self) -> (f64, f64) {
        const LOG2_E: f64 = std::f64::consts::LOG2_E;
        match *self {
            Kernel::Gaussian(s) => (-0.5 * LOG2_E / (s * s), -0.5 / (s * s)),
            Kernel::Laplace(s) => (-LOG2_E / s, -0.5 / s),
            Kernel::Imq(s) => (1.0 / (s * s), -0.5 / (s * s)),
            Kernel::RationalQuadratic(s, a) => (0.5 / (a * s * s), -0.5 / (s * s)),
            Kernel::RoundedEnergy(s) => (s * s, -0.5),
            Kernel::RoundedLaplace(w, s) => (s * s, -0.5 / w),
            _ => (0.0, -0.5),
        }
    }

    #[inline(always)]
    fn radial<T: Real>(&self, r2: &[T], k: &mut [T], slope: &mut [T]) {
        let (c, factor) = self.constants();
        let (c, factor) = (T::of(c), T::of(factor));
        match *self {
            Kernel::Gaussian(_) => along(
                r2,
                k,
                slope,
                factor,
                #[inline(always)]
                |r2| gaussian(r2, c),
            ),
            Kernel::Laplace(_) => along(
                r2,
                k,
                slope,
                factor,
                #[inline(always)]
                |r2| laplace(r2, c),
            ),
            Kernel::Imq(_) => along(
                r2,
                k,
                slope,
                factor,
                #[inline(always)]
                |r2| imq(r2, c),
            ),
            Kernel::RationalQuadratic(_, a) => {
                let minus = T::of(-a);
                along(
                    r2,
                    k,
                    slope,
                    factor,
                    #[inline(always)]
                    |r2| rational_quadratic(r2, c, minus),
                );
            }
            Kernel::RoundedEnergy(_) | Kernel::RoundedLaplace(..) => self.rounded(r2, k, slope, (c, factor)),
            // whoever forgot to find its width sees it
            Kernel::Found(_) => k.iter_mut().chain(slope).for_each(|v| *v = T::of(f64::NAN)),
            _ => along(
                r2,
                k,
                slope,
                factor,
                #[inline(always)]
                |r2| energy(r2, c),
            ),
        }
    }
}

impl Kernel {
    /// Those that are rounded off.
    #[inline(always)]
    fn rounded<T: Real>(&self, r2: &[T], k: &mut [T], slope: &mut [T], (c, factor): (T, T)) {
        let Kernel::RoundedLaplace(w, s) = *self else {
            return along(
                r2,
                k,
                slope,
                factor,
                #[inline(always)]
                |r2| rounded_energy(r2, c),
            );
        };
        let (minus, s) = (T::of(-std::f64::consts::LOG2_E / w), T::of(s));
        along(
            r2,
            k,
            slope,
            factor,
            #[inline(always)]
            |r2| rounded_laplace(r2, c, minus, s),
        );
    }
}

#[inline(always)]
fn along<T: Real>(r2: &[T], k: &mut [T], slope: &mut [T], factor: T, f: impl Fn(T) -> (T, T)) {
    for ((r2, k), slope) in r2.iter().zip(k).zip(slope) {
        let (v, s) = f(*r2);
        *k = v;
        *slope = factor * s;
    }
}

/// total += w·part
#[inline(always)]
fn add<T: Real>(w: T, part: &[T], total: &mut [T]) {
    for (t, p) in total.iter_mut().zip(part) {
        *t = w.fma(*p, *t);
    }
}

// Each returns k and dk/d(r²) up to the factor that `constants` gives.

/// 2^{c r²}
#[inline(always)]
pub(super) fn gaussian<T: Real>(r2: T, c: T) -> (T, T) {
    let k = (c * r2).exponential2();
    (k, k)
}
/// 2^{c r}; the slope at r = 0 is infinite, and 0 takes its place
#[inline(always)]
pub(super) fn laplace<T: Real>(r2: T, c: T) -> (T, T) {
    let r = r2.root();
    let k = (c * r).exponential2();
    (k, if r > T::ZERO { k * r.inverse() } else { T::ZERO })
}
/// (1 + c r²)^(−1/2)
#[inline(always)]
pub(super) fn imq<T: Real>(r2: T, c: T) -> (T, T) {
    let u = c.fma(r2, T::of(1.0)).inverse();
    let k = u.root();
    (k, k * u)
}
/// (1 + c r²)^(−α)
#[inline(always)]
fn rational_quadratic<T: Real>(r2: T, c: T, minus_alpha: T) -> (T, T) {
    let u = c.fma(r2, T::of(1.0));
    let k = u.power(minus_alpha);
    (k, k * u.inverse())
}
/// −r
#[inline(always)]
pub(super) fn energy<T: Real>(r2: T, _: T) -> (T, T) {
    let r = r2.root();
    (T::ZERO - r, if r > T::ZERO { r.inverse() } else { T::ZERO })
}
/// −√(r² + c)
#[inline(always)]
pub(super) fn rounded_energy<T: Real>(r2: T, c: T) -> (T, T) {
    let u = (r2 + c).root();
    (T::ZERO - u, u.inverse())
}
/// 2^{m (√(r² + c) − s)}
#[inline(always)]
fn rounded_laplace<T: Real>(r2: T, c: T, minus: T, s: T) -> (T, T) {
    let u = (r2 + c).root();
    let k = (minus * (u - s)).exponential2();
    (k, k * u.inverse())
}
