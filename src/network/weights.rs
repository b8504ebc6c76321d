//! Parameters laid out for passes through a network.
use super::flat::Flat;
use super::host::HostLayers;
use super::on_device::DeviceLayers;
use super::shape::Shape;
use crate::device::Points;
use crate::error::Result;
use crate::scratch;
use burn::tensor::Device;

/// The matrices and biases of every layer.
pub enum Weights {
    Host(HostLayers),
    Tensors(DeviceLayers),
}

impl Weights {
    pub fn of(theta: &Flat, shape: &Shape) -> Weights {
        match theta {
            Flat::Host(v) => Weights::Host(HostLayers::new(scratch::copy(v), shape)),
            Flat::Device(v) => Weights::Tensors(DeviceLayers::new(v.clone(), shape)),
        }
    }
    pub fn shape(&self) -> &Shape {
        match self {
            Weights::Host(h) => h.shape(),
            Weights::Tensors(layers) => layers.shape(),
        }
    }
    /// The matrix of a layer, row-major.
    pub fn matrix(&self, l: usize) -> Result<Vec<f64>> {
        match self {
            Weights::Host(h) => Ok(h.w(l).iter().map(|v| f64::from(*v)).collect()),
            Weights::Tensors(layers) => crate::device::rows_f64(&layers.layers().w[l]),
        }
    }
    /// Aₗ x, and Aₗᵀ d, for host rows.
    pub fn apply(&self, l: usize, x: &[f32], rows: usize, device: &Device) -> Result<Vec<f32>> {
        let linear = &self.shape().linears()[l];
        match self {
            Weights::Host(h) => {
                let mut z = vec![0.0; rows * linear.outs()];
                super::host_linear::apply(linear, rows, x, h.w(l), super::products::Start::Zero, &mut z);
                Ok(z)
            }
            Weights::Tensors(layers) => {
                let x: Points = crate::device::points(x.to_vec(), rows, linear.ins(), device);
                crate::device::rows(&linear.apply(x, &layers.layers().w[l]))
            }
        }
    }
}
