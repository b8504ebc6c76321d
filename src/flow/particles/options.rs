//! What particle flows can be told.
use crate::flow::integrators::{EULER, Integrator};
use crate::flow::noise::Noise;
use serde::{Deserialize, Serialize};

/// A time step: a number, or found from the run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Dt {
    /// this many units of time
    Fixed(f64),
    /// found at every step, from what D has left to lose
    Named(Auto),
}

/// The word `auto`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auto {
    /// by Polyak's rule [polyak1987](crate::references#polyak1987)
    Auto,
}

impl Dt {
    /// Whether steps find their own lengths.
    pub fn is_auto(self) -> bool {
        matches!(self, Dt::Named(_))
    }
    /// The number, or the word.
    pub fn describe(self) -> String {
        match self {
            Dt::Fixed(v) => format!("{v}"),
            Dt::Named(_) => "auto".into(),
        }
    }
}

/// Options of particle flows, with the defaults of `gpa(d, #{ … })` and `gradient_flow(d, #{ … })`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ParticleOptions {
    /// time step Δt
    pub dt: Dt,
    /// ascent steps of the critic per velocity
    pub inner_steps: usize,
    /// ascent steps before the first velocity
    pub warm_up: usize,
    /// end the ascent early when a step improves it by less than this fraction
    pub inner_tolerance: f64,
    /// scheme of dY/dt = v(Y)
    pub integrator: &'static Integrator,
    /// error per step of the adaptive and residual of the implicit scheme, in units of the spread of the target
    pub tolerance: f64,
    /// velocities per implicit step at most
    pub iterations: usize,
    /// kick after which each particle reads its velocity
    pub noise: Noise,
    /// steps between new kernel widths; 0 keeps the width
    pub adapt_width: usize,
    /// whether particles that an optimal plan takes across gaps of the target are carried, where the step is "auto"; they are unless this says no
    pub carry: Option<bool>,
    /// whether particles come to rest before they copy the points of the target, where the step is "auto" and a critic is trained; they do
    /// unless this says no
    pub rest: Option<bool>,
    /// points of each sample per ascent step of a critic that is trained; 0 takes all
    pub batch: usize,
}

impl Default for ParticleOptions {
    fn default() -> Self {
        ParticleOptions {
            dt: Dt::Named(Auto::Auto),
            inner_steps: 8,
            warm_up: 0,
            inner_tolerance: 0.0,
            integrator: &EULER,
            tolerance: 1e-3,
            iterations: 50,
            noise: Noise::None,
            adapt_width: 0,
            carry: None,
            rest: None,
            batch: 0,
        }
    }
}
