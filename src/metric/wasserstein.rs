//! W_p, the p-th root of the optimal cost |x − y|^p, exact.
use super::{Metric, pair};
use crate::device::Points;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::transport::{exact::exact, line::line};

pub struct Wasserstein {
    pub(super) p: u32,
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
        let (mut x, mut y, d) = pair(self.name(), p, q)?;
        let power = f64::from(self.p);
        let cost = if d == 1 { line(&mut x, &mut y, power) } else { exact(&x, &y, d, power, &self.interrupt)?.cost };
        Ok(cost.max(0.0).powf(1.0 / power))
    }
}
