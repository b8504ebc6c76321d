//! `exact()`: the (f,Γ_L)-divergence, its relatives with other costs, L·W₁ and W_p between samples, by network flow.
use super::kind::{Form, Kind};
use super::potentials::Envelope;
use super::solution::Solution;
use super::solver::{Problem, Solver};
use crate::catalogue::{Entry, Opt, OptionKind, defaults_of};
use crate::divergence::{Objective, Term};
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::space::{Cost, Space};
use crate::sums::ROUNDING;
use crate::transport::exact::exact_weighted;
use crate::transport::ground::Ground;
use crate::transport::semi::semi_relaxed;
use plan::variations;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) mod plan;
pub(super) mod renyi;

/// The page of `exact`.
pub const EXACT: Entry = Entry {
    name: "exact",
    room: "critic",
    signature: "exact(options)",
    doc: "Solves the finite convex problem that a regularised divergence is between two samples, by a network flow whose last arcs are convex: value, both bounds, the proximal law and the optimal potential everywhere.",
    equation: r"\min_{\pi\ge0,\,\pi1=a}\langle c,\pi\rangle+D_f(\pi^T1\|b)",
    cite: "birrell2022",
    options: &[Opt {
        name: "tolerance",
        kind: OptionKind::Number { min: 0.0, max: 1.0 },
        doc: "relative gap between the bounds to stop at",
    }],
    defaults: defaults_of::<ExactOptions>,
    example: "let p = data::gaussian(60, 2, #{ mean: 3.0 });\nlet q = data::gaussian(60, 2, #{ std: 0.5 });\nlet e = kl().regularized(lipschitz(1.0)).estimate(p, q, #{ critic: exact() });\nprint(e.gap);\ne",
};

/// Its place in the list of critics.
pub const KIND: Kind = Kind {
    entry: Some(EXACT),
    form: Form::Solver { name: "exact", make: |o| Ok(Arc::new(Exact { options: o.typed()? })) },
};

/// Options of `exact(#{ … })`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExactOptions {
    /// relative gap between the bounds to stop at
    pub tolerance: f64,
}

impl Default for ExactOptions {
    fn default() -> Self {
        ExactOptions { tolerance: 1e-9 }
    }
}

/// A bound that says no more than that the value is 0, to rounding, for an f of ordinary size.
const NOTHING: f64 = 1e-11;

/// The solver by network flow: value, bounds that meet, plan, proximal law and the optimal potential.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exact {
    /// where it stops
    pub options: ExactOptions,
}

impl Solver for Exact {
    fn describe(&self) -> String {
        "exact()".into()
    }
    fn refuses(&self, term: &Term) -> Option<String> {
        match (&term.objective, &term.space) {
            (_, Space::Rkhs(_) | Space::Neurons(_)) => {
                Some("solves transport problems; a kernel term has its own closed or Newton solution".into())
            }
            (Objective::Sinkhorn(_), _) => Some("has no entropy; the Sinkhorn divergence has its own solver".into()),
            (Objective::Unbalanced { .. }, _) => {
                Some("solves problems with one fixed marginal; entropic() solves unbalanced ones".into())
            }
            (Objective::Renyi(r), _) if r.exponent <= 0.0 => {
                Some("solves the Renyi problem for orders above 1 only, where it is a convex flow".into())
            }
            (Objective::Renyi(r), _) if r.exponent < 1.0 && r.alpha() > 20.0 => {
                Some("solves the Renyi problem for orders up to 20".into())
            }
            (Objective::Renyi(r), _) if r.exponent == 1.0 => {
                Some("solves the Renyi problem for finite orders only".into())
            }
            _ => None,
        }
    }
    fn solve(&self, problem: &Problem) -> Result<Solution> {
        let cost = problem.term.cost().ok_or_else(|| Error::data("exact()", "the term has no transport cost"))?;
        match &problem.term.objective {
            Objective::F(f) => self.divergence(f, &cost, problem),
            Objective::Renyi(r) => renyi::solve(r, &cost, self.options.tolerance, problem),
            objective => transport(matches!(objective, Objective::Root), &cost, problem),
        }
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "solver": "exact", "options": self.options })
    }
}

