//! MMD² and the energy distance, in f64 and in O(N) memory. [gretton2012](crate::references#gretton2012)
use super::definition::{Listed, Metric, defined, entry, pair};
use crate::device::Points;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::space::embedding::{Signed, rounding};
use crate::space::found::Widths;
use crate::space::kernel::Kernel;
use crate::space::kernel_sum::KernelSum;
use crate::space::width::median_width;
use std::sync::Arc;

pub(super) const MMD: Listed = Listed::new(
    entry(
        "metric::mmd",
        "metric::mmd(p, q, kernel)",
        "MMD squared, the biased V-statistic; without a kernel a Gaussian of the median distance within q, or within both samples where all of q coincides; a kernel without a width, gaussian_kernel(), takes it from both samples.",
        r"MMD^2=\left\|\mu_P-\mu_Q\right\|^2_{\mathcal H}",
        "gretton2012",
        "metric::mmd(data::gaussian(100, 2), data::ring(100), gaussian_kernel(1.0))",
    ),
    |interrupt| Arc::new(Mmd { interrupt: interrupt.clone(), ..Mmd::named("mmd") }),
);

pub(super) const ENERGY: Listed = Listed::new(
    entry(
        "metric::energy",
        "metric::energy(p, q)",
        "The energy distance.",
        r"2E|X-Y|-E|X-X'|-E|Y-Y'|",
        "szekely2013",
        "metric::energy(data::gaussian(100, 2), data::ring(100))",
    ),
    |interrupt| Arc::new(Mmd { kernel: Some(Kernel::Energy), interrupt: interrupt.clone(), ..Mmd::named("energy") }),
);

/// MMD²(P, Q) = E k(X, X′) + E k(Y, Y′) − 2 E k(X, Y), the square of the distance of mean embeddings; the energy distance
/// for k(x, y) = −|x − y|. [gretton2012](crate::references#gretton2012) [szekely2013](crate::references#szekely2013)
///
/// # Examples
/// Between one point and another at distance 2: 2 − 2 e^{−2} under a Gaussian kernel of width 1, and twice the distance
/// under the energy kernel.
/// ```
/// use gflow::device::{host, points};
/// use gflow::metric::{Metric, Mmd, by_name};
/// use gflow::space::kernel::Kernel;
///
/// let p = points(vec![0.0, 0.0], 1, 2, &host());
/// let q = points(vec![0.0, 2.0], 1, 2, &host());
/// let mmd = Mmd { kernel: Some(Kernel::Gaussian(1.0)), ..Mmd::named("mmd") };
/// assert!((mmd.evaluate(&p, &q)? - (2.0 - 2.0 * (-2f64).exp())).abs() < 1e-12);
/// assert!((by_name("energy")?.evaluate(&p, &q)? - 4.0).abs() < 1e-12);
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub struct Mmd {
    /// None: a Gaussian whose width is the median distance within the second sample, or within both where it has none
    pub kernel: Option<Kernel>,
    /// means over pairs of different points: no bias, but values below 0 occur
    pub unbiased: bool,
    /// the name it is recorded under
    pub name: &'static str,
    /// asks the sums to stop
    pub interrupt: Interrupt,
}

impl Mmd {
    /// The biased statistic with the default kernel.
    pub fn named(name: &'static str) -> Mmd {
        Mmd { kernel: None, unbiased: false, name, interrupt: Interrupt::default() }
    }
}

impl Metric for Mmd {
    fn name(&self) -> &'static str {
        self.name
    }
    fn evaluate(&self, p: &Points, q: &Points) -> Result<f64> {
        let (x, y, d) = pair(self.name, p, q)?;
        let kernel = self.kernel.clone().unwrap_or_else(|| standard(&x, &y, d));
        let kernel = if kernel.awaits_width() { kernel.resolved(Widths::of(&x, &y, d)) } else { kernel };
        let (n, m) = ((x.len() / d) as f64, (y.len() / d) as f64);
        let sum = |a: &[f64], b: &[f64]| -> Result<f64> {
            Ok(KernelSum::<f64>::new(&kernel, b, d, None).at(a, &self.interrupt)?.0.iter().sum())
        };
        let (xx, yy, xy) = (sum(&x, &x)?, sum(&y, &y)?, sum(&x, &y)?);
        let value = if self.unbiased && n > 1.0 && m > 1.0 {
            let diagonal = kernel.of_squared(0.0);
            (xx - n * diagonal) / (n * (n - 1.0)) + (yy - m * diagonal) / (m * (m - 1.0)) - 2.0 * xy / (n * m)
        } else {
            self.without_common(&kernel, (&x, &y), d, xx / (n * n) + yy / (m * m) - 2.0 * xy / (n * m))?
        };
        defined(self.name, value)
    }
}

impl Mmd {
    /// The biased statistic as it was found, unless rounding may hide 1e-9 of it, and less of what the samples do not share.
    fn without_common(&self, kernel: &Kernel, (x, y): (&[f64], &[f64]), d: usize, found: f64) -> Result<f64> {
        // both samples have mass one: Σ |w| Σ |w| = 4
        let error = 4.0 * rounding(kernel, x, y, d, (x.len() + y.len()) / d);
        if error <= 1e-9 * found {
            return Ok(found);
        }
        let equal = |v: &[f64]| vec![d as f64 / v.len() as f64; v.len() / d];
        let rest = Signed::difference((x, &equal(x)), (y, &equal(y)), d);
        if rest.rounding(kernel) < 0.5 * error { rest.norm_squared(kernel, &self.interrupt) } else { Ok(found) }
    }
}

/// A Gaussian of the median distance; where all points coincide any width gives 0.
fn standard(x: &[f64], y: &[f64], d: usize) -> Kernel {
    let both = || median_width(&[x, y].concat(), d);
    Kernel::Gaussian(median_width(y, d).or_else(both).unwrap_or(1.0))
}
