//! A figure as plain data: panels with axes and marks. Nothing here draws.
use super::color::{Color, Map};

/// What is drawn inside the axes, in data coordinates.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    Points {
        x: Vec<f64>,
        y: Vec<f64>,
        color: Color,
        radius: f64,
        alpha: f64,
    },
    /// breaks at non-finite values
    Line {
        x: Vec<f64>,
        y: Vec<f64>,
        color: Color,
        width: f64,
        alpha: f64,
        dashed: bool,
    },
    /// one bar per gap between edges
    Bars {
        edges: Vec<f64>,
        heights: Vec<f64>,
        color: Color,
        alpha: f64,
    },
    /// values row by row from the lower left corner, coloured between low and high
    Heat {
        x: (f64, f64),
        y: (f64, f64),
        columns: usize,
        values: Vec<f64>,
        range: (f64, f64),
        map: Map,
    },
    /// arrows of length (u, v) in data units
    Arrows {
        x: Vec<f64>,
        y: Vec<f64>,
        u: Vec<f64>,
        v: Vec<f64>,
        color: Color,
    },
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    pub label: String,
    pub log: bool,
    pub limits: Option<(f64, f64)>,
}

/// How a legend entry is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Key {
    Dot,
    Line { dashed: bool },
    Patch,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LegendEntry {
    pub label: String,
    pub color: Color,
    pub key: Key,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Colorbar {
    pub range: (f64, f64),
    pub map: Map,
    pub label: String,
}

/// One set of axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    pub title: String,
    pub x: Axis,
    pub y: Axis,
    pub marks: Vec<Mark>,
    pub legend: Vec<LegendEntry>,
    /// one unit is as long on both axes
    pub equal: bool,
    /// no axes at all, for images
    pub bare: bool,
    pub colorbar: Option<Colorbar>,
}

/// Panels on a grid, with a size in logical pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub panels: Vec<Panel>,
    pub columns: usize,
    pub width: f64,
    pub height: f64,
}

impl Figure {
    pub fn single(panel: Panel, width: f64, height: f64) -> Figure {
        Figure { panels: vec![panel], columns: 1, width, height }
    }
    /// Marks that would each be an SVG element.
    pub fn mark_count(&self) -> usize {
        let count = |m: &Mark| match m {
            Mark::Points { x, .. } | Mark::Arrows { x, .. } => x.len(),
            Mark::Line { x, .. } => 1 + x.len() / 50,
            Mark::Bars { heights, .. } => heights.len(),
            Mark::Heat { values, .. } => values.len(),
        };
        self.panels.iter().flat_map(|p| &p.marks).map(count).sum()
    }
    /// One line for terminals.
    pub fn describe(&self) -> String {
        let title = self.panels.first().map_or("", |p| p.title.as_str());
        let title = if title.is_empty() { String::new() } else { format!(" \"{title}\"") };
        format!(
            "Figure{title}: {} panel{}, {} marks",
            self.panels.len(),
            if self.panels.len() == 1 { "" } else { "s" },
            self.mark_count()
        )
    }
}

impl Panel {
    /// The smallest and largest finite value of all marks along an axis (0 for x, 1 for y).
    pub fn extent(&self, axis: usize, log: bool) -> Option<(f64, f64)> {
        let mut range: Option<(f64, f64)> = None;
        let mut see = |v: f64| {
            if v.is_finite() && (!log || v > 0.0) {
                range = Some(range.map_or((v, v), |(lo, hi)| (lo.min(v), hi.max(v))));
            }
        };
        for mark in &self.marks {
            match mark {
                Mark::Points { x, y, .. } | Mark::Line { x, y, .. } => [x, y][axis].iter().for_each(|v| see(*v)),
                Mark::Bars { edges, heights, .. } => {
                    if axis == 0 {
                        edges.iter().for_each(|v| see(*v));
                    } else {
                        see(0.0);
                        heights.iter().for_each(|v| see(*v));
                    }
                }
                Mark::Heat { x, y, .. } => {
                    let (lo, hi) = [*x, *y][axis];
                    see(lo);
                    see(hi);
                }
                Mark::Arrows { x, y, u, v, .. } => {
                    for (a, b) in [x, y][axis].iter().zip([u, v][axis]) {
                        see(*a);
                        see(a + b);
                    }
                }
            }
        }
        range
    }
}
