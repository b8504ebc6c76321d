//! Penalised f-divergences on the host: Newton's method on the dual, or its restriction to features for many points.
//!
//! sup_h E_P h − inf_ν { ν + E_Q f*(h − ν) } − λ/2 ‖h‖². [glaser2021](crate::references#glaser2021), [stein2024](crate::references#stein2024)
use super::dual::{Dual, Mass};
use super::features::featured;
use super::newton::newton;
use super::proof::{Claim, Proved};
use crate::critic::potentials::Expansion;
use crate::critic::solution::{Potential, Solution};
use crate::critic::solver::Problem;
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::space::Penalty;
use crate::space::kernel_sum::{KernelSum, matrix};
use crate::transport::dual::mean;
use std::sync::Arc;

/// An upper bound that says no more than that the value is 0, to rounding.
const NOTHING: f64 = 1e-11;
/// Beyond this many targets the kernel matrix is approximated.
const MOST: usize = 3000;
/// Features of more points would fill the memory.
const MOST_FEATURED: usize = 200_000;

/// The potential, both bounds and the proximal law.
///
/// # Errors
/// More than 3000 targets for a kernel without features, or more than 200,000.
pub fn solve(space: &Penalty, f: &Generator, mass: Mass, problem: &Problem) -> Result<Solution> {
    let n = problem.q.len();
    if n <= MOST {
        return by_newton(space, f, mass, problem);
    }
    if !space.kernel.is_positive_definite() {
        return Err(Error::Unsupported {
            what: format!("a penalised divergence with {} against {n} points", space.kernel.describe()),
            reason: "has no features: the kernel is only conditionally positive definite".into(),
            advice: format!("use at most {MOST} target points, or a gaussian, laplace or imq kernel"),
        });
    }
    by_features(space, f, mass, problem)
}

fn by_newton(space: &Penalty, f: &Generator, mass: Mass, problem: &Problem) -> Result<Solution> {
    let Problem { p, q, interrupt, .. } = *problem;
    let k = matrix(&space.kernel, &q.rows, &q.rows, q.d);
    // one sample, summed over twice
    let over_p = KernelSum::<f64>::new(&space.kernel, &p.rows, p.d, Some(&p.weights));
    let on_q: Vec<f64> = over_p.at(&q.rows, interrupt)?.0;
    let (at_p, own_gradient) = over_p.at(&p.rows, interrupt)?;
    let claim = Claim { space, f, mass, p, q, interrupt };
    let dual = Dual {
        f,
        mass,
        k: &k,
        on_q: &on_q,
        own: mean(&at_p, &p.weights),
        b: &q.weights,
        lambda: space.lambda,
        tolerance: if problem.precise { 1e-10 } else { 1e-7 },
        rounding: claim.rounding(),
    };
    let start = problem.start(q.len()).map(|v| normalised(v, mass));
    let s = newton(&dual, start.as_deref(), interrupt)?;
    let weights = p.weights.iter().map(|w| w / space.lambda).chain(s.alpha.iter().map(|a| -a / space.lambda));
    let potential = Expansion::over_both(&space.kernel, p, q, weights);
    let cross = KernelSum::<f64>::new(&space.kernel, &q.rows, q.d, Some(&s.alpha)).at(&p.rows, interrupt)?.1;
    let on_source = own_gradient.iter().zip(cross).map(|(a, b)| (a - b) / space.lambda).collect();
    let proved = if problem.precise { claim.prove(&s)? } else { Proved::as_found(&s) };
    Ok(Solution {
        on_target: target_variation(&potential, problem, &s.alpha)?,
        proximal: Some(s.alpha.clone()),
        history: s.history,
        iterations: s.iterations,
        warm: s.alpha.iter().map(|v| *v as f32).collect(),
        remark: wide(&proved, s.upper - s.lower, s.iterations),
        ..Solution::new([proved.lower, proved.value, proved.upper], Arc::new(potential), on_source)
    })
}

/// Why the bounds are wider than 1e-6 of the value, if they are: the iteration left a gap, or only rounding did.
fn wide(proved: &Proved, left: f64, steps: usize) -> Option<String> {
    let gap = proved.upper - proved.lower;
    // nothing tells so small a value from 0
    let nothing = proved.lower <= 0.0 && proved.upper <= NOTHING;
    if nothing || gap <= 1e-6 * proved.upper.abs() {
        return None;
    }
    Some(if left > 0.5 * gap {
        format!(
            "the bounds stayed {gap:.1e} apart after {steps} Newton steps: the kernel hardly tells some points apart, and sums divided by lambda have no more digits"
        )
    } else {
        format!(
            "the bounds are {gap:.1e} apart: that is what rounding of kernel sums, divided by lambda, and of the terms of f may come to"
        )
    })
}

/// −f*'(h − ν) ∇h at the points of Q, per unit of their weight, where the term is reversed; α = b f*'.
fn target_variation(h: &Expansion, problem: &Problem, alpha: &[f64]) -> Result<Option<Vec<f64>>> {
    if !problem.term.reversed {
        return Ok(None);
    }
    let q = problem.q;
    let gradient = h.at(&q.rows, problem.interrupt)?.1;
    let per_point = gradient.chunks(q.d).zip(alpha.iter().zip(&q.weights));
    Ok(Some(per_point.flat_map(|(g, (a, w))| g.iter().map(move |g| -a / w * g)).collect()))
}

/// f32 keeps eight digits of a mass of one.
fn normalised(mut alpha: Vec<f64>, mass: Mass) -> Vec<f64> {
    let total: f64 = alpha.iter().sum();
    if mass == Mass::One && total > 0.0 {
        alpha.iter_mut().for_each(|a| *a /= total);
    }
    alpha
}

fn by_features(space: &Penalty, f: &Generator, mass: Mass, problem: &Problem) -> Result<Solution> {
    let Problem { p, q, interrupt, .. } = *problem;
    let n = q.len();
    if n > MOST_FEATURED {
        return Err(Error::Unsupported {
            what: format!("a penalised divergence against {n} points"),
            reason: "would need more features than memory should hold".into(),
            advice: format!("use at most {MOST_FEATURED} target points, or mmd(k), which streams"),
        });
    }
    let s = featured(space, f, mass, p, q, interrupt)?;
    let potential = Expansion { kernel: space.kernel.clone(), centres: s.landmarks, d: q.d, weights: s.beta };
    let on_source = potential.at(&p.rows, interrupt)?.1;
    let on_target = target_variation(&potential, problem, &s.alpha)?;
    let remark = format!(
        "{n} points: the potential is sought among {} kernel functions, the bounds are {:.1e} apart",
        potential.weights.len(),
        s.upper - s.lower
    );
    Ok(Solution {
        on_target,
        proximal: Some(s.alpha),
        history: vec![(s.lower, s.upper)],
        iterations: s.iterations,
        remark: Some(remark),
        ..Solution::new([s.lower, s.value, s.upper], Arc::new(potential), on_source)
    })
}
