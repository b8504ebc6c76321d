//! What D is between samples that have nothing to do with each other, beside which its rounding is seen.
use crate::critic::Ascent;
use crate::device::{Points, number};
use crate::error::Result;
use crate::flow::field::Part;
use crate::interrupt::Interrupt;
use burn::tensor::Tensor;

/// D of the target from itself, moved as far as its first d columns are wide; 0 where a critic is trained.
///
/// # Errors
/// What the solvers report, and an interrupt.
pub(super) fn away(parts: &[Part], target: &Points, d: usize, interrupt: &Interrupt) -> Result<f64> {
    if parts.iter().any(|p| p.critic.trains()) {
        return Ok(0.0);
    }
    let x = target.clone().narrow(1, 0, d);
    let about = x.clone() - x.clone().mean_dim(0);
    let width = number(&(about.clone() * about).sum_dim(1).mean())?.max(0.0).sqrt();
    let moved = x.add_scalar(width / (d as f64).sqrt());
    let moved = match target.dims()[1] - d {
        0 => moved,
        classes => Tensor::cat(vec![moved, target.clone().narrow(1, d, classes)], 1),
    };
    let ascent = Ascent { interrupt: interrupt.clone(), ..Ascent::default() };
    parts.iter().try_fold(0.0, |sum, part| {
        let mut critic = part.critic.boxed_clone();
        // from nothing: what a run has solved so far must not change what its rounding is, or one that goes on is another
        critic.restore(&[], &target.device())?;
        let fit = critic.fit(&part.term, &moved, target, &ascent)?;
        Ok(sum + part.weight * number(&fit.value)?)
    })
}
