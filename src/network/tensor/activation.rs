//! Activations on tensors, and their Jacobians.
use crate::network::activation::{Activation, LEAK};
use burn::tensor::{Bool, Tensor};

/// What the backward pass needs to know about one activation.
// a few per pass, of handles
#[allow(clippy::large_enum_variant)]
#[derive(Clone)]
pub enum Slope {
    /// true where the unit passes with slope 1
    Gate(Tensor<2, Bool>),
    /// true where the first of a pair is the larger
    Order(Tensor<2, Bool>),
    /// the slopes themselves, and half the second derivative over the slope: −tanh
    Smooth {
        /// σ'
        slope: Tensor<2>,
        /// tanh
        value: Tensor<2>,
    },
}

/// The two halves of the channels, a row per position.
fn halves(z: Tensor<2>, channels: usize) -> (Tensor<2>, Tensor<2>) {
    let [rows, wide] = z.dims();
    let (z, half) = (z.reshape([rows * wide / channels, channels]), channels / 2);
    (z.clone().narrow(1, 0, half), z.narrow(1, half, half))
}

/// What comes out of an activation, and its Jacobian.
pub fn activate(z: Tensor<2>, channels: usize, activation: Activation) -> (Tensor<2>, Slope) {
    let dims = z.dims();
    match activation {
        Activation::Relu => {
            let gate = z.clone().greater_scalar(0.0);
            (z.clamp_min(0.0), Slope::Gate(gate))
        }
        Activation::LeakyRelu => {
            let gate = z.clone().greater_scalar(0.0);
            let low = z.clone().mul_scalar(LEAK);
            (low.mask_where(gate.clone(), z), Slope::Gate(gate))
        }
        Activation::Tanh => {
            let value = z.tanh();
            let slope = (value.clone() * value.clone()).neg().add_scalar(1.0);
            (value.clone(), Slope::Smooth { slope, value })
        }
        Activation::Groupsort => {
            let (a, b) = halves(z, channels);
            let order = a.clone().greater_equal(b.clone());
            let h = Tensor::cat(vec![a.clone().max_pair(b.clone()), a.min_pair(b)], 1);
            (h.reshape(dims), Slope::Order(order))
        }
    }
}

impl Slope {
    /// d (a tangent before the activation) times the Jacobian: the tangent after it.
    pub fn push(&self, d: Tensor<2>, activation: Activation) -> Tensor<2> {
        match self {
            Slope::Order(order) => {
                let (dims, half) = (d.dims(), order.dims()[1]);
                let (a, b) = halves(d, 2 * half);
                let first = b.clone().mask_where(order.clone(), a.clone());
                let second = a.mask_where(order.clone(), b);
                Tensor::cat(vec![first, second], 1).reshape(dims)
            }
            _ => self.scale(d, activation),
        }
    }
    /// d (a cotangent after the activation) times the transposed Jacobian: the cotangent before it.
    pub fn pull(&self, d: Tensor<2>, activation: Activation) -> Tensor<2> {
        // a swap of two units is its own transpose
        self.push(d, activation)
    }
    fn scale(&self, d: Tensor<2>, activation: Activation) -> Tensor<2> {
        match self {
            Slope::Gate(gate) if activation == Activation::LeakyRelu => {
                d.clone().mul_scalar(LEAK).mask_where(gate.clone(), d)
            }
            Slope::Gate(gate) => d * gate.clone().float(),
            Slope::Smooth { slope, .. } => d * slope.clone(),
            Slope::Order(_) => d,
        }
    }
}
