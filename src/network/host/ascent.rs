//! An ascent step on host memory: outputs, objective and gradient in one pass over blocks that stay in cache.
use super::blocks::Lot;
use super::objective::objective;
use super::penalty;
use super::trained::HostNetwork;
use crate::device::{Points, Values, taken, values, vector};
use crate::error::Result;
use crate::interrupt;
use crate::network::ascent::{Climb, Goal, Value};
use crate::random::Rng;
use crate::ranks::Split;
use crate::scratch;
use std::sync::Arc;

impl Goal<'_> {
    /// Both samples, of which other ranks may have some rows.
    pub(super) fn lots<'a>(&'a self, points: &'a [Vec<f32>; 2]) -> [Lot<'a>; 2] {
        let of = |points: &'a [f32], split: Option<&'a Arc<Split>>| Lot { points, split: split.map(|s| &**s) };
        [of(&points[0], self.splits.map(|s| &s.source)), of(&points[1], self.splits.map(|s| &s.target))]
    }
}

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
        Ok(HostClimb { network, goal, samples: [taken(source)?, taken(target)?], nu })
    }
}

impl Climb for HostClimb<'_> {
    fn step(&mut self, draw: &mut dyn FnMut() -> Rng) -> Result<Value> {
        let Goal { term, height, soft, .. } = self.goal;
        let prepared = self.network.next();
        let layers = &prepared.layers;
        let samples = [&self.samples[0][..], &self.samples[1][..]];
        let mut gradient = scratch::zeros(layers.shape().parameters());
        let mut value = objective(layers, (term, height), self.goal.lots(&self.samples), &mut self.nu, &mut gradient)?;
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
