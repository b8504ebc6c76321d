//! First-order ascent on one flat parameter vector.
use super::Named;
use super::flat::Flat;
use crate::device::Values;
use crate::device::ops::layers::{self, Divided, Update};
use crate::device::ops::layout::Layout;
use crate::error::{Error, Result};
use crate::simd;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Which rule updates the parameters, with its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptimizerOptions {
    /// "adam" [kingma2015] or "rmsprop" [tieleman2012]
    pub optimizer: String,
    pub lr: f64,
    pub beta1: f64,
    pub beta2: f64,
    /// decay of the squared gradients for RMSProp
    pub decay: f64,
    pub epsilon: f64,
    /// forget the moments (and their step count) at the start of every fit, as the GPA authors do
    pub reset_moments: bool,
}

impl Default for OptimizerOptions {
    fn default() -> Self {
        OptimizerOptions {
            optimizer: "adam".into(),
            lr: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            decay: 0.99,
            epsilon: 1e-8,
            reset_moments: false,
        }
    }
}

/// The rule with its moments.
#[derive(Clone)]
pub struct Optimizer {
    options: OptimizerOptions,
    /// the first, followed by the second
    moments: Option<Flat>,
    step: i32,
}

/// Moments of units that died decay for ever; before they become subnormal numbers, which are slow, they are 0.
#[inline(always)]
fn settled(moment: f32) -> f32 {
    if moment.abs() < 1e-30 { 0.0 } else { moment }
}

impl Optimizer {
    pub fn new(options: OptimizerOptions) -> Optimizer {
        Optimizer { options, moments: None, step: 0 }
    }

    /// Called at the start of a fit.
    pub fn begin(&mut self) {
        if self.options.reset_moments {
            (self.moments, self.step) = (None, 0);
        }
    }

    /// θ ← θ + step in the direction of increasing objective, for the gradient g of the objective.
    pub fn ascend(&mut self, theta: &mut Flat, g: &Flat) {
        match (theta, g) {
            (Flat::Host(theta), Flat::Host(g)) => self.ascend_on_host(Arc::make_mut(theta).as_mut_slice(), g),
            (Flat::Device(theta), Flat::Device(g)) => self.ascend_on_device(theta, g, None),
            _ => {}
        }
    }

    /// lr·(m/c1)/(√(v/c2) + ε) as a·m/(√v + e), with the constants folded into two scalars.
    fn adam(&self) -> (f64, f64) {
        let o = &self.options;
        let (c1, c2) = (1.0 - o.beta1.powi(self.step), 1.0 - o.beta2.powi(self.step));
        (o.lr * c2.sqrt() / c1, o.epsilon * c2.sqrt())
    }

    /// The same on the host: moments, update and parameters in one pass.
    pub fn ascend_on_host(&mut self, theta: &mut [f32], g: &[f32]) {
        self.step += 1;
        let ((rate, epsilon), o) = (self.adam(), &self.options);
        let Flat::Host(moments) = self.moments.get_or_insert_with(|| Flat::host(vec![0.0; 2 * g.len()])) else {
            return;
        };
        let (first, second) = Arc::make_mut(moments).split_at_mut(g.len());
        let (theta, second) = (&mut theta[..g.len()], &mut second[..g.len()]);
        if o.optimizer == "rmsprop" {
            let (keep, lr, epsilon) = (o.decay as f32, o.lr as f32, o.epsilon as f32);
            return simd::run(
                #[inline(always)]
                || {
                    for ((t, g), v) in theta.iter_mut().zip(g).zip(second) {
                        *v = settled(keep * *v + (1.0 - keep) * g * g);
                        *t += lr * g / (v.sqrt() + epsilon);
                    }
                },
            );
        }
        let (b1, b2, rate, epsilon) = (o.beta1 as f32, o.beta2 as f32, rate as f32, epsilon as f32);
        let (a1, a2) = ((1.0 - o.beta1) as f32, (1.0 - o.beta2) as f32);
        simd::run(
            #[inline(always)]
            || {
                for (((t, g), m), v) in theta.iter_mut().zip(g).zip(first).zip(second) {
                    *m = settled(b1 * *m + a1 * g);
                    *v = settled(b2 * *v + a2 * g * g);
                    *t += rate * *m / (v.sqrt() + epsilon);
                }
            },
        );
    }

