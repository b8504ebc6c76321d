//! Where a flow is.
use crate::device::Points;

/// Where a flow is: everything that changes from step to step but the critics.
#[derive(Clone, Debug)]
pub struct State {
    /// rows yᵢ, shape [n, d]
    pub particles: Points,
    /// the velocity of the previous step, shape [n, d], for multistep schemes
    pub previous: Option<Points>,
    /// the step length an adaptive scheme goes on with
    pub dt: Option<f64>,
    /// the time t of the flow, the sum of its step lengths
    pub time: f64,
    /// steps taken
    pub step: usize,
}

impl State {
    /// Particles about to move: time and step 0.
    pub fn at(particles: Points) -> State {
        State { particles, previous: None, dt: None, time: 0.0, step: 0 }
    }
}
