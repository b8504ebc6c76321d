//! What a scheme for dY/dt = v(Y) is.
use crate::device::{Points, number};
use crate::error::Result;
use crate::flow::field::Field;
use crate::record::{Record, State};
use serde::{Serialize, Serializer};

/// How far to step and how well.
#[derive(Clone, Copy, Debug)]
pub struct Control {
    /// the step Δt, or the first one of a scheme that chooses its own
    pub dt: f64,
    /// root mean square error per step of the adaptive, residual of the implicit scheme, in units of `scale`
    pub tolerance: f64,
    /// spread of the target
    pub scale: f64,
    /// velocities per implicit step at most
    pub iterations: usize,
    /// how often an implicit step that does not settle may be taken anew, half as long: where its length is found and not named
    pub halvings: usize,
}

/// One step through a field: the next state, and the record of the state it starts from.
pub type OneStep = fn(State, &Control, &mut dyn Field) -> Result<(State, Record)>;

/// A one-step (or two-step) scheme; it refits the critic at each stage.
pub struct Integrator {
    /// as `integrator:` and saved runs name it
    pub name: &'static str,
    /// order of the global error in Δt
    pub order: u32,
    /// the options of [`Control`] it reads beside dt: `tolerance`, `iterations`
    pub reads: &'static [&'static str],
    /// whether the field may be another one at every step, as noise makes it
    pub takes_noise: bool,
    /// what it does
    pub step: OneStep,
}

impl PartialEq for Integrator {
    fn eq(&self, other: &Integrator) -> bool {
        self.name == other.name
    }
}

impl std::fmt::Debug for Integrator {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// By its name.
impl Serialize for Integrator {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        s.serialize_str(self.name)
    }
}

/// The state at particles y after a step that took `dt`; its velocity v is remembered for multistep schemes.
pub(super) fn advance(state: State, y: Points, v: Points, dt: f64) -> State {
    State { particles: y, previous: Some(v), dt: state.dt, time: &state.time + dt, step: state.step + 1 }
}

/// The root mean square length of rows, read from the device.
pub(super) fn rms(v: &Points) -> Result<f64> {
    Ok(number(&(v.clone() * v.clone()).sum_dim(1).mean())?.sqrt())
}
