//! Outlines: what is filled.

/// One step of an outline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// begins a contour
    Move(f64, f64),
    /// a straight line
    Line(f64, f64),
    /// a curve with one control point
    Quadratic(f64, f64, f64, f64),
    /// a curve with two control points
    Cubic(f64, f64, f64, f64, f64, f64),
    /// back to where the contour began
    Close,
}

impl Step {
    /// Every point sent somewhere else.
    pub fn map(self, f: impl Fn(f64, f64) -> (f64, f64)) -> Step {
        match self {
            Step::Move(x, y) => {
                let (x, y) = f(x, y);
                Step::Move(x, y)
            }
            Step::Line(x, y) => {
                let (x, y) = f(x, y);
                Step::Line(x, y)
            }
            Step::Quadratic(a, b, x, y) => {
                let ((a, b), (x, y)) = (f(a, b), f(x, y));
                Step::Quadratic(a, b, x, y)
            }
            Step::Cubic(a, b, c, d, x, y) => {
                let ((a, b), (c, d), (x, y)) = (f(a, b), f(c, d), f(x, y));
                Step::Cubic(a, b, c, d, x, y)
            }
            Step::Close => Step::Close,
        }
    }
}

/// Contours; the inside is where they wind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// A rectangle.
    pub fn rectangle(x: f64, y: f64, width: f64, height: f64) -> Path {
        let (r, b) = (x + width, y + height);
        Path(vec![Step::Move(x, y), Step::Line(r, y), Step::Line(r, b), Step::Line(x, b), Step::Close])
    }

    /// By (x, y) farther.
    pub(crate) fn shift(&mut self, x: f64, y: f64) {
        for s in &mut self.0 {
            *s = s.map(|a, b| (a + x, b + y));
        }
    }

    /// As many times as large, then by (x, y) farther.
    pub(crate) fn placed(&self, scale: f64, x: f64, y: f64) -> Path {
        Path(self.0.iter().map(|s| s.map(|a, b| (a * scale + x, b * scale + y))).collect())
    }
}
