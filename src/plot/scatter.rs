//! Clouds of points: equal aspect, size and opacity that follow their number.
use super::color::{CYCLE, Color, INK, Map};
use super::figure::{Colorbar, Key, LegendEntry, Mark, Panel, bounds};
use super::keys::{
    ALPHA, BAR_LABEL, COLOR, DPI, FONT_SIZE, HEIGHT, LEGEND, LOG_X, LOG_Y, MAP, MARKER, PRESET, SIZE, TITLE,
    TRANSPARENT, WIDTH, X_LABEL, X_RANGE, Y_LABEL, Y_RANGE, defaults, entry,
};
use super::marker::Marker;
use super::{Cloud, Figure, FigureOptions};
use crate::catalogue::{Entry, Opt, OptionKind};
use crate::error::{Error, Result};

const BY: Opt = Opt {
    name: "color_by",
    kind: OptionKind::Value("numbers or labels, one per point"),
    doc: "colours that follow numbers, with a scale beside the axes, or labels, with a legend; of one cloud",
};
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
    ALPHA,
    SIZE,
    PRESET,
    FONT_SIZE,
    DPI,
    TRANSPARENT,
    COLOR,
    MARKER,
    MAP,
    BY,
    BAR_LABEL,
];

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
/// No points at all; a range that is none; options about colours that follow numbers.
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
    let map = o.map.as_ref().map(|name| ("map", name));
    if let Some((key, got)) = map.or((!o.bar_label.is_empty()).then_some(("bar_label", &o.bar_label))) {
        let expected = "numbers as color_by beside it: it is about the colours that follow them";
        return Err(unused(key, got, expected));
    }
    let (mut panel, two) = panel(clouds, o)?;
    for (i, c) in clouds.iter().enumerate() {
        let (radius, alpha) = weight(c.len());
        let (x, y) = c.xy();
        let (color, marker) = (o.color_of(i)?, o.marker_of(i)?.unwrap_or_default());
        let (radius, alpha) = (o.size.unwrap_or(radius), o.alpha.unwrap_or(alpha));
        panel.marks.push(Mark::Points { x, y, marker, color, radius, alpha });
        if o.legend && !c.name.is_empty() {
            panel.legend.push(LegendEntry { label: c.name.clone(), color, key: Key::Dot(marker) });
        }
    }
    Ok(if two { o.planar_figure(panel) } else { o.figure(panel) })
}

/// Axes for clouds, and whether they lie in the plane.
fn panel(clouds: &[Cloud], o: &FigureOptions) -> Result<(Panel, bool)> {
    if clouds.iter().all(|c| c.is_empty()) {
        return Err(Error::data("plot::scatter", "there are no points to draw"));
    }
    let two = clouds.iter().any(|c| c.d > 1);
    let mut panel = o.panel(if two { "$x_1$" } else { "$x$" }, if two { "$x_2$" } else { "" })?;
    panel.equal = two && !o.log_x && !o.log_y;
    Ok((panel, two))
}

fn unused(key: &str, got: &str, expected: &str) -> Error {
    let (owner, key) = ("plot::scatter".into(), key.into());
    Error::Option { owner, key, got: format!("\"{got}\""), expected: expected.into() }
}

/// What colours follow.
pub enum By {
    /// a number per point: a scale beside the axes
    Numbers(Vec<f64>),
    /// a label per point: a legend
    Labels(Vec<String>),
}

/// One cloud in colours that follow a number or a label per point.
///
/// # Errors
/// No points; not one number or label per point, or no finite number; more than 60 labels; a range that is none; a colour beside
/// numbers.
pub fn colored(cloud: &Cloud, by: &By, o: &FigureOptions) -> Result<Figure> {
    let given = match by {
        By::Numbers(v) => v.len(),
        By::Labels(v) => v.len(),
    };
    if given != cloud.len() {
        return Err(Error::Shape {
            what: "plot::scatter, color_by".into(),
            expected: format!("{} numbers or labels, one per point", cloud.len()),
            got: given.to_string(),
        });
    }
    match by {
        By::Numbers(values) => {
            let (lo, hi) = bounds(values.iter().copied());
            if lo > hi {
                return Err(Error::data("plot::scatter, color_by", "no number is finite"));
            }
            if let Some(color) = o.color.first() {
                return Err(unused("color", color, "none beside color_by: the colours follow its numbers"));
            }
            let map = o.map_or(Map::Viridis)?;
            let (mut panel, two) = panel(std::slice::from_ref(cloud), o)?;
            let (x, y) = cloud.xy();
            let (radius, alpha) = weight(cloud.len());
            panel.marks.push(Mark::Colored {
                x,
                y,
                values: values.clone(),
                range: (lo, hi),
                map,
                marker: o.marker_of(0)?.unwrap_or_default(),
                radius: o.size.unwrap_or(radius),
                alpha: o.alpha.unwrap_or(alpha.max(0.5)),
            });
            panel.colorbar = Some(Colorbar { range: (lo, hi), map, label: o.bar_label.clone() });
            Ok(if two { o.planar_figure(panel) } else { o.figure(panel) })
        }
        By::Labels(labels) => {
            let mut names: Vec<&String> = vec![];
            labels.iter().for_each(|l| {
                if !names.contains(&l) && names.len() <= 60 {
                    names.push(l)
                }
            });
            if names.len() > 60 {
                let more = "more than 60 labels: colours would not tell them apart";
                return Err(Error::data("plot::scatter, color_by", more));
            }
            let rows = |name: &String| {
                let own = labels.iter().zip(cloud.rows.chunks(cloud.d)).filter(|(l, _)| *l == name);
                own.flat_map(|(_, row)| row.iter().copied()).collect()
            };
            let named = |n: &&String| Cloud { name: (*n).clone(), rows: rows(n), d: cloud.d };
            scatter(&names.iter().map(named).collect::<Vec<Cloud>>(), o)
        }
    }
}

/// The clouds on top of a field, in colours that stand out from it: discs with a white edge.
pub fn over(mut figure: Figure, clouds: &[Cloud], o: &FigureOptions) -> Figure {
    const WHITE: Color = Color(255, 255, 255);
    let Some(panel) = figure.panels.first_mut() else { return figure };
    // what the field shows is the extent; points outside do not widen it
    let (x, y) = (panel.extent(0, false), panel.extent(1, false));
    for (i, c) in clouds.iter().enumerate() {
        let (radius, alpha) = weight(c.len());
        let color = [INK, CYCLE[1], CYCLE[2]][i % 3];
        let inside = |r: &&[f64]| {
            x.is_none_or(|(a, b)| (a..=b).contains(&r[0]))
                && y.is_none_or(|(a, b)| r.len() > 1 && (a..=b).contains(&r[1]))
        };
        let (px, py): (Vec<f64>, Vec<f64>) = c.rows.chunks(c.d).filter(inside).map(|r| (r[0], r[1])).unzip();
        for (color, radius) in [(WHITE, 0.8 * radius + 0.6), (color, 0.8 * radius)] {
            let (x, y, marker) = (px.clone(), py.clone(), Marker::Disc);
            panel.marks.push(Mark::Points { x, y, marker, color, radius, alpha: alpha.max(0.6) });
        }
        if o.legend && !c.name.is_empty() {
            panel.legend.push(LegendEntry { label: c.name.clone(), color, key: Key::Dot(Marker::Disc) });
        }
    }
    figure
}
