//! Implicit Euler, Y' = Y + Δt v(Y'): the minimising-movement (JKO) step of particles, min D(Y') + |Y' − Y|²/(2Δt).
//! Order 1. [jko1998](crate::references#jko1998)
//!
//! Solved by gradient steps with the lengths of Barzilai and Borwein; each asks the critic for a velocity.
use super::integrator::{Control, Integrator, advance, rms};
use crate::device::Points;
use crate::error::{Error, Result};
use crate::flow::field::Field;
use crate::record::{Record, State};

/// Implicit Euler, the JKO step of particles, order 1 [jko1998](crate::references#jko1998).
pub const IMPLICIT: Integrator =
    Integrator { name: "implicit", order: 1, reads: &["tolerance", "iterations"], takes_noise: false, step };

fn dot(a: &Points, b: &Points) -> Result<f64> {
    crate::device::number(&(a.clone() * b.clone()).sum())
}

/// Where an implicit step ends, its velocity, and its residual.
struct Solved {
    y: Points,
    v: Points,
    left: f64,
    begun: f64,
}

/// Y' = Y + Δt v(Y') from Y and v(Y), as far as the iterations lead.
fn solve(start: &Points, first: &Points, dt: f64, c: &Control, field: &mut dyn Field) -> Result<Solved> {
    let mut y = start.clone();
    let mut residual = first.clone().mul_scalar(dt);
    let begun = rms(&residual)?;
    let (mut length, mut left) = (0.5, begun);
    let mut best = (begun, start.clone(), first.clone());
    for _ in 0..c.iterations {
        if left <= c.tolerance * c.scale {
            break;
        }
        let next = y.clone() + residual.clone().mul_scalar(length);
        let v = field.velocity(&next)?.v;
        let new = start.clone() + v.clone().mul_scalar(dt) - next.clone();
        let (dy, dr) = (next.clone() - y, new.clone() - residual);
        length = (-dot(&dy, &dr)? / dot(&dr, &dr)?.max(1e-30)).clamp(0.02, 1.0);
        (y, residual) = (next, new);
        left = rms(&residual)?;
        if left < best.0 {
            best = (left, y.clone(), v);
        }
    }
    let (left, y, v) = best;
    Ok(Solved { y, v, left, begun })
}

fn step(state: State, c: &Control, field: &mut dyn Field) -> Result<(State, Record)> {
    let start = state.particles.clone();
    let first = field.velocity(&start)?;
    // of a length that is found, the share that settled before, and twice that
    let mut share = if c.halvings > 0 { state.dt.unwrap_or(1.0) } else { 1.0 };
    let mut halvings = c.halvings;
    loop {
        let Solved { y, v, left, begun } = solve(&start, &first.v, c.dt * share, c, field)?;
        // trained critics leave a residual that no iteration removes
        if left <= c.tolerance * c.scale || left <= 0.05 * begun {
            let dt = if c.halvings > 0 { Some((2.0 * share).min(1.0)) } else { state.dt };
            return Ok((advance(State { dt, ..state }, y, v, c.dt * share), first.record));
        }
        if halvings == 0 {
            return Err(unsettled(state.step, c.iterations, begun, left));
        }
        (halvings, share) = (halvings - 1, 0.5 * share);
    }
}

fn unsettled(step: usize, iterations: usize, begun: f64, left: f64) -> Error {
    let advice = "take a smaller tau or more iterations; a divergence with kinks (W1, the energy distance, Lipschitz potentials near the target) or a trained critic has no implicit step to settle on: use a smooth one such as mmd, KALE or sinkhorn".to_string();
    Error::Diverged {
        step,
        what: format!(
            "the implicit step did not settle in {iterations} iterations: its residual went from {begun:.2e} to {left:.2e}"
        ),
        advice,
    }
}
