//! The seam of a network on a device.
use super::ascent::TensorClimb;
use super::layers::TensorLayers;
use super::shared::SharedLayers;
use super::trained::TensorNetwork;
use crate::device::{Points, Values};
use crate::error::Result;
use crate::network::ascent::{Climb, Goal};
use crate::network::interface::{Layers, Network};
use crate::network::named::Named;
use crate::network::shape::Shape;
use std::sync::Arc;

impl TensorNetwork {
    fn share(&self, layers: TensorLayers) -> Box<dyn Layers> {
        Box::new(SharedLayers { layers: Arc::new(layers), device: self.device.clone() })
    }
}

impl Network for TensorNetwork {
    fn shape(&self) -> &Shape {
        &self.shape
    }
    fn theta(&self) -> Values {
        self.theta.clone()
    }
    fn layers(&self) -> Box<dyn Layers> {
        self.share(self.as_they_are())
    }
    fn layers_at(&self, theta: &Values) -> Result<Box<dyn Layers>> {
        Ok(self.share(TensorLayers::new(theta.clone(), &self.shape)))
    }
    fn prepare(&mut self) -> Box<dyn Layers> {
        let next = self.next();
        self.share(next)
    }
    fn ascend(&mut self, gradient: Values) -> Result<()> {
        self.ascend_along(gradient);
        Ok(())
    }
    fn climb<'a>(
        &'a mut self,
        goal: Goal<'a>,
        samples: [Points; 2],
        nu: Option<Values>,
    ) -> Result<Box<dyn Climb + 'a>> {
        Ok(Box::new(TensorClimb::new(self, goal, samples, nu)))
    }
    fn begin(&mut self) {
        self.optimizer.begin();
    }
    fn slow(&mut self, share: f64) {
        self.optimizer.slow(share);
    }
    fn settle(&mut self) {
        self.make_exact();
    }
    fn state(&self) -> Result<Vec<Named>> {
        self.saved()
    }
    fn restore(&mut self, state: &[Named]) -> Result<()> {
        self.put_back(state)
    }
    fn boxed_clone(&self) -> Box<dyn Network> {
        Box::new(self.clone())
    }
}
