//! Words: a glyph for every character, from the face of words or from one of the system.
use super::faces::{self, SANS};
use super::setting::{Glyph, Setting};
use unicode_normalization::UnicodeNormalization;

/// Above and below the baseline, in em: what lines of words take.
const ASCENT: f64 = 0.76;
const DESCENT: f64 = 0.24;

/// Characters that are only set right by shaping, which is not done: marks that combine, and scripts that join or run
/// from right to left.
pub fn needs_shaping(c: char) -> bool {
    matches!(u32::from(c), 0x0590..=0x08FF | 0x0900..=0x0DFF | 0x0F00..=0x109F | 0x1780..=0x17FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFC)
}

/// The glyphs of a text of words.
pub(super) fn set(text: &str, size: f64) -> Setting {
    let mut out = Setting { ascent: ASCENT * size, descent: DESCENT * size, ..Setting::default() };
    for c in text.nfc() {
        // spaces of all kinds that mean nothing on a page
        let c = if c == '\n' || c == '\t' { ' ' } else { c };
        if c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}') {
            continue;
        }
        out.push(c, size);
    }
    out
}

impl Setting {
    /// One more character at the end of the line.
    pub(super) fn push(&mut self, c: char, size: f64) {
        let shown = (!needs_shaping(c))
            .then(|| faces::glyph(SANS, c).map(|id| (SANS, id)).or_else(|| faces::elsewhere(c)))
            .flatten();
        if shown.is_none() && !self.missing.contains(&c) {
            self.missing.push(c);
        }
        // the first glyph of a face is the box for what it lacks
        let (face, id) = shown.unwrap_or((SANS, 0));
        self.glyphs.push(Glyph { face, id, x: self.width, y: 0.0, size, character: c });
        self.width += size * faces::advance(face, id);
    }
}
