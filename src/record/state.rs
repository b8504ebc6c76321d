//! Where a flow is.
use crate::device::{Points, Values, is_cpu, number};
use crate::error::Result;

/// The time of a flow: a number, or one that a device has not been asked for yet, so that steps whose lengths it chooses can be
/// launched without waiting for them.
#[derive(Clone, Debug)]
pub enum Time {
    /// t
    Known(f64),
    /// t, shape `[1]`
    Kept(Box<Values>),
}

impl Time {
    /// t + Δt for a Δt of shape `[1]`: on the host as a number.
    ///
    /// # Errors
    /// A number that cannot be read.
    pub fn after(&self, dt: &Values) -> Result<Time> {
        match self {
            Time::Known(t) if is_cpu(&dt.device()) => Ok(Time::Known(t + number(dt)?)),
            Time::Known(t) => Ok(Time::Kept(Box::new(dt.clone().add_scalar(*t)))),
            Time::Kept(t) => Ok(Time::Kept(Box::new(t.as_ref().clone() + dt.clone()))),
        }
    }
    /// t, which waits for the device that keeps it.
    ///
    /// # Errors
    /// A number that cannot be read.
    pub fn read(&self) -> Result<f64> {
        match self {
            Time::Known(t) => Ok(*t),
            Time::Kept(t) => number(t),
        }
    }
}

impl std::ops::Add<f64> for &Time {
    type Output = Time;
    fn add(self, dt: f64) -> Time {
        match self {
            Time::Known(t) => Time::Known(t + dt),
            Time::Kept(t) => Time::Kept(Box::new(t.as_ref().clone().add_scalar(dt))),
        }
    }
}

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
    pub time: Time,
    /// steps taken
    pub step: usize,
}

impl State {
    /// Particles about to move: time and step 0.
    pub fn at(particles: Points) -> State {
        State { particles, previous: None, dt: None, time: Time::Known(0.0), step: 0 }
    }
}
