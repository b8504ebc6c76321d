//! Many dots as one picture inside a figure of vectors.
use super::canvas::{Canvas, Dots, Ink};
use super::pixels::Bitmap;
use crate::plot::shape::{Pixels, Shape};
use std::sync::Arc;

/// Dots drawn as pixels, so many to the logical one, in the least rectangle that holds them.
pub(crate) fn layer(dots: &Dots, ink: Ink, scale: f64) -> Option<Shape> {
    let reach = 1.3 * dots.radius + 1.0;
    let infinite = (f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY);
    let (x0, y0, x1, y1) = dots.centers.iter().fold(infinite, |(a, b, c, d), (x, y)| {
        (a.min(x - reach), b.min(y - reach), c.max(x + reach), d.max(y + reach))
    });
    // whole pixels of the layer
    let (w, h) = (((x1 - x0) * scale).ceil(), ((y1 - y0) * scale).ceil());
    if !(w > 0.0 && h > 0.0 && w < 30_000.0 && h < 30_000.0) {
        return None;
    }
    let mut page = Bitmap::new(w as u32, h as u32, scale, None)?;
    let centers: Vec<(f64, f64)> = dots.centers.iter().map(|(x, y)| (x - x0, y - y0)).collect();
    page.dots(&Dots { centers: &centers, ..*dots }, ink);
    let values = page.rgba().chunks_exact(4).map(|p| [p[0], p[1], p[2], p[3]]).collect();
    let pixels = Pixels { columns: w as usize, rows: h as usize, values: Arc::new(values) };
    Some(Shape::Image { from: (x0, y0), to: (x0 + w / scale, y0 + h / scale), pixels })
}
