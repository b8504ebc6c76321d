//! What watches a run: history, snapshots, stop rules, progress. Observers see states and readings, never the flow.
use crate::error::Result;
use crate::flow::State;

pub mod history;
pub mod live;
pub mod progress;
pub mod snapshots;
pub mod stop;

/// One record on the host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    pub divergence: f64,
    /// mean |v|²
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
    Continue,
    /// with the rule that fired
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
    fn observe(&mut self, state: &State, reading: &Reading, last: bool) -> Result<Signal>;
}
