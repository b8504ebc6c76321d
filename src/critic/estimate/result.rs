//! What an estimate comes to.
use crate::critic::solution::Solution;
use crate::critic::traits::Critic;
use crate::divergence::Divergence;
use crate::space::Origin;
use std::sync::Arc;

/// A value with its proof: lower ≤ D(P‖Q) ≤ upper between two samples, where
/// D_f^Γ(P‖Q) = sup_{φ∈Γ} { E_P φ − inf_ν { ν + E_Q f*(φ − ν) } } for the terms of f-divergences.
/// [birrell2022](crate::references#birrell2022)
///
/// `value`, `lower`, `upper`, `held_out`, `values` and `history` are in the units of D: those of f, which are nats for KL; a
/// length times L for L·W₁; those of the cost for transport. `slope` is a length, `proximal` sums to one.
///
/// ```
/// use gflow::critic::estimate::{EstimateOptions, Request, estimate};
/// use gflow::critic::exact::Exact;
/// use gflow::critic::mlp::{MlpBuilder, MlpOptions};
/// use gflow::critic::{CriticBuilder, SolverBuilder, Weights};
/// use gflow::device::{host, points};
/// use gflow::divergence::Regularized;
/// use gflow::generator::named;
/// use gflow::interrupt::Interrupt;
/// use gflow::space::Lipschitz;
/// use std::sync::Arc;
///
/// // KL between samples of three and two points, over potentials of slope at most 1
/// let p = points(vec![0.0, 0.5, 1.0], 3, 1, &host());
/// let q = points(vec![0.0, 0.5], 2, 1, &host());
/// let kl = Arc::new(named::find("kl").unwrap().build(&[])?);
/// let divergence = Arc::new(Regularized { generator: kl, space: Lipschitz::new(1.0)? });
/// let run = |builder: &dyn CriticBuilder| {
///     let request = Request {
///         divergence: divergence.clone(),
///         p: &p,
///         q: &q,
///         builder,
///         explicit: true,
///         weights: Weights::default(),
///         options: EstimateOptions { steps: 50, ..EstimateOptions::default() },
///     };
///     estimate(&request, &Interrupt::default(), &mut |_, _| {})
/// };
/// let exact = run(&SolverBuilder(Arc::new(Exact::default())))?;
/// assert!(exact.upper - exact.lower < 1e-9);
/// let trained = run(&MlpBuilder::new(vec![16], MlpOptions::default())?)?;
/// assert!(trained.lower <= exact.value + 1e-9 && exact.value <= trained.upper + 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    /// (weight, critic) per term, which take points about the origin
    pub critics: Vec<(f64, Box<dyn Critic>)>,
    /// what was subtracted from both samples
    pub origin: Origin,
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
            origin: Origin::default(),
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
