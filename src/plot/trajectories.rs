//! The paths of particles through the snapshots of a run, with where they began, where they ended, and the target.
use super::color::{CYCLE, GREY};
use super::figure::{Key, LegendEntry, Mark};
use super::keys::{
    ALPHA, COLOR, DPI, FONT_SIZE, HEIGHT, LEGEND, PRESET, SIZE, TITLE, TRANSPARENT, WIDTH, X_LABEL, X_RANGE, Y_LABEL,
    Y_RANGE, defaults, entry,
};
use super::marker::Marker;
use super::scatter::weight;
use super::{Cloud, Figure, FigureOptions};
use crate::catalogue::{Entry, Opt};
use crate::error::{Error, Result};

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
    SIZE,
    PRESET,
    FONT_SIZE,
    DPI,
    TRANSPARENT,
    COLOR,
];

pub(super) const ENTRY: Entry = entry(
    "plot::trajectories",
    "plot::trajectories(run, options)",
    "The paths of the particles through the snapshots of a run.",
    OPTIONS,
    || defaults(OPTIONS),
    "let run = gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(50, 2), data::ring(50), #{ steps: 10 });\nplot::trajectories(run)",
);

/// Most paths drawn: more would be a blot.
const MOST: usize = 200;

/// At most 200 paths, from the first snapshot to the last, of the first two coordinates.
///
/// # Errors
/// Fewer than two snapshots; points on a line; a range that is none.
pub fn trajectories(snapshots: &[Cloud], target: &Cloud, o: &FigureOptions) -> Result<Figure> {
    let [first, .., last] = snapshots else {
        return Err(Error::data(
            "plot::trajectories",
            "the run has fewer than two snapshots; run it with snapshots: 20",
        ));
    };
    if snapshots.iter().any(|s| s.d < 2) {
        return Err(Error::data("plot::trajectories", "it draws points of dimension 2 or more"));
    }
    if let Some(other) = snapshots.iter().find(|s| s.len() != first.len()) {
        return Err(Error::Shape {
            what: "plot::trajectories".into(),
            expected: format!("{} points in every snapshot", first.len()),
            got: other.len().to_string(),
        });
    }
    let mut panel = o.panel("$x_1$", "$x_2$")?;
    panel.equal = true;
    let (x, y) = target.xy();
    let (radius, alpha) = weight(x.len());
    panel.marks.push(Mark::dots(x, y, GREY, radius, 0.6 * alpha));
    let n = first.len();
    let shown: Vec<usize> = if n <= MOST { (0..n).collect() } else { (0..MOST).map(|i| i * n / MOST).collect() };
    let path_alpha = o.alpha.unwrap_or((40.0 / shown.len() as f64).clamp(0.25, 0.9));
    for i in &shown {
        let (x, y) = snapshots.iter().map(|s| (s.rows[i * s.d], s.rows[i * s.d + 1])).unzip();
        panel.marks.push(Mark::Line {
            x,
            y,
            color: if o.color.is_empty() { CYCLE[5] } else { o.color_of(0)? },
            width: o.size.unwrap_or(0.8),
            alpha: path_alpha,
            dashed: false,
        });
    }
    for (cloud, color) in [(first, CYCLE[1]), (last, CYCLE[0])] {
        let (x, y) = shown.iter().map(|i| (cloud.rows[i * cloud.d], cloud.rows[i * cloud.d + 1])).unzip();
        panel.marks.push(Mark::dots(x, y, color, 2.0, 0.85));
    }
    if o.legend {
        for (label, color) in [("target", GREY), ("start", CYCLE[1]), ("end", CYCLE[0])] {
            panel.legend.push(LegendEntry { label: label.into(), color, key: Key::Dot(Marker::Disc) });
        }
    }
    Ok(o.planar_figure(panel))
}
