//! What mass costs where it leaves, column by column.
use super::mass::Mass;

/// The piecewise linear cost g_j of the mass y that leaves at column j.
pub trait Sinks<M: Mass = f64> {
    /// The breakpoint above y.
    fn above(&self, j: usize, y: M) -> M;
    /// The breakpoint below y > 0.
    fn below(&self, j: usize, y: M) -> M;
    /// The slope between neighbouring breakpoints.
    fn slope(&self, j: usize, low: M, high: M) -> f64;
}

/// The arc from a column to the root: in the tree low ≤ y < high with slope `right`; outside it y is a breakpoint.
#[derive(Clone, Copy, Default)]
pub(super) struct Sink<M> {
    pub(super) y: M,
    pub(super) low: M,
    pub(super) high: M,
    /// slopes of g_j below and above
    pub(super) left: f64,
    pub(super) right: f64,
}

/// A sink's arc outside the tree.
pub(super) fn outside<M: Mass>(sinks: &dyn Sinks<M>, j: usize, y: M) -> Sink<M> {
    let high = sinks.above(j, y);
    let left = if y > M::default() { sinks.slope(j, sinks.below(j, y), y) } else { f64::NEG_INFINITY };
    Sink { y, low: y, high, left, right: sinks.slope(j, y, high) }
}
