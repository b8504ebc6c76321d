//! `entropic(#{ … })`: the same problems as `exact()` by entropic transport, streamed, with bounds that are true bounds.
use super::kind::{Form, Kind};
use super::potentials::Soft;
use super::solution::Solution;
use super::solver::{Problem, Solver};
use crate::catalogue::{COUNT, Entry, Opt, POSITIVE, defaults_of};
use crate::divergence::{Objective, Term};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::space::{Cost, Space};
use crate::sums::ROUNDING;
use crate::transport::ground::{self, Ground};
use crate::transport::rounding;
use crate::transport::sinkhorn::{self, Entropic as Potentials, Side, SinkhornOptions};
use crate::transport::softmin::Pairs;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The page of `entropic`.
pub const ENTROPIC: Entry = Entry {
    name: "entropic",
    room: "critic",
    signature: "entropic(options)",
    doc: "The same problems as exact() by Sinkhorn iterations, streamed in O(N) memory; its plan is rounded to a feasible one and its potential hardened, so that both bounds are true.",
    equation: r"\min_{\pi1=a}\langle c,\pi\rangle+D_f(\pi^T1\|b)+\varepsilon\,KL(\pi\|a\otimes b)",
    cite: "chizat2018",
    options: &[
        Opt { name: "epsilon", kind: POSITIVE, doc: "epsilon as a share of the largest cost between the samples" },
        Opt { name: "tolerance", kind: POSITIVE, doc: "marginal error to stop at" },
        Opt { name: "iterations", kind: COUNT, doc: "most iterations at the final epsilon" },
    ],
    defaults: defaults_of::<EntropicOptions>,
    example: "let p = data::gaussian(300, 2, #{ mean: 3.0 });\nlet q = data::ring(300);\nkl().regularized(lipschitz(1.0)).estimate(p, q, #{ critic: entropic() })",
};

/// Its place in the list of critics.
pub const KIND: Kind = Kind {
    entry: Some(ENTROPIC),
    form: Form::Solver { name: "entropic", make: |o| Ok(Arc::new(Entropic { options: o.typed()? })) },
};

/// Options of `entropic(#{ … })`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EntropicOptions {
    /// ε as a share of the largest cost between the samples
    pub epsilon: f64,
    /// marginal error to stop at
    pub tolerance: f64,
    /// most iterations at the final ε
    pub iterations: usize,
}

impl Default for EntropicOptions {
    fn default() -> Self {
        EntropicOptions { epsilon: 1e-3, tolerance: 1e-4, iterations: 2000 }
    }
}

/// The solver by Sinkhorn iterations streamed over all pairs, in O(n + m) memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entropic {
    /// ε, and when to stop
    pub options: EntropicOptions,
}

impl Solver for Entropic {
    fn describe(&self) -> String {
        format!("entropic(epsilon {})", self.options.epsilon)
    }
    fn refuses(&self, term: &Term) -> Option<String> {
        match (&term.objective, &term.space) {
            (_, Space::Rkhs(_) | Space::Neurons(_)) => {
                Some("solves transport problems; a kernel term has its own closed or Newton solution".into())
            }
            (Objective::Sinkhorn(_), _) => Some("is not debiased; the Sinkhorn divergence has its own solver".into()),
            (Objective::Renyi(_), _) => Some("does not solve Renyi problems; exact() does for orders above 1".into()),
            _ => None,
        }
    }
    fn solve(&self, problem: &Problem) -> Result<Solution> {
        let Problem { term, p, q, interrupt, .. } = *problem;
        let cost = term.cost().ok_or_else(|| Error::data("entropic()", "the term has no transport cost"))?;
        let largest = ground::largest(&p.rows, &q.rows, p.d, &cost);
        // samples that coincide in one point have nothing to transport: any ε will do
        let epsilon = self.options.epsilon * if largest > 0.0 { largest } else { 1.0 };
        let (rows, columns) = match &term.objective {
            Objective::F(f) => (Side::Fixed, Side::Free(f)),
            Objective::Unbalanced { source, target } => (Side::Free(source), Side::Free(target)),
            _ => (Side::Fixed, Side::Fixed),
        };
        let start = problem.start(q.len());
        let problem =
            sinkhorn::Problem { x: &p.rows, y: &q.rows, d: p.d, cost, a: &p.weights, b: &q.weights, rows, columns };
        let o = SinkhornOptions { epsilon, tolerance: self.options.tolerance, iterations: self.options.iterations };
        let e = sinkhorn::sinkhorn(&problem, &o, start.as_deref(), interrupt)?;
        let ground = Ground::lazy(&p.rows, &q.rows, p.d, cost);
        let bounds = rounding::bounds(&problem, &ground, &e, interrupt)?;
        let root = matches!(term.objective, Objective::Root);
        let power = if root { 1.0 / cost.power } else { 1.0 };
        let factor = if root { power * bounds.computed.1.max(f64::MIN_POSITIVE).powf(power - 1.0) } else { 1.0 };
        let (on_source, on_target) = gradients(&problem, &e, factor, term.reversed, interrupt)?;
        let rooted = |v: f64, error: f64| if root { v.max(0.0).powf(power) * (1.0 + error) } else { v };
        let (lower, upper) = (rooted(bounds.lower.max(0.0), -4.0 * ROUNDING), rooted(bounds.upper, 4.0 * ROUNDING));
        let (low, high) = (bounds.computed.0.max(0.0).powf(power), bounds.computed.1.powf(power));
        let remark = (!e.converged).then(|| format!("not converged: the marginal error is {:.1e} after {} iterations, {:.0e} was asked for; give more iterations or a larger epsilon", e.error, e.iterations, o.tolerance));
        Ok(Solution {
            on_target,
            proximal: Some(bounds.mu),
            transport: Some(bounds.transport),
            errors: e.history,
            iterations: e.iterations,
            warm: e.psi.iter().map(|v| *v as f32).collect(),
            remark,
            ..Solution::new(
                [lower, 0.5 * (low + high), upper],
                Arc::new(Soft { parts: vec![(1.0, q.clone(), e.psi.clone())], cost, epsilon }),
                on_source,
            )
        })
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "solver": "entropic", "options": self.options })
    }
}

/// The mean of ∇c under the plan at every point of P, and of Q if it is asked for, per unit of the point's own weight.
pub(super) fn gradients(
    p: &sinkhorn::Problem,
    e: &Potentials,
    factor: f64,
    both: bool,
    interrupt: &Interrupt,
) -> Result<(Vec<f64>, Option<Vec<f64>>)> {
    let one_side =
        |x: &[f64], y: &[f64], cost: Cost, weights: &[f64], outer: Vec<f64>, inner: Vec<f64>| -> Result<Vec<f64>> {
            let h: Vec<f64> = weights.iter().zip(inner).map(|(w, v)| w.ln() + v / e.epsilon).collect();
            let s: Vec<f64> = outer.into_iter().map(|v| v / e.epsilon).collect();
            let g = Pairs::<f64>::new(x, y, p.d, cost).mean_gradient(e.epsilon, &h, &s, interrupt)?;
            Ok(g.into_iter().map(|v| v * factor).collect())
        };
    let minus = |v: &[f64]| v.iter().map(|v| -v).collect::<Vec<f64>>();
    let on_source = one_side(p.x, p.y, p.cost, p.b, e.phi.clone(), minus(&e.psi))?;
    let on_target = if both { Some(one_side(p.y, p.x, p.cost, p.a, minus(&e.psi), e.phi.clone())?) } else { None };
    Ok((on_source, on_target))
}
