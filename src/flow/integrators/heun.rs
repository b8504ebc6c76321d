//! Heun's method, the explicit trapezoid: average of the velocity here and after an Euler step. Order 2.
use super::integrator::{Control, Integrator, advance};
use crate::error::Result;
use crate::flow::field::Field;
use crate::record::{Record, State};

/// Heun's method, order 2.
pub const HEUN: Integrator = Integrator { name: "heun", order: 2, reads: &[], takes_noise: true, step };

fn step(state: State, c: &Control, field: &mut dyn Field) -> Result<(State, Record)> {
    let dt = c.dt;
    let y = state.particles.clone();
    let k1 = field.velocity(&y)?;
    let k2 = field.velocity(&(y.clone() + k1.v.clone().mul_scalar(dt)))?;
    let y = y + (k1.v.clone() + k2.v).mul_scalar(0.5 * dt);
    Ok((advance(state, y, k1.v, dt), k1.record))
}
