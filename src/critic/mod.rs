//! Critics: potentials φ that a divergence is estimated with, each with a value, a gradient and a Lipschitz bound.
use crate::device::{Points, Values};
use crate::divergence::Term;
use crate::error::Result;
use crate::interrupt::Interrupt;
use burn::tensor::Device;

mod certificate;
mod entries;
pub mod estimate;
pub mod mlp;
pub mod optimizer;
pub use certificate::lower_bound;
pub use entries::{ENTRIES, ESTIMATE, MLP, OPTIMIZER, merge};

/// What one fit found. Tensors stay on the device until someone asks.
pub struct Fit {
    /// the objective at the last ascent step, shape [1]
    pub value: Values,
    /// ascent steps taken
    pub iterations: usize,
    /// objective after each ascent step, if it was asked for
    pub history: Vec<Values>,
}

/// How long to ascend.
#[derive(Clone, Debug)]
pub struct Ascent {
    pub steps: usize,
    /// stop once the objective improved by less than this fraction over ten steps; 0 never looks
    pub tolerance: f64,
    /// keep the objective after every step
    pub keep_history: bool,
    pub interrupt: Interrupt,
}

/// A vector of numbers with a name, for saving a critic.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub name: String,
    pub data: Vec<f32>,
}

/// Anything that returns a potential.
pub trait Critic: Send + Sync {
    /// Improves φ for a term between the samples, from where the last fit left it.
    fn fit(&mut self, term: &Term, source: &Points, target: &Points, ascent: &Ascent) -> Result<Fit>;
    /// φ at points, shape [n].
    fn value(&self, x: &Points) -> Values;
    /// ∇φ at points, shape [n, d].
    fn gradient(&self, x: &Points) -> Points;
    /// Both at once, and ∂objective/∂φ on the source for the fitted term (see [`Term::score`]).
    fn value_and_gradient(&self, x: &Points) -> (Values, Points);
    /// An upper bound on the Lipschitz constant, if the critic has one; f64, never an estimate from below.
    fn lipschitz_bound(&self) -> Result<Option<f64>>;
    /// Everything a bit-identical continuation needs.
    fn state(&self) -> Result<Vec<Named>>;
    fn restore(&mut self, state: &[Named], device: &Device) -> Result<()>;
    fn boxed_clone(&self) -> Box<dyn Critic>;
}

/// How a flow or an estimate makes the critic of a term.
pub trait CriticBuilder: Send + Sync {
    /// `dim` is the dimension of the points, `stream` tells apart the critics made under one seed.
    fn build(&self, term: &Term, dim: usize, seed: u64, stream: u64, device: &Device) -> Result<Box<dyn Critic>>;
    fn describe(&self) -> String;
    /// The builder as data, for saved runs.
    fn to_json(&self) -> serde_json::Value;
}
