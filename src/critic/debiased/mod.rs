//! The Sinkhorn divergence, solved: potentials between the samples, minus those within each. [feydy2019](crate::references#feydy2019)
use super::kind::{Form, Kind};
use super::solution::{OnDevice, Solution};
use super::solver::{Problem, Solver};
use crate::device::Points;
use crate::divergence::{Objective, Term};
use crate::error::{Error, Result};
use std::sync::Arc;

mod device;
mod host;

/// Its place in the list of critics.
pub const KIND: Kind = Kind { entry: None, form: Form::Solver { name: "sinkhorn", make: |_| Ok(Arc::new(Debiased)) } };

/// The solver of Sinkhorn divergences: its value is no bound, its potential is the first variation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Debiased;

impl Solver for Debiased {
    fn describe(&self) -> String {
        "sinkhorn iterations".into()
    }
    fn refuses(&self, term: &Term) -> Option<String> {
        (!matches!(term.objective, Objective::Sinkhorn(_))).then(|| "solves Sinkhorn divergences only".into())
    }
    fn solve(&self, problem: &Problem) -> Result<Solution> {
        let cost = problem.term.cost().ok_or_else(|| Error::data("sinkhorn", "the term has no transport cost"))?;
        let Objective::Sinkhorn(epsilon) = problem.term.objective else {
            return Err(Error::data("sinkhorn", "the term has no epsilon"));
        };
        host::solve(&cost, epsilon, problem)
    }
    fn solve_on_device(&self, problem: &Problem<Points>) -> Result<Option<OnDevice>> {
        match (&problem.term.objective, problem.term.cost()) {
            (Objective::Sinkhorn(epsilon), Some(cost)) => device::solve(&cost, *epsilon, problem),
            _ => Ok(None),
        }
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "solver": "sinkhorn" })
    }
}
