//! Forward and backward passes of the perceptron, written out as tensor operations.
//!
//! Points go through in blocks of rows of a fixed size: on the CPU the blocks run on all threads and stay in cache,
//! and because neither the blocks nor the order of their sum depends on the number of threads, nor does the result.
use super::Activation;
use crate::device::{Points, Values, is_cpu};
use burn::tensor::{Bool, Device, Tensor, TensorData};
use rand::Rng;
use rayon::prelude::*;

/// Rows per block on the CPU.
const BLOCK: usize = 1024;
/// Slope of leaky ReLU below zero.
pub const LEAK: f64 = 0.2;

/// Layer sizes, activation, and where each layer sits in the flat parameter vector.
#[derive(Clone, Debug)]
pub struct Shape {
    sizes: Vec<usize>,
    pub activation: Activation,
}

impl Shape {
    /// R^dim → R^outs through hidden layers of the given widths.
    pub fn new(dim: usize, widths: &[usize], outs: usize, activation: Activation) -> Shape {
        let sizes = std::iter::once(dim).chain(widths.iter().copied()).chain(std::iter::once(outs)).collect();
        Shape { sizes, activation }
    }
    /// (fan in, fan out) of every layer.
    pub fn layers(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.sizes.windows(2).map(|w| (w[0], w[1]))
    }
    /// Number of parameters.
    pub fn len(&self) -> usize {
        self.layers().map(|(i, o)| i * o + o).sum()
    }
    /// Parameters as they begin: uniform ±1/√fan_in, weights and biases alike.
    pub fn draw(&self, rng: &mut impl Rng, device: &Device) -> Values {
        let mut theta = Vec::with_capacity(self.len());
        for (fan_in, fan_out) in self.layers() {
            let bound = 1.0 / (fan_in as f32).sqrt();
            theta.extend((0..fan_in * fan_out + fan_out).map(|_| rng.random_range(-bound..bound)));
        }
        Tensor::from_data(TensorData::new(theta, [self.len()]), device)
    }
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }
    /// Outputs per point.
    pub fn outs(&self) -> usize {
        self.sizes[self.depth()]
    }
    pub fn depth(&self) -> usize {
        self.sizes.len() - 1
    }
}

/// Weights [in, out] and biases [1, out].
#[derive(Clone)]
pub struct Layers {
    pub w: Vec<Tensor<2>>,
    pub b: Vec<Tensor<2>>,
}

