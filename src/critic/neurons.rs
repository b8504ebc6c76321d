//! The witness between two-layer networks: h(θ) = 2 E_z (f_P(z) − f_Q(z)) ψ(z, θ).
use super::kind::{Form, Kind};
use super::solution::{Potential, Solution};
use super::solver::{Problem, Solver};
use crate::divergence::Term;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::space::Space;
use crate::space::neurons::Neurons;
use std::sync::Arc;

/// Its place in the list of critics.
pub const KIND: Kind =
    Kind { entry: None, form: Form::Solver { name: "neurons", make: |_| Ok(Arc::new(NeuronSolver)) } };

/// The solver of terms over two-layer networks: residuals between two of them, in closed form.
#[derive(Clone, Copy, Debug, Default)]
pub struct NeuronSolver;

struct Witness {
    neurons: Arc<Neurons>,
    /// 2 (f_P − f_Q)/J at every input
    residuals: Vec<f64>,
}

impl Potential for Witness {
    fn at(&self, x: &[f64], interrupt: &Interrupt) -> Result<(Vec<f64>, Vec<f64>)> {
        self.neurons.sum(&self.residuals, x, interrupt)
    }
    fn lipschitz(&self) -> Option<f64> {
        None
    }
}

impl Solver for NeuronSolver {
    fn describe(&self) -> String {
        "network residuals".into()
    }
    fn refuses(&self, term: &Term) -> Option<String> {
        (!matches!(term.space, Space::Neurons(_))).then(|| "solves two_layer terms only".into())
    }
    fn solve(&self, problem: &Problem) -> Result<Solution> {
        let Problem { term, p, q, interrupt, .. } = *problem;
        let Space::Neurons(neurons) = &term.space else {
            return Err(Error::data("two_layer", "the term has no inputs"));
        };
        neurons.check(p.d)?;
        let (f, g) = (neurons.network(&p.rows, &p.weights), neurons.network(&q.rows, &q.weights));
        let count = f.len() as f64;
        let difference: Vec<f64> = f.iter().zip(&g).map(|(a, b)| a - b).collect();
        let value = difference.iter().map(|r| r * r).sum::<f64>() / count;
        let potential =
            Witness { neurons: neurons.clone(), residuals: difference.into_iter().map(|r| 2.0 * r / count).collect() };
        let on_source = potential.at(&p.rows, interrupt)?.1;
        let on_target = if term.reversed {
            Some(potential.at(&q.rows, interrupt)?.1.into_iter().map(|v| -v).collect())
        } else {
            None
        };
        Ok(Solution { on_target, ..Solution::new([value, value, value], Arc::new(potential), on_source) })
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "solver": "neurons" })
    }
}
