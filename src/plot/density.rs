//! A Gaussian kernel density estimate of a planar sample, Scott's bandwidth.
use super::color::Map;
use super::figure::{Between, Colorbar, Mark};
use super::keys::{
    BAR_LABEL, BINS, DPI, FONT_SIZE, HEIGHT, MAP, PRESET, TITLE, TRANSPARENT, WIDTH, X_LABEL, X_RANGE, Y_LABEL,
    Y_RANGE, defaults, entry,
};
use super::{Cloud, Figure, FigureOptions};
use crate::catalogue::{Entry, Opt};
use crate::error::{Error, Result};
use crate::interrupt;
use rayon::prelude::*;

const OPTIONS: &[Opt] = &[
    TITLE,
    X_LABEL,
    Y_LABEL,
    X_RANGE,
    Y_RANGE,
    WIDTH,
    HEIGHT,
    BINS,
    PRESET,
    FONT_SIZE,
    DPI,
    TRANSPARENT,
    MAP,
    BAR_LABEL,
];

pub(super) const ENTRY: Entry = entry(
    "plot::density",
    "plot::density(p, options)",
    "A kernel density estimate of a planar sample.",
    OPTIONS,
    || defaults(OPTIONS),
    "plot::density(data::ring(500, #{ std: 0.4 }))",
);

/// The density of the first two coordinates, (1/n) Σᵢ N(x; xᵢ, h²), as colours; each bandwidth h is half of Scott's,
/// n^{−1/6} times the standard deviation along its axis.
///
/// # Errors
/// An empty sample or one on a line; a range that is none.
pub fn density(c: &Cloud, o: &FigureOptions) -> Result<Figure> {
    if c.is_empty() || c.d < 2 {
        return Err(Error::data(
            "plot::density",
            "it draws points of dimension 2 or more; for numbers there is plot::hist",
        ));
    }
    let (x, y): (Vec<f64>, Vec<f64>) = {
        let (x, y) = c.xy();
        x.into_iter().zip(y).filter(|(x, y)| x.is_finite() && y.is_finite()).unzip()
    };
    if x.is_empty() {
        return Err(Error::data("plot::density", "no point of the sample is finite"));
    }
    let n = x.len() as f64;
    let spread = |v: &[f64]| {
        let m = v.iter().sum::<f64>() / n;
        (v.iter().map(|a| (a - m) * (a - m)).sum::<f64>() / n).sqrt().max(1e-9)
    };
    // Scott's rule assumes one Gaussian; half of it keeps separate modes apart
    let factor = 0.5 * n.powf(-1.0 / 6.0);
    let (hx, hy) = (factor * spread(&x), factor * spread(&y));
    let reach = |v: &[f64], h: f64, range: &[f64]| match range {
        [lo, hi] => (*lo, *hi),
        _ => v.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v - 4.0 * h), b.max(v + 4.0 * h))),
    };
    let (xr, yr) = (reach(&x, hx, &o.x_range), reach(&y, hy, &o.y_range));
    let k = if o.bins > 0 { o.bins } else { 120 };
    let norm = 1.0 / (std::f64::consts::TAU * hx * hy * n);
    let stop = interrupt::current();
    let values: Vec<f64> = (0..k * k)
        .into_par_iter()
        .map(|i| {
            if stop.is_requested() {
                return 0.0;
            }
            let at = |r: (f64, f64), j: usize| r.0 + (r.1 - r.0) * (j as f64 + 0.5) / k as f64;
            let (a, b) = (at(xr, i % k), at(yr, i / k));
            let kernel = |(u, v): (&f64, &f64)| (-0.5 * (((a - u) / hx).powi(2) + ((b - v) / hy).powi(2))).exp();
            norm * x.iter().zip(&y).map(kernel).sum::<f64>()
        })
        .collect();
    stop.check()?;
    let top = values.iter().copied().fold(0.0, f64::max);
    let mut panel = o.panel("$x_1$", "$x_2$")?;
    panel.equal = true;
    let map = o.map_or(Map::Viridis)?;
    panel.marks.push(Mark::Heat {
        x: xr,
        y: yr,
        columns: k,
        values,
        range: (0.0, top),
        map,
        between: Between::Centers,
    });
    panel.colorbar = Some(Colorbar { range: (0.0, top), map, label: o.bar_label.clone() });
    Ok(o.figure(panel))
}
