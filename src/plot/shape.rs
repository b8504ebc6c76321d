//! What a figure is drawn of: shapes in logical pixels, from the upper left corner.
use super::color::Color;
use super::marker::Marker;
use super::text::Setting;
use std::sync::Arc;

/// Something to draw, in logical pixels from the upper left corner.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A polyline.
    Line {
        /// its corners
        points: Vec<(f64, f64)>,
        /// of the stroke
        color: Color,
        /// of the stroke
        width: f64,
        /// opacity
        alpha: f64,
    },
    /// The same sign at many places.
    Dots {
        /// their centres
        centers: Vec<(f64, f64)>,
        /// what stands there
        marker: Marker,
        /// from the centre to the edge
        radius: f64,
        /// of their inside
        color: Color,
        /// of each, where they differ; none: `color` for all
        colors: Vec<Color>,
        /// opacity
        alpha: f64,
    },
    /// A filled polygon.
    Polygon {
        /// its corners
        points: Vec<(f64, f64)>,
        /// of its inside
        color: Color,
        /// opacity
        alpha: f64,
    },
    /// A filled rectangle between two opposite corners.
    Rectangle {
        /// one corner
        from: (f64, f64),
        /// the other
        to: (f64, f64),
        /// of its inside
        color: Color,
        /// opacity
        alpha: f64,
    },
    /// Pixels between two corners.
    Image {
        /// the upper left corner
        from: (f64, f64),
        /// the lower right corner
        to: (f64, f64),
        /// what lies between
        pixels: Pixels,
    },
    /// A line of text.
    Text {
        /// where its baseline begins
        at: (f64, f64),
        /// its glyphs
        setting: Arc<Setting>,
        /// what it says
        source: String,
        /// of the letters
        color: Color,
        /// runs upwards
        turned: bool,
    },
}

/// Pixels of a grid, row by row from the upper left corner: red, green, blue, opacity.
#[derive(Clone, Debug, PartialEq)]
pub struct Pixels {
    /// pixels a row
    pub columns: usize,
    /// rows
    pub rows: usize,
    /// one per pixel, not multiplied by the opacity
    pub values: Arc<Vec<[u8; 4]>>,
}

impl Pixels {
    /// Every pixel as a square of as many as it takes that a side has about so many: an output that smooths pictures shows
    /// the squares still.
    pub(super) fn finer(&self, side: f64) -> Pixels {
        let times = ((side / self.columns.max(self.rows).max(1) as f64).ceil() as usize).clamp(1, 64);
        // of a fine one nobody sees the squares
        if times == 1 || self.columns.max(self.rows) > 400 {
            return self.clone();
        }
        let wide = self.columns * times;
        let at = |i: usize| self.values[(i / wide / times) * self.columns + i % wide / times];
        let values = (0..wide * self.rows * times).map(at).collect();
        Pixels { columns: wide, rows: self.rows * times, values: Arc::new(values) }
    }
}

/// What lies farther out is on no page, and beyond what the numbers of a document hold.
const FAR: f64 = 1e7;

impl Shape {
    /// Whether all of it lies at numbers that a page can have.
    pub fn is_somewhere(&self) -> bool {
        let near = |v: f64| v.abs() <= FAR;
        let finite = |p: &(f64, f64)| near(p.0) && near(p.1);
        match self {
            Shape::Line { points, .. } | Shape::Polygon { points, .. } => points.iter().all(finite),
            Shape::Dots { centers, radius, .. } => near(*radius) && centers.iter().all(finite),
            Shape::Rectangle { from, to, .. } | Shape::Image { from, to, .. } => finite(from) && finite(to),
            Shape::Text { at, .. } => finite(at),
        }
    }
}

/// Which end of a text stands at its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// the text is to the right of its position
    Left,
    /// the text is centred
    Middle,
    /// the text is to the left of its position
    Right,
}
