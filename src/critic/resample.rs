//! Statistics of an estimate: bootstrap intervals, permutation tests, and the path of D over L.
use super::exact::Exact;
use super::natural;
use super::solver::{Found, Sample, Solver};
use crate::device::{Points, check_samples};
use crate::divergence::{Divergence, Objective, Term};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::random;
use crate::space::{Lipschitz, Space};
use crate::transport::semi::discrepancy;
use rand::Rng;
use rand::seq::SliceRandom;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// D between two weighted samples by the natural solvers, for statistics that need it hundreds of times.
fn evaluate(
    terms: &[(f64, Term)],
    solvers: &[Arc<dyn Solver>],
    p: &Sample,
    q: &Sample,
    interrupt: &Interrupt,
) -> Result<f64> {
    let mut total = 0.0;
    for ((w, term), solver) in terms.iter().zip(solvers) {
        let (p, q) = if term.reversed { (q, p) } else { (p, q) };
        let found = solver.solve(term, p, q, None, true, interrupt)?;
        if let (Objective::Sinkhorn(_), Some(reason)) = (&term.objective, found.remark) {
            return Err(Error::data("sinkhorn", reason));
        }
        total += w * found.value;
    }
    Ok(total)
}

fn prepare(
    what: &str,
    d: &dyn Divergence,
    p: &Points,
    q: &Points,
) -> Result<(Vec<(f64, Term)>, Vec<Arc<dyn Solver>>, Sample, Sample)> {
    check_samples(what, p, q)?;
    let terms = d.terms();
    let solvers: Vec<Arc<dyn Solver>> = terms.iter().map(|(_, t)| natural::solver(t)).collect();
    for ((_, t), s) in terms.iter().zip(&solvers) {
        if let Some(reason) = s.refuses(t) {
            return Err(Error::Unsupported {
                what: format!("{what} of {}", d.name()),
                reason: format!("needs a solver for every term, and {} {reason}", s.describe()),
                advice: "estimate it instead".into(),
            });
        }
    }
    Ok((terms, solvers, Sample::new(p, None)?, Sample::new(q, None)?))
}

/// A percentile bootstrap: points are drawn again with replacement.
pub struct Interval {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    pub values: Vec<f64>,
}

/// `level` is the coverage, 0.95 for instance. The value of a biased statistic lies low in its own interval; that is
/// the bootstrap's nature, and the values are returned to be looked at.
pub fn bootstrap(
    d: &dyn Divergence,
    p: &Points,
    q: &Points,
    resamples: usize,
    level: f64,
    seed: u64,
    interrupt: &Interrupt,
) -> Result<Interval> {
    let (terms, solvers, p, q) = prepare("bootstrap", d, p, q)?;
    let value = evaluate(&terms, &solvers, &p, &q, interrupt)?;
    let again = |s: &Sample, rng: &mut random::Rng| {
        let n = s.len();
        let rows =
            (0..n).map(|_| rng.random_range(0..n)).flat_map(|i| s.rows[i * s.d..(i + 1) * s.d].to_vec()).collect();
        Sample { rows, ..s.clone() }
    };
    let values: Result<Vec<f64>> = (0..resamples)
        .into_par_iter()
        .map(|k| {
            let mut rng = random::rng(seed, k as u64);
            evaluate(&terms, &solvers, &again(&p, &mut rng), &again(&q, &mut rng), interrupt)
        })
        .collect();
    let mut values = values?;
    values.sort_by(f64::total_cmp);
    let at =
        |share: f64| values.get(((share * (values.len() - 1) as f64).round()) as usize).copied().unwrap_or(f64::NAN);
    Ok(Interval { value, low: at(0.5 * (1.0 - level)), high: at(0.5 * (1.0 + level)), values })
}

/// Whether two samples come from one law: the statistic among those of random relabellings.
pub struct Test {
    pub statistic: f64,
    pub p_value: f64,
    pub null: Vec<f64>,
}

