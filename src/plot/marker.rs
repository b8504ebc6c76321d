//! Signs for points.
use super::text::{Path, Step};

/// What stands at a point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Marker {
    /// a filled circle
    #[default]
    Disc,
    /// upright
    Square,
    /// a square on its corner
    Diamond,
    /// on its base
    Triangle,
    /// on its tip
    Wedge,
    /// upright
    Plus,
    /// a plus turned by an eighth
    Cross,
}

/// Every marker by its name.
pub const MARKERS: [(&str, Marker); 7] = [
    ("disc", Marker::Disc),
    ("square", Marker::Square),
    ("diamond", Marker::Diamond),
    ("triangle", Marker::Triangle),
    ("wedge", Marker::Wedge),
    ("plus", Marker::Plus),
    ("cross", Marker::Cross),
];

/// The control points of a quarter of a circle.
const QUARTER: f64 = 0.552_284_749_830_793_6;

/// A circle about the origin.
pub fn circle(r: f64) -> Path {
    let k = QUARTER * r;
    Path(vec![
        Step::Move(r, 0.0),
        Step::Cubic(r, k, k, r, 0.0, r),
        Step::Cubic(-k, r, -r, k, -r, 0.0),
        Step::Cubic(-r, -k, -k, -r, 0.0, -r),
        Step::Cubic(k, -r, r, -k, r, 0.0),
        Step::Close,
    ])
}

fn polygon(corners: &[(f64, f64)], scale: f64) -> Path {
    let mut steps: Vec<Step> = corners.iter().map(|(x, y)| Step::Line(scale * x, scale * y)).collect();
    if let Some(Step::Line(x, y)) = steps.first().copied() {
        steps[0] = Step::Move(x, y);
    }
    steps.push(Step::Close);
    Path(steps)
}

impl Marker {
    /// The outline about the origin; areas of all filled markers of one radius look alike.
    pub fn outline(self, radius: f64) -> Path {
        const PLUS: [(f64, f64); 12] = [
            (-0.28, -1.15),
            (0.28, -1.15),
            (0.28, -0.28),
            (1.15, -0.28),
            (1.15, 0.28),
            (0.28, 0.28),
            (0.28, 1.15),
            (-0.28, 1.15),
            (-0.28, 0.28),
            (-1.15, 0.28),
            (-1.15, -0.28),
            (-0.28, -0.28),
        ];
        match self {
            Marker::Disc => circle(radius),
            Marker::Square => polygon(&[(-0.89, -0.89), (0.89, -0.89), (0.89, 0.89), (-0.89, 0.89)], radius),
            Marker::Diamond => polygon(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)], radius),
            Marker::Triangle => polygon(&[(0.0, -1.25), (1.17, 0.77), (-1.17, 0.77)], radius),
            Marker::Wedge => polygon(&[(0.0, 1.25), (-1.17, -0.77), (1.17, -0.77)], radius),
            Marker::Plus => polygon(&PLUS, radius),
            Marker::Cross => {
                let h = std::f64::consts::FRAC_1_SQRT_2;
                polygon(&PLUS.map(|(x, y)| (h * (x - y), h * (x + y))), radius)
            }
        }
    }
}
