//! First-order ascent on one flat parameter vector.
use super::Named;
use crate::device::Values;
use crate::error::Result;
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

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
        OptimizerOptions { optimizer: "adam".into(), lr: 1e-3, beta1: 0.9, beta2: 0.999, decay: 0.99, epsilon: 1e-8, reset_moments: false }
    }
}

/// The rule with its moments.
#[derive(Clone)]
pub struct Optimizer {
    options: OptimizerOptions,
    first: Option<Values>,
    second: Option<Values>,
    step: i32,
}

impl Optimizer {
    pub fn new(options: OptimizerOptions) -> Optimizer {
        Optimizer { options, first: None, second: None, step: 0 }
    }

    /// Called at the start of a fit.
    pub fn begin(&mut self) {
        if self.options.reset_moments {
            (self.first, self.second, self.step) = (None, None, 0);
        }
    }

    /// θ ← θ + step in the direction of increasing objective, for the gradient g of the objective.
    pub fn ascend(&mut self, theta: Values, g: Values) -> Values {
        let o = &self.options;
        self.step += 1;
        if o.optimizer == "rmsprop" {
            let squares = g.clone() * g.clone();
            let v = match self.second.take() {
                Some(v) => v.mul_scalar(o.decay) + squares.mul_scalar(1.0 - o.decay),
                None => squares.mul_scalar(1.0 - o.decay),
            };
            self.second = Some(v.clone());
            return theta + g / v.sqrt().add_scalar(o.epsilon).div_scalar(o.lr);
        }
        let squares = g.clone() * g.clone();
        let (m, v) = match (self.first.take(), self.second.take()) {
            (Some(m), Some(v)) => {
                (m.mul_scalar(o.beta1) + g.mul_scalar(1.0 - o.beta1), v.mul_scalar(o.beta2) + squares.mul_scalar(1.0 - o.beta2))
            }
            _ => (g.mul_scalar(1.0 - o.beta1), squares.mul_scalar(1.0 - o.beta2)),
        };
        let (c1, c2) = (1.0 - o.beta1.powi(self.step), 1.0 - o.beta2.powi(self.step));
        // lr·(m/c1)/(√(v/c2) + ε), with the constants folded into two scalars
        let denominator = v.clone().sqrt().add_scalar(o.epsilon * c2.sqrt());
        let next = theta + (m.clone() / denominator).mul_scalar(o.lr * c2.sqrt() / c1);
        (self.first, self.second) = (Some(m), Some(v));
        next
    }

    pub fn state(&self) -> Result<Vec<Named>> {
        let mut out = vec![Named { name: "optimizer_step".into(), data: vec![self.step as f32] }];
        for (name, t) in [("optimizer_first", &self.first), ("optimizer_second", &self.second)] {
            if let Some(t) = t {
                out.push(Named { name: name.into(), data: crate::device::values(t)? });
            }
        }
        Ok(out)
    }

    pub fn restore(&mut self, state: &[Named], device: &Device) {
        let tensor = |name: &str| {
            let n = state.iter().find(|n| n.name == name)?;
            Some(Tensor::<1>::from_data(TensorData::new(n.data.clone(), [n.data.len()]), device))
        };
        self.first = tensor("optimizer_first");
        self.second = tensor("optimizer_second");
        self.step = state.iter().find(|n| n.name == "optimizer_step").and_then(|n| n.data.first()).map_or(0, |v| *v as i32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Choice, open, values};

    fn ascend(options: OptimizerOptions, gradients: &[f32]) -> Vec<f32> {
        let device = open(Choice::Cpu).unwrap().device;
        let mut o = Optimizer::new(options);
        let mut theta = Tensor::<1>::from_data(TensorData::new(vec![0.0f32], [1]), &device);
        gradients
            .iter()
            .map(|g| {
                theta = o.ascend(theta.clone(), Tensor::from_data(TensorData::new(vec![*g], [1]), &device));
                values(&theta).unwrap()[0]
            })
            .collect()
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
            assert!((f64::from(got) - x).abs() < 1e-6, "{got} and {x}");
        }
        let (mut v, mut x) = (0.0f64, 0.0f64);
        for (g, got) in gradients.iter().zip(ascend(OptimizerOptions { optimizer: "rmsprop".into(), ..o }, &gradients)) {
            let g = f64::from(*g);
            v = 0.99 * v + 0.01 * g * g;
            x += 0.1 * g / (v.sqrt() + 1e-8);
            assert!((f64::from(got) - x).abs() < 1e-5, "{got} and {x}");
        }
    }

    /// Forgotten moments come with a forgotten step count: the first step after a reset is a full one again.
    #[test]
    fn resetting_forgets_the_step_count() {
        let device = open(Choice::Cpu).unwrap().device;
        let one = || Tensor::<1>::from_data(TensorData::new(vec![1.0f32], [1]), &device);
        let mut o = Optimizer::new(OptimizerOptions { lr: 0.1, reset_moments: true, ..OptimizerOptions::default() });
        for _ in 0..5 {
            let _ = o.ascend(one(), one());
        }
        o.begin();
        let moved = values(&o.ascend(one(), one())).unwrap()[0];
        assert!((moved - 1.1).abs() < 1e-5, "{moved}");
    }
}
