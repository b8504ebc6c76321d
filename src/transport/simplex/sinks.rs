//! What mass costs where it leaves, column by column.

/// The piecewise linear cost g_j of the mass y that leaves at column j.
pub trait Sinks {
    /// The breakpoint above y.
    fn above(&self, j: usize, y: f64) -> f64;
    /// The breakpoint below y > 0.
    fn below(&self, j: usize, y: f64) -> f64;
    /// The slope between neighbouring breakpoints.
    fn slope(&self, j: usize, low: f64, high: f64) -> f64;
}

/// The arc from a column to the root: in the tree low ≤ y < high with slope `right`; outside it y is a breakpoint.
#[derive(Clone, Copy, Default)]
pub(super) struct Sink {
    pub(super) y: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    /// slopes of g_j below and above
    pub(super) left: f64,
    pub(super) right: f64,
}

/// A sink's arc outside the tree.
pub(super) fn outside(sinks: &dyn Sinks, j: usize, y: f64) -> Sink {
    let high = sinks.above(j, y);
    let left = if y > 0.0 { sinks.slope(j, sinks.below(j, y), y) } else { f64::NEG_INFINITY };
    Sink { y, low: y, high, left, right: sinks.slope(j, y, high) }
}
