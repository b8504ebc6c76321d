//! Operations burn does not have: sums over all pairs of two samples in O(M + N) memory, passes through small networks, functions
//! interpolated from tables, and functionals of two samples. What only GPUs run has no other implementation.
//!
//! An operation is a file `x.rs` with the function that others call on tensors, and `x_cube.rs` with its kernels. Kernels are not Rust
//! but what CubeCL reads of it: an `if` that is resolved while a kernel is compiled does not join one that is not, variables of a kernel
//! are not swapped, and casts and assignments stay as they were when the numbers of kernels were checked.
pub mod functionals;
mod functionals_cube;
mod group_cube;
#[allow(clippy::assign_op_pattern)] // see above
mod infimum_cube;
mod layer_cube;
pub mod layers;
#[allow(clippy::assign_op_pattern, clippy::unnecessary_cast)] // see above
mod layers_cube;
pub mod layout;
#[allow(clippy::assign_op_pattern, clippy::collapsible_if)] // see above
mod network_cube;
mod pairs;
#[allow(clippy::manual_div_ceil)] // see above
mod pairs_cube;
mod pairs_host;
pub mod passes;
#[allow(clippy::manual_swap, clippy::unnecessary_cast)] // see above
mod passes_cube;
pub mod plan;
mod samples_cube;
pub mod tables;
#[allow(clippy::collapsible_if)] // see above
mod tables_cube;
pub mod tangents;
#[allow(clippy::collapsible_if, clippy::manual_swap, clippy::unnecessary_cast)] // see above
mod tangents_cube;
#[allow(clippy::manual_div_ceil)] // see above
mod tiles_cube;
pub use pairs::{Radial, kernel_field, soft_field};
