//! Maps that carry a noise to the law of the particles: what generator flows train.
use crate::critic::Named;
use crate::device::Points;
use crate::error::Result;

pub mod potential;
pub mod transport;

/// A map with parameters. Losses are given by their gradient at the outputs.
///
/// # Errors
/// What a loss reports, numbers that cannot be read from their device, an interrupt.
pub trait Map: Send + Sync {
    /// The map at points, by averaged parameters if it keeps any.
    fn at(&self, z: &Points) -> Result<Points>;
    /// The map as training sees it.
    fn now(&self, z: &Points) -> Result<Points>;
    /// One optimiser step down a loss of the outputs plus the map's own cost.
    fn descend(&mut self, z: &Points, loss: &mut dyn FnMut(&Points) -> Result<Points>) -> Result<()>;
    /// Multiplies the learning rate of the steps to come.
    fn slow(&mut self, share: f64);
    /// Everything a bit-identical continuation needs.
    fn state(&self) -> Result<Vec<Named>>;
    /// The same put back. Errors if something is missing or of another shape.
    fn restore(&mut self, state: &[Named]) -> Result<()>;
    /// Numbers about the map, by name, seen from these inputs.
    fn report(&self, z: &Points) -> Result<Vec<(&'static str, f64)>>;
    /// A copy.
    fn boxed_clone(&self) -> Box<dyn Map>;
}

impl Clone for Box<dyn Map> {
    fn clone(&self) -> Self {
        self.as_ref().boxed_clone()
    }
}
