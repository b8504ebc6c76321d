//! Explicit Euler: Y ← Y + Δt v(Y). Order 1, one evaluation; the scheme of GPA. [gu2024gpa]
use super::*;

pub struct Euler;

impl Integrator for Euler {
    fn name(&self) -> &'static str {
        "euler"
    }
    fn order(&self) -> u32 {
        1
    }
    fn step(&self, state: State, c: &Control, field: &mut dyn Field) -> Result<(State, Record)> {
        let dt = c.dt;
        let k = field.velocity(&state.particles)?;
        let y = state.particles.clone() + k.v.clone().mul_scalar(dt);
        Ok((advance(state, y, k.v, dt), k.record))
    }
}
