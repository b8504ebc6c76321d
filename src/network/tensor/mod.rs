//! Networks on a device: burn's tensors, with passes, constraints and optimisers of one launch where kernels know the network.
//!
//! The same mathematics as [`super::host`].
mod activation;
mod ascent;
pub(crate) mod bjorck;
pub mod layers;
mod matrices;
mod network;
mod normaliser;
mod optimizer;
mod packed;
mod passes;
mod penalty;
mod power;
mod rows;
mod shared;
mod tangent;
mod trained;
pub use trained::TensorNetwork;
