//! The layers of a network as slices of one vector.
use super::linear::back;
use crate::interrupt;
use crate::network::shape::Shape;
use crate::scratch::{self, Scratch};
use std::ops::Range;
use std::sync::OnceLock;

/// Weights and biases as slices of one vector.
pub struct HostLayers {
    shape: Shape,
    theta: Scratch,
    /// the weights of every layer transposed, once somebody goes back through them
    transposed: OnceLock<Scratch>,
}

impl HostLayers {
    /// Layers of a shape from all their parameters.
    pub fn new(theta: Scratch, shape: &Shape) -> HostLayers {
        HostLayers { shape: shape.clone(), theta, transposed: OnceLock::new() }
    }
    /// What layers there are.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }
    /// The parameters in one vector.
    pub fn theta(&self) -> &[f32] {
        &self.theta
    }
    /// Where the weights of a layer are in the vector.
    pub fn weights_at(&self, l: usize) -> Range<usize> {
        self.shape.place(l).weights..self.shape.place(l).biases
    }
    /// The weights of a layer, row-major.
    pub fn w(&self, l: usize) -> &[f32] {
        &self.theta[self.weights_at(l)]
    }
    /// The biases of a layer, one per channel.
    pub fn b(&self, l: usize) -> &[f32] {
        &self.theta[self.shape.place(l).biases..self.shape.place(l + 1).weights]
    }
    /// The transposed weights of a layer, row-major.
    fn transposed(&self, l: usize) -> &[f32] {
        let all = self.transposed.get_or_init(|| {
            let mut out = scratch::take(self.theta.len());
            for (l, linear) in self.shape.linears().iter().enumerate() {
                let (k, n) = linear.matrix();
                let (from, to) = (self.w(l), &mut out[self.weights_at(l)]);
                for (i, row) in from.chunks_exact(n).enumerate() {
                    if interrupt::poll().is_err() {
                        break;
                    }
                    for (j, w) in row.iter().enumerate() {
                        to[j * k + i] = *w;
                    }
                }
            }
            out
        });
        &all[self.weights_at(l)]
    }
    /// The number of the last layer.
    pub fn last(&self) -> usize {
        self.shape.depth() - 1
    }
    /// The parts of a gradient that belong to the weights and the biases of a layer.
    pub fn parts<'a>(&self, flat: &'a mut [f32], l: usize) -> (&'a mut [f32], &'a mut [f32]) {
        let at = self.shape.place(l);
        flat[at.weights..self.shape.place(l + 1).weights].split_at_mut(at.biases - at.weights)
    }
    /// How many numbers the values of a block of some rows take, and its cotangents.
    pub fn workspace_len(&self, rows: usize) -> (usize, usize) {
        let end = self.shape.place(self.shape.depth());
        (end.values * rows, end.cotangents * rows)
    }
    /// The weights of a layer, to be changed.
    pub fn w_mut(&mut self, l: usize) -> &mut [f32] {
        self.transposed.take();
        let at = self.weights_at(l);
        &mut self.theta[at]
    }
    /// Divides the weights of a layer.
    pub fn divide(&mut self, l: usize, by: f32) {
        let scale = 1.0 / by;
        self.w_mut(l).iter_mut().for_each(|w| *w *= scale);
    }
    /// Aₗᵀ d into x.
    pub fn back(&self, l: usize, rows: usize, d: &[f32], x: &mut [f32]) {
        back(&self.shape.linears()[l], rows, d, self.w(l), || self.transposed(l), x);
    }
}
