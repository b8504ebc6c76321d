//! Columns of a table against one of them.
use super::color::CYCLE;
use super::figure::{Key, LegendEntry, Mark};
use super::keys::{
    ALPHA, COLOR, DPI, FONT_SIZE, HEIGHT, LEGEND, LOG_X, LOG_Y, MARKER, PRESET, SIZE, TITLE, TRANSPARENT, WIDTH,
    X_LABEL, X_RANGE, Y_LABEL, Y_RANGE, defaults, entry,
};
use super::marker::Marker;
use super::{Figure, FigureOptions};
use crate::catalogue::{Entry, Opt, OptionKind};
use crate::error::{Error, Result};
use crate::interrupt;

const OPTIONS: &[Opt] = &[
    TITLE,
    X_LABEL,
    Y_LABEL,
    X_RANGE,
    Y_RANGE,
    LOG_X,
    LOG_Y,
    LEGEND,
    WIDTH,
    HEIGHT,
    ALPHA,
    SIZE,
    PRESET,
    FONT_SIZE,
    DPI,
    TRANSPARENT,
    COLOR,
    MARKER,
    ERRORS,
    LOW,
    HIGH,
];

pub(super) const ENTRY: Entry = entry(
    "plot::lines",
    "plot::lines(table, x, [columns], options)",
    "Columns of a table (a run's history) against one of them.",
    OPTIONS,
    || defaults(OPTIONS),
    "let table = #{ t: [0, 1, 2, 3], error: [1.0, 0.1, 0.01, 0.001] };\nplot::lines(table, \"t\", [\"error\"], #{ log_y: true })",
);

/// How dense a band is.
const BAND: f64 = 0.18;

const ERRORS: Opt =
    Opt { name: "errors", kind: OptionKind::Texts, doc: "columns with half the lengths of error bars, one per curve" };
const LOW: Opt = Opt {
    name: "low",
    kind: OptionKind::Texts,
    doc: "columns with the lower edges of bands, one per curve; with high",
};
const HIGH: Opt = Opt {
    name: "high",
    kind: OptionKind::Texts,
    doc: "columns with the upper edges of bands, one per curve; with low",
};

/// One curve.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// for the legend, and the label of the axis where it is the only one
    pub name: String,
    /// in drawing order
    pub x: Vec<f64>,
    /// as many; NaN where there is no value
    pub y: Vec<f64>,
    /// half the lengths of error bars; none if empty
    pub errors: Vec<f64>,
    /// lower and upper edges of a band; none if empty
    pub band: (Vec<f64>, Vec<f64>),
}

/// Rows without a value that are not those between measurements every so many rows: what nobody left out on purpose.
pub fn gaps(y: &[f64]) -> usize {
    let there: Vec<usize> = (0..y.len()).filter(|i| !y[*i].is_nan()).collect();
    let steps: Vec<usize> = there.windows(2).map(|w| w[1] - w[0]).collect();
    let every = steps.first().copied().unwrap_or(1);
    // the last row is measured whatever the step
    let regular = every > 1 && steps.iter().rev().skip(1).all(|s| *s == every);
    if regular || there.len() == y.len() { 0 } else { y.len() - there.len() }
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
/// let y = t.iter().map(|t| 0.9f64.powf(*t)).collect();
/// let series = Series { name: "error".into(), x: t, y, ..Series::default() };
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
        let (x, y): (Vec<f64>, Vec<f64>) =
            interrupt::until_asked(s.x.iter().zip(&s.y)).filter(|(_, y)| !y.is_nan()).map(|(x, y)| (*x, *y)).unzip();
        if y.is_empty() && !s.y.is_empty() {
            return Err(Error::data("plot::lines", format!("`{}` has no value: there is nothing to draw", s.name)));
        }
        if o.log_y && !y.iter().any(|y| *y > 0.0) {
            return Err(Error::data(
                "plot::lines",
                format!("`{}` has no positive value to show on a log axis", s.name),
            ));
        }
        let (color, marker) = (o.color_of(i)?, o.marker_of(i)?);
        let few = x.len() <= 40 || marker.is_some();
        // colours come again: the second time around with dashes
        let dashed = (i / CYCLE.len()) % 2 == 1;
        let width = o.size.unwrap_or(1.7);
        // rows where the curve has no value have no band
        let rows: Vec<usize> = (0..s.x.len().min(s.y.len())).filter(|k| !s.y[*k].is_nan()).collect();
        let of = |v: &[f64]| rows.iter().map(|k| v.get(*k).copied().unwrap_or(f64::NAN)).collect::<Vec<f64>>();
        if !s.band.0.is_empty() {
            let (x, low, high) = (of(&s.x), of(&s.band.0), of(&s.band.1));
            panel.marks.push(Mark::Band { x, low, high, color, alpha: BAND });
        }
        if !s.errors.is_empty() {
            let ends = |sign: f64| of(&s.y).iter().zip(of(&s.errors)).map(|(y, e)| y + sign * e).collect();
            let (x, low, high) = (of(&s.x), ends(-1.0), ends(1.0));
            panel.marks.push(Mark::Errors { x, low, high, color, width: 1.0 });
        }
        if few {
            let marker = marker.unwrap_or_default();
            let radius = if marker == Marker::Disc { 2.2 } else { 2.8 };
            panel.marks.push(Mark::Points { x: x.clone(), y: y.clone(), marker, color, radius, alpha: 1.0 });
        }
        panel.marks.push(Mark::Line { x, y, color, width, alpha: o.alpha.unwrap_or(1.0), dashed });
        if o.legend && series.len() > 1 {
            panel.legend.push(LegendEntry { label: s.name.clone(), color, key: Key::Line { dashed } });
        }
    }
    Ok(o.figure(panel))
}
