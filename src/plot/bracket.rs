//! An estimate on its way: the objective between its proved bounds, or the bounds closing in.
use super::color::{CYCLE, GREY};
use super::figure::{Key, LegendEntry, Mark};
use super::keys::{
    DPI, FONT_SIZE, HEIGHT, LEGEND, LOG_X, PRESET, SIZE, TITLE, TRANSPARENT, WIDTH, X_LABEL, X_RANGE, Y_LABEL, Y_RANGE,
    defaults, entry,
};
use super::{Figure, FigureOptions};
use crate::catalogue::{Entry, Opt};
use crate::error::{Error, Result};

const OPTIONS: &[Opt] = &[
    TITLE,
    X_LABEL,
    Y_LABEL,
    X_RANGE,
    Y_RANGE,
    LOG_X,
    LEGEND,
    WIDTH,
    HEIGHT,
    SIZE,
    PRESET,
    FONT_SIZE,
    DPI,
    TRANSPARENT,
];

pub(super) const ENTRY: Entry = entry(
    "plot::bracket",
    "plot::bracket(estimate, options)",
    "The objective of a trained critic between its proved bounds, the bounds of a solver closing in, or the marginal errors of entropic iterations.",
    OPTIONS,
    || defaults(OPTIONS),
    "plot::bracket(kl().regularized(lipschitz(1.0)).estimate(data::gaussian(50, 2), data::ring(50), #{ steps: 50 }))",
);

/// What an estimate recorded.
pub struct Bracket<'a> {
    /// the objective of a trained critic after each step
    pub history: &'a [f64],
    /// (lower, upper) of a solver after each of its levels
    pub bounds: &'a [(f64, f64)],
    /// marginal errors of an entropic solver after each iteration
    pub errors: &'a [f64],
    /// a proved lower bound, or −∞
    pub lower: f64,
    /// a proved upper bound, or ∞
    pub upper: f64,
}

/// The objective over the ascent between the proved bounds; for a solver the gap of its bounds, or the marginal errors, on
/// a logarithmic axis.
///
/// # Errors
/// An estimate that was made at once; a range that is none.
pub fn bracket(b: &Bracket, o: &FigureOptions) -> Result<Figure> {
    if b.history.is_empty() && b.bounds.len() < 2 && b.errors.len() < 2 {
        return Err(Error::data(
            "plot::bracket",
            "this estimate was made at once, there is nothing to follow: a trained critic has a history, and so have an f-divergence under exact() and entropic()",
        ));
    }
    if !b.history.is_empty() {
        return ascent(b, o);
    }
    // gaps fall by orders of magnitude: on a log axis, as far as f64 can tell them from rounding
    let least = 1e-16 * b.upper.abs().max(1e-300);
    let (names, left, dotted): ([&str; 2], Vec<f64>, bool) = if b.errors.is_empty() {
        (["level", "upper − lower"], b.bounds.iter().map(|(l, u)| (u - l).max(least)).collect(), true)
    } else {
        (["iteration", "marginal error"], b.errors.iter().map(|e| e.max(1e-300)).collect(), false)
    };
    let at: Vec<f64> = (0..left.len()).map(|i| i as f64 + 1.0).collect();
    let mut panel = FigureOptions { log_y: true, ..o.clone() }.panel(names[0], names[1])?;
    if dotted {
        panel.marks.push(Mark::dots(at.clone(), left.clone(), CYCLE[0], 2.6, 1.0));
    }
    panel.marks.push(Mark::Line {
        x: at,
        y: left,
        color: CYCLE[0],
        width: o.size.unwrap_or(1.7),
        alpha: 1.0,
        dashed: false,
    });
    Ok(o.figure(panel))
}

fn ascent(b: &Bracket, o: &FigureOptions) -> Result<Figure> {
    let mut panel = o.panel("ascent step", "objective")?;
    let n = b.history.len();
    let x: Vec<f64> = (0..n).map(|i| i as f64 + 1.0).collect();
    panel.marks.push(Mark::Line {
        x,
        y: b.history.to_vec(),
        color: CYCLE[0],
        width: o.size.unwrap_or(1.5),
        alpha: 1.0,
        dashed: false,
    });
    panel.legend.push(LegendEntry { label: "objective".into(), color: CYCLE[0], key: Key::Line { dashed: false } });
    for (label, v, color) in [("upper bound", b.upper, CYCLE[1]), ("lower bound", b.lower, GREY)] {
        if v.is_finite() {
            panel.marks.push(Mark::Line {
                x: vec![1.0, n as f64],
                y: vec![v; 2],
                color,
                width: 1.3,
                alpha: 1.0,
                dashed: true,
            });
            panel.legend.push(LegendEntry { label: label.into(), color, key: Key::Line { dashed: true } });
        }
    }
    // early steps of an ascent may be far below: the picture is about where it ends
    if panel.y.limits.is_none() && b.lower.is_finite() {
        let top = [b.upper, b.lower]
            .into_iter()
            .chain(b.history.iter().copied())
            .filter(|v| v.is_finite())
            .fold(f64::NEG_INFINITY, f64::max);
        let low = b.history.iter().copied().chain([b.lower]).fold(f64::INFINITY, f64::min);
        let range = top - b.lower.min(top);
        panel.y.limits =
            Some((low.max(b.lower - 3.0 * range.max(0.1 * top.abs())), top + 0.08 * (top - low).max(1e-12)));
    }
    if !o.legend {
        panel.legend.clear();
    }
    Ok(o.figure(panel))
}
