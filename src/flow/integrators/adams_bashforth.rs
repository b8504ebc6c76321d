//! Two-step Adams–Bashforth: Y ← Y + Δt (3/2 v − 1/2 v_before). Order 2 at one evaluation a step.
//!
//! The first step has no past and takes Heun's method, so that the order holds from the start.
use super::heun::HEUN;
use super::integrator::{Control, Integrator, advance};
use crate::error::Result;
use crate::flow::field::Field;
use crate::record::{Record, State};

/// Two-step Adams–Bashforth, order 2.
pub const AB2: Integrator = Integrator { name: "ab2", order: 2, reads: &[], takes_noise: true, step };

fn step(state: State, c: &Control, field: &mut dyn Field) -> Result<(State, Record)> {
    let dt = c.dt;
    let Some(before) = state.previous.clone() else {
        return (HEUN.step)(state, c, field);
    };
    let k = field.velocity(&state.particles)?;
    let y = state.particles.clone() + k.v.clone().mul_scalar(1.5 * dt) - before.mul_scalar(0.5 * dt);
    Ok((advance(state, y, k.v, dt), k.record))
}
