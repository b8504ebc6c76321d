//! The seam of a network in host memory.
use super::ascent::HostClimb;
use super::layers::HostLayers;
use super::power::Prepared;
use super::trained::HostNetwork;
use crate::device::{Points, Values, values, vector};
use crate::error::Result;
use crate::network::ascent::{Climb, Goal};
use crate::network::interface::{Layers, Network};
use crate::network::named::Named;
use crate::network::shape::Shape;
use crate::scratch;

impl Network for HostNetwork {
    fn shape(&self) -> &Shape {
        &self.shape
    }
    fn theta(&self) -> Values {
        vector(self.theta.to_vec(), &self.device)
    }
    fn layers(&self) -> Box<dyn Layers> {
        Box::new(self.share(self.as_they_are()))
    }
    fn layers_at(&self, theta: &Values) -> Result<Box<dyn Layers>> {
        let layers = HostLayers::new(scratch::copy(&values(theta)?), &self.shape);
        Ok(Box::new(self.share(Prepared::free(layers))))
    }
    fn prepare(&mut self) -> Box<dyn Layers> {
        let next = self.next();
        let layers = self.share(next);
        self.prepared = Some(layers.prepared.clone());
        Box::new(layers)
    }
    fn ascend(&mut self, gradient: Values) -> Result<()> {
        let mut gradient = values(&gradient)?;
        self.ascend_along(&mut gradient);
        Ok(())
    }
    fn climb<'a>(
        &'a mut self,
        goal: Goal<'a>,
        samples: [Points; 2],
        nu: Option<Values>,
    ) -> Result<Box<dyn Climb + 'a>> {
        Ok(Box::new(HostClimb::new(self, goal, samples, nu)?))
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
        Ok(self.saved())
    }
    fn restore(&mut self, state: &[Named]) -> Result<()> {
        self.put_back(state)
    }
    fn boxed_clone(&self) -> Box<dyn Network> {
        Box::new(self.clone())
    }
}
