//! When an iteration has stopped closing its gap.

/// Steps that may pass without a gap that is smaller by a tenth.
pub(super) const PATIENCE: usize = 12;

/// The smallest gap so far, and the steps since it fell by a tenth.
pub(super) struct Patience {
    /// the smallest
    pub gap: f64,
    idle: usize,
}

impl Patience {
    /// Before the first step.
    pub fn new() -> Patience {
        Patience { gap: f64::INFINITY, idle: 0 }
    }
    /// How many steps have passed for nothing, after one that left this gap.
    pub fn after(&mut self, gap: f64) -> usize {
        self.idle = if gap < 0.9 * self.gap { 0 } else { self.idle + 1 };
        self.gap = self.gap.min(gap);
        self.idle
    }
}
