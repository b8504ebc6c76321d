//! Options every plot takes.
use super::color::{Color, MAPS, Map, cycle};
use super::figure::{Axis, Figure, Panel};
use super::marker::{MARKERS, Marker};
use super::preset::{PRESETS, Preset};
use super::scale::is_range;
use super::style::Style;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Options every plot takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FigureOptions {
    /// above the axes; `$…$` becomes mathematics
    pub title: String,
    /// below the axes; the plot has its own if None
    pub x_label: Option<String>,
    /// left of the axes; the plot has its own if None
    pub y_label: Option<String>,
    /// `[low, high]`; empty: from the data
    pub x_range: Vec<f64>,
    /// `[low, high]`; empty: from the data
    pub y_range: Vec<f64>,
    /// a logarithmic x axis
    pub log_x: bool,
    /// a logarithmic y axis
    pub log_y: bool,
    /// names clouds and curves
    pub legend: bool,
    /// in logical pixels of 1/96 inch; that of the preset if None
    pub width: Option<f64>,
    /// in logical pixels; in the ratio of the preset if None
    pub height: Option<f64>,
    /// what the figure is for, one of [`PRESETS`]; a notebook if None
    pub preset: Option<String>,
    /// of the labels of axes, in points; that of the preset if None. Everything grows with it
    pub font_size: Option<f64>,
    /// pixels to the inch of a PNG; those of the preset if None
    pub dpi: Option<f64>,
    /// no paper under the figure
    pub transparent: bool,
    /// names of colours or #rrggbb, for clouds or curves in turn
    pub color: Vec<String>,
    /// names of signs, for clouds or curves in turn
    pub marker: Vec<String>,
    /// from values to colours, by its name; chosen by the plot if None
    pub map: Option<String>,
    /// beside the scale of colours
    pub bar_label: String,
    /// columns with half the lengths of error bars, one per curve
    pub errors: Vec<String>,
    /// columns with the lower edges of bands, one per curve
    pub low: Vec<String>,
    /// columns with the upper edges of bands, one per curve
    pub high: Vec<String>,
    /// letters a, b, … in the corners of panels
    pub letters: bool,
    /// panels of one column reach over the same x
    pub share_x: bool,
    /// panels of one row reach over the same y
    pub share_y: bool,
    /// a potential minus its mean, colours the same on both sides of 0
    pub center: bool,
    /// opacity; chosen by the plot if None
    pub alpha: Option<f64>,
    /// point radius or line width, in logical pixels; chosen by the plot if None
    pub size: Option<f64>,
    /// bins of a histogram, cells of a density or contour a side; 0 chooses
    pub bins: usize,
    /// about how many levels of a contour
    pub levels: usize,
    /// `[rows, columns]` of an image
    pub shape: Vec<f64>,
    /// images or panels across; 0 chooses
    pub columns: usize,
}

impl Default for FigureOptions {
    fn default() -> Self {
        FigureOptions {
            title: String::new(),
            x_label: None,
            y_label: None,
            x_range: vec![],
            y_range: vec![],
            log_x: false,
            log_y: false,
            legend: true,
            width: None,
            height: None,
            preset: None,
            font_size: None,
            dpi: None,
            transparent: false,
            color: vec![],
            marker: vec![],
            map: None,
            bar_label: String::new(),
            errors: vec![],
            low: vec![],
            high: vec![],
            letters: false,
            share_x: false,
            share_y: false,
            center: true,
            alpha: None,
            size: None,
            bins: 0,
            levels: 10,
            shape: vec![],
            columns: 0,
        }
    }
}

impl FigureOptions {
    fn axis(&self, label: &Option<String>, fallback: &str, log: bool, range: &[f64], name: &str) -> Result<Axis> {
        let limits = match range {
            [] => None,
            [lo, hi] if is_range(*lo, *hi) && (!log || *lo > 0.0) => Some((*lo, *hi)),
            _ => {
                let got = format!("{range:?}");
                let narrow = if matches!(range, [lo, hi] if lo < hi) { ", at least 1e-300 apart" } else { "" };
                let expected = format!(
                    "[low, high] with low < high{narrow}{}",
                    if log { " and low > 0 on a log axis" } else { "" }
                );
                return Err(Error::Option { owner: "plot".into(), key: name.into(), got, expected });
            }
        };
        Ok(Axis { label: label.clone().unwrap_or_else(|| fallback.to_string()), log, limits })
    }

