//! Which critic a term gets when none is named, or when the one that is named does other terms of a sum.
use super::debiased::Debiased;
use super::deep_kernel::DeepKernelBuilder;
use super::entropic::{Entropic, EntropicOptions};
use super::exact::{Exact, ExactOptions};
use super::kernel::KernelSolver;
use super::mlp::MlpBuilder;
use super::neurons::NeuronSolver;
use super::pair::PairBuilder;
use super::solver::{Solver, SolverBuilder};
use super::{Critic, CriticBuilder, Frame};
use crate::divergence::{Objective, Term};
use crate::error::{Error, Result};
use crate::space::Space;
use std::sync::Arc;

/// The solver of a term that a network cannot be trained for.
pub fn solver(term: &Term) -> Arc<dyn Solver> {
    match (&term.objective, &term.space) {
        (Objective::Sinkhorn(_), _) => Arc::new(Debiased),
        (_, Space::Rkhs(_)) => Arc::new(KernelSolver),
        (_, Space::Neurons(_)) => Arc::new(NeuronSolver),
        (Objective::Unbalanced { .. }, _) => Arc::new(Entropic::default()),
        _ => Arc::new(Exact::default()),
    }
}

/// The critic of each term: by the builder where it supports the term; by the natural solver for the other terms of a
/// sum, or for all if the builder was not chosen by anybody.
pub fn build_all(
    builder: &dyn CriticBuilder,
    chosen: bool,
    terms: &[(f64, Term)],
    frame: &Frame,
    seed: u64,
) -> Result<Vec<Box<dyn Critic>>> {
    let some = terms.iter().any(|(_, t)| builder.supports(t));
    let build = |(k, (_, term)): (usize, &(f64, Term))| {
        // far from the streams that samples are drawn from, and from each other
        let stream = (k as u64) << 40;
        if builder.supports(term) || (chosen && !some) {
            builder.build(term, frame, seed, stream)
        } else {
            SolverBuilder(solver(term)).build(term, frame, seed, stream)
        }
    };
    terms.iter().enumerate().map(build).collect()
}

/// A builder from what `to_json` wrote.
pub fn from_json(v: &serde_json::Value) -> Result<Arc<dyn CriticBuilder>> {
    let bad = |e: serde_json::Error| Error::data("saved critic", e.to_string());
    let options = v.get("options").cloned().unwrap_or_default();
    Ok(match v.get("solver").and_then(|s| s.as_str()) {
        None if v.get("deep_kernel").is_some() => {
            Arc::new(serde_json::from_value::<DeepKernelBuilder>(v["deep_kernel"].clone()).map_err(bad)?)
        }
        None if v.get("pair").is_some() => Arc::new(serde_json::from_value::<PairBuilder>(v.clone()).map_err(bad)?),
        None => Arc::new(serde_json::from_value::<MlpBuilder>(v.clone()).map_err(bad)?),
        Some("exact") => Arc::new(SolverBuilder(Arc::new(Exact {
            options: serde_json::from_value::<ExactOptions>(options).map_err(bad)?,
        }))),
        Some("entropic") => Arc::new(SolverBuilder(Arc::new(Entropic {
            options: serde_json::from_value::<EntropicOptions>(options).map_err(bad)?,
        }))),
        Some("neurons") => Arc::new(SolverBuilder(Arc::new(NeuronSolver))),
        Some("kernel") => Arc::new(SolverBuilder(Arc::new(KernelSolver))),
        Some("sinkhorn") => Arc::new(SolverBuilder(Arc::new(Debiased))),
        Some(other) => return Err(Error::data("saved critic", format!("unknown solver \"{other}\""))),
    })
}
