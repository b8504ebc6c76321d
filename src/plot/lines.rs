//! Columns of a table against one of them.
use super::color::{CYCLE, cycle};
use super::figure::{Key, LegendEntry, Mark};
use super::keys::{
    ALPHA, HEIGHT, LEGEND, LOG_X, LOG_Y, SIZE, TITLE, WIDTH, X_LABEL, X_RANGE, Y_LABEL, Y_RANGE, defaults, entry,
};
use super::{Figure, FigureOptions};
use crate::catalogue::{Entry, Opt};
use crate::error::{Error, Result};
use crate::interrupt;

const OPTIONS: &[Opt] = &[TITLE, X_LABEL, Y_LABEL, X_RANGE, Y_RANGE, LOG_X, LOG_Y, LEGEND, WIDTH, HEIGHT, ALPHA, SIZE];

pub(super) const ENTRY: Entry = entry(
    "plot::lines",
    "plot::lines(table, x, [columns], options)",
    "Columns of a table (a run's history) against one of them.",
    OPTIONS,
    || defaults(OPTIONS),
    "let table = #{ t: [0, 1, 2, 3], error: [1.0, 0.1, 0.01, 0.001] };\nplot::lines(table, \"t\", [\"error\"], #{ log_y: true })",
);

/// One curve.
pub struct Series {
    /// for the legend, and the label of the axis where it is the only one
    pub name: String,
    /// in drawing order
    pub x: Vec<f64>,
    /// as many; NaN where there is no value
    pub y: Vec<f64>,
}

/// One curve per series; rows without a value are passed over, short series have dots.
///
/// # Errors
/// No rows; a series without a positive value on a logarithmic axis; a range that is none.
///
/// # Examples
/// ```
/// use gflow::plot::lines::{Series, lines};
/// use gflow::plot::{FigureOptions, render};
///
/// let t: Vec<f64> = (0..50).map(f64::from).collect();
/// let series = Series { name: "error".into(), y: t.iter().map(|t| 0.9f64.powf(*t)).collect(), x: t };
/// let figure = lines(&[series], "step", &FigureOptions { log_y: true, ..Default::default() })?;
/// assert_eq!(figure.panels[0].y.label, "error");
/// assert!(render::svg(&figure)?.contains("step"));
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub fn lines(series: &[Series], x_label: &str, o: &FigureOptions) -> Result<Figure> {
    if series.iter().all(|s| s.x.is_empty()) {
        return Err(Error::data("plot::lines", "there is nothing to draw: the table has no rows"));
    }
    let y_label = if series.len() == 1 { series[0].name.clone() } else { String::new() };
    let mut panel = o.panel(x_label, &y_label)?;
    for (i, s) in series.iter().enumerate() {
        // rows where a column was not measured do not break its curve
        let (x, y): (Vec<f64>, Vec<f64>) = interrupt::until_asked(s.x.iter().zip(&s.y))
            .filter(|(_, y)| y.is_finite() && (!o.log_y || **y > 0.0))
            .map(|(x, y)| (*x, *y))
            .unzip();
        if o.log_y && y.is_empty() {
            return Err(Error::data(
                "plot::lines",
                format!("`{}` has no positive value to show on a log axis", s.name),
            ));
        }
        let few = x.len() <= 40;
        // colours come again: the second time around with dashes
        let dashed = (i / CYCLE.len()) % 2 == 1;
        let width = o.size.unwrap_or(1.7);
        if few {
            panel.marks.push(Mark::Points { x: x.clone(), y: y.clone(), color: cycle(i), radius: 2.2, alpha: 1.0 });
        }
        panel.marks.push(Mark::Line { x, y, color: cycle(i), width, alpha: o.alpha.unwrap_or(1.0), dashed });
        if o.legend && series.len() > 1 {
            panel.legend.push(LegendEntry { label: s.name.clone(), color: cycle(i), key: Key::Line { dashed } });
        }
    }
    Ok(o.figure(panel))
}
