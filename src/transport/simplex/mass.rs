//! What masses are counted in: whole numbers, so that pivots are exact.
use std::ops::{Add, Sub};

/// A whole number of units. f64 holds those below 2⁵³, which equal weights and their least common multiples need; i128
/// those below 2¹²⁷, for weights over many decades.
pub trait Mass: Copy + PartialOrd + Default + Add<Output = Self> + Sub<Output = Self> + Send + Sync + 'static {
    /// Room without an end.
    const UNLIMITED: Self;
    /// As f64, rounded.
    fn number(self) -> f64;
}

impl Mass for f64 {
    const UNLIMITED: f64 = f64::INFINITY;
    fn number(self) -> f64 {
        self
    }
}

impl Mass for i128 {
    const UNLIMITED: i128 = i128::MAX;
    fn number(self) -> f64 {
        self as f64
    }
}
