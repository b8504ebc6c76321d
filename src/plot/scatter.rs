//! Clouds of points: equal aspect, size and opacity that follow their number.
use super::color::{Color, cycle};
use super::figure::{Key, LegendEntry, Mark};
use super::{Cloud, Figure, FigureOptions};
use crate::error::{Error, Result};

/// Radius and opacity at which n points neither vanish nor merge.
pub fn weight(n: usize) -> (f64, f64) {
    let n = n.max(1) as f64;
    ((9.0 / n.powf(0.25)).clamp(0.9, 3.4), (14.0 / n.powf(0.45)).clamp(0.18, 0.85))
}

pub fn scatter(clouds: &[Cloud], o: &FigureOptions) -> Result<Figure> {
    if clouds.iter().all(|c| c.is_empty()) {
        return Err(Error::data("plot::scatter", "there are no points to draw"));
    }
    let two = clouds.iter().any(|c| c.d > 1);
    let mut panel = o.panel(if two { "$x_1$" } else { "$x$" }, if two { "$x_2$" } else { "" })?;
    panel.equal = two && !o.log_x && !o.log_y;
    for (i, c) in clouds.iter().enumerate() {
        let (radius, alpha) = weight(c.len());
        let (x, y) = c.xy();
        panel.marks.push(Mark::Points {
            x,
            y,
            color: cycle(i),
            radius: o.size.unwrap_or(radius),
            alpha: o.alpha.unwrap_or(alpha),
        });
        if o.legend && !c.name.is_empty() {
            panel.legend.push(LegendEntry { label: c.name.clone(), color: cycle(i), key: Key::Dot });
        }
    }
    let width = if two { o.width.min(o.height * 1.12) } else { o.width };
    Ok(Figure::single(panel, width, o.height))
}

/// The clouds on top of a field, in colours that stand out from it.
pub fn over(mut figure: Figure, clouds: &[Cloud], o: &FigureOptions) -> Figure {
    let Some(panel) = figure.panels.first_mut() else { return figure };
    // what the field shows is the extent; points outside do not widen it
    let (x, y) = (panel.extent(0, false), panel.extent(1, false));
    for (i, c) in clouds.iter().enumerate() {
        let (radius, alpha) = weight(c.len());
        let color = [Color(255, 255, 255), Color(213, 94, 0), Color(0, 0, 0)][i % 3];
        let inside = |r: &&[f64]| {
            x.is_none_or(|(a, b)| (a..=b).contains(&r[0]))
                && y.is_none_or(|(a, b)| r.len() > 1 && (a..=b).contains(&r[1]))
        };
        let (px, py) = c.rows.chunks(c.d).filter(inside).map(|r| (r[0], r[1])).unzip();
        panel.marks.push(Mark::Points { x: px, y: py, color, radius: 0.8 * radius, alpha: alpha.max(0.6) });
        if o.legend && !c.name.is_empty() {
            // white cannot be seen beside the axes
            let key = if color == Color(255, 255, 255) { Color(0xBB, 0xBB, 0xBB) } else { color };
            panel.legend.push(LegendEntry { label: c.name.clone(), color: key, key: Key::Dot });
        }
    }
    figure
}
