//! What flows of generated laws can be told.
use crate::critic::mlp::{Activation, MlpBuilder, MlpOptions};
use crate::error::Result;
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

/// Options of flows of a law that a map generates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PushforwardOptions {
    /// Δt of the Euler scheme
    pub dt: f64,
    /// gradient steps K per Euler step
    pub persistent: usize,
    /// ascent steps of the critic per step of the map, each on fresh minibatches
    pub critic_steps: usize,
    /// points of each sample per minibatch; 0 takes all
    pub batch: usize,
    /// learning rate of the map
    pub generator_lr: f64,
    /// decay of the moving average of the map's parameters; 0 keeps none
    pub ema: f64,
    /// G(z) = z + net(z)
    pub residual: bool,
    /// inputs z of the map
    pub latent: Latent,
    /// weight of the kinetic energy λ∫½|v|² of a potential flow
    pub lambda: f64,
    /// time steps of a potential flow
    pub time_steps: usize,
    /// whether the kinetic energy is counted
    pub kinetic: bool,
}

impl Default for PushforwardOptions {
    fn default() -> Self {
        PushforwardOptions {
            dt: 1.0,
            persistent: 1,
            critic_steps: 5,
            batch: 256,
            generator_lr: 1e-3,
            ema: 0.0,
            residual: false,
            latent: Latent::Source,
            lambda: 0.5,
            time_steps: 5,
            kinetic: true,
        }
    }
}

/// The optimiser of critics and maps that chase each other: little momentum.
pub fn adversarial_optimizer() -> OptimizerOptions {
    OptimizerOptions { lr: 1e-3, beta1: 0.5, beta2: 0.9, ..OptimizerOptions::default() }
}

/// The generator network unless another is named.
///
/// # Errors
/// As [`MlpBuilder::new`]; these layers fit.
pub fn default_network() -> Result<MlpBuilder> {
    MlpBuilder::new(vec![64, 64, 64], MlpOptions { activation: Activation::LeakyRelu, ..MlpOptions::default() })
}
