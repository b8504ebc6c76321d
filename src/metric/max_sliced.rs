//! The max-sliced W₂: the direction in which two samples differ most. [deshpande2019](crate::references#deshpande2019)
use super::definition::{Listed, Metric, defined, entry, scaled};
use super::directions::{direction, length, project, recentred};
use super::sliced::work;
use crate::device::Points;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::ranks::Rows;
use crate::transport::line::{line, matching};
use rayon::prelude::*;
use std::sync::Arc;

pub(super) const MAX_SLICED: Listed = Listed::new(
    entry(
        "metric::max_sliced",
        "metric::max_sliced(p, q)",
        "The largest Wasserstein-2 distance between projections on a line: the best of 200 directions, improved by ascent; a lower bound of W2 in any case.",
        r"\max_\theta W_2(\theta_\#P,\theta_\#Q)",
        "deshpande2019",
        "metric::max_sliced(data::gaussian(100, 2), data::ring(100))",
    ),
    |interrupt| Arc::new(MaxSliced { interrupt: interrupt.clone(), ..MaxSliced::default() }),
);

/// max over unit θ of W₂(θ_# P, θ_# Q), by ascents from the best of many random directions; each value is attained, so it
/// is a lower bound of W₂. [deshpande2019](crate::references#deshpande2019)
///
/// # Examples
/// A sample moved along one axis differs most along that axis:
/// ```
/// use gflow::device::{host, points};
/// use gflow::metric::{MaxSliced, Metric};
///
/// let p = points(vec![0.0, 0.0, 0.0, 1.0], 2, 2, &host());
/// let q = points(vec![3.0, 0.0, 3.0, 1.0], 2, 2, &host());
/// assert!((MaxSliced::default().evaluate(&p, &q)? - 3.0).abs() < 1e-9);
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub struct MaxSliced {
    /// number of directions that are tried
    pub directions: usize,
    /// the directions are the same for the same seed
    pub seed: u64,
    /// asks it to stop
    pub interrupt: Interrupt,
}

impl Default for MaxSliced {
    fn default() -> Self {
        MaxSliced { directions: 200, seed: 0, interrupt: Interrupt::default() }
    }
}

/// Directions that are improved.
const IMPROVED: usize = 8;
/// Most steps of an ascent.
const STEPS: usize = 100;
/// Steps that most take.
const FEW: usize = 10;

fn normalise(theta: &mut [f64]) {
    let norm = length(theta);
    theta.iter_mut().for_each(|t| *t /= norm);
}

/// W₂² of the projections.
fn along(x: &[f64], y: &[f64], theta: &[f64]) -> f64 {
    let onto = |rows: &[f64]| project(rows, theta).collect::<Vec<f64>>();
    line(&mut onto(x), &mut onto(y), 2.0)
}

impl MaxSliced {
    /// For a fixed matching W₂² is the quadratic form of Σ w (x − y)(x − y)ᵀ: multiplying by it and matching again never
    /// lowers the value.
    fn climb(&self, x: &[f64], y: &[f64], mut theta: Vec<f64>) -> f64 {
        let d = theta.len();
        let mut best = along(x, y, &theta);
        for _ in 0..STEPS {
            if self.interrupt.is_requested() {
                break;
            }
            let (px, py): (Vec<f64>, Vec<f64>) = (project(x, &theta).collect(), project(y, &theta).collect());
            let mut next = vec![0.0; d];
            matching(&px, &py, &mut |i, j, w| {
                let t = w * (px[i] - py[j]);
                next.iter_mut().enumerate().for_each(|(k, n)| *n += t * (x[i * d + k] - y[j * d + k]));
            });
            if next.iter().all(|v| *v == 0.0) {
                break;
            }
            normalise(&mut next);
            let value = along(x, y, &next);
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
        let (x, y, d, unit) = scaled("max_sliced", p, q)?;
        let value = self.largest(&x, &y, d)?;
        let value = match recentred(&x, &y, d, value) {
            Some((x, y)) => self.largest(&x, &y, d)?,
            None => value,
        };
        defined(self.name(), unit * value)
    }
}

impl MaxSliced {
    fn largest(&self, x: &[f64], y: &[f64], d: usize) -> Result<f64> {
        let theta = |k: usize| {
            let mut theta = direction(self.seed, k, d);
            normalise(&mut theta);
            theta
        };
        let values = self.each(self.directions, work(self.directions, x, y), |k| along(x, y, &theta(k)))?;
        let mut starts: Vec<usize> = (0..self.directions).collect();
        starts.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
        starts.truncate(IMPROVED);
        let best = self.each(starts.len(), work(starts.len() * FEW, x, y), |k| self.climb(x, y, theta(starts[k])))?;
        Ok(best.into_iter().fold(0.0, f64::max).sqrt())
    }

    /// So many numbers, shared where they are worth so many multiplications.
    fn each(&self, n: usize, work: usize, number: impl Fn(usize) -> f64 + Sync) -> Result<Vec<f64>> {
        let mut numbers = vec![0.0; n];
        let shared = Rows::of(n, 1, work);
        shared.mine(1, &mut numbers).par_iter_mut().enumerate().for_each(|(k, v)| {
            if !self.interrupt.is_requested() {
                *v = number(shared.here.start + k);
            }
        });
        self.interrupt.check()?;
        shared.fill("max_sliced", 1, &mut numbers)?;
        Ok(numbers)
    }
}
