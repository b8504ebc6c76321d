//! The infimum in one launch of a GPU, which takes the steps of `tensor.rs` with sums over one cube: as tensor operations a solve
//! would be five hundred launches.
use super::steps::{SETTLED, STEEP, iterations};
use crate::device::Values;
use crate::device::ops::functionals::Infimum;
use crate::generator::Generator;
use burn::tensor::Device;

/// What the kernel is given; `start` is the ν of an earlier, similar φ, of shape `[1]`.
pub fn infimum(f: &Generator, start: Option<&Values>, device: &Device) -> Infimum {
    Infimum {
        table: f.device_table(device),
        start: start.cloned(),
        iterations: iterations(f, start.is_some()),
        steep: STEEP,
        settled: SETTLED,
    }
}
