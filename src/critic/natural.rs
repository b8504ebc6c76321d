//! The list of critics, and which of them a term gets when none is named, or when the one that is named does other terms
//! of a sum.
use super::exact::{self, Exact};
use super::kind::{Form, Kind};
use super::solved::SolverBuilder;
use super::solver::Solver;
use super::traits::{Critic, CriticBuilder};
use super::{debiased, deep_kernel, entropic, kernel, mlp, neurons, pair, unbalanced};
use crate::catalogue::Given;
use crate::divergence::Term;
use crate::error::{Error, Result};
use crate::network::Frame;
use serde_json::Value;
use std::sync::Arc;

/// Every kind of critic. A term that nobody chose a critic for gets the first solver that does not refuse it.
pub const CRITICS: &[Kind] = &[
    mlp::KIND,
    mlp::cnn::KIND,
    pair::KIND,
    deep_kernel::KIND,
    debiased::KIND,
    kernel::KIND,
    neurons::KIND,
    exact::KIND,
    unbalanced::KIND,
    entropic::KIND,
];

/// The solver of a term that a network cannot be trained for; one that refuses it says why.
pub fn solver(term: &Term) -> Arc<dyn Solver> {
    let solvers = CRITICS.iter().filter_map(|k| match k.form {
        Form::Solver { name, make } => make(&Given::new(name)).ok(),
        _ => None,
    });
    solvers.into_iter().find(|s| s.refuses(term).is_none()).unwrap_or_else(|| Arc::new(Exact::default()))
}

/// The critic of each term: by the builder where it supports the term; by the natural solver for the other terms of a
/// sum, or for all if nobody asked for the builder explicitly.
///
/// # Errors
/// An explicit builder that supports no term.
pub fn build_all(
    builder: &dyn CriticBuilder,
    explicit: bool,
    terms: &[(f64, Term)],
    frame: &Frame,
    seed: u64,
) -> Result<Vec<Box<dyn Critic>>> {
    let some = terms.iter().any(|(_, t)| builder.supports(t));
    let build = |(k, (_, term)): (usize, &(f64, Term))| {
        // far from the streams that samples are drawn from, and from each other
        let stream = (k as u64) << 40;
        if builder.supports(term) || (explicit && !some) {
            builder.build(term, frame, seed, stream)
        } else {
            SolverBuilder(solver(term)).build(term, frame, seed, stream)
        }
    };
    terms.iter().enumerate().map(build).collect()
}

/// A builder from what [`CriticBuilder::to_json`] wrote.
///
/// # Errors
/// What no kind of the list can read.
pub fn from_json(v: &Value) -> Result<Arc<dyn CriticBuilder>> {
    let bad = |e: String| Error::data("saved critic", e);
    if let Some(solver) = v.get("solver").and_then(Value::as_str) {
        let make = CRITICS.iter().find_map(|k| match k.form {
            Form::Solver { name, make } if name == solver => Some(make),
            _ => None,
        });
        let make = make.ok_or_else(|| bad(format!("unknown solver \"{solver}\"")))?;
        let options = v.get("options").and_then(Value::as_object).into_iter().flatten();
        let given = options.fold(Given::new(solver), |given, (key, v)| given.with(key, v.clone()));
        return Ok(Arc::new(SolverBuilder(make(&given)?)));
    }
    let saved = CRITICS.iter().find_map(|k| match k.form {
        Form::Widths { saved, .. } | Form::Features { saved, .. } if v.get(saved.key).is_some() => Some(saved),
        _ => None,
    });
    let saved = saved.ok_or_else(|| bad("it is of no kind that is known".into()))?;
    (saved.read)(v).map_err(|e| bad(e.to_string()))
}
