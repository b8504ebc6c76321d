//! What particle flows can be told.
use crate::device::{Points, rows_f64};
use crate::error::Result;
use crate::flow::integrators::{EULER, Integrator};
use crate::flow::noise::Noise;
use crate::sorting;
use serde::{Deserialize, Serialize};

/// A time step: a number, or chosen from the samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Dt {
    /// this many units of time
    Fixed(f64),
    /// chosen from the samples
    Named(Auto),
}

/// The word `auto`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auto {
    /// by [`Dt::resolve`]
    Auto,
}

impl Dt {
    /// (2/steps)·S·√d with S the range of the samples from the 1st to the 99th percentile, mean over the coordinates: far
    /// enough for unit speed to cross the samples in half of the steps.
    ///
    /// # Errors
    /// For "auto", samples that cannot be read.
    pub fn resolve(self, source: &Points, target: &Points, steps: usize) -> Result<f64> {
        let Dt::Fixed(dt) = self else {
            let d = source.dims()[1];
            let mut rows = rows_f64(source)?;
            rows.extend(rows_f64(target)?);
            let range = |k: usize| {
                let mut column: Vec<f64> = rows.iter().skip(k).step_by(d).copied().collect();
                sorting::ascending(&mut column);
                let at = |q: f64| column[((column.len() - 1) as f64 * q).round() as usize];
                at(0.99) - at(0.01)
            };
            let s = (0..d).map(range).sum::<f64>() / d as f64;
            return Ok(2.0 / steps.max(1) as f64 * s.max(1e-12) * (d as f64).sqrt());
        };
        Ok(dt)
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
    /// points of each sample per ascent step of a critic that is trained; 0 takes all
    pub batch: usize,
}

impl Default for ParticleOptions {
    fn default() -> Self {
        ParticleOptions {
            dt: Dt::Fixed(0.2),
            inner_steps: 8,
            warm_up: 0,
            inner_tolerance: 0.0,
            integrator: &EULER,
            tolerance: 1e-3,
            iterations: 50,
            noise: Noise::None,
            adapt_width: 0,
            batch: 0,
        }
    }
}
