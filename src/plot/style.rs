//! How large things are, how fine, and on what: one set of sizes for every mark and letter of a figure.
use super::color::{Color, INK};
use serde::{Deserialize, Serialize};

/// The size of the labels of axes without any wish, in logical pixels: 9 points.
const FONT: f64 = 12.0;

/// Sizes and paper of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Style {
    /// of the labels of axes, in logical pixels of 1/96 inch; everything else grows with it
    pub font_size: f64,
    /// pixels to the inch of a PNG, and of what is pixels inside a PDF or SVG
    pub dpi: f64,
    /// no paper under it
    pub transparent: bool,
    /// light letters on dark paper, for screens
    pub dark: bool,
}

impl Default for Style {
    fn default() -> Self {
        Style { font_size: FONT, dpi: 192.0, transparent: false, dark: false }
    }
}

impl Style {
    /// How many times as large as in a figure of default size.
    pub fn scale(&self) -> f64 {
        self.font_size / FONT
    }
    /// Pixels to the logical one.
    pub fn fineness(&self) -> f64 {
        self.dpi / 96.0
    }
    /// What is under the figure.
    pub fn paper(&self) -> Option<Color> {
        let color = if self.dark { Color(0x11, 0x11, 0x11) } else { Color(255, 255, 255) };
        (!self.transparent).then_some(color)
    }
    /// The colour of axes and letters.
    pub fn ink(&self, color: Color) -> Color {
        match color {
            // the darkest of the colours of things is as dark as the paper
            INK if self.dark => Color(0xDD, 0xDD, 0xDD),
            other => other,
        }
    }
}
