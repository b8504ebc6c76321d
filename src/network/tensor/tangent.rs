//! Second derivatives of a scalar network, by a tangent that runs forward beside the activations and back with them.
use super::activation::Slope;
use super::matrices::Matrices;
use super::passes::{Pass, arriving};
use crate::device::Points;
use crate::network::activation::Activation;
use crate::network::shape::Shape;
use burn::tensor::Tensor;

/// The gradients of Σᵢ ⟨vᵢ, ∇net(xᵢ)⟩ with v fixed, in the parameters and in x: the Hessian times v, none for activations
/// without curvature. `back` are the cotangents of net itself.
pub fn tangent_gradient(
    matrices: &Matrices,
    pass: &Pass,
    back: &[Tensor<2>],
    v: Tensor<2>,
    shape: &Shape,
) -> (Matrices, Option<Points>) {
    let (n, linears) = (shape.depth(), shape.linears());
    let given = |l: usize| back[n - 1 - l].clone();
    // forward: tangents before (żₗ) and after (ḣₗ) each activation
    let (mut before, mut after) = (vec![], vec![v]);
    for l in 0..n - 1 {
        let mut z = linears[l].apply(after[l].clone(), &matrices.w[l]);
        if let Some(from) = shape.shortcut(l) {
            z = z + after[from].clone();
        }
        after.push(pass.slopes[l].push(z.clone(), shape.activation));
        before.push(z);
    }
    // the tangent's own cotangents are those of net, so the weights collect ḣₗ ⊗ δₗ; only a curved activation also
    // feeds the value path, with σ''(z) ż times the cotangent that arrives after the activation
    let mut w: Vec<Tensor<2>> = (0..n).map(|l| linears[l].weights(after[l].clone(), given(l))).collect();
    let mut b: Vec<Tensor<2>> = matrices.b.iter().map(|b| b.zeros_like()).collect();
    if shape.activation != Activation::Tanh {
        return (Matrices { w, b }, None);
    }
    // cotangents of zₗ on the value path, last hidden layer first
    let mut values: Vec<Tensor<2>> = vec![];
    for l in (0..n - 1).rev() {
        let Slope::Smooth { slope, value } = &pass.slopes[l] else { continue };
        // σ = tanh: σ'' = −2 tanh·σ'
        let curved = before[l].clone() * arriving(matrices, &given, l + 1, shape) * value.clone() * slope.clone();
        let mut z = curved.mul_scalar(-2.0);
        if l + 2 < n {
            z = z + arriving(matrices, &|k| values[n - 2 - k].clone(), l + 1, shape) * slope.clone();
        }
        w[l] = w[l].clone() + linears[l].weights(pass.h[l].clone(), z.clone());
        b[l] = b[l].clone() + linears[l].bias(z.clone());
        values.push(z);
    }
    let into_x = values.last().map(|z| linears[0].back(z.clone(), &matrices.w[0]));
    (Matrices { w, b }, into_x)
}
