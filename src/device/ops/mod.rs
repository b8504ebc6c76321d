//! Operations burn does not have: sums over all pairs of two samples in O(M + N) memory, passes through small networks, functions
//! interpolated from tables, and functionals of two samples. What only GPUs run has no other implementation.
//!
//! An operation is a file `x.rs` with the function that others call on tensors, and `x_cube.rs` with its kernels.
pub mod functionals;
mod functionals_cube;
mod group_cube;
mod infimum_cube;
mod layer_cube;
pub mod layers;
mod layers_cube;
pub mod layout;
mod network_cube;
mod pairs;
mod pairs_cube;
mod pairs_host;
pub mod passes;
mod passes_cube;
pub mod plan;
mod samples_cube;
pub mod tables;
mod tables_cube;
pub mod tangents;
mod tangents_cube;
mod tiles_cube;
pub use pairs::{Radial, kernel_field, soft_field};
