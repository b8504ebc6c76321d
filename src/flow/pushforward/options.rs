//! What flows of generated laws can be told.
use crate::critic::mlp::{Activation, MlpBuilder, MlpOptions};
use crate::error::Result;
use crate::flow::particles::Auto;
use crate::network::optimizer::OptimizerOptions;
use serde::{Deserialize, Serialize};

/// Where the inputs of the map come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Latent {
    /// rows of the source
    Source,
    /// fresh standard normal draws of the source's dimension
    Gaussian,
}

/// How the map follows the velocities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pursuit {
    /// one gradient step on E φ(G(z)), as in a GAN [birrell2022](crate::references#birrell2022)
    Adversarial,
    /// `persistent` gradient steps on E|ζ − G(z)|² for ζ = y + Δt v(y): forward Euler, on the same minibatch [huang2024w2](crate::references#huang2024w2)
    Euler,
    /// one gradient step of a potential flow on E φ(x(1)) + its kinetic energy [gu2024w1w2](crate::references#gu2024w1w2)
    Potential,
}

/// A number, or found from the samples and the run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Found<T> {
    /// this number
    Fixed(T),
    /// "auto"
    Named(Auto),
}

impl<T: Copy> Found<T> {
    /// To be found.
    pub const AUTO: Found<T> = Found::Named(Auto::Auto);

    /// The number, or another one that was found.
    pub fn or(self, found: T) -> T {
        if let Found::Fixed(v) = self { v } else { found }
    }
    /// Whether it is to be found.
    pub fn is_auto(self) -> bool {
        matches!(self, Found::Named(_))
    }
}

impl<T: std::fmt::Display> Found<T> {
    /// The number, or the word.
    pub fn describe(&self) -> String {
        match self {
            Found::Fixed(v) => v.to_string(),
            Found::Named(_) => "auto".into(),
        }
    }
}

/// Options of flows of a law that a map generates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PushforwardOptions {
    /// Δt of the Euler scheme
    pub dt: Found<f64>,
    /// gradient steps K per Euler step
    pub persistent: Found<usize>,
    /// ascent steps of the critic per step of the map, each on fresh minibatches
    pub critic_steps: usize,
    /// points of each sample per minibatch; 0 takes all
    pub batch: Found<usize>,
    /// learning rate of the map; found, it fades
    pub generator_lr: Found<f64>,
    /// decay of the moving average of the map's parameters; 0 keeps none
    pub ema: Found<f64>,
    /// G(z) = z + net(z)
    pub residual: bool,
    /// inputs z of the map
    pub latent: Latent,
    /// weight of the kinetic energy λ∫½|v|² of a potential flow
    pub lambda: Found<f64>,
    /// time steps of a potential flow
    pub time_steps: usize,
    /// whether the kinetic energy is counted
    pub kinetic: bool,
    /// whether λ is taken in units of the samples inside; not in runs that were saved before it was
    pub in_units: bool,
    /// whether nobody named a learning rate of the critics, so that it fades with the map's; not in runs that were saved before it did
    pub fades: bool,
}

/// λ in units of the samples, where nobody named one.
pub(super) const LAMBDA: f64 = 0.5;

impl Default for PushforwardOptions {
    fn default() -> Self {
        PushforwardOptions {
            dt: Found::AUTO,
            persistent: Found::AUTO,
            critic_steps: 5,
            batch: Found::AUTO,
            generator_lr: Found::AUTO,
            ema: Found::AUTO,
            residual: false,
            latent: Latent::Source,
            lambda: Found::AUTO,
            time_steps: 5,
            kinetic: true,
            in_units: false,
            fades: false,
        }
    }
}

impl PushforwardOptions {
    /// The defaults of a flow that goes all the way along its velocities, which are displacements of a plan.
    pub fn all_the_way() -> PushforwardOptions {
        PushforwardOptions { dt: Found::Fixed(1.0), ..PushforwardOptions::default() }
    }

    /// The defaults of potential flows.
    pub fn potential() -> PushforwardOptions {
        PushforwardOptions {
            dt: Found::Fixed(1.0),
            persistent: Found::Fixed(1),
            batch: Found::Fixed(256),
            generator_lr: Found::Fixed(1e-3),
            ema: Found::Fixed(0.0),
            ..PushforwardOptions::default()
        }
    }
}

/// The optimiser of critics and maps that chase each other: little momentum. The critic has the larger rate.
pub fn adversarial_optimizer() -> OptimizerOptions {
    OptimizerOptions { lr: 5e-3, beta1: 0.5, beta2: 0.9, ..OptimizerOptions::default() }
}

/// The same at the rate of potential flows, which does not fade.
pub fn potential_optimizer() -> OptimizerOptions {
    OptimizerOptions { lr: 1e-3, ..adversarial_optimizer() }
}

/// The generator network unless another is named.
///
/// # Errors
/// As [`MlpBuilder::new`]; these layers fit.
pub fn default_network() -> Result<MlpBuilder> {
    MlpBuilder::new(vec![64, 64, 64], MlpOptions { activation: Activation::LeakyRelu, ..MlpOptions::default() })
}
