//! A figure as plain data: panels with axes and marks. Nothing here draws.
use super::color::{Color, Map};
use super::marker::Marker;
use super::shape::{Anchor, Pixels};
use super::style::Style;

/// The smallest and the largest of finite values; (∞, −∞) of none.
pub(super) fn bounds(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let finite = values.into_iter().filter(|v| v.is_finite());
    finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)))
}

/// What is drawn inside the axes, in data coordinates; sizes are in logical pixels, opacities from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A sign for every pair (x, y).
    Points {
        /// first coordinates
        x: Vec<f64>,
        /// second coordinates, as many
        y: Vec<f64>,
        /// what stands there
        marker: Marker,
        /// of all of them
        color: Color,
        /// of a disc, in logical pixels
        radius: f64,
        /// opacity
        alpha: f64,
    },
    /// A sign for every pair (x, y), in colours that follow a value.
    Colored {
        /// first coordinates
        x: Vec<f64>,
        /// second coordinates, as many
        y: Vec<f64>,
        /// as many; one that is not finite is grey
        values: Vec<f64>,
        /// values with the first and the last colour of the map
        range: (f64, f64),
        /// from values to colours
        map: Map,
        /// what stands there
        marker: Marker,
        /// of a sign, in logical pixels
        radius: f64,
        /// opacity
        alpha: f64,
    },
    /// A polyline; it breaks at values that are not finite.
    Line {
        /// first coordinates
        x: Vec<f64>,
        /// second coordinates, as many
        y: Vec<f64>,
        /// of the line
        color: Color,
        /// in logical pixels
        width: f64,
        /// opacity
        alpha: f64,
        /// dashes instead of one stroke
        dashed: bool,
    },
    /// What lies between two curves; it breaks where one of them is not finite.
    Band {
        /// first coordinates, rising
        x: Vec<f64>,
        /// lower second coordinates, as many
        low: Vec<f64>,
        /// upper second coordinates, as many
        high: Vec<f64>,
        /// of the whole
        color: Color,
        /// opacity
        alpha: f64,
    },
    /// An upright stroke from `low` to `high` at every x, with short strokes across at its ends.
    Errors {
        /// where they stand
        x: Vec<f64>,
        /// lower ends, as many
        low: Vec<f64>,
        /// upper ends, as many
        high: Vec<f64>,
        /// of all of them
        color: Color,
        /// in logical pixels
        width: f64,
    },
    /// A straight line across the whole frame; it does not widen the axes by more than itself.
    Reference {
        /// where it crosses the axis
        at: f64,
        /// from below to above, at an x; otherwise from left to right, at a y
        upright: bool,
        /// of the line
        color: Color,
        /// in logical pixels
        width: f64,
        /// dashes instead of one stroke
        dashed: bool,
        /// written along it
        label: String,
    },
    /// A text at a point.
    Note {
        /// first coordinate
        x: f64,
        /// second coordinate
        y: f64,
        /// what it says; `$…$` becomes mathematics
        text: String,
        /// of the letters
        color: Color,
        /// which part of it stands there
        anchor: Anchor,
    },
    /// A bar from 0 for every gap between edges.
    Bars {
        /// rising, one more than there are bars
        edges: Vec<f64>,
        /// one per bar
        heights: Vec<f64>,
        /// of all of them
        color: Color,
        /// opacity
        alpha: f64,
    },
    /// A grid of coloured cells.
    Heat {
        /// left and right edge
        x: (f64, f64),
        /// lower and upper edge
        y: (f64, f64),
        /// cells a row
        columns: usize,
        /// row by row from the lower left corner; cells that are not finite stay empty
        values: Vec<f64>,
        /// values with the first and the last colour of the map
        range: (f64, f64),
        /// from values to colours
        map: Map,
        /// what lies between the values
        between: Between,
    },
    /// Pixels with their own colours.
    Picture {
        /// left and right edge
        x: (f64, f64),
        /// lower and upper edge
        y: (f64, f64),
        /// row by row from the upper left corner
        pixels: Pixels,
    },
    /// Arrows from (x, y) to (x + u, y + v).
    Arrows {
        /// first coordinates of the tails
        x: Vec<f64>,
        /// second coordinates of the tails
        y: Vec<f64>,
        /// first components, in data units
        u: Vec<f64>,
        /// second components, in data units
        v: Vec<f64>,
        /// of all of them
        color: Color,
    },
}

impl Mark {
    /// Discs of one colour, radius and opacity.
    pub fn dots(x: Vec<f64>, y: Vec<f64>, color: Color, radius: f64, alpha: f64) -> Mark {
        Mark::Points { x, y, marker: Marker::Disc, color, radius, alpha }
    }
}

/// What a grid of values shows between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// each value fills its cell
    Cells,
    /// values stand at the centres of cells, and pass into each other
    Centers,
    /// values stand at nodes, the first and the last at the edges, and pass into each other
    Nodes,
}

