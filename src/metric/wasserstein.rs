//! W_p, the p-th root of the optimal cost |x − y|^p, exact.
use super::definition::{Listed, Metric, defined, entry, scaled};
use crate::device::Points;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::transport::{exact::exact, line::line};
use std::sync::Arc;

pub(super) const W1: Listed = Listed::new(
    entry(
        "metric::w1",
        "metric::w1(p, q)",
        "The Wasserstein-1 distance, exact (network simplex, duals checked).",
        r"W_1=\min_\pi\int|x-y|\,d\pi",
        "peyre2019",
        "metric::w1(data::gaussian(100, 2), data::ring(100))",
    ),
    |interrupt| Arc::new(Wasserstein { interrupt: interrupt.clone(), ..Wasserstein::new(1) }),
);

pub(super) const W2: Listed = Listed::new(
    entry(
        "metric::w2",
        "metric::w2(p, q)",
        "The Wasserstein-2 distance (not its square), exact (network simplex, duals checked).",
        r"W_2=\left(\min_\pi\int|x-y|^2d\pi\right)^{1/2}",
        "peyre2019",
        "metric::w2(data::gaussian(100, 2), data::ring(100))",
    ),
    |interrupt| Arc::new(Wasserstein { interrupt: interrupt.clone(), ..Wasserstein::new(2) }),
);

/// W_p(P, Q) = (min_π ∫ |x − y|^p dπ)^{1/p} for p = 1 or 2, between samples of any two sizes: by sorting on the line, by
/// the network simplex in higher dimensions. [peyre2019](crate::references#peyre2019)
///
/// # Examples
/// One point at 0 against one at (3, 4):
/// ```
/// use gflow::device::{host, points};
/// use gflow::metric::{Metric, Wasserstein};
///
/// let p = points(vec![0.0, 0.0], 1, 2, &host());
/// let q = points(vec![3.0, 4.0], 1, 2, &host());
/// assert!((Wasserstein::new(1).evaluate(&p, &q)? - 5.0).abs() < 1e-12);
/// // half of the mass has to go 5, the other half nowhere: W₁ is 5/2, W₂² is 25/2
/// let both = points(vec![0.0, 0.0, 3.0, 4.0], 2, 2, &host());
/// assert!((Wasserstein::new(1).evaluate(&p, &both)? - 2.5).abs() < 1e-12);
/// assert!((Wasserstein::new(2).evaluate(&p, &both)? - 12.5f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub struct Wasserstein {
    p: u32,
    /// asks the network simplex to stop
    pub interrupt: Interrupt,
}

impl Wasserstein {
    /// p = 1 or 2.
    pub fn new(p: u32) -> Wasserstein {
        Wasserstein { p, interrupt: Interrupt::default() }
    }
}

impl Metric for Wasserstein {
    fn name(&self) -> &'static str {
        if self.p == 1 { "w1" } else { "w2" }
    }
    fn evaluate(&self, p: &Points, q: &Points) -> Result<f64> {
        let (mut x, mut y, d, unit) = scaled(self.name(), p, q)?;
        let power = f64::from(self.p);
        let cost = if d == 1 { line(&mut x, &mut y, power) } else { exact(&x, &y, d, power, &self.interrupt)?.cost };
        defined(self.name(), cost)?;
        Ok(unit * cost.max(0.0).powf(1.0 / power))
    }
}
