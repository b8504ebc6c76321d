//! Kernel terms, solved: MMD² in closed form, penalised f-divergences by Newton's method on their dual.
use super::kind::{Form, Kind};
use super::solution::{OnDevice, Solution};
use super::solver::{Problem, Solver};
use crate::device::{Points, Values};
use crate::divergence::{Objective, Term};
use crate::error::{Error, Result};
use crate::space::Space;
use dual::Mass;
use std::sync::Arc;

mod conjugate;
pub(super) mod device;
pub mod dual;
pub mod features;
mod host;
mod interior;
mod near;
mod newton;
mod patience;
mod penalized;
mod proof;
mod root;

/// Its place in the list of critics.
pub const KIND: Kind =
    Kind { entry: None, form: Form::Solver { name: "kernel", make: |_| Ok(Arc::new(KernelSolver)) } };

/// The solver of terms over a reproducing kernel Hilbert space.
#[derive(Clone, Copy, Debug, Default)]
pub struct KernelSolver;

impl Solver for KernelSolver {
    fn describe(&self) -> String {
        "kernel solution".into()
    }
    fn refuses(&self, term: &Term) -> Option<String> {
        (!matches!(term.space, Space::Rkhs(_))).then(|| "solves kernel terms only".into())
    }
    fn solve(&self, problem: &Problem) -> Result<Solution> {
        let Space::Rkhs(space) = &problem.term.space else {
            return Err(Error::data("kernel", "the term has no kernel"));
        };
        match &problem.term.objective {
            Objective::F(f) => penalized::solve(space, f, Mass::One, problem),
            Objective::FreeMass(f) => penalized::solve(space, f, Mass::Free, problem),
            _ => host::witness(space, problem),
        }
    }
    fn solve_on_device(&self, problem: &Problem<Points>) -> Result<Option<OnDevice>> {
        match (&problem.term.objective, &problem.term.space) {
            (Objective::Ipm, Space::Rkhs(space)) => Ok(device::witness(space, problem)),
            _ => Ok(None),
        }
    }
    fn potential_on_device(&self, problem: &Problem<Points>, x: &Points) -> Result<Option<(Values, Points)>> {
        match (&problem.term.objective, &problem.term.space) {
            (Objective::Ipm, Space::Rkhs(space)) => device::witness_at(space, problem.p, problem.q, x).map(Some),
            _ => Ok(None),
        }
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "solver": "kernel" })
    }
}
