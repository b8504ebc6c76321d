//! `exact()`: the (f,Γ_L)-divergence, its relatives with other costs, L·W₁ and W_p between samples, by network flow.
use super::potentials::{Envelope, cost_gradient};
use super::solver::{Found, Sample, Solver};
use crate::divergence::{Objective, Renyi, Term};
use crate::error::{Error, Result};
use crate::generator::{Generator, expr};
use crate::interrupt::Interrupt;
use crate::space::{Cost, Space};
use crate::transport::exact::exact_weighted;
use crate::transport::ground::Ground;
use crate::transport::semi::{Flow, MOST_PAIRS, normalise, refine, semi_relaxed};
use crate::transport::weights::{Units, common_units};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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

#[derive(Clone, Copy, Debug, Default)]
pub struct Exact {
    pub options: ExactOptions,
}

/// The cost of a term's space, if it has one.
pub fn cost_of(term: &Term) -> Option<Cost> {
    match &term.space {
        Space::Lipschitz(l) => Some(Cost { scale: l.constant, power: 1.0 }),
        Space::Cost(c) => Some(*c),
        Space::Rkhs(_) | Space::Neurons(_) | Space::Networks => None,
    }
}

/// ∇δ/δP at the sources and ∇δ/δQ at the targets of ⟨c, π⟩: by Danskin the plan may be kept fixed.
fn variations(plan: &[(usize, usize, f64)], p: &Sample, q: &Sample, cost: &Cost, factor: f64) -> (Vec<f64>, Vec<f64>) {
    let d = p.d;
    let (mut on_source, mut on_target) = (vec![0.0; p.rows.len()], vec![0.0; q.rows.len()]);
    for &(i, j, w) in plan {
        let (x, y) = (&p.rows[i * d..(i + 1) * d], &q.rows[j * d..(j + 1) * d]);
        cost_gradient(cost, x, y, factor * w / p.weights[i], &mut on_source[i * d..(i + 1) * d]);
        cost_gradient(cost, y, x, factor * w / q.weights[j], &mut on_target[j * d..(j + 1) * d]);
    }
    (on_source, on_target)
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
    fn solve(
        &self,
        term: &Term,
        p: &Sample,
        q: &Sample,
        _: Option<&[f32]>,
        _: bool,
        interrupt: &Interrupt,
    ) -> Result<Found> {
        let cost = cost_of(term).ok_or_else(|| Error::data("exact()", "the term has no transport cost"))?;
        match &term.objective {
            Objective::F(f) => self.divergence(f, &cost, p, q, interrupt),
            Objective::Renyi(r) => self.renyi(r, &cost, p, q, interrupt),
            objective => transport(matches!(objective, Objective::Root), &cost, p, q, interrupt),
        }
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "solver": "exact", "options": self.options })
    }
}

