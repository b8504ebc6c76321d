//! `d.bootstrap(p, q)`: how far an exact divergence varies from sample to sample.
use super::sample::Sample;
use super::statistic::Statistic;
use crate::catalogue::{Entry, Opt, OptionKind};
use crate::device::Points;
use crate::divergence::Divergence;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::random;
use crate::ranks;
use rand::Rng;
use rayon::prelude::*;

/// The page of `d.bootstrap`.
pub const BOOTSTRAP: Entry = Entry {
    name: "bootstrap",
    room: "critic",
    signature: "d.bootstrap(p, q, options)",
    doc: "A percentile bootstrap of the exact value: #{ value, low, high, values }.",
    equation: "",
    cite: "",
    options: &[
        Opt {
            name: "resamples",
            kind: OptionKind::Integer { min: 2, max: 1_000_000 },
            doc: "samples drawn again, with replacement",
        },
        Opt { name: "level", kind: OptionKind::Number { min: 0.01, max: 0.9999 }, doc: "coverage" },
        Opt {
            name: "seed",
            kind: OptionKind::Integer { min: 0, max: 1 << 53 },
            doc: "default a new draw of the session's",
        },
    ],
    defaults: || serde_json::json!({ "resamples": 200, "level": 0.95, "seed": null }),
    example: "mmd(gaussian_kernel(1.0)).bootstrap(data::gaussian(60, 2), data::gaussian(60, 2, #{ mean: 1.0 }), #{ resamples: 50 })",
};

/// A percentile bootstrap: points are drawn again with replacement.
pub struct Interval {
    /// of the samples themselves
    pub value: f64,
    /// the quantile (1 − level)/2 of the resampled values
    pub low: f64,
    /// the quantile (1 + level)/2
    pub high: f64,
    /// of all resamples, sorted
    pub values: Vec<f64>,
}

/// `level` is the coverage, 0.95 for instance. The value of a biased statistic lies low in its own interval; that is
/// the bootstrap's nature, and the values are returned to be looked at.
///
/// # Errors
/// Those of [`Statistic`], and of its solvers.
pub fn bootstrap(
    d: &dyn Divergence,
    p: &Points,
    q: &Points,
    resamples: usize,
    level: f64,
    seed: u64,
    interrupt: &Interrupt,
) -> Result<Interval> {
    let (statistic, p, q) = Statistic::new("bootstrap", d, p, q)?;
    let value = statistic.value(&p, &q, interrupt)?;
    let again = |s: &Sample, rng: &mut random::Rng| {
        let n = s.len();
        let rows =
            (0..n).map(|_| rng.random_range(0..n)).flat_map(|i| s.rows[i * s.d..(i + 1) * s.d].to_vec()).collect();
        Sample { rows, ..s.clone() }
    };
    let values: Result<Vec<f64>> = (0..resamples)
        .into_par_iter()
        .map(|k| {
            // the others do not come to the same task at the same time
            let _alone = ranks::enter(None);
            let mut rng = random::rng(seed, k as u64);
            statistic.value(&again(&p, &mut rng), &again(&q, &mut rng), interrupt)
        })
        .collect();
    let mut values = values?;
    values.sort_by(f64::total_cmp);
    let at =
        |share: f64| values.get(((share * (values.len() - 1) as f64).round()) as usize).copied().unwrap_or(f64::NAN);
    Ok(Interval { value, low: at(0.5 * (1.0 - level)), high: at(0.5 * (1.0 + level)), values })
}
