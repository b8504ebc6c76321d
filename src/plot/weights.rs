//! Weighted points: areas in proportion to the weights.
use super::color::{Color, GREY};
use super::figure::Mark;
use super::keys::{
    ALPHA, COLOR, DPI, FONT_SIZE, HEIGHT, PRESET, TITLE, TRANSPARENT, WIDTH, X_LABEL, X_RANGE, Y_LABEL, Y_RANGE,
    defaults, entry,
};
use super::{Cloud, Figure, FigureOptions};
use crate::catalogue::{Entry, Opt};
use crate::error::{Error, Result};

const OPTIONS: &[Opt] =
    &[TITLE, X_LABEL, Y_LABEL, X_RANGE, Y_RANGE, WIDTH, HEIGHT, ALPHA, PRESET, FONT_SIZE, DPI, TRANSPARENT, COLOR];

pub(super) const ENTRY: Entry = entry(
    "plot::weights",
    "plot::weights(points, weights, options)",
    "Weighted points, areas in proportion to the weights: the proximal law of an estimate.",
    OPTIONS,
    || defaults(OPTIONS),
    "let q = data::ring(60);\nlet e = kl().regularized(lipschitz(1.0)).estimate(data::gaussian(60, 2), q, #{ critic: exact() });\nplot::weights(q, e.proximal)",
);

/// Radii that are told apart; each is one mark.
const CLASSES: usize = 24;

/// Dots whose area follows the weight; the mean weight has the radius a plain scatter would use.
pub fn sized(c: &Cloud, weights: &[f64], color: Color, alpha: f64) -> Vec<Mark> {
    let mean = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
    let (unit, _) = super::scatter::weight(c.len());
    let radius = |w: f64| (1.1 * unit * (w / mean).sqrt()).min(22.0);
    let largest = weights.iter().map(|w| radius(*w)).fold(0.0, f64::max);
    let class = |w: f64| ((radius(w) / largest * CLASSES as f64).round() as usize).min(CLASSES);
    (1..=CLASSES)
        .filter_map(|k| {
            let at: Vec<usize> = (0..c.len()).filter(|i| weights[*i] > 0.0 && class(weights[*i]) == k).collect();
            let coordinate = |axis: usize| {
                at.iter().map(|i| if axis < c.d { c.rows[i * c.d + axis] } else { 0.0 }).collect::<Vec<f64>>()
            };
            (!at.is_empty())
                .then(|| Mark::dots(coordinate(0), coordinate(1), color, largest * k as f64 / CLASSES as f64, alpha))
        })
        .collect()
}

/// The points with discs of areas in proportion to their weights, over all points in grey.
///
/// # Errors
/// Not one weight per point, weights that are not numbers ≥ 0, or all of them 0; a range that is none.
pub fn weights(c: &Cloud, weights: &[f64], o: &FigureOptions) -> Result<Figure> {
    if c.len() != weights.len() {
        return Err(Error::Shape {
            what: "plot::weights".into(),
            expected: format!("{} weights, one per point", c.len()),
            got: format!("{}", weights.len()),
        });
    }
    if weights.iter().any(|w| !(w.is_finite() && *w >= 0.0)) || weights.iter().all(|w| *w == 0.0) {
        return Err(Error::data("plot::weights", "the weights must be numbers ≥ 0, and one of them > 0"));
    }
    let two = c.d > 1;
    let mut panel = o.panel(if two { "$x_1$" } else { "$x$" }, if two { "$x_2$" } else { "" })?;
    panel.equal = two;
    let (x, y) = c.xy();
    panel.marks.push(Mark::dots(x, y, GREY, 0.9, 0.8));
    panel.marks.extend(sized(c, weights, o.color_of(0)?, o.alpha.unwrap_or(0.55)));
    Ok(if two { o.planar_figure(panel) } else { o.figure(panel) })
}
