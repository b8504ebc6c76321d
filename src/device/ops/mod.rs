//! Operations burn does not have, for every backend it runs on: sums over all pairs of two samples in O(M + N) memory.
mod cube;
mod host;
mod pairs;
pub use pairs::{Radial, kernel_field, soft_field};
