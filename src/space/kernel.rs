//! Kernels k(x, y) of a reproducing kernel Hilbert space: radial functions, their sums and products.
use crate::error::{Error, Result};
use crate::simd::Real;
use serde::{Deserialize, Serialize};

/// A kernel, a function of the distance r = |x − y|.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kernel {
    /// exp(−r²/(2σ²))
    Gaussian(f64),
    /// exp(−r/σ)
    Laplace(f64),
    /// (1 + r²/σ²)^(−1/2)
    Imq(f64),
    /// (1 + r²/(2ασ²))^(−α), as (σ, α)
    RationalQuadratic(f64, f64),
    /// −r: conditionally positive definite; its MMD² is the energy distance
    Energy,
    /// Σ wᵢ kᵢ with wᵢ > 0
    Sum(Vec<(f64, Kernel)>),
    /// Π kᵢ
    Product(Vec<Kernel>),
}

impl Kernel {
    /// A kernel of this width; the width must be a number > 0.
    pub fn with_width(make: fn(f64) -> Kernel, name: &str, width: f64) -> Result<Kernel> {
        positive(name, "width", width)?;
        Ok(make(width))
    }
    pub fn rational_quadratic(width: f64, alpha: f64) -> Result<Kernel> {
        positive("rational_quadratic_kernel", "width", width)?;
        positive("rational_quadratic_kernel", "alpha", alpha)?;
        Ok(Kernel::RationalQuadratic(width, alpha))
    }
    /// The same family at several widths, with equal weights that sum to one.
    pub fn multi_scale(make: fn(f64) -> Kernel, widths: &[f64]) -> Result<Kernel> {
        if widths.is_empty() {
            return Err(Error::data("multi_scale", "the list of widths is empty"));
        }
        let parts =
            widths.iter().map(|w| Ok((1.0 / widths.len() as f64, Kernel::with_width(make, "multi_scale", *w)?)));
        Ok(Kernel::Sum(parts.collect::<Result<_>>()?))
    }
    /// w·k
    pub fn scaled(self, w: f64) -> Result<Kernel> {
        positive("weight * kernel", "weight", w)?;
        Ok(match self {
            Kernel::Sum(parts) => Kernel::Sum(parts.into_iter().map(|(v, k)| (v * w, k)).collect()),
            k => Kernel::Sum(vec![(w, k)]),
        })
    }
    /// k₁ + k₂
    pub fn plus(self, other: Kernel) -> Kernel {
        let parts = |k: Kernel| if let Kernel::Sum(p) = k { p } else { vec![(1.0, k)] };
        let mut all = parts(self);
        all.extend(parts(other));
        Kernel::Sum(all)
    }
    /// k₁·k₂, positive definite only if both are.
    pub fn times(self, other: Kernel) -> Result<Kernel> {
        if let Some(k) = [&self, &other].into_iter().find(|k| !k.is_positive_definite()) {
            return Err(Error::Unsupported {
                what: format!("a product with {}", k.describe()),
                reason: "is no kernel: -|x - y| is only conditionally positive definite".into(),
                advice: "take a sum, or a product of gaussian, laplace, imq or rational quadratic kernels".into(),
            });
        }
        let parts = |k: Kernel| if let Kernel::Product(p) = k { p } else { vec![k] };
        let mut all = parts(self);
        all.extend(parts(other));
        Ok(Kernel::Product(all))
    }

    /// False for kernels that are so only on differences of measures of equal mass.
    pub fn is_positive_definite(&self) -> bool {
        match self {
            Kernel::Energy => false,
            Kernel::Sum(parts) => parts.iter().all(|(_, k)| k.is_positive_definite()),
            _ => true,
        }
    }

    /// The smallest width in it: distances must be known to a small part of this.
    pub fn smallest_width(&self) -> f64 {
        match self {
            Kernel::Gaussian(s) | Kernel::Laplace(s) | Kernel::Imq(s) | Kernel::RationalQuadratic(s, _) => *s,
            Kernel::Energy => f64::INFINITY,
            Kernel::Sum(parts) => parts.iter().map(|p| p.1.smallest_width()).fold(f64::INFINITY, f64::min),
            Kernel::Product(parts) => parts.iter().map(Kernel::smallest_width).fold(f64::INFINITY, f64::min),
        }
    }

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
            simple => crate::simd::run(
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
                    crate::simd::run(
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

    pub fn describe(&self) -> String {
        match self {
            Kernel::Gaussian(s) => format!("gaussian_kernel({s})"),
            Kernel::Laplace(s) => format!("laplace_kernel({s})"),
            Kernel::Imq(s) => format!("imq_kernel({s})"),
            Kernel::RationalQuadratic(s, a) => format!("rational_quadratic_kernel({s}, {a})"),
            Kernel::Energy => "energy_kernel()".into(),
            Kernel::Sum(parts) => {
                let part =
                    |(w, k): &(f64, Kernel)| if *w == 1.0 { k.describe() } else { format!("{w} * {}", k.describe()) };
                parts.iter().map(part).collect::<Vec<_>>().join(" + ")
            }
            Kernel::Product(parts) => {
                let part =
                    |k: &Kernel| if matches!(k, Kernel::Sum(_)) { format!("({})", k.describe()) } else { k.describe() };
                parts.iter().map(part).collect::<Vec<_>>().join(" * ")
            }
        }
    }
}

fn positive(what: &str, name: &str, v: f64) -> Result<()> {
    if v.is_finite() && v > 0.0 {
        Ok(())
    } else {
        Err(Error::data(what, format!("the {name} is {v}, expected a number > 0")))
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
