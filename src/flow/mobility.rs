//! Flows in the original space that move latent points: y = D(z) with the mobility J Jᵀ, J = ∂D/∂z. [gu2023latent]
//!
//! ẏ = −J Jᵀ∇φ(y) is what the outside sees of ż = −Jᵀ∇φ(D(z)): the critic compares decoded points with the target itself,
//! and what no codec can express does not move anything.
use super::codec::Codec;
use super::latent::{CodecReport, LatentRecipe};
use super::{Critics, Flow, Record, State};
use crate::critic::Named;
use crate::device::Points;
use crate::error::Result;
use crate::interrupt::Interrupt;

/// A particle flow outside, whose displacements are pulled back to latent points.
pub struct MobilityFlow {
    pub recipe: LatentRecipe,
    pub inner: Box<dyn Flow>,
    pub codec: Box<dyn Codec>,
    /// whether the source is encoded, or given in the latent space
    pub encodes: bool,
    pub codec_report: CodecReport,
}

impl MobilityFlow {
    fn outside(&self, state: &State) -> Result<State> {
        Ok(State { particles: self.codec.decode(&state.particles)?, previous: None, ..*state })
    }
}

impl Flow for MobilityFlow {
    fn step(&mut self, state: State) -> Result<(State, Record)> {
        let outside = self.outside(&state)?;
        let y = outside.particles.clone();
        let (next, record) = self.inner.step(outside)?;
        let pulled = self.codec.pull(&state.particles, &(next.particles.clone() - y))?;
        Ok((State { particles: state.particles + pulled, previous: None, ..next }, record))
    }
    fn measure(&self, state: &State) -> Result<Record> {
        self.inner.measure(&self.outside(state)?)
    }
    fn describe(&self) -> String {
        super::Recipe::describe(&self.recipe)
    }
    fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.inner.set_interrupt(interrupt);
    }
    fn boxed_clone(&self) -> Box<dyn Flow> {
        Box::new(MobilityFlow {
            recipe: self.recipe.clone(),
            inner: self.inner.boxed_clone(),
            codec: self.codec.boxed_clone(),
            encodes: self.encodes,
            codec_report: self.codec_report,
        })
    }
    fn to_json(&self) -> serde_json::Value {
        super::Recipe::to_json(&self.recipe)
    }
    fn tensors(&self) -> Result<Vec<Named>> {
        let mut out = self.codec.state()?;
        out.extend(self.inner.tensors()?);
        Ok(out)
    }
    fn restore(&mut self, tensors: &[Named]) -> Result<()> {
        self.inner.restore(tensors)
    }
    fn critics(&self, state: &State) -> Result<Critics> {
        self.inner.critics(&self.outside(state)?)
    }
    fn begin(&self, source: &Points) -> Result<Points> {
        if self.encodes { self.codec.encode(source) } else { Ok(source.clone()) }
    }
    /// The velocities of the record are those outside, before the mobility.
    fn strides(&self) -> bool {
        false
    }
    fn arena(&self, target: &Points) -> Result<Points> {
        self.codec.encode(target)
    }
    fn view(&self, particles: &Points) -> Result<Points> {
        self.codec.decode(particles)
    }
    fn report(&self, state: &State) -> Result<Vec<(&'static str, f64)>> {
        let mut out = self.inner.report(&self.outside(state)?)?;
        out.extend(self.codec_report.report(self.codec.as_ref())?);
        Ok(out)
    }
}
