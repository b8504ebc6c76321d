//! Multilayer perceptrons, written out as forward and backward passes: what critics, generators and encoders are made of.
use crate::device::Points;
use crate::error::Result;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

pub mod batch;
pub mod host;
pub mod layers;
pub mod optimizer;
pub mod perceptron;
pub mod tangent;

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
    /// root mean square distance from the centre per coordinate; 1 for a single point
    pub scale: f64,
    pub device: Device,
}

impl Frame {
    pub fn of(target: &Points) -> Result<Frame> {
        let d = target.dims()[1];
        let rows = crate::device::rows_f64(target)?;
        let n = (rows.len() / d) as f64;
        let center: Vec<f64> = (0..d).map(|k| rows.iter().skip(k).step_by(d).sum::<f64>() / n).collect();
        let squares: f64 = rows.chunks(d).map(|r| r.iter().zip(&center).map(|(a, b)| (a - b) * (a - b)).sum::<f64>()).sum();
        let scale = (squares / (n * d as f64)).sqrt();
        let scale = if scale.is_finite() && scale > 1e-12 { scale } else { 1.0 };
        Ok(Frame { center: center.into_iter().map(|c| c as f32).collect(), scale, device: target.device() })
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