/// One axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// beside the axis; `$…$` becomes mathematics
    pub label: String,
    /// logarithmic
    pub log: bool,
    /// both ends; from the data if None
    pub limits: Option<(f64, f64)>,
}

/// How a legend entry is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Key {
    /// a sign, for points
    Dot(Marker),
    /// a stroke, for lines
    Line {
        /// as the line is
        dashed: bool,
    },
    /// a rectangle, for bars
    Patch,
}

/// One entry of a legend.
#[derive(Clone, Debug, PartialEq)]
pub struct LegendEntry {
    /// the name; `$…$` becomes mathematics
    pub label: String,
    /// of the key
    pub color: Color,
    /// what stands before the name
    pub key: Key,
}

/// The scale of colours beside a heat map.
#[derive(Clone, Debug, PartialEq)]
pub struct Colorbar {
    /// values at its lower and its upper end
    pub range: (f64, f64),
    /// from values to colours
    pub map: Map,
    /// beside it; none if empty. `$…$` becomes mathematics
    pub label: String,
}

/// One set of axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// above the axes; `$…$` becomes mathematics
    pub title: String,
    /// in the upper left corner, to speak of it: "a", "b"
    pub letter: String,
    /// the horizontal axis
    pub x: Axis,
    /// the vertical axis
    pub y: Axis,
    /// in drawing order
    pub marks: Vec<Mark>,
    /// names of what is drawn; none if empty
    pub legend: Vec<LegendEntry>,
    /// one unit is as long on both axes
    pub equal: bool,
    /// no axes at all, for images
    pub bare: bool,
    /// beside the axes
    pub colorbar: Option<Colorbar>,
}

/// Panels on a grid, with a size in logical pixels.
///
/// # Examples
/// A figure of one line, as an SVG document:
/// ```
/// use gflow::plot::color::CYCLE;
/// use gflow::plot::figure::{Axis, Mark, Panel};
/// use gflow::plot::{Figure, render};
///
/// let x: Vec<f64> = (0..100).map(|i| 0.1 * f64::from(i)).collect();
/// let y = x.iter().map(|x| (-x).exp()).collect();
/// let panel = Panel {
///     title: "$e^{-t}$".into(),
///     y: Axis { log: true, ..Axis::default() },
///     marks: vec![Mark::Line { x, y, color: CYCLE[0], width: 1.7, alpha: 1.0, dashed: false }],
///     ..Panel::default()
/// };
/// let figure = Figure::single(panel, 460.0, 360.0);
/// let svg = render::svg(&figure)?;
/// assert!(svg.starts_with("<svg width=\"460\" height=\"360\""));
/// assert!(svg.contains("<polyline"));
/// # Ok::<(), gflow::error::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// row by row
    pub panels: Vec<Panel>,
    /// panels a row
    pub columns: usize,
    /// of the whole, in logical pixels
    pub width: f64,
    /// of the whole, in logical pixels
    pub height: f64,
    /// sizes of letters, resolution, paper
    pub style: Style,
    /// the size was asked for: a page that has a wish of its own leaves it
    pub fixed: bool,
}

impl Figure {
    /// A figure of one panel.
    pub fn single(panel: Panel, width: f64, height: f64) -> Figure {
        Figure { panels: vec![panel], columns: 1, width, height, style: Style::default(), fixed: false }
    }
    /// As it is on paper, whatever the screen shows.
    pub(super) fn on_paper(&self) -> Figure {
        let mut f = self.clone();
        f.style.dark = false;
        f
    }
    /// Marks that would each be an SVG element.
    pub fn mark_count(&self) -> usize {
        let count = |m: &Mark| match m {
            Mark::Points { x, .. } | Mark::Colored { x, .. } | Mark::Arrows { x, .. } | Mark::Errors { x, .. } => {
                x.len()
            }
            Mark::Line { x, .. } | Mark::Band { x, .. } => 1 + x.len() / 50,
            Mark::Bars { heights, .. } => heights.len(),
            Mark::Heat { .. } | Mark::Picture { .. } | Mark::Reference { .. } | Mark::Note { .. } => 1,
        };
        self.panels.iter().flat_map(|p| &p.marks).map(count).sum()
    }
    /// Numbers that its marks hold.
    pub fn numbers(&self) -> usize {
        let count = |m: &Mark| match m {
            Mark::Points { x, .. } => 2 * x.len(),
            Mark::Colored { x, .. } => 3 * x.len(),
            Mark::Line { x, .. } => 2 * x.len(),
            Mark::Band { x, .. } | Mark::Errors { x, .. } => 3 * x.len(),
            Mark::Arrows { x, .. } => 4 * x.len(),
            Mark::Bars { heights, .. } => 2 * heights.len(),
            Mark::Heat { values, .. } => values.len(),
            Mark::Picture { pixels, .. } => pixels.values.len(),
            Mark::Reference { .. } | Mark::Note { .. } => 2,
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
