//! Copies of the particles.
use crate::device::Points;

/// The particles at one time.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// steps taken before it
    pub step: usize,
    /// the time t of the flow
    pub time: f64,
    /// rows yᵢ, shape [n, d], in the space the particles move in
    pub points: Points,
}
