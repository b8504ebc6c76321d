//! The nonlinearities between layers.
use serde::{Deserialize, Serialize};

/// The nonlinearity between layers; each is 1-Lipschitz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// Sorts pairs of units: keeps gradient norms, so that 1-Lipschitz functions can be approximated. [anil2019](crate::references#anil2019)
    Groupsort,
    /// max(z, 0)
    Relu,
    /// tanh z
    Tanh,
    /// z, or 0.2 z below zero
    LeakyRelu,
}

/// Slope of leaky ReLU below zero.
pub const LEAK: f64 = 0.2;
