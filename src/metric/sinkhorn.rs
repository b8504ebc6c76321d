//! The debiased Sinkhorn divergence as a metric.
use super::definition::{Listed, Metric, defined, entry, pair};
use crate::device::Points;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::space::Cost;
use crate::transport::sinkhorn::{SinkhornOptions, divergence};

pub(super) const SINKHORN: Listed = Listed::with_arguments(entry(
    "metric::sinkhorn",
    "metric::sinkhorn(p, q, epsilon)",
    "The debiased Sinkhorn divergence for the cost |x - y|^2; an error if the iterations do not converge.",
    r"S_\varepsilon=OT_\varepsilon(P,Q)-\tfrac12OT_\varepsilon(P,P)-\tfrac12OT_\varepsilon(Q,Q)",
    "feydy2019",
    "metric::sinkhorn(data::gaussian(100, 2), data::ring(100), 0.1)",
));

/// S_ε(P, Q) = OT_ε(P, Q) − ½ OT_ε(P, P) − ½ OT_ε(Q, Q) for the cost |x − y|²; it is an error if the iterations do not
/// converge. [feydy2019](crate::references#feydy2019)
///
/// # Examples
/// Between two points it is the cost itself, whatever ε:
/// ```
/// use gflow::device::{host, points};
/// use gflow::metric::{Metric, Sinkhorn};
///
/// let p = points(vec![0.0, 0.0], 1, 2, &host());
/// let q = points(vec![0.0, 2.0], 1, 2, &host());
/// let s = Sinkhorn { epsilon: 0.1, interrupt: Default::default() };
/// assert!((s.evaluate(&p, &q)? - 4.0).abs() < 1e-6);
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub struct Sinkhorn {
    /// ε, the weight of the entropy, in units of the cost
    pub epsilon: f64,
    /// asks the iterations to stop
    pub interrupt: Interrupt,
}

impl Metric for Sinkhorn {
    fn name(&self) -> &'static str {
        "sinkhorn"
    }
    fn evaluate(&self, p: &Points, q: &Points) -> Result<f64> {
        let (x, y, d) = pair("sinkhorn", p, q)?;
        let equal = |v: &[f64]| vec![d as f64 / v.len() as f64; v.len() / d];
        let o = SinkhornOptions { epsilon: self.epsilon, tolerance: 1e-7, iterations: 10_000 };
        let s = divergence(
            (&x, &equal(&x)),
            (&y, &equal(&y)),
            d,
            Cost::new(1.0, 2.0)?,
            &o,
            [None, None, None],
            &self.interrupt,
        )?;
        match s.failure(&o) {
            Some(reason) => Err(Error::data("metric::sinkhorn", reason)),
            None => defined(self.name(), s.value),
        }
    }
}
