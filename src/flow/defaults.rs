//! The critic flows use unless told otherwise, and how it is trained.
use crate::catalogue::{Opt, merge};
use crate::critic::mlp::{Activation, MlpBuilder, MlpOptions};
use crate::error::Result;
use crate::network::optimizer::OptimizerOptions;
use serde::Serialize;

/// Adam as flows of particles use it: with more momentum the critic overshoots the particles and leaves strays; with a longer
/// memory of squared gradients, which were large while the samples were far apart, it no longer learns when they are near.
pub fn flow_optimizer() -> OptimizerOptions {
    OptimizerOptions { lr: 7e-3, beta1: 0.5, beta2: 0.99, ..OptimizerOptions::default() }
}

/// The critic a flow uses unless told otherwise: in a flow a smooth descent matters more than the last per cent of
/// the supremum, and leaky ReLU settles where groupsort keeps moving the particles.
///
/// # Errors
/// As [`MlpBuilder::new`]; these layers fit.
pub fn default_critic() -> Result<MlpBuilder> {
    MlpBuilder::new(vec![64, 64], MlpOptions { activation: Activation::LeakyRelu, ..MlpOptions::default() })
}

/// Typed options as data.
pub(super) fn json(typed: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(typed).unwrap_or_default()
}

/// Defaults of the options an entry lists, from typed ones.
pub(super) fn defaults(options: &[Opt], typed: impl IntoIterator<Item = serde_json::Value>) -> serde_json::Value {
    let mut v = typed.into_iter().reduce(merge).unwrap_or_default();
    if let Some(map) = v.as_object_mut() {
        map.retain(|k, _| options.iter().any(|o| o.name == k));
    }
    v
}