impl Layers {
    pub fn from_flat(theta: &Values, shape: &Shape) -> Layers {
        let (mut w, mut b, mut at) = (vec![], vec![], 0);
        for (i, o) in shape.layers() {
            w.push(theta.clone().narrow(0, at, i * o).reshape([i, o]));
            at += i * o;
            b.push(theta.clone().narrow(0, at, o).reshape([1, o]));
            at += o;
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
    fn zip(&self, other: &Layers, f: impl Fn(Tensor<2>, Tensor<2>) -> Tensor<2>) -> Layers {
        let each = |a: &[Tensor<2>], b: &[Tensor<2>]| a.iter().zip(b).map(|(a, b)| f(a.clone(), b.clone())).collect();
        Layers { w: each(&self.w, &other.w), b: each(&self.b, &other.b) }
    }
    pub fn add(&self, other: &Layers) -> Layers {
        self.zip(other, |a, b| a + b)
    }
    pub fn sub(&self, other: Layers) -> Layers {
        self.zip(&other, |a, b| a - b)
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
pub struct Pass {
    /// the input, then the activation after each hidden layer
    pub h: Vec<Tensor<2>>,
    pub slopes: Vec<Slope>,
    /// net(x) row by row, shape [rows · outs]
    pub out: Values,
}

/// Rows in blocks; one block on a GPU, where splitting only costs launches.
pub fn blocks(x: &Points) -> Vec<Points> {
    let n = x.dims()[0];
    if !is_cpu(&x.device()) || n <= BLOCK {
        return vec![x.clone()];
    }
    (0..n.div_ceil(BLOCK)).map(|i| x.clone().narrow(0, i * BLOCK, BLOCK.min(n - i * BLOCK))).collect()
}

fn halves(z: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let half = z.dims()[1] / 2;
    (z.clone().narrow(1, 0, half), z.narrow(1, half, half))
}

fn activate(z: Tensor<2>, activation: Activation) -> (Tensor<2>, Slope) {
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
            let (a, b) = halves(z);
            let order = a.clone().greater_equal(b.clone());
            let h = Tensor::cat(vec![a.clone().max_pair(b.clone()), a.min_pair(b)], 1);
            (h, Slope::Order(order))
        }
    }
}

impl Slope {
    /// d (a tangent before the activation) times the Jacobian: the tangent after it.
    pub fn push(&self, d: Tensor<2>, activation: Activation) -> Tensor<2> {
        match self {
            Slope::Order(order) => {
                let (a, b) = halves(d);
                let first = b.clone().mask_where(order.clone(), a.clone());
                let second = a.mask_where(order.clone(), b);
                Tensor::cat(vec![first, second], 1)
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
            Slope::Gate(gate) if activation == Activation::LeakyRelu => d.clone().mul_scalar(LEAK).mask_where(gate.clone(), d),
            Slope::Gate(gate) => d * gate.clone().float(),
            Slope::Smooth { slope, .. } => d * slope.clone(),
            Slope::Order(_) => d,
        }
    }
}

fn forward(layers: &Layers, x: &Points, shape: &Shape) -> Pass {
    let (mut h, mut slopes) = (vec![x.clone()], vec![]);
    let last = shape.depth() - 1;
    for l in 0..last {
        let z = h[l].clone().matmul(layers.w[l].clone()) + layers.b[l].clone();
        let (a, s) = activate(z, shape.activation);
        h.push(a);
        slopes.push(s);
    }
    let rows = x.dims()[0];
    let out = (h[last].clone().matmul(layers.w[last].clone()) + layers.b[last].clone()).reshape([rows * shape.outs()]);
    Pass { h, slopes, out }
}

/// Cotangents before each layer's activation, last layer first, for a seed ∂/∂out of shape [rows, outs].
pub fn cotangents(layers: &Layers, pass: &Pass, seed: Tensor<2>, shape: &Shape) -> Vec<Tensor<2>> {
    let mut out = vec![seed];
    for l in (1..shape.depth()).rev() {
        let d = out[out.len() - 1].clone().matmul(layers.w[l].clone().transpose());
        out.push(pass.slopes[l - 1].pull(d, shape.activation));
    }
    out
}

fn backward(layers: &Layers, pass: &Pass, seed: &Values, shape: &Shape) -> Layers {
    let rows = pass.h[0].dims()[0];
    let cotangents = cotangents(layers, pass, seed.clone().reshape([rows, shape.outs()]), shape);
    let n = shape.depth();
    let w = (0..n).map(|l| pass.h[l].clone().transpose().matmul(cotangents[n - 1 - l].clone())).collect();
    let b = (0..n).map(|l| cotangents[n - 1 - l].clone().sum_dim(0)).collect();
    Layers { w, b }
}

/// Runs f on every index, on all threads where the tensors are in host memory.
fn each<T: Send>(n: usize, parallel: bool, f: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    if parallel && n > 1 { (0..n).into_par_iter().map(f).collect() } else { (0..n).map(f).collect() }
}

fn parallel(blocks: &Points) -> bool {
    is_cpu(&blocks.device())
}

pub fn forward_blocks(layers: &Layers, x: &[&Points], shape: &Shape) -> Vec<Pass> {
    each(x.len(), parallel(x[0]), |i| forward(layers, x[i], shape))
}

/// Σ over blocks of the parameter gradients of Σᵢ seedᵢ net(xᵢ).
pub fn backward_blocks(layers: &Layers, passes: &[Pass], seeds: &[Values], shape: &Shape) -> Layers {
    let grads = each(passes.len(), parallel(&passes[0].h[0]), |i| backward(layers, &passes[i], &seeds[i], shape));
    sum(grads)
}

fn sum(grads: Vec<Layers>) -> Layers {
    let mut grads = grads.into_iter();
    let first = grads.next().unwrap_or(Layers { w: vec![], b: vec![] });
    grads.fold(first, |acc, g| acc.add(&g))
}

/// net and ∇net at every point, for one output.
pub fn value_and_input_gradient(layers: &Layers, x: &[Points], shape: &Shape) -> (Values, Points) {
    let out = each(x.len(), parallel(&x[0]), |i| {
        let pass = forward(layers, &x[i], shape);
        let gradient = input_gradient(layers, &pass, shape);
        (pass.out, gradient)
    });
    let (values, gradients): (Vec<_>, Vec<_>) = out.into_iter().unzip();
    (concat(values), concat(gradients))
}

/// ∇net at the points of a pass.
pub fn input_gradient(layers: &Layers, pass: &Pass, shape: &Shape) -> Points {
    let rows = pass.h[0].dims()[0];
    let ones = Tensor::ones([rows, 1], &pass.out.device());
    let cotangents = cotangents(layers, pass, ones, shape);
    cotangents[shape.depth() - 1].clone().matmul(layers.w[0].clone().transpose())
}

fn concat<const D: usize>(mut parts: Vec<Tensor<D>>) -> Tensor<D> {
    if parts.len() == 1 { parts.remove(0) } else { Tensor::cat(parts, 0) }
}

/// The outputs of several blocks as one vector.
pub fn join(passes: &[Pass]) -> Values {
    concat(passes.iter().map(|p| p.out.clone()).collect())
}

/// One vector as pieces of the sizes of the blocks.
pub fn split(v: &Values, passes: &[Pass]) -> Vec<Values> {
    let mut at = 0;
    passes
        .iter()
        .map(|p| {
            let n = p.out.dims()[0];
            let piece = v.clone().narrow(0, at, n);
            at += n;
            piece
        })
        .collect()
}
