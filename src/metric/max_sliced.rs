//! The max-sliced W₂: the direction in which two samples differ most. [deshpande2019]
use super::{Metric, pair};
use crate::device::Points;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::random;
use crate::transport::line::{line, matching};
use rand::Rng;
use rand_distr::StandardNormal;
use rayon::prelude::*;

/// Ascents from the best of many random directions; each value is attained, so it is a lower bound of W₂.
pub struct MaxSliced {
    pub directions: usize,
    pub seed: u64,
    pub interrupt: Interrupt,
}

/// Directions that are improved.
const KEPT: usize = 8;
const STEPS: usize = 100;

fn project(rows: &[f64], theta: &[f64]) -> Vec<f64> {
    rows.chunks(theta.len()).map(|r| r.iter().zip(theta).map(|(a, b)| a * b).sum()).collect()
}

fn normalise(theta: &mut [f64]) {
    let norm = theta.iter().map(|t| t * t).sum::<f64>().sqrt();
    theta.iter_mut().for_each(|t| *t /= norm);
}

impl MaxSliced {
    /// For a fixed matching W₂² is the quadratic form of Σ w (x − y)(x − y)ᵀ: multiplying by it and matching again never
    /// lowers the value.
    fn climb(&self, x: &[f64], y: &[f64], mut theta: Vec<f64>) -> f64 {
        let d = theta.len();
        let mut best = line(&mut project(x, &theta), &mut project(y, &theta), 2.0);
        for _ in 0..STEPS {
            if self.interrupt.is_requested() {
                break;
            }
            let (px, py) = (project(x, &theta), project(y, &theta));
            let mut next = vec![0.0; d];
            matching(&px, &py, &mut |i, j, w| {
                let t = w * (px[i] - py[j]);
                next.iter_mut().enumerate().for_each(|(k, n)| *n += t * (x[i * d + k] - y[j * d + k]));
            });
            if next.iter().all(|v| *v == 0.0) {
                break;
            }
            normalise(&mut next);
            let value = line(&mut project(x, &next), &mut project(y, &next), 2.0);
            if value <= best * (1.0 + 1e-12) {
                break;
            }
            (best, theta) = (value, next);
        }
        best
    }
}

impl Metric for MaxSliced {
    fn name(&self) -> &'static str {
        "max_sliced"
    }
    fn evaluate(&self, p: &Points, q: &Points) -> Result<f64> {
        let (x, y, d) = pair("max_sliced", p, q)?;
        let mut starts: Vec<(f64, Vec<f64>)> = (0..self.directions)
            .into_par_iter()
            .map(|k| {
                let mut rng = random::rng(self.seed, k as u64);
                let mut theta: Vec<f64> = (0..d).map(|_| rng.sample(StandardNormal)).collect();
                normalise(&mut theta);
                let value = if self.interrupt.is_requested() {
                    0.0
                } else {
                    line(&mut project(&x, &theta), &mut project(&y, &theta), 2.0)
                };
                (value, theta)
            })
            .collect();
        starts.sort_by(|a, b| b.0.total_cmp(&a.0));
        let best = starts.into_par_iter().take(KEPT).map(|(_, theta)| self.climb(&x, &y, theta)).collect::<Vec<f64>>();
        self.interrupt.check()?;
        Ok(best.into_iter().fold(0.0, f64::max).sqrt())
    }
}
