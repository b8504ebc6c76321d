//! Sizes that figures are made for.
use super::style::Style;

/// What a figure is for: its width, its height, and its style.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// as typed
    pub name: &'static str,
    /// in logical pixels of 1/96 inch
    pub width: f64,
    /// of one panel, in logical pixels
    pub height: f64,
    /// sizes of letters, and resolution
    pub style: Style,
}

const fn mm(v: f64) -> f64 {
    v * 96.0 / 25.4
}

const fn style(points: f64, dpi: f64) -> Style {
    Style { font_size: points * 96.0 / 72.0, dpi, transparent: false, dark: false }
}

/// "notebook" is what a figure is without a preset.
pub const PRESETS: [Preset; 4] = [
    Preset { name: "notebook", width: 460.0, height: 360.0, style: style(9.0, 192.0) },
    Preset { name: "paper", width: mm(89.0), height: mm(68.0), style: style(7.5, 300.0) },
    Preset { name: "paper2", width: mm(183.0), height: mm(75.0), style: style(7.5, 300.0) },
    Preset { name: "slides", width: mm(254.0), height: mm(143.0), style: style(18.0, 192.0) },
];

/// Their names.
pub const NAMES: &[&str] = &["notebook", "paper", "paper2", "slides"];
