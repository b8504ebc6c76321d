//! Heun's method with the length of every step chosen: the difference to Euler's step is the error it keeps below the
//! tolerance. Order 2. [hairer1993](crate::references#hairer1993)
use super::integrator::{Control, Integrator, advance, rms};
use crate::error::{Error, Result};
use crate::flow::field::Field;
use crate::record::{Record, State};

/// Heun's method with steps that keep the error at the tolerance [hairer1993](crate::references#hairer1993).
pub const ADAPTIVE: Integrator =
    Integrator { name: "adaptive", order: 2, reads: &["tolerance"], takes_noise: false, step };

const MOST_TRIALS: usize = 30;

fn step(state: State, c: &Control, field: &mut dyn Field) -> Result<(State, Record)> {
    let y = state.particles.clone();
    let k1 = field.velocity(&y)?;
    let mut h = state.dt.unwrap_or(c.dt);
    for _ in 0..MOST_TRIALS {
        let k2 = field.velocity(&(y.clone() + k1.v.clone().mul_scalar(h)))?.v;
        let error = rms(&(k2.clone() - k1.v.clone()).mul_scalar(0.5 * h))? / (c.tolerance * c.scale);
        let factor = if error.is_finite() { (0.9 / error.sqrt()).clamp(0.2, 5.0) } else { 0.2 };
        if error <= 1.0 {
            let y = y + (k1.v.clone() + k2).mul_scalar(0.5 * h);
            let next = advance(state, y, k1.v, h);
            return Ok((State { dt: Some(h * factor), ..next }, k1.record));
        }
        h *= factor;
    }
    let advice = "a trained critic answers differently each time it is asked: give it more inner_steps, raise the tolerance, or take a fixed scheme".to_string();
    Err(Error::Diverged {
        step: state.step,
        what: format!("no step down to {h:.1e} keeps the error below the tolerance {}", c.tolerance),
        advice,
    })
}
