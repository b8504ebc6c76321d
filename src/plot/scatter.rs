//! Clouds of points: equal aspect, size and opacity that follow their number.
use super::color::{Color, cycle};
use super::figure::{Key, LegendEntry, Mark};
use super::keys::{
    ALPHA, HEIGHT, LEGEND, LOG_X, LOG_Y, SIZE, TITLE, WIDTH, X_LABEL, X_RANGE, Y_LABEL, Y_RANGE, defaults, entry,
};
use super::{Cloud, Figure, FigureOptions};
use crate::catalogue::{Entry, Opt};
use crate::error::{Error, Result};

const OPTIONS: &[Opt] = &[TITLE, X_LABEL, Y_LABEL, X_RANGE, Y_RANGE, LOG_X, LOG_Y, LEGEND, WIDTH, HEIGHT, ALPHA, SIZE];

pub(super) const ENTRY: Entry = entry(
    "plot::scatter",
    "plot::scatter(p | [p, q] | [[\"name\", p], ...], options)",
    "Clouds of points with equal aspect; pairs keep their order in the legend.",
    OPTIONS,
    || defaults(OPTIONS),
    "plot::scatter([[\"target\", data::ring(300)], [\"source\", data::gaussian(300, 2)]], #{ title: \"Before\" })",
);

/// Radius and opacity at which n points neither vanish nor merge.
pub fn weight(n: usize) -> (f64, f64) {
    let n = n.max(1) as f64;
    ((9.0 / n.powf(0.25)).clamp(0.9, 3.4), (14.0 / n.powf(0.45)).clamp(0.18, 0.85))
}

/// One mark per cloud, in their order; samples of more dimensions show their first two.
///
/// # Errors
/// No points at all; a range that is none.
///
/// # Examples
/// Written as a file of a temporary folder:
/// ```
/// use gflow::plot::{Cloud, FigureOptions, render, scatter};
///
/// let cloud = |name: &str, rows: Vec<f64>| Cloud { name: name.into(), rows, d: 2 };
/// let clouds = [cloud("source", vec![0.0, 0.0, 1.0, 0.5]), cloud("target", vec![3.0, 1.0])];
/// let figure = scatter::scatter(&clouds, &FigureOptions { title: "Before".into(), ..Default::default() })?;
/// assert_eq!(figure.describe(), "Figure \"Before\": 1 panel, 3 marks");
///
/// let folder = std::env::temp_dir().join(format!("gflow-scatter-{}", std::process::id()));
/// render::save(&figure, &folder.join("before.png"))?;
/// assert!(folder.join("before.png").is_file());
/// # std::fs::remove_dir_all(&folder).ok();
/// # Ok::<(), gflow::error::Error>(())
/// ```
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
    Ok(if two { o.planar_figure(panel) } else { o.figure(panel) })
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
