//! What one step saw at its start.
use crate::device::{Points, Values, is_cpu, number, rows};
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::ranks::{Split, split};
use burn::tensor::Tensor;
use std::sync::Arc;

/// What one step saw at its start: tensors, from which numbers are made only when someone records them.
pub struct Record {
    /// D(P‖Q) as the critic estimates it, shape [1]
    divergence: Values,
    /// v = −∇δD/δP at the particles, shape [n, d]
    velocities: Points,
    /// who has the particles that are not here
    split: Option<Arc<Split>>,
}

impl Record {
    /// The record of an estimate, shape `[1]`, and of velocities, shape `[n, d]`.
    pub fn of(divergence: Values, v: &Points) -> Record {
        Record { divergence, velocities: v.clone(), split: None }
    }
    /// The same where the velocities are those of some particles, and other ranks have the rest.
    pub fn on(self, split: Option<&Arc<Split>>) -> Record {
        Record { split: split.cloned(), ..self }
    }
    /// D(P‖Q) as the critic estimates it, shape `[1]`.
    pub fn divergence(&self) -> &Values {
        &self.divergence
    }
    /// D; mean |v|², the Lipschitz-regularised Fisher information, of which kinetic energy is half; mean |v|; max |v|, because one
    /// particle can run away alone. One transfer from the device, which is what can fail.
    pub fn read(&self) -> Result<[f64; 4]> {
        if is_cpu(&self.velocities.device()) {
            return self.read_here();
        }
        let squared = (self.velocities.clone() * self.velocities.clone()).sum_dim(1);
        let speeds = squared.clone().sqrt();
        let all = vec![self.divergence.clone(), squared.mean(), speeds.clone().mean(), speeds.max()];
        let all = crate::device::values(&Tensor::cat(all, 0))?;
        Ok([all[0], all[1], all[2], all[3]].map(f64::from))
    }
    /// The same from host memory, in sums that do not depend on threads or ranks.
    fn read_here(&self) -> Result<[f64; 4]> {
        // a reading that is broken off would take the run back to the one before
        let _shield = Interrupt::default().enter();
        let (v, [n, d], split) = (rows(&self.velocities)?, self.velocities.dims(), self.split.as_deref());
        let squared = |i: usize| v[i * d..(i + 1) * d].iter().map(|v| f64::from(*v) * f64::from(*v)).sum::<f64>();
        // the sums tell of what is no number
        let mut fastest = 0.0f64;
        let sums = split::sums(split, n, 2, |i, sums| {
            let s = squared(i);
            fastest = fastest.max(s);
            sums[0] += s;
            sums[1] += s.sqrt();
        })?;
        let all = self.split.as_ref().map_or(n, |s| s.rows()) as f64;
        let fastest = split::largest(split, vec![fastest])?[0].sqrt();
        // as exact as the velocities are
        let [fisher, speed, fastest] = [sums[0] / all, sums[1] / all, fastest].map(|v| f64::from(v as f32));
        Ok([number(&self.divergence)?, fisher, speed, fastest])
    }
}