/// p = (1 + #{null ≥ statistic})/(1 + permutations): valid at every level for exchangeable points.
pub fn two_sample_test(
    d: &dyn Divergence,
    p: &Points,
    q: &Points,
    permutations: usize,
    seed: u64,
    interrupt: &Interrupt,
) -> Result<Test> {
    let (terms, solvers, p, q) = prepare("two_sample_test", d, p, q)?;
    let statistic = evaluate(&terms, &solvers, &p, &q, interrupt)?;
    let pooled: Vec<f64> = p.rows.iter().chain(&q.rows).copied().collect();
    let null: Result<Vec<f64>> = (0..permutations)
        .into_par_iter()
        .map(|k| {
            let mut order: Vec<usize> = (0..p.len() + q.len()).collect();
            order.shuffle(&mut random::rng(seed, k as u64));
            let pick = |at: &[usize], like: &Sample| Sample {
                rows: at.iter().flat_map(|i| pooled[i * p.d..(i + 1) * p.d].to_vec()).collect(),
                ..like.clone()
            };
            evaluate(&terms, &solvers, &pick(&order[..p.len()], &p), &pick(&order[p.len()..], &q), interrupt)
        })
        .collect();
    let null = null?;
    // ties up to the solvers' tolerance count as reached: the test must not gain from noise in the last digits
    let reached = null.iter().filter(|v| **v >= statistic - 1e-6 * statistic.abs()).count();
    Ok(Test { statistic, p_value: (1 + reached) as f64 / (1 + permutations) as f64, null })
}

/// D_f^{Γ_L} for a list of L, with what it tends to.
pub struct Path {
    pub constants: Vec<f64>,
    pub found: Vec<Found>,
    /// W₁(P, Q): D ≤ L W₁, and D/L → W₁ as L → 0
    pub w1: f64,
    /// D_f(P‖Q), infinite unless P lives on the points of Q: D → D_f as L → ∞
    pub limit: f64,
}

/// For a divergence that is one Lipschitz-regularised f.
pub fn path(d: &dyn Divergence, p: &Points, q: &Points, constants: &[f64], interrupt: &Interrupt) -> Result<Path> {
    check_samples("path", p, q)?;
    let terms = d.terms();
    let [(weight, term)] = &terms[..] else { return Err(no_path(d)) };
    let (Objective::F(f), Space::Lipschitz(_)) = (&term.objective, &term.space) else { return Err(no_path(d)) };
    if constants.is_empty() {
        return Err(Error::data("path", "the list of Lipschitz constants is empty"));
    }
    let (p, q) = (Sample::new(p, None)?, Sample::new(q, None)?);
    let (p, q) = if term.reversed { (q, p) } else { (p, q) };
    let solver = Exact::default();
    let at = |objective: Objective, l: f64| -> Result<Found> {
        let term = Term { objective, space: Space::Lipschitz(Lipschitz::new(l)?), reversed: false };
        solver.solve(&term, &p, &q, None, true, interrupt)
    };
    let found: Result<Vec<Found>> = constants.par_iter().map(|l| at(Objective::F(f.clone()), *l)).collect();
    let mut found = found?;
    for f in &mut found {
        (f.value, f.lower, f.upper) = (weight * f.value, weight * f.lower, weight * f.upper);
        f.transport = f.transport.map(|t| weight * t);
    }
    let limit = weight * on_points(f, &p, &q);
    Ok(Path { constants: constants.to_vec(), found, w1: weight * at(Objective::Ipm, 1.0)?.value, limit })
}

fn no_path(d: &dyn Divergence) -> Error {
    Error::Unsupported {
        what: format!("the path of {}", d.name()),
        reason: "is defined for one f regularised by lipschitz(L)".into(),
        advice: "write kl().regularized(lipschitz(1.0)).path(p, q, [0.1, 1.0, 10.0])".into(),
    }
}

/// D_f(P‖Q) of the samples as they are, points that coincide counted together.
fn on_points(f: &crate::generator::Generator, p: &Sample, q: &Sample) -> f64 {
    let key = |r: &[f64]| r.iter().map(|v| (v + 0.0).to_bits()).collect::<Vec<u64>>();
    let mut masses: BTreeMap<Vec<u64>, (f64, f64)> = BTreeMap::new();
    for (r, w) in q.rows.chunks(q.d).zip(&q.weights) {
        masses.entry(key(r)).or_default().1 += w;
    }
    for (r, w) in p.rows.chunks(p.d).zip(&p.weights) {
        masses.entry(key(r)).or_default().0 += w;
    }
    let (mu, b): (Vec<f64>, Vec<f64>) = masses.into_values().unzip();
    discrepancy(f, &mu, &b)
}
