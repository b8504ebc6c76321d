//! A text that has been set.
use super::faces::{self, Face};
use super::outline::Path;
use std::fmt;

/// One glyph, in pixels from the beginning of the line; y runs downwards from the baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Glyph {
    /// the face it is of
    pub face: Face,
    /// its number in the face
    pub id: u32,
    /// of its origin
    pub x: f64,
    /// of its origin
    pub y: f64,
    /// pixels per em
    pub size: f64,
    /// the character it stands for, as one finds it in a document
    pub character: char,
}

/// A text on one line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setting {
    /// in the order of reading
    pub glyphs: Vec<Glyph>,
    /// bars of fractions, roots, wide accents: filled
    pub paths: Vec<Path>,
    /// from its beginning to its end
    pub width: f64,
    /// above the baseline
    pub ascent: f64,
    /// below the baseline
    pub descent: f64,
    /// characters that no face has; boxes stand for them
    pub missing: Vec<char>,
}

/// What cannot be set, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// the whole text
    pub text: String,
    /// bytes before what is wrong
    pub at: usize,
    /// what is wrong with it
    pub what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = self.text.get(..self.at).unwrap_or(&self.text).chars().count();
        let line: String = self.text.chars().map(|c| if c == '\n' { ' ' } else { c }).collect();
        // of a long text what is about it
        let from = before.saturating_sub(60);
        let shown: String = line.chars().skip(from).take(120).collect();
        write!(f, "{}, at character {}\n    {shown}\n    {}^", self.what, before + 1, " ".repeat(before - from))
    }
}

impl Setting {
    /// Another text after this one.
    pub(super) fn append(&mut self, mut next: Setting) {
        next.shift(self.width, 0.0);
        self.glyphs.append(&mut next.glyphs);
        self.paths.append(&mut next.paths);
        self.missing.append(&mut next.missing);
        self.width += next.width;
        self.ascent = self.ascent.max(next.ascent);
        self.descent = self.descent.max(next.descent);
    }

    /// All of it by (x, y) farther.
    pub(crate) fn shift(&mut self, x: f64, y: f64) {
        for g in &mut self.glyphs {
            g.x += x;
            g.y += y;
        }
        for p in &mut self.paths {
            p.shift(x, y);
        }
    }

    /// So many times as large.
    pub(crate) fn scale(&mut self, by: f64) {
        for g in &mut self.glyphs {
            (g.x, g.y, g.size) = (g.x * by, g.y * by, g.size * by);
        }
        for p in &mut self.paths {
            *p = p.placed(by, 0.0, 0.0);
        }
        (self.width, self.ascent, self.descent) = (self.width * by, self.ascent * by, self.descent * by);
    }

    /// Its outlines, from the beginning of its baseline.
    pub fn outlines(&self) -> Vec<Path> {
        let glyphs = self.glyphs.iter().map(|g| faces::outline(g.face, g.id).placed(g.size, g.x, g.y));
        glyphs.chain(self.paths.iter().cloned()).filter(|p| !p.0.is_empty()).collect()
    }
}
