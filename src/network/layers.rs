//! Forward and backward passes of a network, written out as tensor operations: what runs on a device where no kernel knows it.
//!
//! In host memory `host.rs` does the same.
use super::Activation;
use super::linear::Linear;
use super::shape::Shape;
use crate::device::{Points, Values};
use burn::tensor::{Bool, Tensor};

/// Entries of the widest layer of a block: 256 MiB.
const ENTRIES: usize = 1 << 26;
/// Slope of leaky ReLU below zero.
pub const LEAK: f64 = 0.2;

/// The matrices of every layer, and its biases [1, channels].
#[derive(Clone)]
pub struct Layers {
    pub w: Vec<Tensor<2>>,
    pub b: Vec<Tensor<2>>,
}

impl Layers {
    pub fn from_flat(theta: &Values, shape: &Shape) -> Layers {
        let (mut w, mut b, mut at) = (vec![], vec![], 0);
        for linear in shape.linears() {
            let ((i, o), channels) = (linear.matrix(), linear.channels());
            w.push(theta.clone().narrow(0, at, i * o).reshape([i, o]));
            at += i * o;
            b.push(theta.clone().narrow(0, at, channels).reshape([1, channels]));
            at += channels;
        }
        Layers { w, b }
    }
    pub fn flatten(&self) -> Values {
        let pieces = self.w.iter().zip(&self.b).flat_map(|(w, b)| {
            let ([i, o], [_, ob]) = (w.dims(), b.dims());
            [w.clone().reshape([i * o]), b.clone().reshape([ob])]
        });
        Tensor::cat(pieces.collect(), 0)
    }
    fn add(&self, other: &Layers) -> Layers {
        let each = |a: &[Tensor<2>], b: &[Tensor<2>]| a.iter().zip(b).map(|(a, b)| a.clone() + b.clone()).collect();
        Layers { w: each(&self.w, &other.w), b: each(&self.b, &other.b) }
    }
}

/// What the backward pass needs to know about one activation.
#[derive(Clone)]
pub enum Slope {
    /// true where the unit passes with slope 1
    Gate(Tensor<2, Bool>),
    /// true where the first of a pair is the larger
    Order(Tensor<2, Bool>),
    /// the slopes themselves, and half the second derivative over the slope: −tanh
    Smooth { slope: Tensor<2>, value: Tensor<2> },
}

/// Activations and slopes of one block.
#[derive(Clone)]
pub struct Pass {
    /// the input, then the activation after each hidden layer
    pub h: Vec<Tensor<2>>,
    pub slopes: Vec<Slope>,
    /// net(x) row by row, shape [rows · outs]
    pub out: Values,
}

/// Rows in blocks: splitting costs launches, so as many at once as fit.
pub fn blocks(x: &Points, shape: &Shape) -> Vec<Points> {
    cut(x, ENTRIES / shape.widest())
}

/// Rows in pieces of at most so many.
pub fn cut(x: &Points, most: usize) -> Vec<Points> {
    let (n, most) = (x.dims()[0], most.max(1));
    if n <= most {
        return vec![x.clone()];
    }
    (0..n.div_ceil(most)).map(|i| x.clone().narrow(0, i * most, most.min(n - i * most))).collect()
}

/// The two halves of the channels, a row per position.
fn halves(z: Tensor<2>, channels: usize) -> (Tensor<2>, Tensor<2>) {
    let [rows, wide] = z.dims();
    let (z, half) = (z.reshape([rows * wide / channels, channels]), channels / 2);
    (z.clone().narrow(1, 0, half), z.narrow(1, half, half))
}

