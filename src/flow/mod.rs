//! How P moves: a flow is a scheme on a representation, and one loop runs them all.
use crate::device::{Points, Values};
use crate::error::Result;
use crate::interrupt::Interrupt;

mod entries;
pub mod field;
pub mod gradient_flow;
pub mod integrators;
pub mod record;
pub mod run;
pub mod save;
pub use entries::{ENTRIES, RUN};

/// Where a flow is.
#[derive(Clone, Debug)]
pub struct State {
    /// rows y_i, shape [n, d]
    pub particles: Points,
    /// the velocity of the previous step, for multistep schemes
    pub previous: Option<Points>,
    pub time: f64,
    pub step: usize,
}

/// What one step saw at its start; tensors of shape [1], read only when someone records them.
pub struct Record {
    /// D(P‖Q) as the critic estimates it
    pub divergence: Values,
    /// mean |v|², the Lipschitz-regularised Fisher information; kinetic energy is half of it
    pub fisher: Values,
    /// mean |v|
    pub speed: Values,
    /// max |v|: one particle can run away alone
    pub fastest: Values,
}

/// A flow between the law of the particles and a target it holds.
pub trait Flow: Send + Sync {
    /// One step of the scheme.
    fn step(&mut self, state: State) -> Result<(State, Record)>;
    /// The record at a state, with the critics as they are and nothing moved.
    fn measure(&self, state: &State) -> Result<Record>;
    fn describe(&self) -> String;
    fn set_interrupt(&mut self, interrupt: Interrupt);
    fn boxed_clone(&self) -> Box<dyn Flow>;
    /// Everything but tensors, for saving.
    fn to_json(&self) -> serde_json::Value;
    /// The tensors, by name.
    fn tensors(&self) -> Result<Vec<crate::critic::Named>>;
    /// The fitted critics with their weights.
    fn critics(&self) -> Vec<(f64, &dyn crate::critic::Critic)>;
    /// What it descends.
    fn divergence(&self) -> std::sync::Arc<dyn crate::divergence::Divergence>;
}
