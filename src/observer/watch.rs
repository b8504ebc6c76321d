//! What an observer is: told of states and readings, it may end a run.
use crate::error::Result;
use crate::record::State;

/// One record on the host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// D(P‖Q) as the critic estimates it
    pub divergence: f64,
    /// mean |v|², the Lipschitz-regularised Fisher information
    pub fisher: f64,
    /// mean |v|
    pub speed: f64,
    /// max |v|
    pub fastest: f64,
    /// wall-clock seconds since the run began, resumptions included
    pub seconds: f64,
}

/// Whether to go on.
#[derive(Clone, Debug, PartialEq)]
pub enum Signal {
    /// take the next step
    Continue,
    /// end the run, with the rule that fired
    Stop(String),
}

/// Something that watches every state; `last` marks the final one.
pub trait Observer {
    /// Whether this observer wants the numbers at a step (they cost a read from the device).
    fn wants(&self, step: usize, last: bool) -> bool;
    /// Whether it is told of every step, with the latest numbers there are.
    fn always(&self) -> bool {
        false
    }
    /// Looks at a state and the latest reading; an error ends the run as broken.
    fn observe(&mut self, state: &State, reading: &Reading, last: bool) -> Result<Signal>;
}
