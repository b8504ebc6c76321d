//! A vector field in the plane; the longest arrow spans one grid cell.
use super::figure::Mark;
use super::keys::{
    BINS, COLOR, DPI, FONT_SIZE, HEIGHT, PRESET, SIZE, TITLE, TRANSPARENT, WIDTH, X_LABEL, Y_LABEL, defaults, entry,
};
use super::{Figure, FigureOptions};
use crate::catalogue::{Entry, Opt};
use crate::error::{Error, Result};

const OPTIONS: &[Opt] =
    &[TITLE, X_LABEL, Y_LABEL, WIDTH, HEIGHT, BINS, SIZE, PRESET, FONT_SIZE, DPI, TRANSPARENT, COLOR];

pub(super) const ENTRY: Entry = entry(
    "plot::quiver",
    "plot::quiver(critic | estimate | run, extent, options)",
    "The gradient of a fitted critic as arrows.",
    OPTIONS,
    || defaults(OPTIONS),
    "let e = kl().regularized(lipschitz(1.0)).estimate(data::gaussian(100, 2), data::ring(100), #{ steps: 50 });\nplot::quiver(e.critic, 5.0)",
);

/// Positions and vectors, rows of two each, on a square grid with this spacing.
///
/// # Errors
/// A field that is zero everywhere; a range that is none.
pub fn quiver(at: &[f64], vectors: &[f64], spacing: f64, o: &FigureOptions) -> Result<Figure> {
    let column = |v: &[f64], k: usize| v.iter().skip(k).step_by(2).copied().collect::<Vec<f64>>();
    let longest = vectors.chunks(2).map(|v| v[0].hypot(v[1])).filter(|l| l.is_finite()).fold(0.0, f64::max);
    if longest == 0.0 {
        return Err(Error::data("plot::quiver", "the field is zero everywhere on this extent"));
    }
    let scale = o.size.unwrap_or(1.0) * spacing / longest;
    let scaled: Vec<f64> = vectors.iter().map(|v| v * scale).collect();
    let mut panel = o.panel("$x_1$", "$x_2$")?;
    panel.equal = true;
    panel.marks.push(Mark::Arrows {
        x: column(at, 0),
        y: column(at, 1),
        u: column(&scaled, 0),
        v: column(&scaled, 1),
        color: o.color_of(0)?,
    });
    Ok(o.planar_figure(panel))
}
