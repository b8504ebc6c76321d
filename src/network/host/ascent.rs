//! An ascent step on host memory: outputs, objective and gradient in one pass over blocks that stay in cache.
use super::objective::objective;
use super::penalty;
use super::trained::HostNetwork;
use crate::device::{Points, Values, rows, values, vector};
use crate::error::Result;
use crate::interrupt;
use crate::network::ascent::{Climb, Goal, Value};
use crate::random::Rng;
use crate::scratch;

/// A network on its way up between two samples.
pub struct HostClimb<'a> {
    network: &'a mut HostNetwork,
    goal: Goal<'a>,
    /// row-major
    samples: [Vec<f32>; 2],
    nu: Option<f32>,
}

impl<'a> HostClimb<'a> {
    /// Reads the samples once for all steps.
    pub fn new(
        network: &'a mut HostNetwork,
        goal: Goal<'a>,
        [source, target]: [Points; 2],
        nu: Option<Values>,
    ) -> Result<HostClimb<'a>> {
        let nu = match nu {
            Some(nu) => values(&nu)?.first().copied(),
            None => None,
        };
        Ok(HostClimb { network, goal, samples: [rows(&source)?, rows(&target)?], nu })
    }
}

impl Climb for HostClimb<'_> {
    fn step(&mut self, draw: &mut dyn FnMut() -> Rng) -> Result<Value> {
        let Goal { term, height, soft } = self.goal;
        let prepared = self.network.next();
        let layers = &prepared.layers;
        let samples = [&self.samples[0][..], &self.samples[1][..]];
        let mut gradient = scratch::zeros(layers.shape().parameters());
        let mut value = objective(layers, (term, height), samples, &mut self.nu, &mut gradient)?;
        if let Some(soft) = &soft {
            let at = penalty::interpolates(samples, layers.shape().ins(), &mut draw());
            value -= penalty::subtract(layers, &at, soft, &mut gradient)?;
        }
        // a gradient that was broken off moves nothing
        interrupt::poll()?;
        self.network.ascend_from(&prepared, &mut gradient);
        Ok(Value::Number(value, self.network.device.clone()))
    }
    fn nu(&self) -> Option<Values> {
        self.nu.map(|nu| vector(vec![nu], &self.network.device))
    }
}
