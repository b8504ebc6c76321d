//! Grids of values as pixels.
use super::color::Map;
use super::figure::Between;
use super::shape::Pixels;
use std::sync::Arc;

/// About as many pixels has a smooth field a side: one sees no steps between them.
const FINE: usize = 600;

/// The colours of a grid of values from its lower left corner; those that are not finite are transparent.
pub(super) fn pixels(values: &[f64], columns: usize, (lo, hi): (f64, f64), map: Map, between: Between) -> Pixels {
    let columns = columns.max(1);
    let rows = values.len() / columns;
    let span = if hi > lo { hi - lo } else { 1.0 };
    let colour = |v: f64| {
        if !v.is_finite() {
            return [0; 4];
        }
        let c = map.at((v - lo) / span);
        [c.0, c.1, c.2, 255]
    };
    // rows of pixels run downwards
    let cell = |i: usize, j: usize| values[(rows - 1 - j) * columns + i];
    if between == Between::Cells || rows < 2 || columns < 2 {
        let values = (0..rows * columns).map(|k| colour(cell(k % columns, k / columns))).collect();
        return Pixels { columns, rows, values: Arc::new(values) };
    }
    let times = (FINE / columns.max(rows)).max(1);
    let (w, h) = (columns * times, rows * times);
    // the place of a pixel among the values
    let place = |k: usize, pixels: usize, n: usize| {
        let t = (k as f64 + 0.5) / pixels as f64;
        let v = match between {
            Between::Nodes => t * (n - 1) as f64,
            _ => (t * n as f64 - 0.5).clamp(0.0, (n - 1) as f64),
        };
        let i = (v.floor() as usize).min(n - 2);
        (i, v - i as f64)
    };
    let across: Vec<(usize, f64)> = (0..w).map(|k| place(k, w, columns)).collect();
    let mut out = Vec::with_capacity(w * h);
    for y in 0..h {
        let (j, t) = place(y, h, rows);
        for (i, s) in &across {
            let row = |j: usize| (1.0 - s) * cell(*i, j) + s * cell(i + 1, j);
            out.push(colour((1.0 - t) * row(j) + t * row(j + 1)));
        }
    }
    Pixels { columns: w, rows: h, values: Arc::new(out) }
}
