//! Soft constraints on slices, differentiated in the parameters by a hand-written chain rule.
//!
//! With g = ∇net(x) and R(g) the penalty, ∂/∂θ ⟨∂R/∂g, g(x; θ)⟩ is the parameter gradient of the directional
//! derivative of net along v = ∂R/∂g held fixed: a tangent runs forward beside the activations, then both run back.
use super::layers::HostLayers;
use super::samples;
use crate::device::ops::tangents::Excess;
use crate::error::Result;
use crate::network::constraint::Soft;
use crate::random;
use crate::scratch::{self, Scratch};
use rand::Rng;

/// Points ε y + (1 − ε) x between pairs of the two samples, ε uniform; as many as the smaller sample has, row-major. The draws
/// are those of `tensor/penalty.rs`.
pub fn interpolates([y, x]: [&[f32]; 2], d: usize, rng: &mut random::Rng) -> Scratch {
    let (m, n) = (y.len() / d, x.len() / d);
    let least = m.min(n);
    let mut out = scratch::take(least * d);
    for (i, out) in rand::seq::index::sample(rng, m, least).into_iter().zip(out.chunks_exact_mut(d)) {
        out.copy_from_slice(&y[i * d..(i + 1) * d]);
    }
    let others = rand::seq::index::sample(rng, n, least);
    for (j, out) in others.into_iter().zip(out.chunks_exact_mut(d)) {
        let epsilon = rng.random::<f32>();
        out.iter_mut().zip(&x[j * d..(j + 1) * d]).for_each(|(o, x)| *o = x + (*o - x) * epsilon);
    }
    out
}

/// R of the squared norm of a gradient, and r with ∂R/∂g = r·g.
fn excess(kind: Excess, squared: f32) -> (f32, f32) {
    let norm = (squared + 1e-12).sqrt();
    match kind {
        // clamp keeps NaN, max would not
        Excess::OneSided => ((squared - 1.0).clamp(0.0, f32::INFINITY), if squared > 1.0 { 2.0 } else { 0.0 }),
        Excess::Squared => {
            let over = (norm - 1.0).clamp(0.0, f32::INFINITY);
            (over * over, 2.0 * over / norm)
        }
        Excess::TwoSided => ((norm - 1.0) * (norm - 1.0), 2.0 * (norm - 1.0) / norm),
    }
}

/// λ·mean R(∇net) over points; its gradient is taken from what `into` holds.
pub fn subtract(layers: &HostLayers, at: &[f32], soft: &Soft, into: &mut [f32]) -> Result<f64> {
    let scale = soft.weight / (at.len() / layers.shape().ins()) as f64;
    let slope = |g: &mut [f32]| {
        let (value, r) = excess(soft.excess, g.iter().map(|g| g * g).sum());
        g.iter_mut().for_each(|g| *g *= -(scale as f32) * r);
        f64::from(value)
    };
    Ok(scale * samples::add_penalty(layers, at, &slope, into)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::differences::partial;
    use crate::network::activation::Activation;
    use crate::network::shape::Shape;

    /// The hand-written second derivative against central differences in every parameter: step 3e-4 in f32 leaves less
    /// than 1 % of the largest entry. A step that pushes one of 20 points over a kink makes the penalty jump: one
    /// parameter in twelve may.
    #[test]
    fn gradients_match_finite_differences() {
        for activation in [Activation::Tanh, Activation::Groupsort, Activation::Relu, Activation::LeakyRelu] {
            for excess in [Excess::OneSided, Excess::Squared, Excess::TwoSided] {
                let mut rng = crate::random::rng(4, 0);
                let shape = Shape::new(2, &[6, 4], 1, activation);
                let theta: Vec<f32> = (0..shape.parameters()).map(|_| rng.random_range(-1.5..1.5)).collect();
                let at: Vec<f32> = (0..40).map(|_| rng.random_range(-1.0..1.0)).collect();
                let run = |theta: &[f32]| {
                    let mut gradient = vec![0.0; theta.len()];
                    let layers = HostLayers::new(scratch::copy(theta), &shape);
                    let value = subtract(&layers, &at, &Soft { excess, weight: 1.0 }, &mut gradient).unwrap();
                    (value as f32, gradient)
                };
                let exact: Vec<f32> = run(&theta).1.iter().map(|g| -g).collect();
                let value = |theta: &[f32]| run(theta).0;
                assert!(value(&theta) > 1e-3, "{activation:?} {excess:?}: nothing to differentiate");
                let scale = exact.iter().fold(0.0f32, |m, v| m.max(v.abs()));
                let slope = |i: usize| partial(&theta, i, 3e-4, |theta| f64::from(value(theta)));
                let wrong = (0..theta.len())
                    .filter(|i| (slope(*i) - f64::from(exact[*i])).abs() > f64::from(1e-2 * scale))
                    .count();
                assert!(wrong * 12 <= theta.len(), "{activation:?} {excess:?}: {wrong} of {} differ", theta.len());
            }
        }
    }

    /// Interpolates lie between pairs of the two samples.
    #[test]
    fn interpolates_lie_between() {
        let z = interpolates([&[0.0; 30], &[1.0; 50]], 1, &mut crate::random::rng(1, 0));
        assert!(z.len() == 30 && z.iter().all(|v| (0.0..=1.0).contains(v)));
    }
}
