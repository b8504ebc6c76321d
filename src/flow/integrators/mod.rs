//! Schemes for dY/dt = v(Y): one file each, one line here.
use super::field::Field;
use super::{Record, State};
use crate::device::Points;
use crate::error::Result;
use serde::{Deserialize, Serialize};

mod adams_bashforth;
mod adaptive;
mod euler;
mod heun;
mod implicit;
mod runge_kutta;

/// How far to step and how well.
#[derive(Clone, Copy, Debug)]
pub struct Control {
    /// the step, or the first one of the adaptive scheme
    pub dt: f64,
    /// root mean square error per step of the adaptive, residual of the implicit scheme, in units of `scale`
    pub tolerance: f64,
    /// spread of the target
    pub scale: f64,
    /// velocities per implicit step at most
    pub iterations: usize,
}

/// A one-step (or two-step) scheme; it refits the critic at each stage.
pub trait Integrator: Send + Sync {
    fn name(&self) -> &'static str;
    /// Order of the global error in Δt.
    fn order(&self) -> u32;
    fn step(&self, state: State, control: &Control, field: &mut dyn Field) -> Result<(State, Record)>;
}

/// Every scheme, in the order help lists them.
pub const ALL: &[&dyn Integrator] = &[
    &euler::Euler,
    &heun::Heun,
    &adams_bashforth::AdamsBashforth2,
    &runge_kutta::RungeKutta4,
    &adaptive::Adaptive,
    &implicit::Implicit,
];

/// The names `integrator:` accepts.
pub const NAMES: &[&str] = &["euler", "heun", "ab2", "rk4", "adaptive", "implicit"];

/// A scheme by name, as options carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    Euler,
    Heun,
    Ab2,
    Rk4,
    Adaptive,
    Implicit,
}

impl Scheme {
    pub fn integrator(self) -> &'static dyn Integrator {
        ALL[self as usize]
    }
}

/// The state after a step of displacement `dy` that took `dt`; `v` is remembered for multistep schemes.
fn advance(state: State, y: Points, v: Points, dt: f64) -> State {
    State { particles: y, previous: Some(v), dt: state.dt, time: state.time + dt, step: state.step + 1 }
}

/// The root mean square length of rows, read from the device.
fn rms(v: &Points) -> Result<f64> {
    Ok(crate::device::number(&(v.clone() * v.clone()).sum_dim(1).mean())?.sqrt())
}
