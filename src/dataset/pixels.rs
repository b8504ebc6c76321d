//! What grey values become numbers, for everything that reads images.
use super::rows::Rows;
use crate::catalogue::{Opt, OptionKind};
use crate::error::Result;
use crate::{interrupt, memory};
use serde::{Deserialize, Serialize};

/// The option of every reader of bytes.
pub(super) const SCALE: Opt = Opt {
    name: "scale",
    kind: OptionKind::Flag,
    doc: "whether pixels of whole numbers are divided by the largest there can be, 255 of bytes: they are then in [0, 1]",
};

/// The option of readers of images in colours.
pub(super) const COLOUR: Opt = Opt {
    name: "colour",
    kind: OptionKind::Choice(&["as they are", "grey", "rgb"]),
    doc: "\"grey\": 0.299 red + 0.587 green + 0.114 blue; \"rgb\": grey ones get three equal planes",
};

/// How pixels are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PixelOptions {
    /// whether whole numbers become parts of the largest
    pub scale: bool,
}

impl Default for PixelOptions {
    fn default() -> PixelOptions {
        PixelOptions { scale: true }
    }
}

/// How images in colours are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColourOptions {
    /// whether whole numbers become parts of the largest
    pub scale: bool,
    /// `as they are`, `grey` or `rgb`
    pub colour: String,
}

impl Default for ColourOptions {
    fn default() -> ColourOptions {
        ColourOptions { scale: true, colour: "as they are".into() }
    }
}

/// What a byte is divided by.
pub(super) fn unit(scale: bool) -> f64 {
    if scale { 255.0 } else { 1.0 }
}

/// The grey of a colour, by the weights of ITU-R BT.601, as television and Pillow mix it.
pub(super) fn grey([r, g, b]: [f64; 3]) -> f64 {
    0.299 * r + 0.587 * g + 0.114 * b
}

/// Rows of three planes, red, green and blue, as rows of one.
pub(super) fn to_grey(rows: Rows) -> Result<Rows> {
    let d = rows.d / 3;
    memory::check_points("grey images", [rows.n, d], 8)?;
    let mut data = Vec::with_capacity(rows.n * d);
    for (i, row) in rows.data.chunks(rows.d.max(1)).enumerate() {
        interrupt::poll_each(i)?;
        data.extend((0..d).map(|k| grey([row[k], row[d + k], row[2 * d + k]])));
    }
    Ok(Rows { data, n: rows.n, d })
}