/// L·W₁, W_p^p or W_p.
fn transport(root: bool, cost: &Cost, problem: &Problem) -> Result<Solution> {
    let Problem { p, q, interrupt, .. } = *problem;
    let ground = Ground::new(&p.rows, &q.rows, p.d, *cost, interrupt)?;
    let e = exact_weighted(&ground, p.given_weights(), q.given_weights(), interrupt)?;
    let power = if root { 1.0 / cost.power } else { 1.0 };
    let high = e.cost.max(0.0);
    // the root itself is rounded
    let rooted = |v: f64, error: f64| if root { v.powf(power) * (1.0 + error) } else { v };
    let (lower, upper) = (rooted(e.lower, -4.0 * ROUNDING), rooted(e.upper, 4.0 * ROUNDING));
    // d(c^{1/p}) = c^{1/p − 1}/p dc; at zero the particles are where they should be
    let factor = if !root {
        1.0
    } else if high > 0.0 {
        power * high.powf(power - 1.0)
    } else {
        0.0
    };
    let (on_source, on_target) = variations(&e.plan, p, q, cost, factor);
    let psi = e.psi.iter().map(|v| v * factor).collect();
    let scaled = Cost { scale: cost.scale * factor.max(f64::MIN_POSITIVE), ..*cost };
    Ok(Solution {
        on_target: Some(on_target),
        plan: Some(e.plan),
        transport: Some(high),
        history: vec![(lower, upper)],
        ..Solution::new(
            [lower, high.powf(power), upper],
            Arc::new(Envelope {
                targets: q.rows.clone(),
                d: q.d,
                cost: scaled,
                psi,
                cap: f64::INFINITY,
                scale: factor,
            }),
            on_source,
        )
    })
}

impl Exact {
    /// D_f^Γ for a fixed marginal of P and a free one at the price D_f.
    fn divergence(&self, f: &Generator, cost: &Cost, problem: &Problem) -> Result<Solution> {
        let Problem { p, q, interrupt, .. } = *problem;
        let ground = Ground::new(&p.rows, &q.rows, p.d, *cost, interrupt)?;
        let s = semi_relaxed(&ground, f, p.given_weights(), q.given_weights(), self.options.tolerance, interrupt)?;
        let (on_source, on_target) = variations(&s.plan, p, q, cost, 1.0);
        // before rounding was added: that is no fault of the grid
        let gap = s.history.last().map_or(f64::INFINITY, |(low, high)| high - low);
        // D_f of probabilities is at least f(1), which is 0 to its rounding
        let least = (f.f(1.0) - f.rounding_at(1.0)).min(0.0);
        let (lower, value) = (s.lower.max(least), s.value.max(least));
        let wide = gap > self.options.tolerance.max(1e-6) * s.upper.abs().max(1e-9);
        let remark = if gap == f64::INFINITY {
            Some(
                "no masses were found for which f is finite at all ratios: it ends too near to those of the weights"
                    .into(),
            )
        } else {
            let rounded = s.upper - s.lower;
            // nothing tells so small a value from 0
            let least = (1e-6 * s.upper.abs()).max(NOTHING * f.unit().min(1.0));
            let apart = |gap: f64, why: &str| format!("the bounds stayed {gap:.1e} apart: f is {why}");
            if wide {
                Some(apart(gap, "steep or flat beyond the reach of its grid"))
            } else {
                (rounded > least).then(|| apart(rounded, "so steep that the rounding of a ratio costs more than that"))
            }
        };
        Ok(Solution {
            on_target: Some(on_target),
            proximal: Some(s.mu),
            plan: Some(s.plan),
            transport: Some(s.transport),
            history: s.history,
            iterations: s.pivots as usize,
            remark,
            ..Solution::new(
                [lower, value, s.upper],
                Arc::new(Envelope {
                    targets: q.rows.clone(),
                    d: q.d,
                    cost: *cost,
                    psi: s.psi,
                    cap: f64::INFINITY,
                    scale: 1.0,
                }),
                on_source,
            )
        })
    }
}
