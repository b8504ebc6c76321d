//! Lines and letters of axes, titles and legends.
use super::color::INK;
use super::shape::{Anchor, Shape};

/// Size of the labels of axes, in logical pixels.
pub(super) const LABEL: f64 = 12.0;
/// Size of numbers at ticks, and of the entries of a legend.
pub(super) const TICK: f64 = 10.5;
/// Size of titles.
pub(super) const TITLE: f64 = 13.0;

/// Rough width of text set in the embedded font.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| if "il.,:;|'⁻".contains(c) { 0.35 } else { 0.61 }).sum::<f64>() * size
}

/// A horizontal text.
pub(super) fn text(at: (f64, f64), text: String, size: f64, anchor: Anchor) -> Shape {
    Shape::Text { at, text, size, color: INK, anchor, vertical: false }
}

/// An opaque line.
pub(super) fn line(points: Vec<(f64, f64)>, width: f64) -> Shape {
    Shape::Line { points, color: INK, width, alpha: 1.0 }
}
