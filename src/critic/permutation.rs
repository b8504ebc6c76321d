//! `d.two_sample_test(p, q)`: a permutation test with an exact divergence as its statistic. [gretton2012](crate::references#gretton2012)
use super::sample::Sample;
use super::statistic::Statistic;
use crate::catalogue::{Entry, Opt, OptionKind};
use crate::device::Points;
use crate::divergence::Divergence;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::random;
use crate::ranks;
use rand::seq::SliceRandom;
use rayon::prelude::*;

/// The page of `d.two_sample_test`.
pub const TEST: Entry = Entry {
    name: "two_sample_test",
    room: "critic",
    signature: "d.two_sample_test(p, q, options)",
    doc: "A permutation test of whether two samples have one law: #{ statistic, p_value, permuted }. The statistic is the exact divergence.",
    equation: r"p=\frac{1+\#\{D_\sigma\ge D\}}{1+\#\sigma}",
    cite: "gretton2012",
    options: &[
        Opt {
            name: "permutations",
            kind: OptionKind::Integer { min: 1, max: 1_000_000 },
            doc: "random relabellings of the points",
        },
        Opt {
            name: "seed",
            kind: OptionKind::Integer { min: 0, max: 1 << 53 },
            doc: "default a new draw of the session's",
        },
    ],
    defaults: || serde_json::json!({ "permutations": 200, "seed": null }),
    example: "mmd(gaussian_kernel(1.0)).two_sample_test(data::gaussian(50, 2), data::gaussian(50, 2, #{ mean: 0.5 }), #{ permutations: 99 })",
};

/// Whether two samples come from one law: the statistic among those of random relabellings.
pub struct Test {
    /// D between the samples
    pub statistic: f64,
    /// small where the laws differ
    pub p_value: f64,
    /// D after every relabelling
    pub null: Vec<f64>,
}

/// p = (1 + #{null ≥ statistic})/(1 + permutations): valid at every level for exchangeable points.
///
/// # Errors
/// Those of [`Statistic`], and of its solvers.
pub fn two_sample_test(
    d: &dyn Divergence,
    p: &Points,
    q: &Points,
    permutations: usize,
    seed: u64,
    interrupt: &Interrupt,
) -> Result<Test> {
    let (divergence, p, q) = Statistic::new("two_sample_test", d, p, q)?;
    let statistic = divergence.value(&p, &q, interrupt)?;
    let pooled: Vec<f64> = p.rows.iter().chain(&q.rows).copied().collect();
    let null: Result<Vec<f64>> = (0..permutations)
        .into_par_iter()
        .map(|k| {
            // the others do not come to the same task at the same time
            let _alone = ranks::enter(None);
            let mut order: Vec<usize> = (0..p.len() + q.len()).collect();
            order.shuffle(&mut random::rng(seed, k as u64));
            let pick = |at: &[usize], like: &Sample| Sample {
                rows: at.iter().flat_map(|i| pooled[i * p.d..(i + 1) * p.d].to_vec()).collect(),
                ..like.clone()
            };
            divergence.value(&pick(&order[..p.len()], &p), &pick(&order[p.len()..], &q), interrupt)
        })
        .collect();
    let null = null?;
    // ties up to the solvers' tolerance count as reached: the test must not gain from noise in the last digits
    let reached = null.iter().filter(|v| **v >= statistic - 1e-6 * statistic.abs()).count();
    Ok(Test { statistic, p_value: (1 + reached) as f64 / (1 + permutations) as f64, null })
}
