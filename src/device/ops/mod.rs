//! Operations burn does not have: sums over all pairs of two samples in O(M + N) memory, passes through small networks, conjugates and
//! objectives. What only GPUs run has no other implementation.
pub mod conjugates;
mod conjugates_cube;
mod cube;
mod host;
pub mod layers;
mod layers_cube;
mod layers_host;
mod pairs;
mod parts_cube;
pub mod passes;
mod passes_cube;
mod products_cube;
pub mod ratios;
mod ratios_cube;
pub mod tangents;
mod tangents_cube;
pub use pairs::{Radial, kernel_field, soft_field};
