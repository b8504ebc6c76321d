//! What an estimate comes to.
use crate::critic::solution::Solution;
use crate::critic::traits::Critic;
use crate::divergence::Divergence;
use std::sync::Arc;

/// A value with its proof.
pub struct Estimate {
    /// D
    pub divergence: Arc<dyn Divergence>,
    /// how the potential was found
    pub method: String,
    /// the objective at the fitted critic
    pub value: f64,
    /// lower ≤ D ≤ upper between these samples, −∞ where nothing is proved
    pub lower: f64,
    /// ∞ where nothing is proved
    pub upper: f64,
    /// the objective on points that the ascent did not see
    pub held_out: Option<f64>,
    /// the objective reached from each seed
    pub values: Vec<f64>,
    /// the law between P and Q: weights on the points of the second argument, for a single term that has one
    pub proximal: Option<Vec<f64>>,
    /// a single reversed term: the proximal law lives on the first sample
    pub reversed: bool,
    /// dD/dL = W₁(P, proximal), for one Lipschitz term
    pub slope: Option<f64>,
    /// L as requested, and an upper bound of what the critic has
    pub lipschitz: Vec<(Option<f64>, Option<f64>)>,
    /// (weight, critic) per term
    pub critics: Vec<(f64, Box<dyn Critic>)>,
    /// of a single term that was solved, for plans and brackets
    pub solution: Option<Arc<Solution>>,
    /// the objective after each step
    pub history: Vec<f64>,
    /// ascent steps and iterations of solvers, over all terms
    pub iterations: usize,
    /// what a reader should know: not converged, approximate
    pub remarks: Vec<String>,
}

impl Estimate {
    /// Of no terms yet: zero, proved.
    pub(super) fn empty(divergence: Arc<dyn Divergence>) -> Estimate {
        Estimate {
            divergence,
            method: String::new(),
            value: 0.0,
            lower: 0.0,
            upper: 0.0,
            held_out: None,
            values: vec![],
            proximal: None,
            reversed: false,
            slope: None,
            lipschitz: vec![],
            critics: vec![],
            solution: None,
            history: vec![],
            iterations: 0,
            remarks: vec![],
        }
    }

    /// The history of one more term; one that stopped early keeps its last value while others go on.
    pub(super) fn add_history(&mut self, history: &[f64], weight: f64) {
        let Some(latest) = history.last() else { return };
        let total = &mut self.history;
        if total.len() < history.len() {
            let last = total.last().copied().unwrap_or(0.0);
            total.resize(history.len(), last);
        }
        for (i, t) in total.iter_mut().enumerate() {
            *t += weight * history.get(i).unwrap_or(latest);
        }
    }
}
