//! Explicit Euler: Y ← Y + Δt v(Y). Order 1, one evaluation; the scheme of GPA. [gu2024gpa](crate::references#gu2024gpa)
use super::integrator::{Control, Integrator, advance};
use crate::error::Result;
use crate::flow::field::Field;
use crate::record::{Record, State};

/// Explicit Euler, order 1 [gu2024gpa](crate::references#gu2024gpa).
pub const EULER: Integrator = Integrator { name: "euler", order: 1, reads: &[], takes_noise: true, step };

fn step(state: State, c: &Control, field: &mut dyn Field) -> Result<(State, Record)> {
    let dt = c.dt;
    let k = field.velocity(&state.particles)?;
    let y = state.particles.clone() + k.v.clone().mul_scalar(dt);
    Ok((advance(state, y, k.v, dt), k.record))
}