fn activate(z: Tensor<2>, channels: usize, activation: Activation) -> (Tensor<2>, Slope) {
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

/// A pass over one block of rows.
pub fn forward(layers: &Layers, x: &Points, shape: &Shape) -> Pass {
    let (mut h, mut slopes) = (vec![x.clone()], vec![]);
    let rows = x.dims()[0];
    for (l, linear) in shape.linears().iter().enumerate() {
        let mut z = linear.add_bias(linear.apply(h[l].clone(), &layers.w[l]), &layers.b[l]);
        if let Some(from) = shape.shortcut(l) {
            z = z + h[from].clone();
        }
        if l + 1 == shape.depth() {
            return Pass { h, slopes, out: z.reshape([rows * shape.outs()]) };
        }
        let (a, s) = activate(z, linear.channels(), shape.activation);
        h.push(a);
        slopes.push(s);
    }
    Pass { h, slopes, out: x.clone().reshape([rows * shape.ins()]) }
}

/// The cotangent of what enters layer l, from those of what the layers give before their activations.
pub fn arriving(layers: &Layers, given: &dyn Fn(usize) -> Tensor<2>, l: usize, shape: &Shape) -> Tensor<2> {
    let d = shape.linears()[l].back(given(l), &layers.w[l]);
    // what enters layer l also enters layer l + 1 by its shortcut
    match shape.shortcut(l + 1) {
        Some(_) => d + given(l + 1),
        None => d,
    }
}

/// Cotangents before each layer's activation, last layer first, for a seed ∂/∂out of shape [rows, outs].
pub fn cotangents(layers: &Layers, pass: &Pass, seed: Tensor<2>, shape: &Shape) -> Vec<Tensor<2>> {
    let last = shape.depth() - 1;
    let mut out = vec![seed];
    for l in (1..=last).rev() {
        let d = arriving(layers, &|k| out[last - k].clone(), l, shape);
        out.push(pass.slopes[l - 1].pull(d, shape.activation));
    }
    out
}

/// The gradients of Σᵢ seedᵢ net(xᵢ) in the parameters and in the inputs, those that are asked for.
pub fn backward(
    layers: &Layers,
    pass: &Pass,
    seed: &Values,
    shape: &Shape,
    [parameters, inputs]: [bool; 2],
) -> (Option<Values>, Option<Points>) {
    let rows = pass.h[0].dims()[0];
    let cotangents = cotangents(layers, pass, seed.clone().reshape([rows, shape.outs()]), shape);
    let each = |(l, linear): (usize, &Linear)| {
        let d = &cotangents[shape.depth() - 1 - l];
        (linear.weights(pass.h[l].clone(), d.clone()), linear.bias(d.clone()))
    };
    let gradient = parameters.then(|| {
        let (w, b) = shape.linears().iter().enumerate().map(each).unzip();
        Layers { w, b }.flatten()
    });
    (gradient, inputs.then(|| on_input(layers, &cotangents, shape)))
}

/// One gradient from those of blocks, in their order.
pub fn sum(grads: Vec<Layers>) -> Layers {
    let mut grads = grads.into_iter();
    let first = grads.next().unwrap_or(Layers { w: vec![], b: vec![] });
    grads.fold(first, |acc, g| acc.add(&g))
}

/// The cotangents of Σᵢ seedᵢ net(xᵢ) at the points of a pass, and its gradient there.
pub fn slopes(layers: &Layers, pass: &Pass, seed: Values, shape: &Shape) -> (Vec<Tensor<2>>, Points) {
    let rows = pass.h[0].dims()[0];
    let cotangents = cotangents(layers, pass, seed.reshape([rows, shape.outs()]), shape);
    let gradient = on_input(layers, &cotangents, shape);
    (cotangents, gradient)
}

/// The cotangent of the input from those of `cotangents`.
fn on_input(layers: &Layers, cotangents: &[Tensor<2>], shape: &Shape) -> Points {
    shape.linears()[0].back(cotangents[shape.depth() - 1].clone(), &layers.w[0])
}

/// Tensors of several blocks, one below the other.
pub fn concat<const D: usize>(mut parts: Vec<Tensor<D>>) -> Tensor<D> {
    if parts.len() == 1 { parts.remove(0) } else { Tensor::cat(parts, 0) }
}
