//! A generator: f with its tangent at 1, and f* with its derivative on the effective domain.
use super::FigureOptions;
use super::color::{CYCLE, GREY};
use super::figure::{Axis, Figure, Key, LegendEntry, Mark, Panel};
use super::keys::{DPI, FONT_SIZE, HEIGHT, PRESET, TRANSPARENT, WIDTH, defaults, entry};
use crate::catalogue::{Entry, Opt};

const OPTIONS: &[Opt] = &[WIDTH, HEIGHT, PRESET, FONT_SIZE, DPI, TRANSPARENT];

pub(super) const ENTRY: Entry = entry(
    "plot::generator",
    "plot::generator(f, options)",
    "f with its tangent at 1, and the conjugate f* with its derivative.",
    OPTIONS,
    || defaults(OPTIONS),
    "plot::generator(hellinger())",
);

/// Functions to draw; the plot room does not know what a generator is.
pub struct Curves<'a> {
    /// of f, for the titles
    pub name: &'a str,
    /// f on (0, ∞)
    pub f: &'a dyn Fn(f64) -> f64,
    /// f'
    pub slope: &'a dyn Fn(f64) -> f64,
    /// f*
    pub conjugate: &'a dyn Fn(f64) -> f64,
    /// (f*)', the maximiser of x y − f(x)
    pub maximiser: &'a dyn Fn(f64) -> f64,
    /// upper end of the domain of f*
    pub domain: f64,
}

fn line(x: &[f64], f: &dyn Fn(f64) -> f64, color: super::color::Color, dashed: bool) -> Mark {
    Mark::Line { x: x.to_vec(), y: x.iter().map(|v| f(*v)).collect(), color, width: 1.8, alpha: 1.0, dashed }
}

fn key(label: &str, color: super::color::Color, dashed: bool) -> LegendEntry {
    LegendEntry { label: label.into(), color, key: Key::Line { dashed } }
}

fn zero(range: (f64, f64)) -> Mark {
    Mark::Line { x: vec![range.0, range.1], y: vec![0.0, 0.0], color: GREY, width: 0.7, alpha: 0.8, dashed: false }
}

/// Robust vertical limits: what the middle of the curve spans, so that a pole does not flatten it.
fn limits(values: &[f64]) -> Option<(f64, f64)> {
    let mut v: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    v.sort_by(f64::total_cmp);
    let (lo, hi) = (*v.get(v.len() / 50)?, *v.get(v.len() - 1 - v.len() / 12)?);
    let pad = 0.08 * (hi - lo).max(1e-9);
    Some((lo.min(0.0) - pad, hi.max(0.0) + pad))
}

/// Two panels: f with its tangent at 1 on (0, 4), and f* with its derivative where slopes of f lie.
pub fn generator(c: &Curves, o: &FigureOptions) -> Figure {
    let n = 400;
    let xs: Vec<f64> = (0..n).map(|i| 4.0 * (i as f64 + 0.5) / n as f64).collect();
    let (y1, near, far) = ((c.slope)(1.0), (c.slope)(0.1), (c.slope)(3.5));
    let low = near.max(y1 - 4.0).min(y1 - 0.8);
    let high = c.domain.min(far.max(y1 + 0.8)).min(y1 + 4.0);
    let ys: Vec<f64> = (0..n).map(|i| low + (high - low) * i as f64 / (n - 1) as f64).collect();
    let f_values: Vec<f64> = xs.iter().map(|v| (c.f)(*v)).collect();
    let star: Vec<f64> = ys.iter().flat_map(|v| [(c.conjugate)(*v), (c.maximiser)(*v)]).collect();
    let left = Panel {
        title: format!("{}: $f$", c.name),
        x: Axis { label: "$x$".into(), limits: Some((0.0, 4.0)), log: false },
        y: Axis { limits: limits(&f_values), ..Axis::default() },
        marks: vec![zero((0.0, 4.0)), line(&xs, c.f, CYCLE[0], false), line(&xs, &|x| y1 * (x - 1.0), CYCLE[1], true)],
        legend: vec![key("$f(x)$", CYCLE[0], false), key("tangent at 1", CYCLE[1], true)],
        ..Panel::default()
    };
    let right = Panel {
        title: format!("{}: $f^*$", c.name),
        x: Axis { label: "$y$".into(), limits: Some((low, high + 0.02 * (high - low))), log: false },
        y: Axis { limits: limits(&star), ..Axis::default() },
        marks: vec![zero((low, high)), line(&ys, c.conjugate, CYCLE[0], false), line(&ys, c.maximiser, CYCLE[2], true)],
        legend: vec![key("$f^*(y)$", CYCLE[0], false), key("$(f^*)'(y)$", CYCLE[2], true)],
        ..Panel::default()
    };
    let (width, height) = o.wide_size(1.6, 2.4);
    Figure {
        columns: 2,
        panels: vec![left, right],
        style: o.style(),
        fixed: o.is_sized(),
        ..Figure::single(Panel::default(), width, height)
    }
}
