//! Flows in the original space that move latent points: y = D(z) with the mobility J Jᵀ, J = ∂D/∂z. [gu2023latent](crate::references#gu2023latent)
//!
//! ẏ = −J Jᵀ∇φ(y) is what the outside sees of ż = −Jᵀ∇φ(D(z)): the critic compares decoded points with the target itself,
//! and what no codec can express does not move anything.
use super::behind::Behind;
use crate::critic::Named;
use crate::device::Points;
use crate::error::Result;
use crate::flow::traits::{Critics, Saved, Step, Viewed};
use crate::interrupt::Interrupt;
use crate::record::{Record, State};

/// A particle flow outside, whose displacements are pulled back to latent points.
#[derive(Clone)]
pub struct MobilityFlow(pub(super) Behind);

impl MobilityFlow {
    fn outside(&self, state: &State) -> Result<State> {
        Ok(State { particles: self.0.codec.decode(&state.particles)?, previous: None, ..state.clone() })
    }
}

impl Step for MobilityFlow {
    fn step(&mut self, state: State) -> Result<(State, Record)> {
        let outside = self.outside(&state)?;
        let y = outside.particles.clone();
        let (next, record) = self.0.inner.step(outside)?;
        let pulled = self.0.codec.pull(&state.particles, &(next.particles.clone() - y))?;
        Ok((State { particles: state.particles + pulled, previous: None, ..next }, record))
    }
    fn measure(&self, state: &State) -> Result<Record> {
        self.0.inner.measure(&self.outside(state)?)
    }
    fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.0.inner.set_interrupt(interrupt);
    }
    fn initial(&self, source: &Points) -> Result<Points> {
        self.0.encode_source(source)
    }
    /// The velocities of the record are those outside, before the mobility.
    fn advects(&self) -> bool {
        false
    }
}

impl Saved for MobilityFlow {
    fn to_json(&self) -> serde_json::Value {
        self.0.recipe.to_json()
    }
    fn tensors(&self) -> Result<Vec<Named>> {
        self.0.tensors()
    }
    fn restore(&mut self, tensors: &[Named]) -> Result<()> {
        self.0.inner.restore(tensors)
    }
}

impl Viewed for MobilityFlow {
    fn describe(&self) -> String {
        self.0.recipe.describe()
    }
    fn critics(&self, state: &State) -> Result<Critics> {
        self.0.inner.critics(&self.outside(state)?)
    }
    fn moves_codes(&self) -> bool {
        true
    }
    fn encode_target(&self, target: &Points) -> Result<Points> {
        self.0.codec.encode(target)
    }
    fn decode(&self, particles: &Points) -> Result<Points> {
        self.0.codec.decode(particles)
    }
    fn report(&self, state: &State) -> Result<Vec<(&'static str, f64)>> {
        self.0.report(self.0.inner.report(&self.outside(state)?)?)
    }
}
