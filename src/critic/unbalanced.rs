//! Transport between free marginals: by network flow where points are few, else entropic. A flow then follows the potential between
//! the samples less that within its particles, so that particles that lie at their target stay. [sejourne2019](crate::references#sejourne2019)
use super::entropic::{Entropic, EntropicOptions, gradients};
use super::exact::plan::variations;
use super::kind::{Form, Kind};
use super::potentials::{Envelope, Soft};
use super::sample::Sample;
use super::solution::Solution;
use super::solver::{Problem, Solver};
use crate::divergence::{Objective, Term};
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::random;
use crate::space::Cost;
use crate::transport::free::free;
use crate::transport::ground::{self, Ground};
use crate::transport::sinkhorn::{self, Side, SinkhornOptions, self_potential};
use rand::Rng as _;
use std::sync::Arc;

/// Its place in the list of critics.
pub const KIND: Kind =
    Kind { entry: None, form: Form::Solver { name: "unbalanced", make: |_| Ok(Arc::new(Unbalanced)) } };

/// Most arcs of the flow: rows times the points of both samples.
const FEW: usize = 1_000_000;
/// Most of a step of a flow: about where a flow by arcs takes as long as iterations.
const FEW_OF_A_STEP: usize = 200_000;
/// An upper bound that says no more than that the value is 0, to rounding.
const NOTHING: f64 = 1e-11;
/// The relative gap it stops at, and that of a step of a flow.
const TOLERANCE: f64 = 1e-9;
const OF_A_STEP: f64 = 1e-5;
/// ε as a share of the middle cost, at most: one point far out may not make dots of the others.
const SHARE: f64 = 0.05;
/// Pairs whose costs say what is usual.
const PAIRS: usize = 1000;
/// Iterations within one sample at most: a few are enough.
const WITHIN: usize = 100;

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
        let most = if problem.precise { FEW } else { FEW_OF_A_STEP };
        let few = problem.p.len().saturating_mul(problem.p.len() + problem.q.len()) <= most;
        match (few, problem.precise) {
            (true, _) => flow(source, target, problem),
            (false, true) => Entropic::default().solve(problem),
            (false, false) => debiased(source, target, problem),
        }
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "solver": "unbalanced" })
    }
}

/// Entropic potentials between the samples, less that within the particles, at one ε.
fn debiased(source: &Generator, target: &Generator, problem: &Problem) -> Result<Solution> {
    let Problem { term, p, q, interrupt, .. } = *problem;
    let cost = term.cost().ok_or_else(|| Error::data("unbalanced", "the term has no transport cost"))?;
    let default = EntropicOptions::default();
    let largest = ground::largest(&p.rows, &q.rows, p.d, &cost);
    let share = if largest > 0.0 { default.epsilon.min(SHARE * usual(&cost, p, q) / largest) } else { default.epsilon };
    let share = if share > 0.0 { share } else { default.epsilon };
    let epsilon = share * if largest > 0.0 { largest } else { 1.0 };
    let (own, price) = if term.reversed { (q, target) } else { (p, source) };
    let warm = problem.warm.filter(|w| w.len() == q.len() + own.len()).map(|w| w.split_at(q.len()));
    let entropic = Entropic { options: EntropicOptions { epsilon: share, ..default } };
    let between = entropic.solve(&Problem { warm: warm.map(|w| w.0), ..Problem::rough(term, p, q, interrupt) })?;
    let o = SinkhornOptions { epsilon, tolerance: default.tolerance, iterations: WITHIN };
    let start: Option<Vec<f64>> = warm.map(|w| w.1.iter().map(|v| f64::from(*v)).collect());
    let side = Side::Free(price);
    let within = self_potential(&own.rows, p.d, cost, (&own.weights, side), &o, start.as_deref(), interrupt)?;
    let (x, a) = (&own.rows[..], &own.weights[..]);
    let itself = sinkhorn::Problem { x, y: x, d: p.d, cost, a, b: a, rows: side, columns: side };
    let away = gradients(&itself, &within, 1.0, false, interrupt)?.0;
    let less = |v: Vec<f64>| v.iter().zip(&away).map(|(v, own)| v - own).collect::<Vec<f64>>();
    let (on_source, on_target) = if term.reversed {
        (between.on_source, between.on_target.map(less))
    } else {
        (less(between.on_source), between.on_target)
    };
    let psi = between.warm.iter().map(|v| f64::from(*v)).collect();
    let parts = vec![(1.0, q.clone(), psi), (-1.0, own.clone(), within.psi)];
    Ok(Solution {
        on_source,
        on_target,
        warm: between.warm.into_iter().chain(within.phi.iter().map(|v| *v as f32)).collect(),
        potential: Arc::new(Soft { parts, cost, epsilon }),
        ..between
    })
}

/// The middle cost of random pairs of both samples.
fn usual(cost: &Cost, p: &Sample, q: &Sample) -> f64 {
    let mut rng = random::rng(0, 0);
    let mut row = |s: &Sample| rng.random_range(0..s.len()) * s.d;
    let mut costs: Vec<f64> = (0..PAIRS)
        .map(|_| {
            let (i, j) = (row(p), row(q));
            let (x, y) = (&p.rows[i..i + p.d], &q.rows[j..j + q.d]);
            cost.of_squared(x.iter().zip(y).map(|(a, b)| (a - b) * (a - b)).sum())
        })
        .collect();
    *costs.select_nth_unstable_by(PAIRS / 2, f64::total_cmp).1
}

fn flow(source: &Generator, target: &Generator, problem: &Problem) -> Result<Solution> {
    let Problem { p, q, interrupt, .. } = *problem;
    let cost = problem.term.cost().ok_or_else(|| Error::data("unbalanced", "the term has no transport cost"))?;
    let ground = Ground::new(&p.rows, &q.rows, p.d, cost, interrupt)?;
    let s = free(
        &ground,
        (source, &p.weights),
        (target, &q.weights),
        if problem.precise { TOLERANCE } else { OF_A_STEP },
        interrupt,
    )?;
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
