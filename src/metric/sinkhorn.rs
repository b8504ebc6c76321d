//! The debiased Sinkhorn divergence as a metric.
use super::{Metric, pair};
use crate::device::Points;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::space::Cost;
use crate::transport::sinkhorn::{SinkhornOptions, divergence};

pub struct Sinkhorn {
    pub epsilon: f64,
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
            None => Ok(s.value),
        }
    }
}
