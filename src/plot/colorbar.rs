//! The scale of colours beside a field.
use super::axes::{colour_ticks, widest};
use super::figure::Colorbar;
use super::ink::{LABEL, Lines, TICK, Words, line};
use super::scale::Scale;
use super::shape::{Anchor, Pixels, Shape};
use super::text::Mistake;
use std::sync::Arc;

/// Steps of colour of a bar.
const STEPS: usize = 256;

/// A bar with what is written at it.
pub(super) struct Bar<'a> {
    bar: &'a Colorbar,
    ticks: Vec<(f64, Option<Words>)>,
    aside: Words,
    label: Lines,
}

impl<'a> Bar<'a> {
    /// A bar about so high.
    pub fn new(bar: &'a Colorbar, height: f64, k: f64) -> Result<Bar<'a>, Mistake> {
        let (ticks, aside) = colour_ticks(bar.range, height, k)?;
        let label = Lines::new(&bar.label, LABEL * k, height)?;
        Ok(Bar { bar, ticks, aside: Words::new(&aside, 0.95 * TICK * k)?, label })
    }

    /// Whether something is written above it.
    pub fn has_head(&self) -> bool {
        self.aside.width() > 0.0
    }

    /// What it takes beside the axes.
    pub fn breadth(&self, k: f64) -> f64 {
        let label = if self.bar.label.is_empty() { 0.0 } else { self.label.height() + 4.0 * k };
        14.0 * k + 11.0 * k + 6.0 * k + widest(&self.ticks) + label
    }

    /// At x to the right, between two heights.
    pub fn draw(&self, x: f64, (top, bottom): (f64, f64), k: f64, out: &mut Vec<Shape>) {
        let colors = (0..STEPS).rev().map(|i| self.bar.map.at((i as f64 + 0.5) / STEPS as f64));
        let values = colors.map(|c| [c.0, c.1, c.2, 255]).collect();
        let pixels = Pixels { columns: 1, rows: STEPS, values: Arc::new(values) };
        out.push(Shape::Image { from: (x, top), to: (x + 11.0 * k, bottom), pixels });
        let scale = Scale { lo: self.bar.range.0, hi: self.bar.range.1, log: false, from: bottom, to: top };
        for (v, label) in &self.ticks {
            let at = scale.at(*v);
            out.push(line(vec![(x + 11.0 * k, at), (x + 14.5 * k, at)], 0.8 * k));
            out.extend(label.iter().map(|l| l.at((x + 17.0 * k, at), Anchor::Left)));
        }
        if self.has_head() {
            out.push(self.aside.at((x, top - 9.0 * k), Anchor::Left));
        }
        out.extend(self.label.upwards(x + 17.0 * k + widest(&self.ticks) + 4.0 * k, 0.5 * (top + bottom)));
    }
}
