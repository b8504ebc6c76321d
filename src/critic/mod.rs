//! Critics: potentials φ that a divergence is estimated with, each with a value, a gradient and a Lipschitz bound.
use crate::device::{Points, Values};
use crate::divergence::Term;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::network::flat::vector;
use crate::network::optimizer::OptimizerOptions;
use burn::tensor::Device;

pub mod certificate;
pub mod debiased;
pub mod deep_kernel;
mod entries;
pub mod entropic;
pub mod estimate;
pub mod exact;
pub mod features;
pub mod kernel;
pub mod mlp;
pub mod natural;
pub mod neurons;
pub mod newton;
pub mod on_device;
pub mod pair;
pub mod potentials;
pub mod resample;
pub mod solver;
pub use crate::network::{Frame, Named};
pub use entries::{BOOTSTRAP, CNN, DEEP_KERNEL, ENTRIES, ENTROPIC, ESTIMATE, EXACT, MLP, OPTIMIZER, PAIR, TEST, merge};

/// What one fit found. Tensors stay on the device until someone asks.
pub struct Fit {
    /// the objective at the last ascent step, shape [1]
    pub value: Values,
    /// ascent steps taken
    pub iterations: usize,
    /// objective after each ascent step, if it was asked for
    pub history: Vec<Values>,
}

/// Weights of the points of two samples; none are equal weights.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    pub source: Option<std::sync::Arc<Vec<f64>>>,
    pub target: Option<std::sync::Arc<Vec<f64>>>,
}

impl Weights {
    pub fn are_given(&self) -> bool {
        self.source.is_some() || self.target.is_some()
    }
}

/// How long to ascend.
#[derive(Clone, Debug, Default)]
pub struct Ascent {
    pub steps: usize,
    /// stop once a step improves the objective by less than this fraction; 0 never looks
    pub tolerance: f64,
    /// keep the objective after every step
    pub keep_history: bool,
    /// goes on with the fit before, on other samples: its moments are kept
    pub continues: bool,
    pub weights: Weights,
    pub interrupt: Interrupt,
}

/// M · ∂value/∂φ(yᵢ) · ∇φ(yᵢ) from φ and ∇φ at the particles and φ on the target: ∇φ itself for a forward f-divergence.
pub fn scored_variation(
    (phi, gradient): (Values, Points),
    term: &Term,
    on_target: impl FnOnce() -> Result<Values>,
) -> Result<Points> {
    if term.varies_as_critic() {
        return Ok(gradient);
    }
    let n = phi.dims()[0];
    let on_source = term.evaluate(&phi, &on_target()?, None).on_source;
    Ok(gradient * on_source.mul_scalar(n as f64).reshape([n, 1]))
}

/// An objective, where it was computed.
#[derive(Clone)]
pub enum Value {
    /// for a tensor of this place
    Number(f64, Device),
    Tensor(Values),
}

impl Value {
    fn read(&self) -> Result<f32> {
        match self {
            Value::Number(v, _) => Ok(*v as f32),
            Value::Tensor(t) => Ok(crate::device::number(t)? as f32),
        }
    }
    /// Shape [1].
    fn into_tensor(self) -> Values {
        match self {
            Value::Number(v, device) => vector(vec![v as f32], &device),
            Value::Tensor(t) => t,
        }
    }
}

impl Ascent {
    /// Takes ascent steps, each giving the objective before it; none if there are none to take.
    pub fn climb(&self, mut step: impl FnMut() -> Result<Value>) -> Result<Option<Fit>> {
        let mut last = None;
        let mut history = vec![];
        let mut reference: Option<f32> = None;
        for i in 0..self.steps {
            self.interrupt.check()?;
            let value = step()?;
            if self.keep_history {
                history.push(value.clone().into_tensor());
            }
            let mut settled = false;
            if self.tolerance > 0.0 {
                let now = value.read()?;
                settled = reference.is_some_and(|r| (now - r).abs() <= self.tolerance as f32 * now.abs());
                reference = Some(now);
            }
            last = Some((value, i + 1));
            if settled {
                break;
            }
        }
        Ok(last.map(|(value, iterations)| Fit { value: value.into_tensor(), iterations, history }))
    }
}

/// Anything that returns a potential.
pub trait Critic: Send + Sync {
    /// Improves φ for a term between the samples, from where the last fit left it.
    fn fit(&mut self, term: &Term, source: &Points, target: &Points, ascent: &Ascent) -> Result<Fit>;
    /// Makes the constraint hold as exactly as it can, once the ascent is over.
    fn settle(&mut self);
    /// Dimension of the points it takes.
    fn dim(&self) -> usize;
    /// φ at points, shape [n].
    fn value(&self, x: &Points) -> Result<Values>;
    /// φ and ∇φ at points, shapes [n] and [n, d].
    fn value_and_gradient(&self, x: &Points) -> Result<(Values, Points)>;
    /// ∇φ at points, shape [n, d].
    fn gradient(&self, x: &Points) -> Result<Points> {
        Ok(self.value_and_gradient(x)?.1)
    }
    /// ∇δD/δP at the particles the critic was just fitted to, shape [n, d].
    fn variation(&self, term: &Term, particles: &Points, target: &Points) -> Result<Points> {
        scored_variation(self.value_and_gradient(particles)?, term, || self.value(target))
    }
    /// Whether a fit climbs from where the last one ended, instead of solving anew.
    fn trains(&self) -> bool {
        true
    }
    /// What it climbs, at the samples and without climbing.
    fn objective(&self, term: &Term, source: &Points, target: &Points) -> Result<Values> {
        Ok(term.evaluate(&self.value(source)?, &self.value(target)?, None).value)
    }
    /// What a solver found, for critics that are solved for.
    fn found(&self) -> Option<std::sync::Arc<solver::Found>> {
        None
    }
    /// An upper bound on the Lipschitz constant, if the critic has one; f64, never an estimate from below.
    fn lipschitz_bound(&self) -> Result<Option<f64>>;
    /// Everything a bit-identical continuation needs.
    fn state(&self) -> Result<Vec<Named>>;
    fn restore(&mut self, state: &[Named], device: &Device) -> Result<()>;
    fn boxed_clone(&self) -> Box<dyn Critic>;
}

/// How a flow or an estimate makes the critic of a term.
pub trait CriticBuilder: Send + Sync {
    /// `stream` tells apart the critics made under one seed.
    fn build(&self, term: &Term, frame: &Frame, seed: u64, stream: u64) -> Result<Box<dyn Critic>>;
    /// Whether it can make a critic for this term.
    fn supports(&self, term: &Term) -> bool;
    /// Why its objective is no estimate of the divergence it is used for, if it is none.
    fn no_estimate(&self) -> Option<&'static str> {
        None
    }
    /// Whether there is an ascent whose length and optimiser can be chosen.
    fn trains(&self) -> bool {
        true
    }
    /// The network it is, for those who want its layers for something else.
    fn network(&self) -> Option<&mlp::MlpBuilder> {
        None
    }
    fn describe(&self) -> String;
    /// The same critic trained by another optimiser.
    fn with_optimizer(&self, optimizer: OptimizerOptions) -> std::sync::Arc<dyn CriticBuilder>;
    /// The builder as data, for saved runs.
    fn to_json(&self) -> serde_json::Value;
}
