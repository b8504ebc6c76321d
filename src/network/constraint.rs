//! What holds the slope of a network down: layers of norm 1 by construction, or a penalty on gradients.
use crate::device::ops::tangents::Excess;

/// How a hard constraint is kept up: power iterations per step, and Björck's behind them.
#[derive(Clone, Copy, Debug)]
pub struct Hard {
    /// power iterations per ascent step
    pub power: usize,
    /// Björck's iterations per ascent step; 0 leaves the layers divided by their norms
    pub bjorck: usize,
}

/// Power iterations that a constraint begins with.
pub const FIRST: usize = 20;
/// Power iterations that it is settled by.
pub const LAST: usize = 100;

/// λ·mean R(|∇net|) over points between the samples, taken from what is climbed.
#[derive(Clone, Copy, Debug)]
pub struct Soft {
    /// R
    pub excess: Excess,
    /// λ
    pub weight: f64,
}
