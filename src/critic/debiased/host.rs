//! The Sinkhorn divergence on the host, in f64: potentials between the samples, minus those within each.
use crate::critic::potentials::Soft;
use crate::critic::sample::Sample;
use crate::critic::solution::{Potential, Solution};
use crate::critic::solver::Problem;
use crate::error::{Error, Result};
use crate::space::Cost;
use crate::transport::sinkhorn::{self, SinkhornOptions, divergence};
use std::sync::Arc;

/// Marginal error and iterations of a value; a flow is content with less.
const TOLERANCE: f64 = 1e-7;
const ITERATIONS: usize = 10_000;

/// S_ε and its first variation; the value is no bound.
///
/// # Errors
/// Iterations of a flow that stay far from the marginals, and an interrupt.
pub fn solve(cost: &Cost, epsilon: f64, problem: &Problem) -> Result<Solution> {
    let Problem { term, p, q, warm, precise, interrupt } = *problem;
    let cost = *cost;
    let o = SinkhornOptions {
        epsilon,
        tolerance: if precise { TOLERANCE } else { 1e-5 },
        iterations: if precise { ITERATIONS } else { 2000 },
    };
    let n = p.len();
    let start = |from: usize, len: usize| -> Option<Vec<f64>> {
        warm.filter(|w| w.len() == n + 2 * q.len()).map(|w| w[from..from + len].iter().map(|v| f64::from(*v)).collect())
    };
    let starts = [start(0, q.len()), start(q.len(), n), start(q.len() + n, q.len())];
    let solved = divergence(
        (&p.rows, &p.weights),
        (&q.rows, &q.weights),
        p.d,
        cost,
        &o,
        [starts[0].as_deref(), starts[1].as_deref(), starts[2].as_deref()],
        interrupt,
    )?;
    let remark = solved.failure(&o);
    // a flow has nobody to read a remark: it stops instead, unless the marginals are near enough to move by
    let error = solved.between.error.max(solved.within_p.error).max(solved.within_q.error);
    if let (Some(reason), false) = (&remark, precise || error < 1e-3) {
        return Err(Error::data("sinkhorn", reason.clone()));
    }
    let sinkhorn::Debiased { value, between, within_p, within_q } = solved;
    let minus = |v: &[f64]| v.iter().map(|v| -v).collect::<Vec<f64>>();
    let potential = pair(cost, epsilon, (q, &between.psi), (p, &minus(&within_p.phi)));
    let on_source = potential.at(&p.rows, interrupt)?.1;
    let on_target = if term.reversed {
        // seen from Q: exchange the samples, ψ for −φ
        Some(pair(cost, epsilon, (p, &minus(&between.phi)), (q, &minus(&within_q.phi))).at(&q.rows, interrupt)?.1)
    } else {
        None
    };
    let iterations = between.iterations + within_p.iterations + within_q.iterations;
    let warm = between.psi.iter().chain(&within_p.phi).chain(&within_q.phi).map(|v| *v as f32).collect();
    Ok(Solution {
        on_target,
        iterations,
        warm,
        remark,
        ..Solution::new([f64::NEG_INFINITY, value, f64::INFINITY], Arc::new(potential), on_source)
    })
}

/// The soft c-transform of the potential between the samples, minus that within one.
fn pair(cost: Cost, epsilon: f64, between: (&Sample, &[f64]), within: (&Sample, &[f64])) -> Soft {
    let part = |w: f64, (s, psi): (&Sample, &[f64])| (w, s.clone(), psi.to_vec());
    Soft { parts: vec![part(1.0, between), part(-1.0, within)], cost, epsilon }
}