    /// The same in one launch, perhaps from the gradient in layers that were divided by what `divide` gave.
    pub fn ascend_on_device(&mut self, theta: &mut Values, g: &Values, divided: Option<(&Divided, &Layout)>) {
        self.step += 1;
        let ((rate, epsilon), o) = (self.adam(), &self.options);
        let adam = o.optimizer != "rmsprop";
        let narrow = |v: f64| v as f32;
        let (beta2, rate, epsilon) = if adam { (o.beta2, rate, epsilon) } else { (o.decay, o.lr, o.epsilon) };
        let update =
            Update { adam, beta1: narrow(o.beta1), beta2: narrow(beta2), rate: narrow(rate), epsilon: narrow(epsilon) };
        let moments = match &self.moments {
            Some(Flat::Device(moments)) => moments.clone(),
            _ => Tensor::zeros([2 * theta.dims()[0]], &theta.device()),
        };
        let [next, moments] = layers::ascend(theta, &moments, g, divided, update);
        (*theta, self.moments) = (next, Some(Flat::Device(moments)));
    }

    pub fn state(&self) -> Result<Vec<Named>> {
        let mut out = vec![Named { name: "optimizer_step".into(), data: vec![self.step as f32] }];
        if let Some(moments) = &self.moments {
            out.push(Named { name: "optimizer_moments".into(), data: moments.to_vec()? });
        }
        Ok(out)
    }

    /// The state of an optimiser of so many parameters.
    pub fn restore(&mut self, state: &[Named], parameters: usize, device: &Device) -> Result<()> {
        let find = |name: &str| state.iter().find(|n| n.name == name);
        let step = find("optimizer_step").and_then(|n| n.data.first()).map_or(0, |v| *v as i32);
        let moments = find("optimizer_moments").map(|n| &n.data);
        if step > 0 && moments.is_none() || moments.is_some_and(|m| m.len() != 2 * parameters) {
            return Err(Error::data(
                "saved network",
                "`optimizer_moments` does not fit the network described beside it",
            ));
        }
        (self.step, self.moments) = (step, moments.map(|m| Flat::new(m.clone(), device)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// θ after every gradient, on the host; kernels are held to the same formulas in tests/device.
    fn ascend(options: OptimizerOptions, gradients: &[f32]) -> Vec<f32> {
        let (mut o, mut theta) = (Optimizer::new(options), Flat::host(vec![0.0]));
        let step = |g: &f32| {
            o.ascend(&mut theta, &Flat::host(vec![*g]));
            theta.to_vec().unwrap()[0]
        };
        gradients.iter().map(step).collect()
    }

    /// Against the update written out in f64; f32 keeps six digits.
    #[test]
    fn adam_and_rmsprop_follow_their_formulas() {
        let gradients = [0.5f32, -2.0, 1.0, 0.1];
        let o = OptimizerOptions { lr: 0.1, ..OptimizerOptions::default() };
        let (mut m, mut v, mut x) = (0.0f64, 0.0f64, 0.0f64);
        for (t, (g, got)) in gradients.iter().zip(ascend(o.clone(), &gradients)).enumerate() {
            let (g, t) = (f64::from(*g), t as i32 + 1);
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            x += 0.1 * (m / (1.0 - 0.9f64.powi(t))) / ((v / (1.0 - 0.999f64.powi(t))).sqrt() + 1e-8);
            assert!((f64::from(got) - x).abs() < 1e-6, "{got:?} and {x}");
        }
        let (mut v, mut x) = (0.0f64, 0.0f64);
        for (g, got) in gradients.iter().zip(ascend(OptimizerOptions { optimizer: "rmsprop".into(), ..o }, &gradients))
        {
            let g = f64::from(*g);
            v = 0.99 * v + 0.01 * g * g;
            x += 0.1 * g / (v.sqrt() + 1e-8);
            assert!((f64::from(got) - x).abs() < 1e-5, "{got:?} and {x}");
        }
    }

    /// Forgotten moments come with a forgotten step count: the first step after a reset is a full one again.
    #[test]
    fn resetting_forgets_the_step_count() {
        let one = || Flat::host(vec![1.0]);
        let mut o = Optimizer::new(OptimizerOptions { lr: 0.1, reset_moments: true, ..OptimizerOptions::default() });
        for _ in 0..5 {
            o.ascend(&mut one(), &one());
        }
        o.begin();
        let mut theta = one();
        o.ascend(&mut theta, &one());
        let moved = theta.to_vec().unwrap()[0];
        assert!((moved - 1.1).abs() < 1e-5, "{moved}");
    }
}
