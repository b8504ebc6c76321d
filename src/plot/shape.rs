//! What a figure is drawn of: shapes in logical pixels, from the upper left corner.
use super::color::Color;

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
    /// A disc.
    Circle {
        /// its centre
        center: (f64, f64),
        /// its radius
        radius: f64,
        /// of its inside
        color: Color,
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
    /// A text, centred in its height.
    Text {
        /// where its anchor stands
        at: (f64, f64),
        /// what it says
        text: String,
        /// of the letters
        size: f64,
        /// of the letters
        color: Color,
        /// which part of the text stands there
        anchor: Anchor,
        /// runs upwards
        vertical: bool,
    },
}

impl Shape {
    /// Whether all of it lies at numbers: what does not is on no page.
    pub fn is_somewhere(&self) -> bool {
        let finite = |p: &(f64, f64)| p.0.is_finite() && p.1.is_finite();
        match self {
            Shape::Line { points, .. } | Shape::Polygon { points, .. } => points.iter().all(finite),
            Shape::Circle { center, radius, .. } => finite(center) && radius.is_finite(),
            Shape::Rectangle { from, to, .. } => finite(from) && finite(to),
            Shape::Text { at, .. } => finite(at),
        }
    }
}

/// Which end of the text stands at its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// the text is to the right of its position
    Left,
    /// the text is centred
    Middle,
    /// the text is to the left of its position
    Right,
}
