//! What shapes are drawn on.
use crate::plot::color::Color;
use crate::plot::marker::Marker;
use crate::plot::shape::Pixels;
use crate::plot::text::{Path, Setting};

/// A colour with its opacity from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ink {
    pub color: Color,
    pub alpha: f64,
}

/// A sign at many places.
pub(crate) struct Dots<'a> {
    pub centers: &'a [(f64, f64)],
    /// of each, where they differ
    pub colors: &'a [Color],
    pub marker: Marker,
    pub radius: f64,
}

impl Dots<'_> {
    /// The ink of one of them.
    pub fn ink(&self, i: usize, ink: Ink) -> Ink {
        self.colors.get(i).map_or(ink, |color| Ink { color: *color, ..ink })
    }
}

/// A line of text at the beginning of its baseline.
pub(crate) struct Line<'a> {
    pub setting: &'a Setting,
    pub at: (f64, f64),
    pub source: &'a str,
    pub turned: bool,
}

/// What can be drawn on, in logical pixels from the upper left corner.
pub(crate) trait Canvas {
    /// Fills where the contours wind.
    fn fill(&mut self, path: &Path, ink: Ink);
    /// A polyline with round joins.
    fn stroke(&mut self, points: &[(f64, f64)], width: f64, ink: Ink);
    /// The same sign at many places, one over the other.
    fn dots(&mut self, dots: &Dots, ink: Ink);
    /// Pixels between two corners, each a rectangle.
    fn image(&mut self, pixels: &Pixels, from: (f64, f64), to: (f64, f64));
    /// A line of text.
    fn text(&mut self, line: &Line, color: Color);
    /// Whether many dots are better pixels of a picture.
    fn prefers_pictures(&self) -> bool;
}

impl Line<'_> {
    /// Where a point of the setting is on the page.
    pub fn place(&self, x: f64, y: f64) -> (f64, f64) {
        if self.turned { (self.at.0 + y, self.at.1 - x) } else { (self.at.0 + x, self.at.1 + y) }
    }
    /// Its outlines on the page.
    pub fn outlines(&self) -> Vec<Path> {
        let placed = |p: Path| Path(p.0.into_iter().map(|s| s.map(|x, y| self.place(x, y))).collect());
        self.setting.outlines().into_iter().map(placed).collect()
    }
}
