//! Transport between free marginals: by network flow where a value is to be proved and the points are few, else entropic.
use super::entropic::Entropic;
use super::exact::plan::variations;
use super::kind::{Form, Kind};
use super::potentials::Envelope;
use super::solution::Solution;
use super::solver::{Problem, Solver};
use crate::divergence::{Objective, Term};
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::transport::free::free;
use crate::transport::ground::Ground;
use std::sync::Arc;

/// Its place in the list of critics.
pub const KIND: Kind =
    Kind { entry: None, form: Form::Solver { name: "unbalanced", make: |_| Ok(Arc::new(Unbalanced)) } };

/// Most arcs of the flow: rows times the points of both samples.
const FEW: usize = 1_000_000;
/// An upper bound that says no more than that the value is 0, to rounding.
const NOTHING: f64 = 1e-11;
/// The relative gap it stops at.
const TOLERANCE: f64 = 1e-9;

/// The solver of unbalanced transport.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unbalanced;

impl Solver for Unbalanced {
    fn describe(&self) -> String {
        Entropic::default().describe()
    }
    fn refuses(&self, term: &Term) -> Option<String> {
        (!matches!(term.objective, Objective::Unbalanced { .. })).then(|| "solves unbalanced terms only".into())
    }
    fn solve(&self, problem: &Problem) -> Result<Solution> {
        let Objective::Unbalanced { source, target } = &problem.term.objective else {
            return Err(Error::data("unbalanced", "the term has a fixed marginal"));
        };
        let few = problem.p.len().saturating_mul(problem.p.len() + problem.q.len()) <= FEW;
        if problem.precise && few { flow(source, target, problem) } else { Entropic::default().solve(problem) }
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "solver": "unbalanced" })
    }
}

fn flow(source: &Generator, target: &Generator, problem: &Problem) -> Result<Solution> {
    let Problem { p, q, interrupt, .. } = *problem;
    let cost = problem.term.cost().ok_or_else(|| Error::data("unbalanced", "the term has no transport cost"))?;
    let ground = Ground::new(&p.rows, &q.rows, p.d, cost, interrupt)?;
    let s = free(&ground, (source, &p.weights), (target, &q.weights), TOLERANCE, interrupt)?;
    let (on_source, on_target) = variations(&s.plan, p, q, &cost, 1.0);
    let gap = s.upper - s.lower;
    let left = s.history.iter().fold(f64::INFINITY, |m, (low, high)| f64::min(m, high - low));
    // nothing tells so small a value from 0
    let nothing = s.lower <= 0.0 && s.upper <= NOTHING;
    let remark = (gap > 1e-6 * s.upper.abs() && !nothing).then(|| {
        if left > 0.5 * gap {
            format!("the bounds stayed {gap:.1e} apart: a price is steep or flat beyond the reach of its grid")
        } else {
            format!("the bounds are {gap:.1e} apart: that is what rounding of costs and of the terms of f may come to")
        }
    });
    let potential = Envelope { targets: q.rows.clone(), d: q.d, cost, psi: s.psi, cap: f64::INFINITY, scale: 1.0 };
    Ok(Solution {
        on_target: Some(on_target),
        proximal: Some(s.mu),
        plan: Some(s.plan),
        transport: Some(s.transport),
        history: s.history,
        iterations: s.pivots as usize,
        remark,
        ..Solution::new([s.lower.max(0.0), s.value.max(0.0), s.upper], Arc::new(potential), on_source)
    })
}
