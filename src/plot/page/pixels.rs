//! A page of pixels, smoothed at edges.
use super::canvas::{Canvas, Dots, Ink, Line};
use crate::interrupt;
use crate::plot::color::Color;
use crate::plot::shape::Pixels;
use crate::plot::text::{Path, Step};
use tiny_skia::{FillRule, LineCap, LineJoin, Paint, PathBuilder, Pixmap, Stroke, Transform};

/// Places between two pixels that dots are told apart by, a side.
const PHASES: usize = 4;
/// Fewer dots are drawn one by one.
const FEW: usize = 16;
/// Dots of a larger radius, in pixels, are drawn one by one: their stamps would take more memory than the page.
const LARGE: f64 = 64.0;

/// Pixels with a number of them to the logical one.
pub(crate) struct Bitmap {
    map: Pixmap,
    scale: f64,
}

fn paint(ink: Ink) -> Paint<'static> {
    let mut paint = Paint::default();
    let Color(r, g, b) = ink.color;
    paint.set_color_rgba8(r, g, b, (255.0 * ink.alpha.clamp(0.0, 1.0)).round() as u8);
    paint.anti_alias = true;
    paint
}

/// A path scaled and moved, as the library has it; none if there is nothing to fill.
fn path(p: &Path, scale: f64, by: (f64, f64)) -> Option<tiny_skia::Path> {
    let mut out = PathBuilder::new();
    for step in &p.0 {
        match step.map(|x, y| (x * scale + by.0, y * scale + by.1)) {
            Step::Move(x, y) => out.move_to(x as f32, y as f32),
            Step::Line(x, y) => out.line_to(x as f32, y as f32),
            Step::Quadratic(a, b, x, y) => out.quad_to(a as f32, b as f32, x as f32, y as f32),
            Step::Cubic(a, b, c, d, x, y) => {
                out.cubic_to(a as f32, b as f32, c as f32, d as f32, x as f32, y as f32);
            }
            Step::Close => out.close(),
        }
    }
    out.finish()
}

impl Bitmap {
    /// A page of a size in pixels; none if it cannot be had.
    pub fn new(width: u32, height: u32, scale: f64, background: Option<Color>) -> Option<Bitmap> {
        let mut map = Pixmap::new(width, height)?;
        if let Some(Color(r, g, b)) = background {
            map.fill(tiny_skia::Color::from_rgba8(r, g, b, 255));
        }
        Some(Bitmap { map, scale })
    }

    /// Red, green, blue and opacity of every pixel; colours are not multiplied by it.
    pub fn rgba(self) -> Vec<u8> {
        self.map.take_demultiplied()
    }

    /// Coverage of a sign at every phase: a square of bytes with its side.
    fn stamps(&self, dots: &Dots) -> Option<(usize, Vec<Vec<u8>>)> {
        let radius = dots.radius * self.scale;
        let side = (2.6 * radius).ceil() as usize + 2;
        let outline = dots.marker.outline(dots.radius);
        let middle = (side / 2) as f64;
        let stamp = |k: usize| {
            let mut map = Pixmap::new(side as u32, side as u32)?;
            let by = |i: usize| middle + (i as f64 + 0.5) / PHASES as f64;
            let shape = path(&outline, self.scale, (by(k % PHASES), by(k / PHASES)))?;
            let ink = paint(Ink { color: Color(0, 0, 0), alpha: 1.0 });
            map.fill_path(&shape, &ink, FillRule::Winding, Transform::identity(), None);
            Some(map.data().chunks(4).map(|p| p[3]).collect())
        };
        Some((side, (0..PHASES * PHASES).map(stamp).collect::<Option<_>>()?))
    }

    fn stamp(&mut self, stamp: &[u8], side: usize, (left, top): (i64, i64), ink: Ink) {
        let (w, h) = (i64::from(self.map.width()), i64::from(self.map.height()));
        let Color(r, g, b) = ink.color;
        let alpha = (255.0 * ink.alpha.clamp(0.0, 1.0)).round() as u32;
        let data = self.map.data_mut();
        for (j, row) in stamp.chunks(side).enumerate() {
            let y = top + j as i64;
            if !(0..h).contains(&y) {
                continue;
            }
            for (i, cover) in row.iter().enumerate().filter(|(_, c)| **c > 0) {
                let x = left + i as i64;
                if !(0..w).contains(&x) {
                    continue;
                }
                let a = (u32::from(*cover) * alpha + 127) / 255;
                let at = 4 * (y * w + x) as usize;
                for (v, new) in data[at..at + 4].iter_mut().zip([r, g, b, 255]) {
                    *v = ((u32::from(new) * a + u32::from(*v) * (255 - a) + 127) / 255) as u8;
                }
            }
        }
    }
}

