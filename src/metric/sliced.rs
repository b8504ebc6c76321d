//! The sliced W₂: one-dimensional transport averaged over directions drawn once from a fixed seed. [bonneel2015]
use super::{Metric, pair};
use crate::device::Points;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::random;
use crate::transport::line::line;
use rand::Rng;
use rand_distr::StandardNormal;
use rayon::prelude::*;

pub struct Sliced {
    pub projections: usize,
    pub seed: u64,
    pub interrupt: Interrupt,
}

impl Default for Sliced {
    fn default() -> Self {
        Sliced { projections: 200, seed: 0, interrupt: Interrupt::default() }
    }
}

impl Metric for Sliced {
    fn name(&self) -> &'static str {
        "sliced"
    }
    fn evaluate(&self, p: &Points, q: &Points) -> Result<f64> {
        let (x, y, d) = pair("sliced", p, q)?;
        let costs: Vec<f64> = (0..self.projections)
            .into_par_iter()
            .map(|k| {
                if self.interrupt.is_requested() {
                    return 0.0;
                }
                let mut rng = random::rng(self.seed, k as u64);
                let theta: Vec<f64> = (0..d).map(|_| rng.sample(StandardNormal)).collect();
                let norm = theta.iter().map(|t| t * t).sum::<f64>().sqrt();
                let project = |rows: &[f64]| {
                    rows.chunks(d)
                        .map(|r| r.iter().zip(&theta).map(|(a, b)| a * b).sum::<f64>() / norm)
                        .collect::<Vec<f64>>()
                };
                line(&mut project(&x), &mut project(&y), 2.0)
            })
            .collect();
        self.interrupt.check()?;
        Ok((costs.iter().sum::<f64>() / self.projections as f64).sqrt())
    }
}
