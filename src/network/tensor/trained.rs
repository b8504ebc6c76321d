//! Parameters on a device with their constraint and their optimiser.
use super::layers::TensorLayers;
use super::normaliser::Normaliser;
use super::optimizer::TensorOptimizer;
use super::packed::PackedPower;
use super::power::PowerIteration;
use crate::device::{Values, values, vector};
use crate::error::Result;
use crate::network::constraint::{FIRST, Hard, LAST};
use crate::network::named::{self, Named};
use crate::network::optimizer::OptimizerOptions;
use crate::network::shape::Shape;
use crate::network::spectral::SingularVectors;
use crate::random::Rng;
use burn::tensor::Device;

/// A network whose numbers are tensors on a device.
#[derive(Clone)]
pub struct TensorNetwork {
    pub(super) shape: Shape,
    pub(super) theta: Values,
    power: Option<(Box<dyn Normaliser>, Hard)>,
    pub(super) optimizer: TensorOptimizer,
    pub(super) device: Device,
}

/// One launch where a kernel knows the layers, tensor operations elsewhere.
fn normaliser(shape: &Shape, vectors: SingularVectors, hard: Hard, device: &Device) -> Box<dyn Normaliser> {
    match shape.layout(device).filter(|_| hard.bjorck == 0) {
        Some(layout) => Box::new(PackedPower::new(shape, vectors, layout, device)),
        None => Box::new(PowerIteration::new(shape, vectors, hard.bjorck, device)),
    }
}

impl TensorNetwork {
    /// Fresh parameters, under a hard constraint or none.
    pub fn new(
        shape: Shape,
        constraint: Option<Hard>,
        optimizer: OptimizerOptions,
        rng: &mut Rng,
        device: &Device,
    ) -> TensorNetwork {
        let theta = vector(shape.draw(rng), device);
        let power = constraint.map(|hard| {
            let mut power = normaliser(&shape, SingularVectors::new(&shape, rng), hard, device);
            power.advance(&theta, FIRST);
            (power, hard)
        });
        let optimizer = TensorOptimizer::new(optimizer);
        TensorNetwork { shape, theta, power, optimizer, device: device.clone() }
    }

    /// The layers of a step.
    pub(super) fn next(&mut self) -> TensorLayers {
        match &mut self.power {
            Some((power, hard)) => power.prepare(&self.theta, hard.power),
            None => TensorLayers::new(self.theta.clone(), &self.shape),
        }
    }
    /// The layers as they are, without another iteration.
    pub(super) fn as_they_are(&self) -> TensorLayers {
        match &self.power {
            Some((power, _)) => power.clone().prepare(&self.theta, 0),
            None => TensorLayers::new(self.theta.clone(), &self.shape),
        }
    }
    /// One step of the optimiser up a gradient in the layers prepared last.
    pub(super) fn ascend_along(&mut self, gradient: Values) {
        match &mut self.power {
            Some((power, _)) => power.ascend(&mut self.theta, gradient, &mut self.optimizer),
            None => self.optimizer.ascend(&mut self.theta, &gradient, None),
        }
    }
    /// Makes the constraint hold as exactly as it can.
    pub(super) fn make_exact(&mut self) {
        if let Some((power, _)) = &mut self.power {
            power.advance(&self.theta, LAST);
        }
    }

    pub(super) fn saved(&self) -> Result<Vec<Named>> {
        let mut out = vec![Named::new("theta", values(&self.theta)?)];
        if let Some((power, _)) = &self.power {
            out.extend(power.vectors()?.state());
        }
        out.extend(self.optimizer.state()?);
        Ok(out)
    }
    pub(super) fn put_back(&mut self, state: &[Named]) -> Result<()> {
        self.theta = vector(named::parameters(state, "theta", self.shape.parameters())?, &self.device);
        if let Some((power, hard)) = &mut self.power {
            *power = normaliser(&self.shape, SingularVectors::of(state, &self.shape)?, *hard, &self.device);
        }
        self.optimizer.restore(state, self.shape.parameters(), &self.device)
    }
}
