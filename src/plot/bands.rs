//! Curves with what lies around them: a centre over a parameter, and its band.
use super::color::cycle;
use super::figure::{Key, LegendEntry, Mark};
use super::{Figure, FigureOptions};
use crate::error::{Error, Result};

/// How dense a band is.
const ALPHA: f64 = 0.18;

/// One curve with its band.
pub struct Banded {
    /// for the legend
    pub name: String,
    /// rising
    pub x: Vec<f64>,
    /// the centre, as many
    pub y: Vec<f64>,
    /// below it
    pub low: Vec<f64>,
    /// above it
    pub high: Vec<f64>,
}

/// Curves with their bands, in the colours of [`lines`](super::lines).
///
/// # Errors
/// Nothing to draw; a range that is none.
///
/// # Examples
/// ```
/// use gflow::plot::bands::{Banded, bands};
/// use gflow::plot::{FigureOptions, render};
///
/// let x = vec![0.01, 0.1, 1.0];
/// let curve = Banded { name: "kl".into(), y: vec![2.0, 1.0, 3.0], low: vec![1.5, 0.9, 2.0], high: vec![2.5, 1.2, 9.0], x };
/// let figure = bands(&[curve], ("learning rate", "distance"), &FigureOptions { log_x: true, ..Default::default() })?;
/// assert!(render::svg(&figure)?.contains("learning rate"));
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub fn bands(curves: &[Banded], (x_label, y_label): (&str, &str), o: &FigureOptions) -> Result<Figure> {
    let shown = |b: &Banded| b.y.iter().any(|y| y.is_finite() && (!o.log_y || *y > 0.0));
    if !curves.iter().any(shown) {
        return Err(Error::data(
            "a figure of bands",
            "there is nothing to draw: no number is finite, or none is positive on a log axis",
        ));
    }
    let mut panel = o.panel(x_label, y_label)?;
    for (i, b) in curves.iter().enumerate() {
        let (x, color) = (b.x.clone(), cycle(i));
        panel.marks.push(Mark::Band { x, low: b.low.clone(), high: b.high.clone(), color, alpha: ALPHA });
    }
    for (i, b) in curves.iter().enumerate() {
        let (x, y, color) = (b.x.clone(), b.y.clone(), cycle(i));
        panel.marks.push(Mark::dots(x.clone(), y.clone(), color, 2.4, 1.0));
        panel.marks.push(Mark::Line { x, y, color, width: o.size.unwrap_or(1.7), alpha: 1.0, dashed: false });
        if o.legend && curves.len() > 1 {
            panel.legend.push(LegendEntry { label: b.name.clone(), color, key: Key::Line { dashed: false } });
        }
    }
    Ok(o.figure(panel))
}
