//! Operations burn does not have: sums over all pairs of two samples in O(M + N) memory, passes through small networks, functions
//! interpolated from tables, and functionals of two samples. What only GPUs run has no other implementation.
//!
//! An operation is a file `x.rs` with the function that others call on tensors, and `x_cube.rs` with its kernels,
//! which the feature `gpu` brings. Kernels are not Rust but what CubeCL reads of it: an `if` that is resolved while a kernel is
//! compiled does not join one that is not, variables of a kernel are not swapped, and casts and assignments stay as they were
//! when the numbers of kernels were checked.
// without GPUs nobody reads what their operations are given, nor what they need
#![cfg_attr(not(feature = "gpu"), allow(unused_variables, dead_code))]
pub mod functionals;
#[cfg(feature = "gpu")]
mod functionals_cube;
#[cfg(feature = "gpu")]
mod group_cube;
#[allow(clippy::assign_op_pattern)] // see above
#[cfg(feature = "gpu")]
mod infimum_cube;
#[cfg(feature = "gpu")]
mod layer_cube;
pub mod layers;
#[allow(clippy::assign_op_pattern, clippy::unnecessary_cast)] // see above
#[cfg(feature = "gpu")]
mod layers_cube;
pub mod layout;
#[allow(clippy::assign_op_pattern, clippy::collapsible_if)] // see above
#[cfg(feature = "gpu")]
mod network_cube;
pub mod paces;
#[allow(clippy::collapsible_if)] // see above
#[cfg(feature = "gpu")]
mod paces_cube;
mod pairs;
#[allow(clippy::manual_div_ceil)] // see above
#[cfg(feature = "gpu")]
mod pairs_cube;
mod pairs_host;
pub mod passes;
#[allow(clippy::manual_swap, clippy::unnecessary_cast)] // see above
#[cfg(feature = "gpu")]
mod passes_cube;
pub mod plan;
#[cfg(feature = "gpu")]
mod samples_cube;
pub mod tables;
#[allow(clippy::collapsible_if)] // see above
#[cfg(feature = "gpu")]
mod tables_cube;
pub mod tangents;
#[allow(clippy::collapsible_if, clippy::manual_swap, clippy::unnecessary_cast)] // see above
#[cfg(feature = "gpu")]
mod tangents_cube;
#[allow(clippy::manual_div_ceil)] // see above
#[cfg(feature = "gpu")]
mod tiles_cube;
pub use pairs::{Radial, kernel_field, soft_field};