    /// A panel with this title and these axes; labels fall back on the plot's own.
    ///
    /// # Errors
    /// A range that is not `[low, high]` with low < high, and low > 0 on a logarithmic axis.
    pub fn panel(&self, x_label: &str, y_label: &str) -> Result<Panel> {
        Ok(Panel {
            title: self.title.clone(),
            x: self.axis(&self.x_label, x_label, self.log_x, &self.x_range, "x_range")?,
            y: self.axis(&self.y_label, y_label, self.log_y, &self.y_range, "y_range")?,
            ..Panel::default()
        })
    }

    fn preset(&self) -> &'static Preset {
        let named = |p: &&Preset| self.preset.as_deref() == Some(p.name);
        PRESETS.iter().find(named).unwrap_or(&PRESETS[0])
    }

    /// Sizes of letters, resolution, paper.
    pub fn style(&self) -> Style {
        let of = self.preset().style;
        Style {
            font_size: self.font_size.map_or(of.font_size, |points| points * 96.0 / 72.0),
            dpi: self.dpi.unwrap_or(of.dpi),
            transparent: self.transparent,
            ..of
        }
    }

    /// Whether a size or a style was asked for.
    pub(super) fn is_told(&self) -> bool {
        self.is_sized() || self.font_size.is_some() || self.dpi.is_some() || self.transparent
    }

    /// Whether a size was asked for.
    pub(super) fn is_sized(&self) -> bool {
        self.width.is_some() || self.height.is_some() || self.preset().name != PRESETS[0].name
    }

    /// Width and height in logical pixels, of a plot that is `aspect` times as wide as high unless a height is given.
    pub(super) fn size_of(&self, aspect: Option<f64>) -> (f64, f64) {
        let of = self.preset();
        let width = self.width.unwrap_or(of.width);
        let aspect = aspect.unwrap_or(of.width / of.height);
        (width, self.height.unwrap_or(width / aspect))
    }

    /// Width and height of two panels beside each other, on a screen `times` as wide as one.
    pub(super) fn wide_size(&self, times: f64, aspect: f64) -> (f64, f64) {
        let on_screen = self.width.is_none() && self.preset().name == PRESETS[0].name;
        let (width, height) = self.size_of(Some(aspect));
        if on_screen { (times * width, self.height.unwrap_or(times * height)) } else { (width, height) }
    }

    /// The figure of one panel.
    pub fn figure(&self, panel: Panel) -> Figure {
        let (width, height) = self.size_of(None);
        Figure { style: self.style(), fixed: self.is_sized(), ..Figure::single(panel, width, height) }
    }

    /// The figure of one panel of the plane, no wider than its axes and their labels take.
    pub(super) fn planar_figure(&self, panel: Panel) -> Figure {
        let (width, height) = self.size_of(None);
        let width = if self.is_sized() { width } else { width.min(height * 1.12) };
        Figure { style: self.style(), fixed: self.is_sized(), ..Figure::single(panel, width, height) }
    }

    /// The colour of the i-th cloud or curve.
    ///
    /// # Errors
    /// A name that is none.
    pub fn color_of(&self, i: usize) -> Result<Color> {
        match self.color.len() {
            0 => Ok(cycle(i)),
            n => Color::wanted(&self.color[i % n]),
        }
    }

    /// The sign of the i-th cloud or curve; none unless one was asked for.
    ///
    /// # Errors
    /// A name that is none.
    pub fn marker_of(&self, i: usize) -> Result<Option<Marker>> {
        if self.marker.is_empty() {
            return Ok(None);
        }
        named("marker", &self.marker[i % self.marker.len()], &MARKERS).map(Some)
    }

    /// The map from values to colours, or the plot's own.
    ///
    /// # Errors
    /// A name that is none.
    pub fn map_or(&self, own: Map) -> Result<Map> {
        self.map.as_ref().map_or(Ok(own), |name| named("map", name, &MAPS))
    }
}

/// What a name of a list stands for.
fn named<T: Copy>(key: &str, name: &str, all: &[(&str, T)]) -> Result<T> {
    all.iter().find(|m| m.0 == name).map(|m| m.1).ok_or_else(|| Error::Option {
        owner: "plot".into(),
        key: key.into(),
        got: format!("\"{name}\""),
        expected: format!("one of {}", all.iter().map(|m| m.0).collect::<Vec<_>>().join(", ")),
    })
}
