//! MMD² and the energy distance, in f64 and in O(N) memory. [gretton2012]
use super::{Metric, pair};
use crate::device::Points;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::space::kernel::Kernel;
use rayon::prelude::*;

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
        let kernel = self.kernel.unwrap_or_else(|| Kernel::Gaussian(median_width(&y, d)));
        let (n, m) = ((x.len() / d) as f64, (y.len() / d) as f64);
        let (xx, yy, xy) = (self.sum(&kernel, &x, &x, d)?, self.sum(&kernel, &y, &y, d)?, self.sum(&kernel, &x, &y, d)?);
        Ok(if self.unbiased && n > 1.0 && m > 1.0 {
            let diagonal = kernel.of_squared(0.0);
            (xx - n * diagonal) / (n * (n - 1.0)) + (yy - m * diagonal) / (m * (m - 1.0)) - 2.0 * xy / (n * m)
        } else {
            xx / (n * n) + yy / (m * m) - 2.0 * xy / (n * m)
        })
    }
}

fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(u, v)| (u - v) * (u - v)).sum()
}

impl Mmd {
    fn sum(&self, kernel: &Kernel, x: &[f64], y: &[f64], d: usize) -> Result<f64> {
        let row = |a: &[f64]| if self.interrupt.is_requested() { 0.0 } else { y.chunks(d).map(|b| kernel.of_squared(squared(a, b))).sum() };
        let rows: Vec<f64> = x.par_chunks(d).map(row).collect();
        self.interrupt.check()?;
        Ok(rows.iter().sum())
    }
}

/// The median distance between rows (of at most the first 500), at least 1e-12.
pub fn median_width(y: &[f64], d: usize) -> f64 {
    let rows: Vec<&[f64]> = y.chunks(d).take(500).collect();
    let mut r: Vec<f64> = (0..rows.len()).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| squared(rows[i], rows[j])).collect();
    r.sort_by(f64::total_cmp);
    r.get(r.len() / 2).map_or(1.0, |v| v.sqrt()).max(1e-12)
}
