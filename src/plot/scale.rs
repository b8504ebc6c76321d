//! Where data lies on the page: axes with their pixels.

/// An axis: data from `lo` to `hi` at the pixels `from` to `to`.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    pub lo: f64,
    pub hi: f64,
    /// whether it is logarithmic
    pub log: bool,
    pub from: f64,
    pub to: f64,
}

/// Whether an axis can go from one number to another: the second is larger, by what f64 can divide into ticks.
pub(super) fn is_range(lo: f64, hi: f64) -> bool {
    (1e-300..f64::INFINITY).contains(&(hi - lo))
}

impl Scale {
    /// The pixel of a value; the middle where the axis is one value.
    pub fn at(&self, v: f64) -> f64 {
        let t = if self.lo == self.hi {
            0.5
        } else if self.log {
            (v.log10() - self.lo.log10()) / (self.hi.log10() - self.lo.log10())
        } else {
            (v - self.lo) / (self.hi - self.lo)
        };
        self.from + t * (self.to - self.from)
    }
    /// Whether a value is within the axis.
    pub fn inside(&self, v: f64) -> bool {
        v.is_finite() && v >= self.lo && v <= self.hi
    }
}

/// Both axes of a panel; y runs from the lower edge to the upper one.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub x: Scale,
    pub y: Scale,
}

impl Frame {
    /// The pixels of a point.
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x.at(x), self.y.at(y))
    }
    /// Whether a point is within both axes.
    pub fn inside(&self, x: f64, y: f64) -> bool {
        self.x.inside(x) && self.y.inside(y)
    }
    /// Its edges in pixels: left, right, top, bottom.
    pub fn edges(&self) -> (f64, f64, f64, f64) {
        (self.x.from, self.x.to, self.y.to, self.y.from)
    }
}
