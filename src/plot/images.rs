//! Rows as grey images, on a grid; dark is high.
use super::color::Map;
use super::figure::{Mark, Panel, bounds};
use super::keys::{COLUMNS, SHAPE, TITLE, WIDTH, defaults, entry};
use super::{Cloud, Figure, FigureOptions};
use crate::catalogue::{Entry, Opt};
use crate::error::{Error, Result};

const OPTIONS: &[Opt] = &[TITLE, WIDTH, SHAPE, COLUMNS];

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
    let side = (c.d as f64).sqrt() as usize;
    let (rows, columns) = match o.shape[..] {
        [r, w] if r >= 1.0 && w >= 1.0 && r.fract() == 0.0 && w.fract() == 0.0 && (r * w) as usize == c.d => {
            (r as usize, w as usize)
        }
        [] if side * side == c.d => (side, side),
        _ => {
            let expected = format!("[rows, columns] with rows * columns = {}", c.d);
            return Err(Error::Option {
                owner: "plot::images".into(),
                key: "shape".into(),
                got: format!("{:?}", o.shape),
                expected,
            });
        }
    };
    let n = c.len();
    if n == 0 || n > MOST {
        return Err(Error::data("plot::images", format!("{n} images; give 1 to {MOST}, for example p.rows(0, 64)")));
    }
    let (lo, hi) = bounds(c.rows.iter().copied());
    let across = if o.columns > 0 { o.columns.min(n) } else { (n as f64).sqrt().ceil() as usize };
    let (w, h, gap) = (columns as f64, rows as f64, 1.0);
    let mut panel = Panel { title: o.title.clone(), equal: true, bare: true, ..Panel::default() };
    for (i, image) in c.rows.chunks(c.d).enumerate() {
        let x = (i % across) as f64 * (w + gap);
        let y = -((i / across) as f64) * (h + gap);
        // the first row of an image is its top
        let values = (0..rows).rev().flat_map(|r| image[r * columns..(r + 1) * columns].iter().copied()).collect();
        panel.marks.push(Mark::Heat { x: (x, x + w), y: (y, y + h), columns, values, range: (lo, hi), map: Map::Grey });
    }
    let down = n.div_ceil(across) as f64;
    let height = (o.width * (down * (h + gap)) / (across as f64 * (w + gap))).clamp(80.0, 1600.0);
    Ok(Figure::single(panel, o.width, height))
}
