//! The recipe of a network critic, not yet tied to a dimension, and the coordinates it works in.
use super::options::{Constraint, MlpOptions};
use crate::device::{Points, narrowed};
use crate::error::{Error, Result};
use crate::network::Activation;
use crate::network::architecture::Architecture;
use crate::network::constraint::Hard;
use crate::network::optimizer::OptimizerOptions;
use crate::network::{Frame, Network, open};
use crate::random;
use serde::{Deserialize, Serialize};

/// `mlp([32, 32, 32], …)` or `cnn(…)`: the recipe of a critic, not yet tied to a dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MlpBuilder {
    /// hidden layers, perhaps behind convolutions
    #[serde(flatten)]
    pub layers: Architecture,
    /// activation, constraint and coordinates
    pub options: MlpOptions,
    /// the rule it is trained by
    pub optimizer: OptimizerOptions,
    /// nobody named the activation, so that it depends on where the network stands
    #[serde(skip)]
    pub unsaid: bool,
}

impl MlpBuilder {
    /// Adam as every network has it unless told otherwise.
    ///
    /// # Errors
    /// Layers that do not fit each other or the activation.
    pub fn new(layers: impl Into<Architecture>, options: MlpOptions) -> Result<MlpBuilder> {
        let layers = layers.into();
        let what = if layers.images.is_some() { "cnn(options)" } else { "mlp(widths)" };
        layers.check(what, options.activation, options.residual)?;
        Ok(MlpBuilder { layers, options, optimizer: OptimizerOptions::default(), unsaid: false })
    }

    /// As a flow wants it: with [`Activation::LeakyRelu`] unless another was named, because a slope that never fades, as that of
    /// groupsort, keeps moving particles that have arrived.
    pub fn for_flow(&self) -> MlpBuilder {
        let activation = if self.unsaid { Activation::LeakyRelu } else { self.options.activation };
        MlpBuilder { options: MlpOptions { activation, ..self.options.clone() }, unsaid: false, ..self.clone() }
    }

    /// As it is written: `mlp([32, 32], groupsort, spectral)`.
    pub fn label(&self) -> String {
        let o = &self.options;
        let name = |v: serde_json::Value| v.as_str().unwrap_or_default().to_string();
        let (activation, constraint) = (
            name(serde_json::to_value(o.activation).unwrap_or_default()),
            name(serde_json::to_value(o.constraint).unwrap_or_default()),
        );
        let (kind, residual) = (
            if self.layers.images.is_some() { "cnn" } else { "mlp" },
            if self.options.residual { ", residual" } else { "" },
        );
        format!("{kind}({}, {activation}, {constraint}{residual})", self.layers.describe())
    }

    /// A network from the frame of samples to some outputs, with its parameters and the frame it works in.
    ///
    /// # Errors
    /// A constraint that these layers cannot hold.
    pub fn open(&self, frame: &Frame, outs: usize, rng: &mut random::Rng) -> Result<(Box<dyn Network>, Standard)> {
        let o = &self.options;
        if o.residual && o.constraint.is_hard() {
            return Err(Error::Unsupported {
                what: self.label(),
                reason: "adds shortcuts to layers of norm 1, and their sum is no longer 1-Lipschitz".into(),
                advice: "choose constraint: \"lp\", \"penalty\" or \"none\" beside residual: true".into(),
            });
        }
        if o.constraint == Constraint::Bjorck && self.layers.images.is_some() {
            return Err(Error::Unsupported {
                what: self.label(),
                reason: "makes matrices orthonormal, which does not make convolutions so".into(),
                advice: "choose constraint: \"spectral\", or mlp(widths)".into(),
            });
        }
        let shape = self.layers.reading(frame.dim(), frame.appended, outs, o.activation, o.residual)?;
        let hard = o.constraint.is_hard().then_some(Hard {
            power: o.power_iterations,
            bjorck: if o.constraint == Constraint::Bjorck { o.bjorck_iterations } else { 0 },
        });
        let network = open(shape, hard, self.optimizer.clone(), rng, &frame.device);
        let (center, scale) =
            if o.standardize { (frame.center.clone(), frame.scale) } else { (vec![0.0; frame.dim()], 1.0) };
        Ok((network, Standard { center: crate::device::points(center, 1, frame.dim(), &frame.device), scale }))
    }
}

/// Coordinates (x − center)/scale.
#[derive(Clone)]
pub struct Standard {
    /// shape `[1, d]`
    pub center: Points,
    /// > 0
    pub scale: f64,
}

impl Standard {
    /// (x − center)/scale in f32, `[n, d]`.
    pub fn enter(&self, x: &Points) -> Points {
        (narrowed(x, &self.center.device()) - self.center.clone()).div_scalar(self.scale)
    }
}
