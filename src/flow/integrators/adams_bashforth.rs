//! Two-step Adams–Bashforth: Y ← Y + Δt (3/2 v − 1/2 v_before). Order 2 at one evaluation a step.
//!
//! The first step has no past and takes Heun's method, so that the order holds from the start.
use super::heun::Heun;
use super::*;

pub struct AdamsBashforth2;

impl Integrator for AdamsBashforth2 {
    fn name(&self) -> &'static str {
        "ab2"
    }
    fn order(&self) -> u32 {
        2
    }
    fn step(&self, state: State, c: &Control, field: &mut dyn Field) -> Result<(State, Record)> {
        let dt = c.dt;
        let Some(before) = state.previous.clone() else {
            return Heun.step(state, c, field);
        };
        let k = field.velocity(&state.particles)?;
        let y = state.particles.clone() + k.v.clone().mul_scalar(1.5 * dt) - before.mul_scalar(0.5 * dt);
        Ok((advance(state, y, k.v, dt), k.record))
    }
}
