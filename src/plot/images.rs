//! Rows as grey images, on a grid; dark is high.
use super::color::Map;
use super::figure::{Between, Mark, Panel, bounds};
use super::keys::{COLUMNS, DPI, FONT_SIZE, MAP, PRESET, SHAPE, TITLE, TRANSPARENT, WIDTH, defaults, entry};
use super::shape::Pixels;
use super::{Cloud, Figure, FigureOptions};
use crate::catalogue::{Entry, Opt};
use crate::error::{Error, Result};
use std::sync::Arc;

const OPTIONS: &[Opt] = &[TITLE, WIDTH, SHAPE, COLUMNS, PRESET, FONT_SIZE, DPI, TRANSPARENT, MAP];

pub(super) const ENTRY: Entry = entry(
    "plot::images",
    "plot::images(p, options)",
    "Rows as grey images on a grid; dark is high.",
    OPTIONS,
    || defaults(OPTIONS),
    "plot::images(data::digits().rows(0, 25), #{ shape: [8, 8] })",
);

/// Most images of one figure.
const MOST: usize = 400;

/// Every row as an image of `shape` rows and columns, a square one by default.
///
/// # Errors
/// A shape that does not have as many cells as a row has numbers; no images, or too many.
pub fn images(c: &Cloud, o: &FigureOptions) -> Result<Figure> {
    let Some((rows, columns, layers)) = shape(&o.shape, c.d) else {
        let expected = format!(
            "[rows, columns], or [3, rows, columns] or [rows, columns, 3] for colours, with {} numbers in all",
            c.d
        );
        return Err(Error::Option {
            owner: "plot::images".into(),
            key: "shape".into(),
            got: format!("{:?}", o.shape),
            expected,
        });
    };
    let n = c.len();
    if n == 0 || n > MOST {
        return Err(Error::data("plot::images", format!("{n} images; give 1 to {MOST}, for example p.rows(0, 64)")));
    }
    let map = o.map_or(Map::Grey)?;
    let (lo, hi) = bounds(c.rows.iter().copied());
    // shares of colours keep their meaning
    let (lo, hi) = if layers != Layers::One && lo >= 0.0 && hi <= 1.0 { (0.0, 1.0) } else { (lo, hi) };
    let across = if o.columns > 0 { o.columns.min(n) } else { (n as f64).sqrt().ceil() as usize };
    let (w, h, gap) = (columns as f64, rows as f64, 1.0);
    let mut panel = Panel { title: o.title.clone(), equal: true, bare: true, ..Panel::default() };
    for (i, image) in c.rows.chunks(c.d).enumerate() {
        let x = (i % across) as f64 * (w + gap);
        let y = -((i / across) as f64) * (h + gap);
        let (x, y) = ((x, x + w), (y, y + h));
        if layers != Layers::One {
            panel.marks.push(Mark::Picture { x, y, pixels: coloured(image, (rows, columns), layers, (lo, hi)) });
            continue;
        }
        // the first row of an image is its top
        let values = (0..rows).rev().flat_map(|r| image[r * columns..(r + 1) * columns].iter().copied()).collect();
        panel.marks.push(Mark::Heat { x, y, columns, values, range: (lo, hi), map, between: Between::Cells });
    }
    let down = n.div_ceil(across) as f64;
    let (width, _) = o.size_of(None);
    let height = (width * (down * (h + gap)) / (across as f64 * (w + gap))).clamp(80.0, 3200.0);
    Ok(Figure { style: o.style(), fixed: o.is_sized(), ..Figure::single(panel, width, height) })
}

/// How the colours of an image follow each other.
#[derive(Clone, Copy, PartialEq)]
enum Layers {
    /// one number per pixel
    One,
    /// all of red, then all of green, then all of blue
    Planes,
    /// red, green and blue of each pixel
    Pixels,
}

/// Rows, columns and layers of an image of so many numbers; none if they do not fit.
fn shape(given: &[f64], numbers: usize) -> Option<(usize, usize, Layers)> {
    let whole = |v: f64| (v >= 1.0 && v.fract() == 0.0 && v < 1e6).then_some(v as usize);
    let (rows, columns, layers) = match *given {
        [] => {
            let side = (numbers as f64).sqrt() as usize;
            (side, side, Layers::One)
        }
        [r, w] => (whole(r)?, whole(w)?, Layers::One),
        [3.0, r, w] => (whole(r)?, whole(w)?, Layers::Planes),
        [r, w, 3.0] => (whole(r)?, whole(w)?, Layers::Pixels),
        _ => return None,
    };
    let each = if layers == Layers::One { 1 } else { 3 };
    (rows * columns * each == numbers).then_some((rows, columns, layers))
}

/// An image of three numbers per pixel; one that is not finite is transparent.
fn coloured(image: &[f64], (rows, columns): (usize, usize), layers: Layers, (lo, hi): (f64, f64)) -> Pixels {
    let n = rows * columns;
    let span = if hi > lo { hi - lo } else { 1.0 };
    let level = |v: f64| (255.0 * ((v - lo) / span).clamp(0.0, 1.0)).round() as u8;
    let at = |i: usize, k: usize| if layers == Layers::Planes { image[k * n + i] } else { image[3 * i + k] };
    let pixel = |i: usize| match [at(i, 0), at(i, 1), at(i, 2)] {
        c if c.iter().all(|v| v.is_finite()) => [level(c[0]), level(c[1]), level(c[2]), 255],
        _ => [0; 4],
    };
    Pixels { columns, rows, values: Arc::new((0..n).map(pixel).collect()) }
}
