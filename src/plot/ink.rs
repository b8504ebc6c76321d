//! Lines and letters of axes, titles and legends.
use super::color::{Color, INK};
use super::polyline::dashes;
use super::shape::{Anchor, Shape};
use super::text::{self, Mistake, Paragraph, Setting};
use std::sync::Arc;

/// Size of the labels of axes, in logical pixels of a figure of default size.
pub(super) const LABEL: f64 = 12.0;
/// Size of numbers at ticks, and of the entries of a legend.
pub(super) const TICK: f64 = 10.5;
/// Size of titles.
pub(super) const TITLE: f64 = 13.0;
/// Half the height of capital letters: a baseline lies as far below the middle of a line.
const HALF: f64 = 0.36;

/// A line of text that has been set.
pub(super) struct Words {
    source: String,
    size: f64,
    setting: Arc<Setting>,
}

impl Words {
    /// One line in letters of a size.
    pub fn new(source: &str, size: f64) -> Result<Words, Mistake> {
        Ok(Words { source: source.into(), size, setting: Arc::new(text::set(source, size)?) })
    }
    /// In smaller letters where it is wider than that.
    pub fn within(mut self, width: f64) -> Words {
        if self.setting.width > width {
            let by = width / self.setting.width;
            Arc::make_mut(&mut self.setting).scale(by);
            self.size *= by;
        }
        self
    }
    /// From its beginning to its end.
    pub fn width(&self) -> f64 {
        self.setting.width
    }
    /// From the highest to the lowest of it.
    pub fn height(&self) -> f64 {
        self.setting.ascent + self.setting.descent
    }
    /// With its anchor at a place, centred in its height.
    pub fn at(&self, (x, y): (f64, f64), anchor: Anchor) -> Shape {
        Shape::Text {
            at: (x - back(self.setting.width, anchor), y + HALF * self.size),
            setting: self.setting.clone(),
            source: self.source.clone(),
            color: INK,
            turned: false,
        }
    }
}

/// How far the beginning of a text lies before its anchor.
fn back(width: f64, anchor: Anchor) -> f64 {
    match anchor {
        Anchor::Left => 0.0,
        Anchor::Middle => 0.5 * width,
        Anchor::Right => width,
    }
}

/// A text over as many lines as a width takes.
pub(super) struct Lines {
    paragraph: Paragraph,
    source: String,
}

impl Lines {
    /// Broken between words at a width.
    pub fn new(source: &str, size: f64, width: f64) -> Result<Lines, Mistake> {
        Ok(Lines { paragraph: text::wrapped(source, size, width)?, source: source.into() })
    }
    /// Of all lines together.
    pub fn height(&self) -> f64 {
        self.paragraph.height()
    }
    /// Of the widest line.
    pub fn width(&self) -> f64 {
        self.paragraph.width()
    }
    fn shapes<'a>(
        &'a self,
        place: impl Fn(f64, f64) -> (f64, f64) + 'a,
        turned: bool,
    ) -> impl Iterator<Item = Shape> + 'a {
        let first = self.paragraph.lines.first().map_or(0.0, |l| l.ascent);
        self.paragraph.lines.iter().enumerate().map(move |(i, line)| Shape::Text {
            at: place(-0.5 * line.width, first + i as f64 * self.paragraph.leading),
            setting: Arc::new(line.clone()),
            // readers of the document find the text once
            source: if i == 0 { self.source.clone() } else { String::new() },
            color: INK,
            turned,
        })
    }
    /// Centred about x, from y downwards.
    pub fn below(&self, x: f64, y: f64) -> impl Iterator<Item = Shape> {
        self.shapes(move |a, b| (x + a, y + b), false)
    }
    /// Running upwards, centred about y, from x to the right.
    pub fn upwards(&self, x: f64, y: f64) -> impl Iterator<Item = Shape> {
        self.shapes(move |a, b| (x + b, y - a), true)
    }
}

/// An opaque line.
pub(super) fn line(points: Vec<(f64, f64)>, width: f64) -> Shape {
    Shape::Line { points, color: INK, width, alpha: 1.0 }
}

/// A line, or dashes along it.
pub(super) fn stroke(
    run: Vec<(f64, f64)>,
    color: Color,
    (width, alpha): (f64, f64),
    dashed: Option<f64>,
    out: &mut Vec<Shape>,
) {
    for points in dashed.map_or_else(|| vec![run.clone()], |k| dashes(&run, k)) {
        out.push(Shape::Line { points, color, width, alpha });
    }
}

/// A text in another colour.
pub(super) fn colored(shape: Shape, ink: Color) -> Shape {
    match shape {
        Shape::Text { at, setting, source, turned, .. } => Shape::Text { at, setting, source, color: ink, turned },
        other => other,
    }
}
