//! What a codec is.
use crate::critic::Named;
use crate::device::Points;
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// An encoder with its decoder.
///
/// # Errors
/// Numbers that cannot be read from their device, and an interrupt.
pub trait Codec: Send + Sync {
    /// E(x), shape [n, k] of points [n, d].
    fn encode(&self, x: &Points) -> Result<Points>;
    /// D(z), shape [n, d] of codes [n, k].
    fn decode(&self, z: &Points) -> Result<Points>;
    /// Jᵀv for the Jacobian J of the decoder at latent points, row by row.
    fn pull(&self, z: &Points, v: &Points) -> Result<Points>;
    /// An upper bound of the decoder's Lipschitz constant.
    fn lipschitz(&self) -> Result<f64>;
    /// Everything a saved run needs.
    fn state(&self) -> Result<Vec<Named>>;
    /// The same put back. Errors if something is missing or of another shape.
    fn restore(&mut self, state: &[Named]) -> Result<()>;
    /// A copy.
    fn boxed_clone(&self) -> Box<dyn Codec>;
}

impl Clone for Box<dyn Codec> {
    fn clone(&self) -> Self {
        self.as_ref().boxed_clone()
    }
}

/// Which samples a codec is fitted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// the target alone
    Target,
    /// source and target together
    Both,
}
