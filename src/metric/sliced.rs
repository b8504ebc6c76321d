//! The sliced W₂: one-dimensional transport averaged over directions drawn once from a fixed seed. [bonneel2015](crate::references#bonneel2015)
use super::definition::{Listed, Metric, entry, pair};
use super::directions::{direction, length, project};
use crate::device::Points;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::transport::line::line;
use rayon::prelude::*;
use std::sync::Arc;

pub(super) const SLICED: Listed = Listed::new(
    entry(
        "metric::sliced",
        "metric::sliced(p, q)",
        "The sliced Wasserstein-2 distance over 200 fixed directions.",
        r"SW_2^2=\int W_2^2(\theta_\#P,\theta_\#Q)\,d\theta",
        "bonneel2015",
        "metric::sliced(data::gaussian(100, 2), data::ring(100))",
    ),
    |interrupt| Arc::new(Sliced { interrupt: interrupt.clone(), ..Sliced::default() }),
);

/// SW₂² = ∫ W₂²(θ_# P, θ_# Q) dθ over the unit sphere, by the mean over directions drawn from a seed. [bonneel2015](crate::references#bonneel2015)
///
/// # Examples
/// On the line every direction is ± 1, and the sliced distance is W₂ itself:
/// ```
/// use gflow::device::{host, points};
/// use gflow::metric::{Metric, Sliced};
///
/// let p = points(vec![0.0, 1.0], 2, 1, &host());
/// let q = points(vec![5.0, 6.0], 2, 1, &host());
/// assert!((Sliced::default().evaluate(&p, &q)? - 5.0).abs() < 1e-12);
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub struct Sliced {
    /// number of directions
    pub projections: usize,
    /// the directions are the same for the same seed
    pub seed: u64,
    /// asks it to stop
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
                let theta = direction(self.seed, k, d);
                let norm = length(&theta);
                let onto = |rows: &[f64]| project(rows, &theta).map(|v| v / norm).collect::<Vec<f64>>();
                line(&mut onto(&x), &mut onto(&y), 2.0)
            })
            .collect();
        self.interrupt.check()?;
        Ok((costs.iter().sum::<f64>() / self.projections as f64).sqrt())
    }
}
