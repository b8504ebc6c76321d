//! Explicit schemes for dY/dt = v(Y): one file each, one line here.
use super::field::Field;
use super::{Record, State};
use crate::device::Points;
use crate::error::Result;
use serde::{Deserialize, Serialize};

mod adams_bashforth;
mod euler;
mod heun;
mod runge_kutta;

/// A one-step (or two-step) scheme; it refits the critic at each stage.
pub trait Integrator: Send + Sync {
    fn name(&self) -> &'static str;
    /// Order of the global error in Δt.
    fn order(&self) -> u32;
    /// Velocity evaluations per step.
    fn stages(&self) -> usize;
    fn step(&self, state: State, dt: f64, field: &mut dyn Field) -> Result<(State, Record)>;
}

/// Every scheme, in the order help lists them.
pub const ALL: &[&dyn Integrator] = &[&euler::Euler, &heun::Heun, &adams_bashforth::AdamsBashforth2, &runge_kutta::RungeKutta4];

/// The names `integrator:` accepts.
pub const NAMES: &[&str] = &["euler", "heun", "ab2", "rk4"];

/// A scheme by name, as options carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    Euler,
    Heun,
    Ab2,
    Rk4,
}

impl Scheme {
    pub fn integrator(self) -> &'static dyn Integrator {
        ALL[self as usize]
    }
}

/// The state after a step of displacement `dy` that took `dt`; `v` is remembered for multistep schemes.
fn advance(state: State, y: Points, v: Points, dt: f64) -> State {
    State { particles: y, previous: Some(v), time: state.time + dt, step: state.step + 1 }
}
