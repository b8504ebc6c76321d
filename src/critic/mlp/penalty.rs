//! Soft constraints on |∇φ|, differentiated in the parameters by a hand-written chain rule.
//!
//! With g = ∇net(x) and R(g) the penalty, ∂/∂θ ⟨∂R/∂g, g(x; θ)⟩ is the parameter gradient of the directional
//! derivative of net along v = ∂R/∂g held fixed: a tangent runs forward beside the activations, then both run back.
use super::options::Constraint;
use crate::device::ops::tangents::Excess;
use crate::device::{Points, Values, points};
use crate::error::Result;
use crate::network::batch::{Batch, forward};
use crate::network::flat::Flat;
use crate::network::host::HostLayers;
use crate::network::sweep;
use crate::network::weights::Weights;
use crate::random::{self, shuffled};
use crate::scratch::{self, Scratch};
use rand::Rng;

/// λ·mean R(∇net) and its gradient in the parameters.
pub struct Penalty {
    pub value: Values,
    pub gradient: Flat,
}

/// Points ε y + (1 − ε) x between pairs of the two samples, ε uniform; as many as the smaller sample has.
pub fn interpolates(y: &Points, x: &Points, rng: &mut random::Rng) -> Points {
    let n = y.dims()[0].min(x.dims()[0]);
    // new pairs at every step
    let (y, x) = (shuffled(y, n, rng), shuffled(x, n, rng));
    let epsilon = points((0..n).map(|_| rng.random::<f32>()).collect(), n, 1, &y.device());
    x.clone() + (y - x) * epsilon
}

/// The same on the host, row-major, by the same draws.
pub fn interpolates_on_host([y, x]: [&[f32]; 2], d: usize, rng: &mut random::Rng) -> Scratch {
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
fn excess(kind: Constraint, squared: f32) -> (f32, f32) {
    let norm = (squared + 1e-12).sqrt();
    match kind {
        // clamp keeps NaN, max would not
        Constraint::Penalty => ((squared - 1.0).clamp(0.0, f32::INFINITY), if squared > 1.0 { 2.0 } else { 0.0 }),
        Constraint::Lp => {
            let over = (norm - 1.0).clamp(0.0, f32::INFINITY);
            (over * over, 2.0 * over / norm)
        }
        _ => ((norm - 1.0) * (norm - 1.0), 2.0 * (norm - 1.0) / norm),
    }
}

/// The penalty on the host, in units of L; its gradient is taken from what `into` holds.
pub fn subtract(layers: &HostLayers, at: &[f32], kind: Constraint, weight: f64, into: &mut [f32]) -> f64 {
    let scale = weight / (at.len() / layers.shape().ins()) as f64;
    let slope = |g: &mut [f32]| {
        let (value, r) = excess(kind, g.iter().map(|g| g * g).sum());
        g.iter_mut().for_each(|g| *g *= -(scale as f32) * r);
        f64::from(value)
    };
    scale * sweep::add_penalty(layers, at, &slope, into)
}

/// The penalty in units of L: net is φ/L, so that its gradient should have norm at most 1.
pub fn evaluate(weights: &Weights, at: &Points, kind: Constraint, weight: f64) -> Result<Penalty> {
    let excess = match kind {
        Constraint::Penalty => Excess::OneSided,
        Constraint::Lp => Excess::Squared,
        _ => Excess::TwoSided,
    };
    if let Weights::Tensors(layers) = weights
        && let Some((value, gradient)) = layers.penalty(at, excess, weight)
    {
        return Ok(Penalty { value, gradient: Flat::Device(gradient) });
    }
    let batch = Batch::new(at)?;
    let pass = forward(weights, &[&batch])?;
    let rows = at.dims()[0];
    let (slopes, g) = pass.slopes()?;
    let squared = (g.clone() * g.clone()).sum_dim(1);
    let norm = squared.clone().add_scalar(1e-12).sqrt();
    // R and ∂R/∂g = r·g per row
    let (value, r) = match kind {
        Constraint::Penalty => {
            let excess = squared.sub_scalar(1.0);
            let on = excess.clone().greater_scalar(0.0).float();
            (excess.clamp_min(0.0), on.mul_scalar(2.0))
        }
        Constraint::Lp => {
            let excess = norm.clone().sub_scalar(1.0).clamp_min(0.0);
            (excess.clone() * excess.clone(), excess.mul_scalar(2.0) / norm)
        }
        _ => {
            let excess = norm.clone().sub_scalar(1.0);
            (excess.clone() * excess.clone(), excess.mul_scalar(2.0) / norm)
        }
    };
    let scale = weight / rows as f64;
    let v = g * r.mul_scalar(scale);
    Ok(Penalty { value: value.sum().mul_scalar(scale), gradient: pass.tangent(&slopes, &v)?.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Choice, open, values};
    use crate::network::Activation;

    /// The hand-written second derivative against central differences in every parameter: step 3e-4 in f32 leaves less
    /// than 1 % of the largest entry. A step that pushes one of 20 points over a kink makes the penalty jump: one
    /// parameter in twelve may.
    #[test]
    fn gradients_match_finite_differences() {
        let device = open(Choice::Cpu).unwrap().device;
        for activation in [Activation::Tanh, Activation::Groupsort, Activation::Relu, Activation::LeakyRelu] {
            for kind in [Constraint::Penalty, Constraint::Lp, Constraint::Gp] {
                let mut rng = crate::random::rng(4, 0);
                let shape = crate::network::shape::Shape::new(2, &[6, 4], 1, activation);
                let theta: Vec<f32> = (0..shape.len()).map(|_| rng.random_range(-1.5..1.5)).collect();
                let at = points((0..40).map(|_| rng.random_range(-1.0..1.0)).collect(), 20, 2, &device);
                let run = |theta: &[f32]| {
                    evaluate(&Weights::of(&Flat::host(theta.to_vec()), &shape), &at, kind, 1.0).unwrap()
                };
                let exact = run(&theta).gradient.to_vec().unwrap();
                let value = |theta: &[f32]| values(&run(theta).value).unwrap()[0];
                assert!(value(&theta) > 1e-3, "{activation:?} {kind:?}: nothing to differentiate");
                let scale = exact.iter().fold(0.0f32, |m, v| m.max(v.abs()));
                let h = 3e-4;
                let wrong = (0..theta.len())
                    .filter(|i| {
                        let moved = |d: f32| {
                            let mut t = theta.clone();
                            t[*i] += d;
                            value(&t)
                        };
                        ((moved(h) - moved(-h)) / (2.0 * h) - exact[*i]).abs() > 1e-2 * scale
                    })
                    .count();
                assert!(wrong * 12 <= theta.len(), "{activation:?} {kind:?}: {wrong} of {} differ", theta.len());
            }
        }
    }

    /// Interpolates lie between pairs of the two samples.
    #[test]
    fn interpolates_lie_between() {
        let device = open(Choice::Cpu).unwrap().device;
        let y = points(vec![0.0; 30], 30, 1, &device);
        let x = points(vec![1.0; 50], 50, 1, &device);
        let z = interpolates(&y, &x, &mut crate::random::rng(1, 0));
        assert_eq!(z.dims(), [30, 1]);
        assert!(crate::device::rows(&z).unwrap().iter().all(|v| (0.0..=1.0).contains(v)));
    }
}
