//! Parameters in host memory with their constraint and their optimiser.
use super::layers::HostLayers;
use super::optimizer::HostOptimizer;
use super::power::{PowerIteration, Prepared};
use super::shared::SharedLayers;
use crate::error::Result;
use crate::network::constraint::{FIRST, Hard, LAST};
use crate::network::named::{self, Named};
use crate::network::optimizer::OptimizerOptions;
use crate::network::shape::Shape;
use crate::network::spectral::SingularVectors;
use crate::random::Rng;
use crate::scratch;
use burn::tensor::Device;
use std::sync::Arc;

/// A network whose numbers are slices in host memory.
#[derive(Clone)]
pub struct HostNetwork {
    pub(super) shape: Shape,
    /// shared with copies until somebody writes
    pub(super) theta: Arc<Vec<f32>>,
    power: Option<PowerIteration>,
    pub(super) optimizer: HostOptimizer,
    /// the layers of the step that is being taken
    pub(super) prepared: Option<Arc<Prepared>>,
    pub(super) device: Device,
}

/// Parameters as layers.
fn raw(theta: &[f32], shape: &Shape) -> HostLayers {
    HostLayers::new(scratch::copy(theta), shape)
}

impl HostNetwork {
    /// Fresh parameters, under a hard constraint or none.
    pub fn new(
        shape: Shape,
        constraint: Option<Hard>,
        optimizer: OptimizerOptions,
        rng: &mut Rng,
        device: &Device,
    ) -> HostNetwork {
        let theta = Arc::new(shape.draw(rng));
        let power = constraint.map(|hard| PowerIteration::new(&shape, hard, rng));
        let optimizer = HostOptimizer::new(optimizer);
        let mut network = HostNetwork { shape, theta, power, optimizer, prepared: None, device: device.clone() };
        network.advance(FIRST);
        network
    }

    fn advance(&mut self, iterations: usize) {
        if let Some(power) = &mut self.power {
            power.advance(&raw(&self.theta, &self.shape), iterations);
        }
    }
    fn prepare_by(&mut self, iterations: usize) -> Prepared {
        let raw = raw(&self.theta, &self.shape);
        match &mut self.power {
            Some(power) => power.prepare(raw, iterations),
            None => Prepared::free(raw),
        }
    }
    /// The layers of a step.
    pub(super) fn next(&mut self) -> Prepared {
        self.prepare_by(self.power.as_ref().map_or(0, |p| p.hard().power))
    }
    /// The layers as they are, without another iteration.
    pub(super) fn as_they_are(&self) -> Prepared {
        let raw = raw(&self.theta, &self.shape);
        match &self.power {
            Some(power) => power.clone().prepare(raw, 0),
            None => Prepared::free(raw),
        }
    }
    pub(super) fn share(&self, prepared: Prepared) -> SharedLayers {
        SharedLayers { prepared: Arc::new(prepared), device: self.device.clone() }
    }
    /// One step of the optimiser up a gradient in some layers, which is used up.
    pub(super) fn ascend_from(&mut self, prepared: &Prepared, gradient: &mut [f32]) {
        if let Some(power) = &self.power {
            power.pull_back(prepared, gradient);
        }
        self.optimizer.ascend(Arc::make_mut(&mut self.theta).as_mut_slice(), gradient);
    }
    /// The same up a gradient in the layers prepared last.
    pub(super) fn ascend_along(&mut self, gradient: &mut [f32]) {
        let prepared = self.prepared.take().unwrap_or_else(|| Arc::new(self.prepare_by(0)));
        self.ascend_from(&prepared, gradient);
    }
    /// Makes the constraint hold as exactly as it can.
    pub(super) fn make_exact(&mut self) {
        self.advance(LAST);
    }

    pub(super) fn saved(&self) -> Vec<Named> {
        let mut out = vec![Named::new("theta", self.theta.to_vec())];
        out.extend(self.power.iter().flat_map(|p| p.vectors().clone().state()));
        out.extend(self.optimizer.state());
        out
    }
    pub(super) fn put_back(&mut self, state: &[Named]) -> Result<()> {
        self.theta = Arc::new(named::parameters(state, "theta", self.shape.parameters())?);
        if let Some(power) = &mut self.power {
            *power = PowerIteration::of(SingularVectors::of(state, &self.shape)?, power.hard());
        }
        self.prepared = None;
        self.optimizer.restore(state, self.shape.parameters())
    }
}
