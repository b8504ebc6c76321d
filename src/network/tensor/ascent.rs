//! An ascent step on a device: both samples as one, as every launch counts, and the objective in one launch where a kernel knows it.
use super::layers::{BlockPass, evaluate, join, split};
use super::penalty;
use super::trained::TensorNetwork;
use crate::device::{Points, Values};
use crate::error::Result;
use crate::network::ascent::{Climb, Goal, Value};
use crate::random::Rng;
use burn::tensor::Tensor;

/// A network on its way up between two samples.
pub struct TensorClimb<'a> {
    network: &'a mut TensorNetwork,
    goal: Goal<'a>,
    samples: [Points; 2],
    /// one below the other
    both: Points,
    nu: Option<Values>,
}

impl<'a> TensorClimb<'a> {
    /// Puts the samples together once for all steps.
    pub fn new(
        network: &'a mut TensorNetwork,
        goal: Goal<'a>,
        samples: [Points; 2],
        nu: Option<Values>,
    ) -> TensorClimb<'a> {
        let both = Tensor::cat(samples.to_vec(), 0);
        TensorClimb { network, goal, samples, both, nu }
    }

    /// The objective at a pass, and its derivatives in net on every row.
    fn objective(&mut self, passes: &[BlockPass]) -> (Values, Values) {
        let Goal { term, height, .. } = self.goal;
        let [n, m] = [0, 1].map(|k| self.samples[k].dims()[0]);
        let functional = term.functional(n, height, self.nu.as_ref(), &self.network.device);
        if let Some(found) = functional.and_then(|f| evaluate(passes, &f)) {
            self.nu = found.nu;
            return (found.value, found.slopes);
        }
        let phi = join(passes).mul_scalar(height);
        let scores = term.evaluate(&phi.clone().narrow(0, 0, n), &phi.narrow(0, n, m), self.nu.as_ref());
        self.nu = scores.nu;
        (scores.value, Tensor::cat(vec![scores.on_source, scores.on_target], 0).mul_scalar(height))
    }
}

impl Climb for TensorClimb<'_> {
    fn step(&mut self, draw: &mut dyn FnMut() -> Rng) -> Result<Value> {
        let layers = self.network.next();
        let passes = layers.forward(&self.both);
        let (mut value, seeds) = self.objective(&passes);
        let mut gradient = layers.gradient(&passes, &split(&seeds, &passes));
        if let Some(soft) = &self.goal.soft {
            let [y, x] = &self.samples;
            let penalty = penalty::evaluate(&layers, &penalty::interpolates([y, x], &mut draw()), soft);
            gradient = gradient - penalty.gradient;
            value = value - penalty.value;
        }
        self.network.ascend_along(gradient);
        Ok(Value::Tensor(value))
    }
    fn nu(&self) -> Option<Values> {
        self.nu.clone()
    }
}
