//! Options every plot takes.
use super::figure::{Axis, Figure, Panel};
use super::scale::is_range;
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
    /// logical pixels
    pub width: f64,
    /// logical pixels
    pub height: f64,
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
            width: 460.0,
            height: 360.0,
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

    /// The figure of one panel.
    pub fn figure(&self, panel: Panel) -> Figure {
        Figure::single(panel, self.width, self.height)
    }

    /// The figure of one panel of the plane, no wider than its axes and their labels take.
    pub(super) fn planar_figure(&self, panel: Panel) -> Figure {
        Figure::single(panel, self.width.min(self.height * 1.12), self.height)
    }
}
