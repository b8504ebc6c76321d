//! Histograms as densities: each integrates to one.
use super::figure::{Key, LegendEntry, Mark, bounds};
use super::keys::{
    ALPHA, BINS, COLOR, DPI, FONT_SIZE, HEIGHT, LEGEND, PRESET, TITLE, TRANSPARENT, WIDTH, X_LABEL, X_RANGE, Y_LABEL,
    Y_RANGE, defaults, entry,
};
use super::scale::is_range;
use super::{Figure, FigureOptions};
use crate::catalogue::{Entry, Opt};
use crate::error::{Error, Result};
use crate::sorting;

const OPTIONS: &[Opt] = &[
    TITLE,
    X_LABEL,
    Y_LABEL,
    X_RANGE,
    Y_RANGE,
    LEGEND,
    WIDTH,
    HEIGHT,
    ALPHA,
    BINS,
    PRESET,
    FONT_SIZE,
    DPI,
    TRANSPARENT,
    COLOR,
];

pub(super) const ENTRY: Entry = entry(
    "plot::hist",
    "plot::hist(values | [[\"name\", values], ...], options)",
    "Histograms as densities.",
    OPTIONS,
    || defaults(OPTIONS),
    "plot::hist(data::gaussian(1000, 1).col(0))",
);

/// One histogram per named list of values, all with the same bins; without a number of bins the rule of Freedman and
/// Diaconis gives it. Values outside the range are left out.
///
/// # Errors
/// No finite value at all; a range that is none.
///
/// # Examples
/// Four values in two bins of width 1: densities 3/4 and 1/4.
/// ```
/// use gflow::plot::figure::Mark;
/// use gflow::plot::{FigureOptions, hist};
///
/// let values = [("sample".to_string(), vec![0.0, 0.2, 0.5, 2.0])];
/// let figure = hist::hist(&values, &FigureOptions { bins: 2, ..Default::default() })?;
/// let Mark::Bars { edges, heights, .. } = &figure.panels[0].marks[0] else { unreachable!() };
/// assert_eq!((edges, heights), (&vec![0.0, 1.0, 2.0], &vec![0.75, 0.25]));
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub fn hist(values: &[(String, Vec<f64>)], o: &FigureOptions) -> Result<Figure> {
    let all: Vec<f64> = values.iter().flat_map(|v| v.1.iter().copied()).filter(|v| v.is_finite()).collect();
    if all.is_empty() {
        return Err(Error::data("plot::hist", "there are no finite values to draw"));
    }
    let (lo, hi) = bounds(all.iter().copied());
    let (lo, hi) = match o.x_range[..] {
        [a, b] => (a, b),
        _ if is_range(lo, hi) => (lo, hi),
        // farther apart than the largest number: what lies farther out than a page goes is left out
        _ if hi - lo > 1.0 => (lo.max(-1e300), hi.min(1e300)),
        _ => {
            let half = (1e-9 * lo.abs()).max(0.5);
            (lo - half, hi + half)
        }
    };
    let bins = if o.bins > 0 { o.bins } else { rule(&all, lo, hi) };
    let step = (hi - lo) / bins as f64;
    let edges: Vec<f64> = (0..=bins).map(|i| lo + i as f64 * step).collect();
    let mut panel = o.panel("value", "density")?;
    for (i, (name, v)) in values.iter().enumerate() {
        let mut heights = vec![0.0; bins];
        let inside: Vec<f64> = v.iter().copied().filter(|v| *v >= lo && *v <= hi).collect();
        for v in &inside {
            heights[(((v - lo) / step) as usize).min(bins - 1)] += 1.0 / (inside.len() as f64 * step);
        }
        let alpha = o.alpha.unwrap_or(if values.len() > 1 { 0.5 } else { 0.8 });
        panel.marks.push(Mark::Bars { edges: edges.clone(), heights, color: o.color_of(i)?, alpha });
        if o.legend && !name.is_empty() {
            panel.legend.push(LegendEntry { label: name.clone(), color: o.color_of(i)?, key: Key::Patch });
        }
    }
    Ok(o.figure(panel))
}

/// The Freedman–Diaconis number of bins, between 5 and 200.
fn rule(values: &[f64], lo: f64, hi: f64) -> usize {
    let mut v = values.to_vec();
    sorting::ascending(&mut v);
    let quartile = |q: f64| v[((v.len() - 1) as f64 * q) as usize];
    let width = 2.0 * (quartile(0.75) - quartile(0.25)) / (v.len() as f64).cbrt();
    if width > 0.0 { (((hi - lo) / width) as usize).clamp(5, 200) } else { 20 }
}
