//! Kernel terms, solved: MMD² in closed form, penalised f-divergences by Newton's method on their dual.
use super::features::featured;
use super::newton::{Dual, Mass, newton};
use super::on_device::{self, OnDevice};
use super::potentials::Expansion;
use super::solver::{Found, Potential, Sample, Solver};
use crate::device::{Points, Values};
use crate::divergence::{Objective, Term};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::space::kernel_sum::{KernelSum, matrix};
use crate::space::{Penalty, Space};
use crate::transport::dual::mean;
use std::sync::Arc;

/// Beyond this many targets the kernel matrix is approximated.
const MOST: usize = 3000;
/// Features of more points would fill the memory.
const MOST_FEATURED: usize = 200_000;

#[derive(Clone, Copy, Debug, Default)]
pub struct KernelSolver;

impl Solver for KernelSolver {
    fn describe(&self) -> String {
        "kernel solution".into()
    }
    fn refuses(&self, term: &Term) -> Option<String> {
        (!matches!(term.space, Space::Rkhs(_))).then(|| "solves kernel terms only".into())
    }
    fn solve(
        &self,
        term: &Term,
        p: &Sample,
        q: &Sample,
        warm: Option<&[f32]>,
        precise: bool,
        interrupt: &Interrupt,
    ) -> Result<Found> {
        let Space::Rkhs(space) = &term.space else { return Err(Error::data("kernel", "the term has no kernel")) };
        match &term.objective {
            Objective::F(f) => penalized(space, f, Mass::One, p, q, term.reversed, warm, precise, interrupt),
            Objective::FreeMass(f) => penalized(space, f, Mass::Free, p, q, term.reversed, warm, precise, interrupt),
            _ => witness(space, p, q, term.reversed, precise, interrupt),
        }
    }
    fn solve_on_device(&self, term: &Term, p: &Points, q: &Points, _: &Interrupt) -> Result<Option<OnDevice>> {
        match (&term.objective, &term.space) {
            (Objective::Ipm, Space::Rkhs(space)) => Ok(on_device::witness(space, p, q)),
            _ => Ok(None),
        }
    }
    fn potential_on_device(&self, term: &Term, p: &Points, q: &Points, x: &Points) -> Result<Option<(Values, Points)>> {
        match (&term.objective, &term.space) {
            (Objective::Ipm, Space::Rkhs(space)) => on_device::witness_at(space, p, q, x).map(Some),
            _ => Ok(None),
        }
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "solver": "kernel" })
    }
}

/// Σ_k w_k k(·, z_k) over both samples, with weights of both signs.
fn expansion(
    space: &Penalty,
    p: &Sample,
    q: &Sample,
    on_p: impl Iterator<Item = f64>,
    on_q: impl Iterator<Item = f64>,
) -> Expansion {
    let centres = p.rows.iter().chain(&q.rows).copied().collect();
    Expansion { kernel: space.kernel.clone(), centres, d: p.d, weights: on_p.chain(on_q).collect() }
}

/// MMD²/(2λ) with h = (μ_P − μ_Q)/λ; λ = ½ makes it MMD².
fn witness(
    space: &Penalty,
    p: &Sample,
    q: &Sample,
    reversed: bool,
    precise: bool,
    interrupt: &Interrupt,
) -> Result<Found> {
    let lambda = space.lambda;
    let sums = |over: &Sample, at: &Sample| -> Result<(Vec<f64>, Vec<f64>)> {
        let weights = over.given_weights();
        let scale = if over.uniform { 1.0 / over.len() as f64 } else { 1.0 };
        let (v, g) = if precise {
            KernelSum::<f64>::new(&space.kernel, &over.rows, over.d, weights).at(&at.rows, interrupt)?
        } else {
            KernelSum::<f32>::new(&space.kernel, &over.rows, over.d, weights).at(&at.rows, interrupt)?
        };
        Ok((v.into_iter().map(|v| v * scale).collect(), g.into_iter().map(|v| v * scale).collect()))
    };
    let ((pp, pp_gradient), (pq, pq_gradient)) = (sums(p, p)?, sums(q, p)?);
    let (qq, qq_gradient) = sums(q, q)?;
    let (mut xx, xy, mut yy) = (mean(&pp, &p.weights), mean(&pq, &p.weights), mean(&qq, &q.weights));
    let (mut own, mut own_q) = (1.0, 1.0);
    if space.unbiased {
        // without the diagonal: Σ w² k(0) leaves, and the rest is divided by 1 − Σ w²
        let diagonal = space.kernel.of_squared(0.0);
        if let Some(s) = [p, q].into_iter().find(|s| s.len() < 2) {
            return Err(Error::data(
                "mmd(k, #{ unbiased: true })",
                format!("needs two points with weight in each sample, one has {}", s.len()),
            ));
        }
        let drop = |v: f64, s: &Sample| {
            let squares: f64 = s.weights.iter().map(|w| w * w).sum();
            ((v - diagonal * squares) / (1.0 - squares), 1.0 / (1.0 - squares))
        };
        (xx, own) = drop(xx, p);
        (yy, own_q) = drop(yy, q);
    }
    let value = (xx - 2.0 * xy + yy) / (2.0 * lambda);
    let on_source = pp_gradient.iter().zip(&pq_gradient).map(|(a, b)| (own * a - b) / lambda).collect();
    let on_target = if reversed {
        let qp_gradient = sums(p, q)?.1;
        Some(qq_gradient.iter().zip(&qp_gradient).map(|(a, b)| (own_q * a - b) / lambda).collect())
    } else {
        None
    };
    let potential = expansion(space, p, q, p.weights.iter().map(|w| w / lambda), q.weights.iter().map(|w| -w / lambda));
    Ok(Found {
        on_target,
        history: vec![(value, value)],
        ..Found::new([value, value, value], Arc::new(potential), on_source)
    })
}

