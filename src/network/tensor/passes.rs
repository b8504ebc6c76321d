//! Forward and backward passes of a network, written out as tensor operations: what runs on a device where no kernel knows it.
//!
//! In host memory `host/block.rs` does the same.
use super::activation::{Slope, activate};
use super::matrices::Matrices;
use crate::device::{Points, Values};
use crate::network::linear::Linear;
use crate::network::shape::Shape;
use burn::tensor::Tensor;

/// Activations and slopes of one block.
#[derive(Clone)]
pub struct Pass {
    /// the input, then the activation after each hidden layer
    pub h: Vec<Tensor<2>>,
    /// the Jacobian of every activation
    pub slopes: Vec<Slope>,
    /// net(x) row by row, shape `[rows · outs]`
    pub out: Values,
}

/// A pass over one block of rows.
pub fn forward(matrices: &Matrices, x: &Points, shape: &Shape) -> Pass {
    let (mut h, mut slopes) = (vec![x.clone()], vec![]);
    let rows = x.dims()[0];
    for (l, linear) in shape.linears().iter().enumerate() {
        let mut z = linear.add_bias(linear.apply(h[l].clone(), &matrices.w[l]), &matrices.b[l]);
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
pub fn arriving(matrices: &Matrices, given: &dyn Fn(usize) -> Tensor<2>, l: usize, shape: &Shape) -> Tensor<2> {
    let d = shape.linears()[l].back(given(l), &matrices.w[l]);
    // what enters layer l also enters layer l + 1 by its shortcut
    match shape.shortcut(l + 1) {
        Some(_) => d + given(l + 1),
        None => d,
    }
}

/// Cotangents before each layer's activation, last layer first, for a seed ∂/∂out of shape `[rows, outs]`.
pub fn cotangents(matrices: &Matrices, pass: &Pass, seed: Tensor<2>, shape: &Shape) -> Vec<Tensor<2>> {
    let last = shape.depth() - 1;
    let mut out = vec![seed];
    for l in (1..=last).rev() {
        let d = arriving(matrices, &|k| out[last - k].clone(), l, shape);
        out.push(pass.slopes[l - 1].pull(d, shape.activation));
    }
    out
}

/// The gradients of Σᵢ seedᵢ net(xᵢ) in the parameters and in the inputs, those that are asked for.
pub fn backward(
    matrices: &Matrices,
    pass: &Pass,
    seed: &Values,
    shape: &Shape,
    [parameters, inputs]: [bool; 2],
) -> (Option<Values>, Option<Points>) {
    let rows = pass.h[0].dims()[0];
    let cotangents = cotangents(matrices, pass, seed.clone().reshape([rows, shape.outs()]), shape);
    let each = |(l, linear): (usize, &Linear)| {
        let d = &cotangents[shape.depth() - 1 - l];
        (linear.weights(pass.h[l].clone(), d.clone()), linear.bias(d.clone()))
    };
    let gradient = parameters.then(|| {
        let (w, b) = shape.linears().iter().enumerate().map(each).unzip();
        Matrices { w, b }.flatten()
    });
    (gradient, inputs.then(|| on_input(matrices, &cotangents, shape)))
}

/// The cotangents of Σᵢ seedᵢ net(xᵢ) at the points of a pass, and its gradient there.
pub fn slopes(matrices: &Matrices, pass: &Pass, seed: Values, shape: &Shape) -> (Vec<Tensor<2>>, Points) {
    let rows = pass.h[0].dims()[0];
    let cotangents = cotangents(matrices, pass, seed.reshape([rows, shape.outs()]), shape);
    let gradient = on_input(matrices, &cotangents, shape);
    (cotangents, gradient)
}

/// The cotangent of the input from those of `cotangents`.
fn on_input(matrices: &Matrices, cotangents: &[Tensor<2>], shape: &Shape) -> Points {
    shape.linears()[0].back(cotangents[shape.depth() - 1].clone(), &matrices.w[0])
}
