//! Whether a particle lands where the critic is lower by enough of what its slope promised: the condition of Armijo
//! [nocedal2006](crate::references#nocedal2006) for each particle.
use super::field::Field;
use crate::device::{Points, points, rows, values};
use crate::error::Result;

/// How often a particle may halve its step.
pub(super) const HALVINGS: usize = 4;
/// The share of the promised loss that a particle has to find.
pub(super) const ARMIJO: f64 = 0.5;
/// Rounding of φ in f32, relative to its size: a difference below it says nothing.
pub(super) const ROUNDING: f64 = 5e-7;

/// Halves the steps of particles that would land where the field is not lower by half of what was promised; false where the field has no
/// level.
pub(super) fn shorten(field: &mut dyn Field, y: &Points, v: &[f32], squared: &[f64], own: &mut [f64]) -> Result<bool> {
    let ([n, dim], device) = (y.dims(), y.device());
    let Some(here) = field.level(y)? else { return Ok(false) };
    let (here, at) = (values(&here)?, rows(y)?);
    let mut far: Vec<usize> = (0..n).collect();
    for _ in 0..HALVINGS {
        let there = (0..n * dim).map(|i| at[i] + own[i / dim] as f32 * v[i]).collect();
        let Some(there) = field.level(&points(there, n, dim, &device))? else { break };
        let there = values(&there)?;
        far.retain(|i| {
            let (before, after) = (f64::from(here[*i]), f64::from(there[*i]));
            after > before - ARMIJO * own[*i] * squared[*i] + ROUNDING * before.abs()
        });
        far.iter().for_each(|i| own[*i] *= 0.5);
        if far.is_empty() {
            break;
        }
    }
    Ok(true)
}
