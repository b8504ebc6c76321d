//! Adam and RMSProp on a device: one launch, perhaps with the chain rule through divided layers in front.
use crate::device::ops::layers::{self, Divided, Update};
use crate::device::ops::layout::Layout;
use crate::device::{Values, values, vector};
use crate::error::Result;
use crate::network::named::Named;
use crate::network::optimizer::{OptimizerOptions, Rule};
use burn::tensor::{Device, Tensor};

/// The rule with its moments.
#[derive(Clone)]
pub struct TensorOptimizer {
    rule: Rule,
    /// the first, followed by the second
    moments: Option<Values>,
}

impl TensorOptimizer {
    /// A rule without moments yet.
    pub fn new(options: OptimizerOptions) -> TensorOptimizer {
        TensorOptimizer { rule: Rule::new(options), moments: None }
    }
    /// Multiplies the learning rate of the steps to come.
    pub fn slow(&mut self, share: f64) {
        self.rule.slow(share);
    }
    /// Called at the start of a fit.
    pub fn begin(&mut self) {
        if self.rule.begin() {
            self.moments = None;
        }
    }
    /// θ ← θ + step up the gradient g of the objective: the one in the divided layers, where they were divided in one launch.
    pub fn ascend(&mut self, theta: &mut Values, g: &Values, divided: Option<(&Divided, &Layout)>) {
        let numbers = self.rule.count();
        let narrow = |v: f64| v as f32;
        let update = Update {
            adam: numbers.adam,
            beta1: narrow(numbers.beta1),
            beta2: narrow(numbers.beta2),
            rate: narrow(numbers.rate),
            epsilon: narrow(numbers.epsilon),
        };
        let moments = self.moments.take().unwrap_or_else(|| Tensor::zeros([2 * theta.dims()[0]], &theta.device()));
        let [next, moments] = layers::ascend(theta, &moments, g, divided, update);
        (*theta, self.moments) = (next, Some(moments));
    }
    /// As it is saved.
    pub fn state(&self) -> Result<Vec<Named>> {
        Ok(self.rule.state(self.moments.as_ref().map(values).transpose()?))
    }
    /// The state of an optimiser of so many parameters.
    pub fn restore(&mut self, state: &[Named], parameters: usize, device: &Device) -> Result<()> {
        self.moments = self.rule.restore(state, parameters)?.map(|m| vector(m, device));
        Ok(())
    }
}
