//! Tails: the share of a sample farther out than r, both axes logarithmic, where a power law is a line.
use super::keys::{
    COLOR, DPI, FONT_SIZE, HEIGHT, LEGEND, LOG_X, LOG_Y, MARKER, PRESET, SIZE, TITLE, TRANSPARENT, WIDTH, X_LABEL,
    X_RANGE, Y_LABEL, Y_RANGE, defaults, entry,
};
use super::lines::{Series, lines};
use super::{Cloud, Figure, FigureOptions};
use crate::catalogue::{Entry, Opt};
use crate::error::{Error, Result};
use crate::sorting;

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
    SIZE,
    PRESET,
    FONT_SIZE,
    DPI,
    TRANSPARENT,
    COLOR,
    MARKER,
];

pub(super) const ENTRY: Entry = entry(
    "plot::tails",
    "plot::tails(p | [p, q] | [[\"name\", p], ...], options)",
    "The share of a sample farther out than r on logarithmic axes: a power law is a line.",
    OPTIONS,
    || defaults(OPTIONS),
    "plot::tails([[\"t1\", data::student_t(500, 2, 1.0)], [\"normal\", data::gaussian(500, 2)]])",
);

/// One curve per sample: r against the share of points with |x| > r.
///
/// # Errors
/// A sample without a point away from 0; a range that is none.
pub fn tails(clouds: &[Cloud], o: &FigureOptions) -> Result<Figure> {
    let series = clouds
        .iter()
        .map(|c| {
            let mut r: Vec<f64> = c
                .rows
                .chunks(c.d.max(1))
                .map(|row| row.iter().map(|v| v * v).sum::<f64>().sqrt())
                .filter(|r| *r > 0.0 && r.is_finite())
                .collect();
            if r.is_empty() {
                return Err(Error::data("plot::tails", format!("the sample `{}` has no point away from 0", c.name)));
            }
            sorting::sort_by(&mut r, |a, b| b.total_cmp(a));
            // points at 0 cannot be shown on the axis, but they count
            let n = c.len() as f64;
            // every rank far out, where they are few; thinned where they crowd
            let ranks: Vec<usize> = (0..r.len()).filter(|i| *i < 200 || i.is_multiple_of(r.len() / 400 + 1)).collect();
            Ok(Series {
                name: c.name.clone(),
                x: ranks.iter().map(|i| r[*i]).collect(),
                y: ranks.iter().map(|i| (*i as f64 + 1.0) / n).collect(),
                ..Series::default()
            })
        })
        .collect::<Result<Vec<Series>>>()?;
    let label = if clouds.iter().any(|c| c.d > 1) { "$r$" } else { "$|x|$" };
    lines(
        &series,
        label,
        &FigureOptions {
            log_x: true,
            log_y: true,
            y_label: Some(o.y_label.clone().unwrap_or("share beyond".into())),
            ..o.clone()
        },
    )
}
