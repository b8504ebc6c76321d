//! Soft constraints on tensors; the chain rule is told in `host/penalty.rs`.
use super::layers::TensorLayers;
use crate::device::ops::tangents::Excess;
use crate::device::{Points, Values, points};
use crate::network::constraint::Soft;
use crate::random::{self, shuffled};
use burn::tensor::Tensor;
use rand::Rng;

/// λ·mean R(∇net) and its gradient in the parameters.
pub struct Penalty {
    /// shape `[1]`
    pub value: Values,
    /// shape `[parameters]`
    pub gradient: Values,
}

/// Points ε y + (1 − ε) x between pairs of the two samples, ε uniform; as many as the smaller sample has.
pub fn interpolates([y, x]: [&Points; 2], rng: &mut random::Rng) -> Points {
    let n = y.dims()[0].min(x.dims()[0]);
    // new pairs at every step
    let (y, x) = (shuffled(y, n, rng), shuffled(x, n, rng));
    let epsilon = points((0..n).map(|_| rng.random::<f32>()).collect(), n, 1, &y.device());
    x.clone() + (y - x) * epsilon
}

/// R of the squared norms of gradients, and r with ∂R/∂g = r·g, per row; both `[n, 1]`.
fn excess(kind: Excess, squared: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let norm = squared.clone().add_scalar(1e-12).sqrt();
    match kind {
        Excess::OneSided => {
            let excess = squared.sub_scalar(1.0);
            let on = excess.clone().greater_scalar(0.0).float();
            (excess.clamp_min(0.0), on.mul_scalar(2.0))
        }
        Excess::Squared => {
            let excess = norm.clone().sub_scalar(1.0).clamp_min(0.0);
            (excess.clone() * excess.clone(), excess.mul_scalar(2.0) / norm)
        }
        Excess::TwoSided => {
            let excess = norm.clone().sub_scalar(1.0);
            (excess.clone() * excess.clone(), excess.mul_scalar(2.0) / norm)
        }
    }
}

/// The penalty at points, in a few launches where kernels know the network.
pub fn evaluate(layers: &TensorLayers, at: &Points, soft: &Soft) -> Penalty {
    if let Some((value, gradient)) = layers.penalty(at, soft) {
        return Penalty { value, gradient };
    }
    let (opened, g) = layers.slopes(&layers.forward(at));
    let (value, r) = excess(soft.excess, (g.clone() * g.clone()).sum_dim(1));
    let scale = soft.weight / at.dims()[0] as f64;
    let gradient = layers.tangent(&opened, &(g * r.mul_scalar(scale))).0;
    Penalty { value: value.sum().mul_scalar(scale), gradient }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{host, rows, values, vector};
    use crate::network::activation::Activation;
    use crate::network::host::{self as slices, layers::HostLayers};
    use crate::network::shape::Shape;
    use crate::scratch;

    /// Values and gradients against those on slices, which are held against differences there: f32 in another order, 1e-5 of the
    /// largest entry.
    #[test]
    fn penalties_are_those_of_slices() {
        for activation in [Activation::Tanh, Activation::Groupsort, Activation::Relu, Activation::LeakyRelu] {
            for excess in [Excess::OneSided, Excess::Squared, Excess::TwoSided] {
                let mut rng = crate::random::rng(4, 0);
                let shape = Shape::new(2, &[6, 4], 1, activation);
                let theta: Vec<f32> = (0..shape.parameters()).map(|_| rng.random_range(-1.5..1.5)).collect();
                let at: Vec<f32> = (0..40).map(|_| rng.random_range(-1.0..1.0)).collect();
                let soft = Soft { excess, weight: 1.0 };
                let mut exact = vec![0.0; theta.len()];
                let layers = HostLayers::new(scratch::copy(&theta), &shape);
                let value = slices::penalty::subtract(&layers, &at, &soft, &mut exact).unwrap();
                let found =
                    evaluate(&TensorLayers::plain(vector(theta, &host()), &shape), &points(at, 20, 2, &host()), &soft);
                let scale = exact.iter().fold(0.0f32, |m, v| m.max(v.abs()));
                assert!((f64::from(values(&found.value).unwrap()[0]) - value).abs() < 1e-5 * (1.0 + value));
                for (g, minus) in values(&found.gradient).unwrap().iter().zip(&exact) {
                    assert!((g + minus).abs() < 1e-5 * scale, "{activation:?} {excess:?}: {g} and {minus} of {scale}");
                }
            }
        }
    }

    /// Interpolates lie between pairs of the two samples.
    #[test]
    fn interpolates_lie_between() {
        let y = points(vec![0.0; 30], 30, 1, &host());
        let x = points(vec![1.0; 50], 50, 1, &host());
        let z = interpolates([&y, &x], &mut crate::random::rng(1, 0));
        assert_eq!(z.dims(), [30, 1]);
        assert!(rows(&z).unwrap().iter().all(|v| (0.0..=1.0).contains(v)));
    }
}
