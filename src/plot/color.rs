//! Colours: the Okabe–Ito cycle for things, viridis for quantities, grey for images.
use crate::catalogue::nearest;
use crate::error::{Error, Result};

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

/// Colours by name: those of [`CYCLE`], and a few more.
pub const COLORS: [(&str, Color); 11] = [
    ("blue", CYCLE[0]),
    ("orange", CYCLE[1]),
    ("green", CYCLE[2]),
    ("pink", CYCLE[3]),
    ("yellow", CYCLE[4]),
    ("sky", CYCLE[5]),
    ("black", INK),
    ("grey", GREY),
    ("light", Color(0xCC, 0xCC, 0xCC)),
    ("red", Color(0xC0, 0x22, 0x2B)),
    ("white", Color(255, 255, 255)),
];

impl Color {
    /// The colour of a name, or of #rrggbb.
    pub fn named(name: &str) -> Option<Color> {
        if let Some(hex) = name.strip_prefix('#') {
            let part = |i: usize| hex.get(2 * i..2 * i + 2).and_then(|h| u8::from_str_radix(h, 16).ok());
            let plain = hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit());
            return plain.then(|| Some(Color(part(0)?, part(1)?, part(2)?))).flatten();
        }
        COLORS.iter().find(|c| c.0 == name).map(|c| c.1)
    }

    /// The colour of a name, or of #rrggbb.
    ///
    /// # Errors
    /// A name that is none.
    pub fn wanted(name: &str) -> Result<Color> {
        Color::named(name).ok_or_else(|| {
            let near =
                nearest(name, COLORS.iter().map(|c| c.0)).map_or(String::new(), |n| format!("; the nearest is {n}"));
            Error::Option {
                owner: "plot".into(),
                key: "color".into(),
                got: format!("\"{name}\""),
                expected: format!("#rrggbb or one of {}{near}", COLORS.map(|c| c.0).join(", ")),
            }
        })
    }
}

/// Maps from [0, 1] to colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Map {
    /// from violet to yellow, evenly bright
    Viridis,
    /// from blue over white to red: for what has two sides
    BlueRed,
    /// from brown over white to green-blue: for what has two sides
    BrownTeal,
    /// white to black
    Grey,
}

impl Map {
    /// The colour at t; outside [0, 1] that of the nearer end.
    pub fn at(self, t: f64) -> Color {
        let t = if t.is_finite() { t.clamp(0.0, 1.0) } else { 0.0 };
        match self {
            Map::Viridis => viridis(t),
            Map::BlueRed => between(&BLUE_RED, t),
            Map::BrownTeal => between(&BROWN_TEAL, t),
            Map::Grey => {
                let v = (255.0 * (1.0 - t)).round() as u8;
                Color(v, v, v)
            }
        }
    }
}

/// Every map by its name.
pub const MAPS: [(&str, Map); 4] =
    [("viridis", Map::Viridis), ("grey", Map::Grey), ("blue_red", Map::BlueRed), ("brown_teal", Map::BrownTeal)];

/// RdBu turned round, and BrBG, of eleven colours each: told apart by readers with any colour vision.
/// [harrower2003](crate::references#harrower2003)
const BLUE_RED: [u32; 11] =
    [0x053061, 0x2166AC, 0x4393C3, 0x92C5DE, 0xD1E5F0, 0xF7F7F7, 0xFDDBC7, 0xF4A582, 0xD6604D, 0xB2182B, 0x67001F];
const BROWN_TEAL: [u32; 11] =
    [0x543005, 0x8C510A, 0xBF812D, 0xDFC27D, 0xF6E8C3, 0xF5F5F5, 0xC7EAE5, 0x80CDC1, 0x35978F, 0x01665E, 0x003C30];

/// Colours at even steps, and what lies between two of them.
fn between(colors: &[u32], t: f64) -> Color {
    let at = t * (colors.len() - 1) as f64;
    let i = (at as usize).min(colors.len() - 2);
    let channel = |shift: u32| {
        let part = |k: usize| f64::from(colors[k] >> shift & 255);
        (part(i) + (at - i as f64) * (part(i + 1) - part(i))).round() as u8
    };
    Color(channel(16), channel(8), channel(0))
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
