//! The MMD and its witness in closed form, on the host. [gretton2012](crate::references#gretton2012)
//!
//! sup_h E_P h − E_Q h − λ/2 ‖h‖² = MMD²(P, Q)/(2λ) at h = (μ_P − μ_Q)/λ; λ = ½ makes it MMD².
use crate::critic::potentials::Expansion;
use crate::critic::sample::Sample;
use crate::critic::solution::Solution;
use crate::critic::solver::Problem;
use crate::error::{Error, Result};
use crate::space::Penalty;
use crate::space::embedding::{Signed, rounding};
use crate::space::kernel_sum::KernelSum;
use crate::transport::dual::mean;
use std::sync::Arc;

/// Σ w k(·, y) and its gradients at the points of `at`, `[n]` and `[n, d]`.
fn sums(space: &Penalty, over: &Sample, at: &Sample, problem: &Problem) -> Result<(Vec<f64>, Vec<f64>)> {
    let weights = over.given_weights();
    let scale = if over.uniform { 1.0 / over.len() as f64 } else { 1.0 };
    let (v, g) = if problem.precise {
        KernelSum::<f64>::new(&space.kernel, &over.rows, over.d, weights).at(&at.rows, problem.interrupt)?
    } else {
        KernelSum::<f32>::new(&space.kernel, &over.rows, over.d, weights).at(&at.rows, problem.interrupt)?
    };
    Ok((v.into_iter().map(|v| v * scale).collect(), g.into_iter().map(|v| v * scale).collect()))
}

/// A double sum without its diagonal, Σ w² k(0), divided by 1 − Σ w²; and that divisor's inverse.
fn unbiased(space: &Penalty, sum: f64, s: &Sample) -> Result<(f64, f64)> {
    if s.len() < 2 {
        return Err(Error::data(
            "mmd(k, #{ unbiased: true })",
            format!("needs two points with weight in each sample, one has {}", s.len()),
        ));
    }
    let squares: f64 = s.weights.iter().map(|w| w * w).sum();
    Ok(((sum - space.kernel.of_squared(0.0) * squares) / (1.0 - squares), 1.0 / (1.0 - squares)))
}

/// MMD²/(2λ) between what rounding may have made of it. Where that may hide 1e-9 of it, and less of what the samples do not
/// share, it is computed from the rest.
fn bracket(space: &Penalty, problem: &Problem, value: f64, own: f64) -> Result<[f64; 3]> {
    let (p, q, lambda) = (problem.p, problem.q, space.lambda);
    if !problem.precise {
        return Ok([value, value, value]);
    }
    let off = rounding(&space.kernel, &p.rows, &q.rows, p.d, p.len() + q.len());
    // both samples have mass one: Σ |w| Σ |w| = 4
    let error = 2.0 * own * off / lambda;
    if space.unbiased {
        return Ok([value - error, value, value + error]);
    }
    if error > 1e-9 * value {
        let rest = Signed::difference((&p.rows, &p.weights), (&q.rows, &q.weights), p.d);
        let off = 0.5 * rest.rounding(&space.kernel) / lambda;
        if off < 0.5 * error {
            let (value, error) = (rest.norm_squared(&space.kernel, problem.interrupt)?.max(0.0) / (2.0 * lambda), off);
            return Ok([(value - error).max(0.0), value, value + error]);
        }
    }
    Ok([(value - error).max(0.0), value.max(0.0), value + error])
}

/// The value, its bracket, the witness, and the first variations.
///
/// # Errors
/// Fewer than two points in a sample, for the unbiased MMD²; an interrupt.
pub fn witness(space: &Penalty, problem: &Problem) -> Result<Solution> {
    let (p, q, lambda) = (problem.p, problem.q, space.lambda);
    let ((pp, pp_gradient), (pq, pq_gradient)) = (sums(space, p, p, problem)?, sums(space, q, p, problem)?);
    let (qq, qq_gradient) = sums(space, q, q, problem)?;
    let (mut xx, xy, mut yy) = (mean(&pp, &p.weights), mean(&pq, &p.weights), mean(&qq, &q.weights));
    let (mut own, mut own_q) = (1.0, 1.0);
    if space.unbiased {
        ((xx, own), (yy, own_q)) = (unbiased(space, xx, p)?, unbiased(space, yy, q)?);
    }
    let value = (xx - 2.0 * xy + yy) / (2.0 * lambda);
    let bounds = bracket(space, problem, value, f64::max(own, own_q))?;
    let on_source = pp_gradient.iter().zip(&pq_gradient).map(|(a, b)| (own * a - b) / lambda).collect();
    let on_target = if problem.term.reversed {
        let qp_gradient = sums(space, p, q, problem)?.1;
        Some(qq_gradient.iter().zip(&qp_gradient).map(|(a, b)| (own_q * a - b) / lambda).collect())
    } else {
        None
    };
    let weights = p.weights.iter().map(|w| w / lambda).chain(q.weights.iter().map(|w| -w / lambda));
    let potential = Expansion::over_both(&space.kernel, p, q, weights);
    Ok(Solution {
        on_target,
        history: vec![(bounds[0], bounds[2])],
        ..Solution::new(bounds, Arc::new(potential), on_source)
    })
}
