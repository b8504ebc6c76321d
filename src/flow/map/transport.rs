//! A generator network as a map.
use super::Map;
use crate::critic::Named;
use crate::device::Points;
use crate::error::Result;
use crate::network::perceptron::Perceptron;

/// G(z), a perceptron.
#[derive(Clone)]
pub struct Network(pub Perceptron);

impl Map for Network {
    fn at(&self, z: &Points) -> Result<Points> {
        self.0.at(z)
    }
    fn now(&self, z: &Points) -> Result<Points> {
        self.0.now(z)
    }
    fn descend(&mut self, z: &Points, loss: &mut dyn FnMut(&Points) -> Result<Points>) -> Result<()> {
        self.0.descend(z, loss)
    }
    fn slow(&mut self, share: f64) {
        self.0.slow(share);
    }
    fn state(&self) -> Result<Vec<Named>> {
        self.0.state("generator")
    }
    fn restore(&mut self, state: &[Named]) -> Result<()> {
        self.0.restore(state, "generator")
    }
    fn report(&self, _: &Points) -> Result<Vec<(&'static str, f64)>> {
        Ok(vec![("parameters", self.0.parameters() as f64)])
    }
    fn boxed_clone(&self) -> Box<dyn Map> {
        Box::new(self.clone())
    }
}
