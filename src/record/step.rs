//! What one step saw at its start.
use crate::device::{Points, Values};
use crate::error::Result;
use burn::tensor::Tensor;

/// Numbers that burn's CPU backend adds on one thread.
const PIECE: usize = 1 << 21;

/// What one step saw at its start: tensors, from which numbers are made only when someone records them.
pub struct Record {
    /// D(P‖Q) as the critic estimates it, shape [1]
    divergence: Values,
    /// v = −∇δD/δP at the particles, shape [n, d]
    velocities: Points,
}

impl Record {
    /// The record of an estimate, shape `[1]`, and of velocities, shape `[n, d]`.
    pub fn of(divergence: Values, v: &Points) -> Record {
        Record { divergence, velocities: v.clone() }
    }
    /// D(P‖Q) as the critic estimates it, shape `[1]`.
    pub fn divergence(&self) -> &Values {
        &self.divergence
    }
    /// D; mean |v|², the Lipschitz-regularised Fisher information, of which kinetic energy is half; mean |v|; max |v|, because one
    /// particle can run away alone. One transfer from the device, which is what can fail.
    pub fn read(&self) -> Result<[f64; 4]> {
        let squared = (self.velocities.clone() * self.velocities.clone()).sum_dim(1);
        let speeds = squared.clone().sqrt();
        let all = crate::device::values(&Tensor::cat(
            vec![self.divergence.clone(), mean(squared), mean(speeds.clone()), speeds.max()],
            0,
        ))?;
        Ok([all[0], all[1], all[2], all[3]].map(f64::from))
    }
}

/// The mean of a column, shape `[n, 1]`. Longer ones than a piece would be added by as many threads as there are, in the order in which
/// they end.
fn mean(column: Points) -> Values {
    let n = column.dims()[0];
    if n <= PIECE {
        return column.mean();
    }
    let pieces = (0..n).step_by(PIECE).map(|from| column.clone().narrow(0, from, PIECE.min(n - from)).sum());
    Tensor::cat(pieces.collect(), 0).sum() / n as f64
}
