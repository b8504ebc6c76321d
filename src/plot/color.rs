//! Colours: the Okabe–Ito cycle for things, viridis for quantities, grey for images.

/// Red, green and blue of sRGB, 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub u8, pub u8, pub u8);

/// Axes and text.
pub const INK: Color = Color(0x22, 0x22, 0x22);
/// What is there for comparison.
pub const GREY: Color = Color(0x88, 0x88, 0x88);

/// Distinguishable by readers with any colour vision. [okabe2008](crate::references#okabe2008)
pub const CYCLE: &[Color] = &[
    Color(0x00, 0x72, 0xB2),
    Color(0xD5, 0x5E, 0x00),
    Color(0x00, 0x9E, 0x73),
    Color(0xCC, 0x79, 0xA7),
    Color(0xE6, 0x9F, 0x00),
    Color(0x56, 0xB4, 0xE9),
    Color(0x22, 0x22, 0x22),
];

/// The i-th colour of [`CYCLE`], from its beginning again after the last.
pub fn cycle(i: usize) -> Color {
    CYCLE[i % CYCLE.len()]
}

/// Maps from [0, 1] to colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Map {
    /// from violet to yellow, evenly bright
    Viridis,
    /// white to black
    Grey,
}

impl Map {
    /// The colour at t; outside [0, 1] that of the nearer end.
    pub fn at(self, t: f64) -> Color {
        let t = if t.is_finite() { t.clamp(0.0, 1.0) } else { 0.0 };
        match self {
            Map::Viridis => viridis(t),
            Map::Grey => {
                let v = (255.0 * (1.0 - t)).round() as u8;
                Color(v, v, v)
            }
        }
    }
}

/// A degree-six polynomial fit of viridis, within 1 % of the table.
fn viridis(t: f64) -> Color {
    const C: [[f64; 3]; 7] = [
        [0.2777273272234177, 0.005407344544966578, 0.3340998053353061],
        [0.1050930431085774, 1.404613529898575, 1.384590162594685],
        [-0.3308618287255563, 0.214847559468213, 0.09509516302823659],
        [-4.634230498983486, -5.799100973351585, -19.33244095627987],
        [6.228269936347081, 14.17993336680509, 56.69055260068105],
        [4.776384997670288, -13.74514537774601, -65.35303263337234],
        [-5.435455855934631, 4.645852612178535, 26.3124352495832],
    ];
    let channel = |k: usize| {
        let v = C.iter().rev().fold(0.0, |acc, c| acc * t + c[k]);
        (255.0 * v.clamp(0.0, 1.0)).round() as u8
    };
    Color(channel(0), channel(1), channel(2))
}
