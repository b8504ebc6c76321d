//! The classical fourth-order Runge–Kutta scheme: four evaluations a step.
use super::integrator::{Control, Integrator, advance};
use crate::device::Points;
use crate::error::Result;
use crate::flow::field::Field;
use crate::record::{Record, State};

/// The classical Runge–Kutta scheme, order 4.
pub const RK4: Integrator = Integrator { name: "rk4", order: 4, reads: &[], takes_noise: true, step };

fn step(state: State, c: &Control, field: &mut dyn Field) -> Result<(State, Record)> {
    let dt = c.dt;
    let y = state.particles.clone();
    let at = |k: &Points, h: f64| y.clone() + k.clone().mul_scalar(h);
    let k1 = field.velocity(&y)?;
    let k2 = field.velocity(&at(&k1.v, 0.5 * dt))?.v;
    let k3 = field.velocity(&at(&k2, 0.5 * dt))?.v;
    let k4 = field.velocity(&at(&k3, dt))?.v;
    let sum = k1.v.clone() + (k2 + k3).mul_scalar(2.0) + k4;
    let next = y + sum.mul_scalar(dt / 6.0);
    Ok((advance(state, next, k1.v, dt), k1.record))
}
