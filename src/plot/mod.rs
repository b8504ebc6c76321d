//! Figures: plain data, laid out, then rendered to SVG or PNG in one file.
pub mod animation;
pub mod bracket;
pub mod color;
pub mod contour;
pub mod curve;
pub mod density;
mod entries;
pub mod evcxr;
pub mod figure;
pub mod grid;
pub mod hist;
pub mod images;
pub mod layout;
pub mod lines;
mod marks;
pub mod path;
pub mod plan;
pub mod quiver;
pub mod render;
pub mod scatter;
pub mod tails;
pub mod text;
pub mod ticks;
pub mod trajectories;
pub mod weights;
pub use entries::ENTRIES;
pub use figure::Figure;

use crate::error::{Error, Result};
use figure::{Axis, Panel};
use serde::{Deserialize, Serialize};

/// Options every plot takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FigureOptions {
    pub title: String,
    pub x_label: Option<String>,
    pub y_label: Option<String>,
    /// [low, high]; empty: from the data
    pub x_range: Vec<f64>,
    pub y_range: Vec<f64>,
    pub log_x: bool,
    pub log_y: bool,
    pub legend: bool,
    /// logical pixels
    pub width: f64,
    pub height: f64,
    pub alpha: Option<f64>,
    /// point radius or line width, in logical pixels
    pub size: Option<f64>,
    /// bins of a histogram, cells of a density or contour a side
    pub bins: usize,
    /// levels of a contour
    pub levels: usize,
    /// rows and columns of an image
    pub shape: Vec<f64>,
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
            [lo, hi] if lo < hi && (!log || *lo > 0.0) => Some((*lo, *hi)),
            _ => {
                let got = format!("{range:?}");
                let expected =
                    format!("[low, high] with low < high{}", if log { " and low > 0 on a log axis" } else { "" });
                return Err(Error::Option { owner: "plot".into(), key: name.into(), got, expected });
            }
        };
        Ok(Axis { label: label.clone().unwrap_or_else(|| fallback.to_string()), log, limits })
    }
    /// A panel with this title and these axes; labels fall back on the plot's own.
    pub fn panel(&self, x_label: &str, y_label: &str) -> Result<Panel> {
        Ok(Panel {
            title: self.title.clone(),
            x: self.axis(&self.x_label, x_label, self.log_x, &self.x_range, "x_range")?,
            y: self.axis(&self.y_label, y_label, self.log_y, &self.y_range, "y_range")?,
            ..Panel::default()
        })
    }
    pub fn figure(&self, panel: Panel) -> Figure {
        Figure::single(panel, self.width, self.height)
    }
}

/// A sample with a name, rows of dimension d.
#[derive(Clone, Debug)]
pub struct Cloud {
    pub name: String,
    pub rows: Vec<f64>,
    pub d: usize,
}

impl Cloud {
    pub fn len(&self) -> usize {
        self.rows.len() / self.d.max(1)
    }
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
    /// Two coordinates; a one-dimensional sample is drawn along the x axis.
    pub fn xy(&self) -> (Vec<f64>, Vec<f64>) {
        let x = self.rows.iter().step_by(self.d).copied().collect();
        let y = if self.d > 1 {
            self.rows.iter().skip(1).step_by(self.d).copied().collect()
        } else {
            vec![0.0; self.len()]
        };
        (x, y)
    }
}