#[allow(clippy::too_many_arguments)]
fn penalized(
    space: &Penalty,
    f: &crate::generator::Generator,
    mass: Mass,
    p: &Sample,
    q: &Sample,
    reversed: bool,
    warm: Option<&[f32]>,
    precise: bool,
    interrupt: &Interrupt,
) -> Result<Found> {
    let n = q.len();
    if n > MOST && !space.kernel.is_positive_definite() {
        return Err(Error::Unsupported {
            what: format!("a penalised divergence with {} against {n} points", space.kernel.describe()),
            reason: "has no features: the kernel is only conditionally positive definite".into(),
            advice: format!("use at most {MOST} target points, or a gaussian, laplace or imq kernel"),
        });
    }
    if n > MOST {
        return by_features(space, f, mass, p, q, reversed, interrupt);
    }
    let k = matrix(&space.kernel, &q.rows, &q.rows, q.d);
    // one sample, summed over twice
    let over_p = KernelSum::<f64>::new(&space.kernel, &p.rows, p.d, Some(&p.weights));
    let on_q: Vec<f64> = over_p.at(&q.rows, interrupt)?.0;
    let (at_p, own_gradient) = over_p.at(&p.rows, interrupt)?;
    let own = mean(&at_p, &p.weights);
    let start: Option<Vec<f64>> = warm.filter(|w| w.len() == n).map(|w| w.iter().map(|v| f64::from(*v)).collect());
    let dual = Dual {
        f,
        mass,
        k: &k,
        on_q: &on_q,
        own,
        b: &q.weights,
        lambda: space.lambda,
        tolerance: if precise { 1e-10 } else { 1e-7 },
    };
    let start = start.map(|v| normalised(v, mass));
    let s = newton(&dual, start.as_deref(), interrupt)?;
    let potential =
        expansion(space, p, q, p.weights.iter().map(|w| w / space.lambda), s.alpha.iter().map(|a| -a / space.lambda));
    let cross = KernelSum::<f64>::new(&space.kernel, &q.rows, q.d, Some(&s.alpha)).at(&p.rows, interrupt)?.1;
    let on_source = own_gradient.iter().zip(cross).map(|(a, b)| (a - b) / space.lambda).collect();
    let on_target = if reversed { Some(target_variation(&potential, q, &s.alpha, interrupt)?) } else { None };
    let gap = s.upper - s.lower;
    Ok(Found {
        on_target,
        proximal: Some(s.alpha.clone()),
        history: s.history,
        iterations: s.iterations,
        warm: s.alpha.iter().map(|v| *v as f32).collect(),
        remark: (gap > 1e-6 * s.upper.abs().max(1e-6))
            .then(|| format!("the bounds stayed {gap:.1e} apart after {} Newton steps", s.iterations)),
        ..Found::new([s.lower, 0.5 * (s.lower + s.upper), s.upper], Arc::new(potential), on_source)
    })
}

/// −f*'(h − ν) ∇h at the points of Q, per unit of their weight; α = b f*'.
fn target_variation(h: &Expansion, q: &Sample, alpha: &[f64], interrupt: &Interrupt) -> Result<Vec<f64>> {
    let gradient = h.at(&q.rows, interrupt)?.1;
    Ok(gradient
        .chunks(q.d)
        .zip(alpha.iter().zip(&q.weights))
        .flat_map(|(g, (a, w))| g.iter().map(move |g| -a / w * g))
        .collect())
}

/// f32 keeps eight digits of a mass of one.
fn normalised(mut alpha: Vec<f64>, mass: Mass) -> Vec<f64> {
    let total: f64 = alpha.iter().sum();
    if mass == Mass::One && total > 0.0 {
        alpha.iter_mut().for_each(|a| *a /= total);
    }
    alpha
}

fn by_features(
    space: &Penalty,
    f: &crate::generator::Generator,
    mass: Mass,
    p: &Sample,
    q: &Sample,
    reversed: bool,
    interrupt: &Interrupt,
) -> Result<Found> {
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
    let on_target = if reversed { Some(target_variation(&potential, q, &s.alpha, interrupt)?) } else { None };
    let remark = format!(
        "{n} points: the potential is sought among {} kernel functions, the bounds are {:.1e} apart",
        potential.weights.len(),
        s.upper - s.lower
    );
    Ok(Found {
        on_target,
        proximal: Some(s.alpha),
        history: vec![(s.lower, s.upper)],
        iterations: s.iterations,
        remark: Some(remark),
        ..Found::new([s.lower, s.lower, s.upper], Arc::new(potential), on_source)
    })
}
