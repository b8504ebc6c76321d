//! Several figures as one.
use super::keys::{COLUMNS, defaults, entry};
use super::{Figure, FigureOptions};
use crate::catalogue::{Entry, Opt};
use crate::error::{Error, Result};
use crate::memory;

const OPTIONS: &[Opt] = &[COLUMNS];

pub(super) const ENTRY: Entry = entry(
    "plot::grid",
    "plot::grid([figures], options)",
    "Several figures as one.",
    OPTIONS,
    || defaults(OPTIONS),
    "plot::grid([plot::generator(kl()), plot::scatter(data::moons(100))], #{ columns: 2 })",
);

/// The panels of all figures on one grid, each cell as large as the largest of them.
///
/// # Errors
/// No figures.
pub fn grid(figures: &[Figure], o: &FigureOptions) -> Result<Figure> {
    let n: usize = figures.iter().map(|f| f.panels.len()).sum();
    if n == 0 {
        return Err(Error::data("plot::grid", "the list of figures is empty"));
    }
    // a mark is copied with its numbers, at most four
    let marks = figures.iter().map(Figure::mark_count).fold(0, usize::saturating_add);
    memory::check(&format!("plot::grid of {n} panels with {marks} marks"), memory::product(&[marks, 32]))?;
    let columns = if o.columns > 0 { o.columns.min(n) } else { n.min(3) };
    let cell = |get: fn(&Figure) -> f64| figures.iter().map(get).fold(0.0, f64::max);
    let (w, h) = (cell(|f| f.width / f.columns as f64), cell(|f| f.height / f.panels.len().div_ceil(f.columns) as f64));
    Ok(Figure {
        panels: figures.iter().flat_map(|f| f.panels.clone()).collect(),
        columns,
        width: w * columns as f64,
        height: h * n.div_ceil(columns) as f64,
    })
}
