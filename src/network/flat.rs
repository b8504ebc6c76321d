//! Parameters and their gradients as one vector, where their network runs: in host memory or on a device.
use crate::device::{Values, is_cpu, values};
use crate::error::Result;
use burn::tensor::{Device, Tensor, TensorData};
use std::sync::Arc;

/// One vector; on the host it is shared until somebody writes.
#[derive(Clone)]
pub enum Flat {
    Host(Arc<Vec<f32>>),
    Device(Values),
}

impl Flat {
    pub fn new(v: Vec<f32>, device: &Device) -> Flat {
        if is_cpu(device) { Flat::host(v) } else { Flat::Device(vector(v, device)) }
    }
    pub fn host(v: Vec<f32>) -> Flat {
        Flat::Host(Arc::new(v))
    }
    pub fn to_vec(&self) -> Result<Vec<f32>> {
        match self {
            Flat::Host(v) => Ok(v.to_vec()),
            Flat::Device(v) => values(v),
        }
    }
    pub fn negated(self) -> Flat {
        match self {
            Flat::Host(mut v) => {
                Arc::make_mut(&mut v).iter_mut().for_each(|v| *v = -*v);
                Flat::Host(v)
            }
            Flat::Device(v) => Flat::Device(v.neg()),
        }
    }
    /// a·self + b·other, for vectors of one place.
    pub fn combine(self, a: f32, other: &Flat, b: f32) -> Flat {
        match (self, other) {
            (Flat::Host(mut v), Flat::Host(w)) => {
                Arc::make_mut(&mut v).iter_mut().zip(w.iter()).for_each(|(v, w)| *v = a * *v + b * w);
                Flat::Host(v)
            }
            // every launch counts
            (Flat::Device(v), Flat::Device(w)) if (a, b) == (1.0, -1.0) => Flat::Device(v - w.clone()),
            (Flat::Device(v), Flat::Device(w)) => Flat::Device(v.mul_scalar(a) + w.clone().mul_scalar(b)),
            (mine, _) => mine,
        }
    }
}

/// A vector on a device.
pub fn vector(v: Vec<f32>, device: &Device) -> Values {
    let n = v.len();
    Tensor::from_data(TensorData::new(v, [n]), device)
}
