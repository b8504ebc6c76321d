//! Several figures as one.
use super::{Figure, FigureOptions};
use crate::error::{Error, Result};

pub fn grid(figures: &[Figure], o: &FigureOptions) -> Result<Figure> {
    let n: usize = figures.iter().map(|f| f.panels.len()).sum();
    if n == 0 {
        return Err(Error::data("plot::grid", "the list of figures is empty"));
    }
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
