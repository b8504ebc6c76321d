//! Second derivatives of a scalar network, by a tangent that runs forward beside the activations and back with them.
use super::Activation;
use super::layers::{Layers, Pass, Shape, Slope};
use crate::device::Points;
use burn::tensor::Tensor;

/// The gradients of Σᵢ ⟨vᵢ, ∇net(xᵢ)⟩ with v fixed, in the parameters and in x: the Hessian times v, none for activations
/// without curvature. `back` are the cotangents of net itself.
pub fn tangent_gradient(layers: &Layers, pass: &Pass, back: &[Tensor<2>], v: Tensor<2>, shape: &Shape) -> (Layers, Option<Points>) {
    let n = shape.depth();
    // forward: tangents before (żₗ) and after (ḣₗ) each activation
    let (mut before, mut after) = (vec![], vec![v]);
    for l in 0..n - 1 {
        let z = after[l].clone().matmul(layers.w[l].clone());
        after.push(pass.slopes[l].push(z.clone(), shape.activation));
        before.push(z);
    }
    // the tangent's own cotangents are those of net, so the weights collect ḣₗ ⊗ δₗ; only a curved activation also
    // feeds the value path, with σ''(z) ż times the cotangent that arrives after the activation
    let mut w: Vec<Tensor<2>> = (0..n).map(|l| after[l].clone().transpose().matmul(back[n - 1 - l].clone())).collect();
    let mut b: Vec<Tensor<2>> = layers.b.iter().map(|b| b.zeros_like()).collect();
    if shape.activation != Activation::Tanh {
        return (Layers { w, b }, None);
    }
    let mut into_value: Option<Tensor<2>> = None; // cotangent of hₗ₊₁ on the value path
    for l in (0..n - 1).rev() {
        let Slope::Smooth { slope, value } = &pass.slopes[l] else { continue };
        let arriving = back[n - 2 - l].clone().matmul(layers.w[l + 1].clone().transpose());
        // σ = tanh: σ'' = −2 tanh·σ'
        let curved = before[l].clone() * arriving * value.clone() * slope.clone();
        let mut z = curved.mul_scalar(-2.0);
        if let Some(h) = into_value.take() {
            z = z + h * slope.clone();
        }
        w[l] = w[l].clone() + pass.h[l].clone().transpose().matmul(z.clone());
        b[l] = b[l].clone() + z.clone().sum_dim(0);
        into_value = Some(z.matmul(layers.w[l].clone().transpose()));
    }
    (Layers { w, b }, into_value)
}