/// L·W₁, W_p^p or W_p.
fn transport(root: bool, cost: &Cost, p: &Sample, q: &Sample, interrupt: &Interrupt) -> Result<Found> {
    let ground = Ground::new(&p.rows, &q.rows, p.d, *cost, interrupt)?;
    let e = exact_weighted(&ground, p.given_weights(), q.given_weights(), interrupt)?;
    let power = if root { 1.0 / cost.power } else { 1.0 };
    let (low, high) = (e.dual.min(e.cost).max(0.0), e.cost.max(0.0));
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
    Ok(Found {
        on_target: Some(on_target),
        plan: Some(e.plan),
        transport: Some(high),
        history: vec![(low.powf(power), high.powf(power))],
        ..Found::new(
            [low.powf(power), high.powf(power), high.powf(power)],
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
    fn divergence(&self, f: &Generator, cost: &Cost, p: &Sample, q: &Sample, interrupt: &Interrupt) -> Result<Found> {
        let ground = Ground::new(&p.rows, &q.rows, p.d, *cost, interrupt)?;
        let s = semi_relaxed(&ground, f, p.given_weights(), q.given_weights(), self.options.tolerance, interrupt)?;
        let (on_source, on_target) = variations(&s.plan, p, q, cost, 1.0);
        let wide = s.upper - s.lower > self.options.tolerance.max(1e-6) * s.upper.abs().max(1e-9);
        Ok(Found {
            on_target: Some(on_target),
            proximal: Some(s.mu),
            plan: Some(s.plan),
            transport: Some(s.transport),
            history: s.history,
            iterations: s.pivots as usize,
            remark: wide.then(|| {
                format!(
                    "the bounds stayed {:.1e} apart: f is steep or flat beyond the reach of its grid",
                    s.upper - s.lower
                )
            }),
            ..Found::new(
                [s.lower, 0.5 * (s.lower + s.upper), s.upper],
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

    /// inf_η { R_α(P‖η) + L W₁(Q, η) }: ln S ≤ S/t − 1 + ln t makes it a flow from Q to the points of P at the price
    /// (x^{1−α} − 1)/(α(α − 1)t) on x = η/P, or to where it is for nothing, and t = S is a descent.
    fn renyi(&self, r: &Renyi, cost: &Cost, p: &Sample, q: &Sample, interrupt: &Interrupt) -> Result<Found> {
        let alpha = r.alpha();
        let c = 1.0 / (alpha * (alpha - 1.0));
        let n = p.len();
        if q.len().saturating_mul(n + q.len()) > MOST_PAIRS / 64 {
            return Err(Error::Unsupported {
                what: format!("exact() for a Renyi divergence between {n} and {} points", q.len()),
                reason: "is a sequence of flows over all pairs of points".into(),
                advice: "use fewer rows, or a network, which proves a lower bound".into(),
            });
        }
        let everywhere: Vec<f64> = p.rows.iter().chain(&q.rows).copied().collect();
        let ground = Ground::new(&q.rows, &everywhere, p.d, *cost, interrupt)?;
        let (to_p, from_p) = (Ground::lazy(&q.rows, &p.rows, p.d, *cost), Ground::lazy(&p.rows, &q.rows, p.d, *cost));
        let Units { rows, columns, total } = common_units(q.len(), n, q.given_weights(), p.given_weights())?;
        let (mut t, mut iterations) = (1.0, 0);
        let mut history: Vec<(f64, f64)> = vec![];
        let (mut lower, mut upper) = (f64::NEG_INFINITY, f64::INFINITY);
        let mut found = None;
        for _ in 0..100 {
            let price = expr::scale(
                c / t,
                &expr::sub(&expr::pow(&expr::x(), &expr::constant(1.0 - alpha)), &expr::constant(1.0)),
            );
            let f = Generator::new("renyi price", price)
                .map_err(|source| Error::Generator { name: "renyi".into(), source })?;
            let mut s_at = t;
            let flow = Flow { ground: &ground, f: &f, rows: &rows, columns: &columns, tilt: 0.0 };
            iterations += refine(&flow, interrupt, &mut |s| {
                let (plan, eta) = normalise(&s.plan, &rows, &q.weights, ground.cols(), total);
                let transport: f64 = plan.iter().map(|(i, j, w)| ground.at(*i, *j) * w).sum();
                let sum: f64 = eta[..n].iter().zip(&p.weights).map(|(eta, w)| w * (eta / w).powf(1.0 - alpha)).sum();
                let top = transport + c * sum.ln();
                // −g on P is minus the price there; on Q its least extension
                let u: Vec<f64> = to_p.envelope(&s.phi, interrupt)?.into_iter().map(|v| (-v).max(0.0)).collect();
                let low = renyi_lower(r, &from_p, &u, &p.weights, &q.weights, interrupt)?;
                lower = f64::max(lower, low);
                if top <= upper {
                    upper = top;
                    found = Some((plan, transport, u));
                }
                s_at = sum;
                Ok(top - low <= self.options.tolerance * top.abs() + 1e-12)
            })?;
            history.push((lower, upper));
            if upper - lower <= self.options.tolerance * upper.abs() + 1e-12 || (s_at / t - 1.0).abs() < 1e-13 {
                break;
            }
            t = s_at;
        }
        let Some((plan, transport, u)) = found else {
            return Err(Error::data("exact()", "the Renyi problem has no finite value here"));
        };
        // what stays where it is moves nothing
        let plan: Vec<(usize, usize, f64)> = plan.into_iter().filter(|e| e.1 < n).collect();
        let (on_target, on_source) = variations(&plan, q, p, cost, 1.0);
        let gap = upper - lower;
        Ok(Found {
            on_target: Some(on_target),
            plan: Some(plan.into_iter().map(|(i, j, w)| (j, i, w)).collect()),
            transport: Some(transport),
            history,
            iterations: iterations as usize,
            remark: (gap > 1e-6 * upper.abs().max(1e-6)).then(|| format!("the bounds stayed {gap:.1e} apart")),
            ..Found::new(
                [lower, 0.5 * (lower + upper), upper],
                Arc::new(Envelope {
                    targets: p.rows.clone(),
                    d: p.d,
                    cost: *cost,
                    psi: u.iter().map(|v| -v).collect(),
                    cap: 0.0,
                    scale: 1.0,
                }),
                on_source,
            )
        })
    }
}

/// E_Q g + c ln E_P |g|^e + k with |g| = u on P and its least L-Lipschitz extension on Q; the rows of `ground` are P's.
pub fn renyi_lower(r: &Renyi, ground: &Ground, u: &[f64], a: &[f64], b: &[f64], interrupt: &Interrupt) -> Result<f64> {
    let on_q: f64 = ground.envelope(u, interrupt)?.iter().zip(b).map(|(v, w)| w * v.max(0.0)).sum();
    // ln E_P u^e, shifted by the largest term whichever sign e has
    let logs: Vec<f64> = u.iter().map(|u| r.exponent * u.max(1e-300).ln()).collect();
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mean: f64 = logs.iter().zip(a).map(|(v, w)| w * (v - top).exp()).sum();
    Ok(r.factor * (mean.ln() + top) + r.constant - on_q)
}
