//! Layers of norm 1 in one launch: dense layers that a kernel divides by their singular values.
use super::layers::TensorLayers;
use super::normaliser::Normaliser;
use super::optimizer::TensorOptimizer;
use crate::device::ops::layers::{Divided, divide};
use crate::device::ops::layout::Layout;
use crate::device::{Values, values, vector};
use crate::error::Result;
use crate::network::shape::Shape;
use crate::network::spectral::SingularVectors;
use burn::tensor::Device;

/// One vector of all u, then all v, and what the layers were divided by last.
#[derive(Clone)]
pub struct PackedPower {
    shape: Shape,
    uv: Values,
    layout: Layout,
    divided: Option<Divided>,
}

impl PackedPower {
    /// From vectors that are known.
    pub fn new(shape: &Shape, vectors: SingularVectors, layout: Layout, device: &Device) -> PackedPower {
        let uv = vector([vectors.u.concat(), vectors.v.concat()].concat(), device);
        PackedPower { shape: shape.clone(), uv, layout, divided: None }
    }
    fn divide(&mut self, theta: &Values, iterations: usize) -> Divided {
        let divided = divide(theta, &self.uv, &self.layout, iterations);
        self.uv = divided.uv.clone();
        divided
    }
}

impl Normaliser for PackedPower {
    fn advance(&mut self, theta: &Values, iterations: usize) {
        self.divide(theta, iterations);
    }
    fn prepare(&mut self, theta: &Values, iterations: usize) -> TensorLayers {
        let divided = self.divide(theta, iterations);
        let layers = TensorLayers::new(divided.weights.clone(), &self.shape);
        self.divided = Some(divided);
        layers
    }
    fn ascend(&mut self, theta: &mut Values, gradient: Values, optimizer: &mut TensorOptimizer) {
        let divided = match self.divided.take() {
            Some(divided) => divided,
            None => self.divide(theta, 0),
        };
        optimizer.ascend(theta, &gradient, Some((&divided, &self.layout)));
    }
    fn vectors(&self) -> Result<SingularVectors> {
        let all = values(&self.uv)?;
        let mut rest = &all[..];
        let mut take = |n: usize| {
            let (here, after) = rest.split_at(n);
            rest = after;
            here.to_vec()
        };
        let u = self.shape.linears().iter().map(|l| take(l.ins())).collect();
        Ok(SingularVectors { u, v: self.shape.linears().iter().map(|l| take(l.outs())).collect() })
    }
    fn boxed_clone(&self) -> Box<dyn Normaliser> {
        Box::new(self.clone())
    }
}
