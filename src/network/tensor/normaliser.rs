//! What a hard constraint does to a network on a device, by whichever way it is done.
use super::layers::TensorLayers;
use super::optimizer::TensorOptimizer;
use crate::device::Values;
use crate::error::Result;
use crate::network::spectral::SingularVectors;

/// Keeps layers at norm 1.
pub trait Normaliser: Send + Sync {
    /// v ← Au/|Au|, u ← Aᵀv/|Aᵀv|, a few times.
    fn advance(&mut self, theta: &Values, iterations: usize);
    /// The layers after some iterations; what the chain rule needs is remembered.
    fn prepare(&mut self, theta: &Values, iterations: usize) -> TensorLayers;
    /// One step of the optimiser up a gradient in the layers prepared last.
    fn ascend(&mut self, theta: &mut Values, gradient: Values, optimizer: &mut TensorOptimizer);
    /// The singular vectors.
    fn vectors(&self) -> Result<SingularVectors>;
    /// A copy.
    fn boxed_clone(&self) -> Box<dyn Normaliser>;
}

impl Clone for Box<dyn Normaliser> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}
