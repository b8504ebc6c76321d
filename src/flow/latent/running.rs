//! A running flow in a latent space.
use super::behind::Behind;
use crate::critic::Named;
use crate::device::Points;
use crate::error::Result;
use crate::flow::traits::{Critics, Saved, Step, Viewed};
use crate::interrupt::Interrupt;
use crate::record::{Record, State};

/// A flow that moves codes: its target is encoded, its particles are decoded when someone looks at them.
#[derive(Clone)]
pub struct LatentFlow(pub(super) Behind);

impl Step for LatentFlow {
    fn step(&mut self, state: State) -> Result<(State, Record)> {
        self.0.inner.step(state)
    }
    fn measure(&self, state: &State) -> Result<Record> {
        self.0.inner.measure(state)
    }
    fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.0.inner.set_interrupt(interrupt);
    }
    fn initial(&self, source: &Points) -> Result<Points> {
        self.0.inner.initial(&self.0.encode_source(source)?)
    }
    fn push_forward(&self, state: &mut State) -> Result<()> {
        self.0.inner.push_forward(state)
    }
}

impl Saved for LatentFlow {
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

impl Viewed for LatentFlow {
    fn describe(&self) -> String {
        self.0.recipe.describe()
    }
    fn critics(&self, state: &State) -> Result<Critics> {
        self.0.inner.critics(state)
    }
    fn moves_codes(&self) -> bool {
        true
    }
    fn compares_codes(&self) -> bool {
        true
    }
    fn encode_target(&self, target: &Points) -> Result<Points> {
        self.0.codec.encode(target)
    }
    fn decode(&self, particles: &Points) -> Result<Points> {
        self.0.codec.decode(particles)
    }
    fn sample(&self, source: &Points, n: usize, seed: u64) -> Result<Points> {
        self.0.codec.decode(&self.0.inner.sample(&self.0.encode_source(source)?, n, seed)?)
    }
    fn report(&self, state: &State) -> Result<Vec<(&'static str, f64)>> {
        self.0.report(self.0.inner.report(state)?)
    }
}
