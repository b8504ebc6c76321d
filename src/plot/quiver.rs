//! A vector field in the plane; the longest arrow spans one grid cell.
use super::color::CYCLE;
use super::figure::Mark;
use super::{Figure, FigureOptions};
use crate::error::{Error, Result};

/// Positions and vectors, rows of two each, on a square grid with this spacing.
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
        color: CYCLE[0],
    });
    let width = o.width.min(o.height * 1.12);
    Ok(Figure::single(panel, width, o.height))
}
