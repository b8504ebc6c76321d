//! Networks of dense and convolutional layers, written out as forward and backward passes: what critics, generators and
//! encoders are made of.
use crate::device::Points;
use crate::error::Result;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

pub mod architecture;
pub mod batch;
pub mod flat;
pub mod host;
mod host_linear;
pub mod layers;
pub mod linear;
pub mod norms;
pub mod optimizer;
pub mod perceptron;
pub mod shape;
pub mod spectral;
pub mod tangent;
pub mod trained;
pub mod weights;
pub mod window;

/// The nonlinearity between layers; each is 1-Lipschitz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// Sorts pairs of units: keeps gradient norms, so that 1-Lipschitz functions can be approximated. [anil2019]
    Groupsort,
    Relu,
    Tanh,
    /// slope 0.2 below zero
    LeakyRelu,
}

/// A vector of numbers with a name, for saving what was trained.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub name: String,
    pub data: Vec<f32>,
}

/// Where a sample lies: networks work in coordinates (x − center)/scale, which changes no Lipschitz constant.
#[derive(Clone, Debug)]
pub struct Frame {
    pub center: Vec<f32>,
    /// root mean square distance from the centre per coordinate, or of the inner half of the points where far ones rule
    /// it; 1 for a single point
    pub scale: f64,
    /// how many of the last coordinates do not belong to the points themselves, but to their classes
    pub appended: usize,
    pub device: Device,
}

/// How many times the median distance from the centre the root mean square may be before the tails rule it: it is 1.5 for
/// Gaussians on the line, 1.2 in the plane, and without bound for tails without a second moment.
const HEAVY: f64 = 3.0;

fn median(mut v: Vec<f64>) -> f64 {
    let half = v.len() / 2;
    *v.select_nth_unstable_by(half, f64::total_cmp).1
}

impl Frame {
    pub fn of(target: &Points) -> Result<Frame> {
        let d = target.dims()[1];
        let rows = crate::device::rows_f64(target)?;
        let n = (rows.len() / d) as f64;
        let squares = |center: &[f64]| -> Vec<f64> { rows.chunks(d).map(|r| r.iter().zip(center).map(|(a, b)| (a - b) * (a - b)).sum()).collect() };
        let mut center: Vec<f64> = (0..d).map(|k| rows.iter().skip(k).step_by(d).sum::<f64>() / n).collect();
        let mut scale = (squares(&center).iter().sum::<f64>() / (n * d as f64)).sqrt();
        let middle: Vec<f64> = (0..d).map(|k| median(rows.iter().skip(k).step_by(d).copied().collect())).collect();
        let inner = (median(squares(&middle)) / d as f64).sqrt();
        // a few points far away are no measure of where the others lie
        if inner > 1e-12 && scale > HEAVY * inner {
            (center, scale) = (middle, inner);
        }
        let scale = if scale.is_finite() && scale > 1e-12 { scale } else { 1.0 };
        Ok(Frame { center: center.into_iter().map(|c| c as f32).collect(), scale, appended: 0, device: target.device() })
    }
    /// The frame of points with class coordinates at their ends.
    pub fn with_appended(self, appended: usize) -> Frame {
        Frame { appended, ..self }
    }
    pub fn dim(&self) -> usize {
        self.center.len()
    }
}

/// The tensors saved under a prefix, without it.
pub fn under(state: &[Named], prefix: &str) -> Vec<Named> {
    let mine = |n: &Named| n.name.strip_prefix(prefix)?.strip_prefix('.').map(|rest| Named { name: rest.into(), data: n.data.clone() });
    state.iter().filter_map(mine).collect()
}
