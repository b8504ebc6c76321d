//! An ascent step on host memory: outputs, objective and gradient in one pass over blocks that stay in cache.
//!
//! Where the derivative of the objective in φ(xᵢ) is a constant or, for KL, an exponential of φ(xᵢ), one pass does. For other f
//! the outputs come first, then ν and f*' on them, then the gradient from values computed again: a third more arithmetic than
//! to keep them, but it never leaves the cache.
use super::Mlp;
use super::penalty;
use crate::divergence::{TargetWeights, Term};
use crate::error::Result;
use crate::network::host::HostLayers;
use crate::network::sweep::{self, Side, Weighing};
use crate::network::trained::Prepared;
use crate::scratch;

/// The objective of a term at L·scale·net on two samples, with its gradient in the parameters added to `into`.
fn objective(
    layers: &HostLayers,
    term: &Term,
    samples: [&[f32]; 2],
    height: f64,
    nu: &mut Option<f32>,
    into: &mut [f32],
) -> Result<f64> {
    let weighing = match term.target_weights() {
        TargetWeights::Uniform => Weighing::Even,
        TargetWeights::Tilted(a) => Weighing::Exponential(a),
        TargetWeights::Joint => return joint(layers, term, samples, height, nu, into),
    };
    let [source, target] = samples;
    let (p, q) = if term.reversed { (target, source) } else { (source, target) };
    let sides = [Side { points: p, weighing: Weighing::Even, sign: 1.0 }, Side { points: q, weighing, sign: -1.0 }];
    Ok(sweep::objective(layers, sides, height, into))
}

/// The same for terms that look at all outputs before any seed is known.
fn joint(
    layers: &HostLayers,
    term: &Term,
    samples: [&[f32]; 2],
    height: f64,
    nu: &mut Option<f32>,
    into: &mut [f32],
) -> Result<f64> {
    let d = layers.shape().ins();
    let mut phi = samples.map(|s| scratch::take(s.len() / d));
    for (sample, phi) in samples.iter().zip(&mut phi) {
        sweep::outputs(layers, sample, phi);
        phi.iter_mut().for_each(|v| *v *= height as f32);
    }
    let [source, target] = &mut phi;
    let value = term.evaluate_slices(source, target, nu)?;
    let seeds = phi.map(|mut s| {
        let n = s.len() as f32;
        // as in the one-pass objective, shares that are lost in the sum are none
        s.iter_mut().for_each(|v| *v = if v.abs() * n < 4e-18 { 0.0 } else { *v * height as f32 });
        s
    });
    sweep::add_gradient(layers, &samples, &[&seeds[0], &seeds[1]], into);
    Ok(value)
}

impl Mlp {
    /// One ascent step between samples in the coordinates of the network; the objective before it.
    pub(super) fn step_on_host(
        &mut self,
        prepared: &Prepared,
        layers: &HostLayers,
        term: &Term,
        samples: [&[f32]; 2],
        nu: &mut Option<f32>,
    ) -> Result<f64> {
        let mut gradient = scratch::zeros(layers.shape().len());
        let mut value = objective(layers, term, samples, self.height(), nu, &mut gradient)?;
        if let Some(mut rng) = self.draw() {
            let at = penalty::interpolates_on_host(samples, layers.shape().ins(), &mut rng);
            value -= penalty::subtract(layers, &at, self.options.constraint, self.options.penalty, &mut gradient);
        }
        self.network.climb_on_host(prepared, &mut gradient);
        Ok(value)
    }
}
