//! The door: where the numbers of a network live is decided here, once.
use super::constraint::Hard;
use super::host::HostNetwork;
use super::interface::Network;
use super::optimizer::OptimizerOptions;
use super::shape::Shape;
use super::tensor::TensorNetwork;
use crate::device::is_cpu;
use crate::random::Rng;
use burn::tensor::Device;

/// A network with fresh parameters, under a hard constraint or none: slices where tensors live in host memory, tensors and
/// kernels on a device.
pub fn open(
    shape: Shape,
    constraint: Option<Hard>,
    optimizer: OptimizerOptions,
    rng: &mut Rng,
    device: &Device,
) -> Box<dyn Network> {
    if is_cpu(device) {
        Box::new(HostNetwork::new(shape, constraint, optimizer, rng, device))
    } else {
        Box::new(TensorNetwork::new(shape, constraint, optimizer, rng, device))
    }
}