impl Canvas for Bitmap {
    fn fill(&mut self, p: &Path, ink: Ink) {
        if let Some(p) = path(p, self.scale, (0.0, 0.0)) {
            self.map.fill_path(&p, &paint(ink), FillRule::Winding, Transform::identity(), None);
        }
    }

    fn stroke(&mut self, points: &[(f64, f64)], width: f64, ink: Ink) {
        let mut line = PathBuilder::new();
        for (i, (x, y)) in points.iter().enumerate() {
            let (x, y) = ((x * self.scale) as f32, (y * self.scale) as f32);
            if i == 0 { line.move_to(x, y) } else { line.line_to(x, y) }
        }
        let stroke = Stroke {
            width: (width * self.scale) as f32,
            line_cap: LineCap::Butt,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        if let Some(p) = line.finish() {
            self.map.stroke_path(&p, &paint(ink), &stroke, Transform::identity(), None);
        }
    }

    fn dots(&mut self, dots: &Dots, ink: Ink) {
        if dots.centers.len() < FEW || dots.radius * self.scale > LARGE {
            let outline = dots.marker.outline(dots.radius);
            for (i, (x, y)) in dots.centers.iter().enumerate() {
                self.fill(&outline.placed(1.0, *x, *y), dots.ink(i, ink));
            }
            return;
        }
        let Some((side, stamps)) = self.stamps(dots) else { return };
        let half = (side / 2) as i64;
        for (i, (x, y)) in interrupt::until_asked(dots.centers.iter().enumerate()) {
            let (x, y) = (x * self.scale, y * self.scale);
            let phase = |v: f64| (((v - v.floor()) * PHASES as f64) as usize).min(PHASES - 1);
            let corner = (x.floor() as i64 - half, y.floor() as i64 - half);
            self.stamp(&stamps[phase(y) * PHASES + phase(x)], side, corner, dots.ink(i, ink));
        }
    }

    fn image(&mut self, pixels: &Pixels, from: (f64, f64), to: (f64, f64)) {
        let (w, h) = (self.map.width() as usize, self.map.height() as usize);
        let (left, top) = (from.0 * self.scale, from.1 * self.scale);
        let (across, down) = ((to.0 - from.0) * self.scale, (to.1 - from.1) * self.scale);
        let range = |from: f64, length: f64, most: usize| {
            (from.round().max(0.0) as usize, ((from + length).round().max(0.0) as usize).min(most))
        };
        let ((x0, x1), (y0, y1)) = (range(left, across, w), range(top, down, h));
        // the cells of the picture that a pixel covers
        let cells = |at: usize, from: f64, length: f64, n: usize| {
            let cell = |v: f64| ((v - from) / length * n as f64).clamp(0.0, n as f64);
            let (a, b) = (cell(at as f64), cell(at as f64 + 1.0));
            if b - a <= 1.5 {
                let k = (0.5 * (a + b)) as usize;
                (k.min(n - 1), k.min(n - 1) + 1)
            } else {
                ((a.round() as usize).min(n - 1), (b.round() as usize).clamp(1, n))
            }
        };
        let columns: Vec<(usize, usize)> = (x0..x1).map(|x| cells(x, left, across, pixels.columns)).collect();
        let data = self.map.data_mut();
        for y in interrupt::until_asked(y0..y1) {
            let rows = cells(y, top, down, pixels.rows);
            for (x, columns) in (x0..x1).zip(&columns) {
                blend(&mut data[4 * (y * w + x)..][..4], mean(pixels, *columns, rows));
            }
        }
    }

    fn text(&mut self, line: &Line, color: Color) {
        for p in line.outlines() {
            self.fill(&p, Ink { color, alpha: 1.0 });
        }
    }

    fn prefers_pictures(&self) -> bool {
        false
    }
}

/// The mean of some cells, multiplied by their opacity.
fn mean(pixels: &Pixels, columns: (usize, usize), rows: (usize, usize)) -> [u32; 4] {
    let (mut sum, mut n) = ([0u32; 4], 0);
    for row in rows.0..rows.1 {
        for v in &pixels.values[row * pixels.columns..][columns.0..columns.1] {
            for k in 0..3 {
                sum[k] += u32::from(v[k]) * u32::from(v[3]);
            }
            sum[3] += u32::from(v[3]);
            n += 1;
        }
    }
    let n = n.max(1);
    [sum[0] / (255 * n), sum[1] / (255 * n), sum[2] / (255 * n), sum[3] / n]
}

fn blend(under: &mut [u8], over: [u32; 4]) {
    for (v, new) in under.iter_mut().zip(over) {
        *v = (new + (u32::from(*v) * (255 - over[3]) + 127) / 255).min(255) as u8;
    }
}
