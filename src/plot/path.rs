//! The divergence against its Lipschitz constant, between L·W₁ and D_f.
use super::color::{CYCLE, GREY};
use super::figure::{Key, LegendEntry, Mark};
use super::keys::{
    DPI, FONT_SIZE, HEIGHT, LEGEND, LOG_X, LOG_Y, PRESET, SIZE, TITLE, TRANSPARENT, WIDTH, X_LABEL, X_RANGE, Y_LABEL,
    Y_RANGE, defaults, entry,
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
    LOG_Y,
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
    "plot::path",
    "plot::path(table, options)",
    "What d.path(p, q, constants) returned: the divergence against L, with L W1 and D_f.",
    OPTIONS,
    || defaults(OPTIONS),
    "let d = kl().regularized(lipschitz(1.0));\nplot::path(d.path(data::gaussian(40, 2), data::gaussian(40, 2, #{ mean: 1.0 }), [0.1, 0.3, 1.0, 3.0]))",
);

/// Columns of `d.path(…)`.
pub struct Path {
    /// L
    pub constants: Vec<f64>,
    /// the divergence at each L
    pub value: Vec<f64>,
    /// L·W₁
    pub w1: Vec<f64>,
    /// D_f, infinite unless P lives on the points of Q
    pub limit: f64,
}

/// The divergence at every L, the line L·W₁ as long as it is near, and the level D_f.
///
/// # Errors
/// A path without constants; a range that is none.
pub fn path(p: &Path, o: &FigureOptions) -> Result<Figure> {
    if p.constants.is_empty() {
        return Err(Error::data("plot::path", "the path has no constants"));
    }
    let mut panel = o.panel("$L$", "$D^L(P \\| Q)$")?;
    let width = o.size.unwrap_or(1.7);
    let top = p.value.iter().copied().fold(0.0, f64::max);
    let mut order: Vec<usize> = (0..p.constants.len()).collect();
    order.sort_by(|a, b| p.constants[*a].total_cmp(&p.constants[*b]));
    let pick = |v: &[f64]| order.iter().map(|i| v[*i]).collect::<Vec<f64>>();
    let (x, value, w1) = (pick(&p.constants), pick(&p.value), pick(&p.w1));
    // the line L·W₁ leaves the picture soon: straight in L, curved on a log axis, it is drawn through enough points for
    // either while it is near
    let slope = if x[0] > 0.0 { w1[0] / x[0] } else { 0.0 };
    let end = if slope > 0.0 { 1.15 * top / slope } else { f64::INFINITY };
    let (from, to) = (x[0], x[x.len() - 1].min(end).max(x[0]));
    let between = |t: f64| if from > 0.0 { from * (to / from).powf(t) } else { from + (to - from) * t };
    let fine: Vec<f64> = (0..=60).map(|i| between(f64::from(i) / 60.0)).collect();
    panel.marks.push(Mark::Line {
        y: fine.iter().map(|l| slope * l).collect(),
        x: fine,
        color: CYCLE[1],
        width: 1.3,
        alpha: 1.0,
        dashed: true,
    });
    panel.legend.push(LegendEntry { label: "$L W_1$".into(), color: CYCLE[1], key: Key::Line { dashed: true } });
    if p.limit.is_finite() {
        let ends = [x[0], x[x.len() - 1]];
        panel.marks.push(Mark::Line {
            x: ends.to_vec(),
            y: vec![p.limit; 2],
            color: GREY,
            width: 1.3,
            alpha: 1.0,
            dashed: true,
        });
        panel.legend.push(LegendEntry { label: "$D_f$".into(), color: GREY, key: Key::Line { dashed: true } });
    }
    panel.marks.push(Mark::dots(x.clone(), value.clone(), CYCLE[0], 2.2, 1.0));
    panel.marks.push(Mark::Line { x, y: value, color: CYCLE[0], width, alpha: 1.0, dashed: false });
    panel.legend.insert(0, LegendEntry { label: "$D^L$".into(), color: CYCLE[0], key: Key::Line { dashed: false } });
    if !o.legend {
        panel.legend.clear();
    }
    Ok(o.figure(panel))
}
