//! Layers on a device behind the seam.
use super::layers::{self, BlockPass, Opened, TensorLayers, join, split};
use crate::device::{self, Points, Values};
use crate::error::Result;
use crate::network::ascent::Goal;
use crate::network::interface::{Layers, Pass, Slopes};
use crate::network::shape::Shape;
use burn::tensor::Device;
use std::sync::Arc;

/// Layers that passes share.
#[derive(Clone)]
pub struct SharedLayers {
    /// the parameters
    pub layers: Arc<TensorLayers>,
    /// where they are
    pub device: Device,
}

/// A pass that is stored.
struct TensorPass {
    layers: SharedLayers,
    passes: Vec<BlockPass>,
    /// passes of every sample
    counts: Vec<usize>,
}

/// ∇net at a pass, with its tensors.
struct TensorSlopes {
    layers: SharedLayers,
    opened: Vec<Opened>,
    gradient: Points,
}

impl Layers for SharedLayers {
    fn shape(&self) -> &Shape {
        self.layers.shape()
    }
    fn forward(&self, samples: &[&Points]) -> Result<Box<dyn Pass>> {
        let (mut passes, mut counts) = (vec![], vec![]);
        for x in samples {
            let here = self.layers.forward(x);
            counts.push(here.len());
            passes.extend(here);
        }
        Ok(Box::new(TensorPass { layers: self.clone(), passes, counts }))
    }
    fn outputs(&self, x: &Points) -> Result<Values> {
        Ok(join(&self.layers.forward(x)))
    }
    fn value_and_input_gradient(&self, x: &Points) -> Result<(Values, Points)> {
        Ok(self.layers.value_and_input_gradient(x))
    }
    fn variation(
        &self,
        goal: &Goal,
        n: usize,
        both: &dyn Fn() -> Points,
        nu: Option<&Values>,
    ) -> Result<Option<Points>> {
        let Some(functional) = goal.term.functional(n, goal.height, nu, &self.device) else { return Ok(None) };
        let passes = self.layers.forward(&both());
        // the derivatives of the objective go back through the network in one launch
        let Some(found) = layers::evaluate(&passes, &functional) else { return Ok(None) };
        let back = self.layers.input_gradient(&passes, &split(&found.slopes, &passes));
        Ok(Some(back.narrow(0, 0, n)))
    }
    fn matrix(&self, l: usize) -> Result<Vec<f64>> {
        device::rows_f64(&self.layers.matrices().w[l])
    }
    fn apply(&self, l: usize, x: &[f32], rows: usize) -> Result<Vec<f32>> {
        let linear = &self.shape().linears()[l];
        let x = device::points(x.to_vec(), rows, linear.ins(), &self.device);
        device::rows(&linear.apply(x, &self.layers.matrices().w[l]))
    }
}

impl Pass for TensorPass {
    fn outputs(&self) -> Result<Vec<Values>> {
        let mut rest = &self.passes[..];
        let mut next = |n: &usize| {
            let (here, after) = rest.split_at(*n);
            rest = after;
            join(here)
        };
        Ok(self.counts.iter().map(&mut next).collect())
    }
    fn gradient(&self, seeds: &[Values]) -> Result<Values> {
        let mut rest = &self.passes[..];
        let mut all = vec![];
        for (n, s) in self.counts.iter().zip(seeds) {
            let (here, after) = rest.split_at(*n);
            rest = after;
            all.extend(split(s, here));
        }
        Ok(self.layers.layers.gradient(&self.passes, &all))
    }
    fn input_gradient(&self, seed: &Values) -> Result<Points> {
        Ok(self.layers.layers.input_gradient(&self.passes, &split(seed, &self.passes)))
    }
    fn both_gradients(&self, seed: &Values) -> Result<(Values, Points)> {
        Ok(self.layers.layers.both_gradients(&self.passes, &split(seed, &self.passes)))
    }
    fn slopes(self: Box<Self>) -> Result<Box<dyn Slopes>> {
        let (opened, gradient) = self.layers.layers.slopes(&self.passes);
        Ok(Box::new(TensorSlopes { layers: self.layers, opened, gradient }))
    }
}

impl Slopes for TensorSlopes {
    fn gradient(&self) -> &Points {
        &self.gradient
    }
    fn tangent(&self, v: &Points) -> Result<(Values, Option<Points>)> {
        Ok(self.layers.layers.tangent(&self.opened, v))
    }
}
