//! MMD² and the energy distance, in f64 and in O(N) memory. [gretton2012]
use super::{Metric, pair};
use crate::device::Points;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::space::kernel::Kernel;
use crate::space::kernel_sum::{KernelSum, median_width};

pub struct Mmd {
    /// None: a Gaussian whose width is the median distance within the second sample
    pub kernel: Option<Kernel>,
    pub unbiased: bool,
    pub name: &'static str,
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
        let kernel = self.kernel.clone().unwrap_or_else(|| Kernel::Gaussian(median_width(&y, d)));
        let (n, m) = ((x.len() / d) as f64, (y.len() / d) as f64);
        let sum = |a: &[f64], b: &[f64]| -> Result<f64> {
            Ok(KernelSum::<f64>::new(&kernel, b, d, None).at(a, &self.interrupt)?.0.iter().sum())
        };
        let (xx, yy, xy) = (sum(&x, &x)?, sum(&y, &y)?, sum(&x, &y)?);
        Ok(if self.unbiased && n > 1.0 && m > 1.0 {
            let diagonal = kernel.of_squared(0.0);
            (xx - n * diagonal) / (n * (n - 1.0)) + (yy - m * diagonal) / (m * (m - 1.0)) - 2.0 * xy / (n * m)
        } else {
            xx / (n * n) + yy / (m * m) - 2.0 * xy / (n * m)
        })
    }
}
