//! The sliced W₂: one-dimensional transport averaged over directions drawn from a seed, with its standard error. [bonneel2015](crate::references#bonneel2015)
use super::definition::{Listed, Metric, defined, entry, scaled};
use super::directions::{direction, length, project, recentred};
use crate::catalogue::{Entry, Opt, OptionKind, defaults_of};
use crate::device::Points;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::ranks::Rows;
use crate::transport::line::line;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) const SLICED: Listed = Listed::new(
    Entry {
        options: OPTIONS,
        defaults: defaults_of::<SlicedOptions>,
        ..entry(
            "metric::sliced",
            "metric::sliced(p, q, options)",
            "The sliced Wasserstein-2 distance: the root mean square over random directions, the same for the same seed. Its error falls as 1/sqrt(directions) and grows with the dimension; metric::sliced_with_error says how large it is.",
            r"SW_2^2=\int W_2^2(\theta_\#P,\theta_\#Q)\,d\theta",
            "bonneel2015",
            "metric::sliced(data::gaussian(100, 2), data::ring(100), #{ directions: 500 })",
        )
    },
    |interrupt| Arc::new(Sliced { interrupt: interrupt.clone(), ..Sliced::default() }),
);

pub(super) const SLICED_WITH_ERROR: Listed = Listed::with_arguments(Entry {
    options: OPTIONS,
    defaults: defaults_of::<SlicedOptions>,
    ..entry(
        "metric::sliced_with_error",
        "metric::sliced_with_error(p, q, options)",
        "The sliced Wasserstein-2 distance with the standard error that random directions leave: #{ value, error, directions }. In d dimensions a shift is found to about 70 % / sqrt(directions).",
        r"SW_2\pm\frac{\mathrm{std}_\theta W_2^2}{2\,SW_2\sqrt m}",
        "bonneel2015",
        "metric::sliced_with_error(data::gaussian(100, 20), data::gaussian(100, 20), #{ directions: 1000, seed: 1 })",
    )
});

/// What directions are drawn.
const OPTIONS: &[Opt] = &[
    Opt { name: "directions", kind: OptionKind::Integer { min: 1, max: 1_000_000 }, doc: "random directions" },
    Opt {
        name: "seed",
        kind: OptionKind::Integer { min: 0, max: 1 << 53 },
        doc: "of the directions: the same seed draws the same ones",
    },
];

/// Options of `metric::sliced(p, q, #{ … })`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SlicedOptions {
    /// number of directions
    pub directions: usize,
    /// the directions are the same for the same seed
    pub seed: u64,
}

impl Default for SlicedOptions {
    fn default() -> Self {
        SlicedOptions { directions: 200, seed: 0 }
    }
}

/// A mean over random directions, and how far chance may have it off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slices {
    /// SW₂
    pub value: f64,
    /// its standard error; 0 on the line, where all directions are one
    pub error: f64,
    /// number of directions
    pub directions: usize,
}

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
#[derive(Default)]
pub struct Sliced {
    /// which directions
    pub options: SlicedOptions,
    /// asks it to stop
    pub interrupt: Interrupt,
}

/// Multiplications that transport along so many directions is worth, with the sorting.
pub(super) fn work(directions: usize, x: &[f64], y: &[f64]) -> usize {
    const SORTING: usize = 30;
    directions.saturating_mul(x.len() + y.len()).saturating_mul(SORTING)
}

impl Sliced {
    /// The distance and its standard error.
    ///
    /// # Errors
    /// As [`Metric::evaluate`].
    pub fn measure(&self, p: &Points, q: &Points) -> Result<Slices> {
        let (x, y, d, unit) = scaled("sliced", p, q)?;
        let found = self.mean(&x, &y, d)?;
        let found = match recentred(&x, &y, d, found.value) {
            Some((x, y)) => self.mean(&x, &y, d)?,
            None => found,
        };
        Ok(Slices { value: unit * found.value, error: unit * found.error, ..found })
    }

    fn mean(&self, x: &[f64], y: &[f64], d: usize) -> Result<Slices> {
        let SlicedOptions { directions, seed } = self.options;
        let mut costs = vec![0.0; directions];
        let shared = Rows::of(directions, 1, work(directions, x, y));
        shared.mine(1, &mut costs).par_iter_mut().enumerate().for_each(|(k, cost)| {
            if self.interrupt.is_requested() {
                return;
            }
            let theta = direction(seed, shared.here.start + k, d);
            let norm = length(&theta);
            let onto = |rows: &[f64]| project(rows, &theta).map(|v| v / norm).collect::<Vec<f64>>();
            *cost = line(&mut onto(x), &mut onto(y), 2.0);
        });
        self.interrupt.check()?;
        shared.fill("sliced", 1, &mut costs)?;
        let n = directions as f64;
        let mean = costs.iter().sum::<f64>() / n;
        let variance = costs.iter().map(|c| (c - mean) * (c - mean)).sum::<f64>() / (n - 1.0).max(1.0);
        let value = defined("sliced", mean.sqrt())?;
        // d√m = dm/(2√m); on the line the directions are ± 1, and differ by rounding alone
        let error = if d == 1 || value == 0.0 { 0.0 } else { (variance / n).sqrt() / (2.0 * value) };
        Ok(Slices { value, error, directions })
    }
}

impl Metric for Sliced {
    fn name(&self) -> &'static str {
        "sliced"
    }
    fn evaluate(&self, p: &Points, q: &Points) -> Result<f64> {
        Ok(self.measure(p, q)?.value)
    }
}
