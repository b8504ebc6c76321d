//! `cnn(#{ … })`: convolutions before the dense layers of the same critic.
use super::options::{Constraint, MLP, MlpOptions};
use super::recipe::MlpBuilder;
use crate::catalogue::{Entry, Given, Opt, OptionKind, defaults_of};
use crate::critic::kind::{Form, Kind, Made};
use crate::error::Result;
use crate::network::Activation;
use crate::network::architecture::{Architecture, Images};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The page of `cnn`.
pub const CNN: Entry = Entry {
    name: "cnn",
    room: "critic",
    signature: "cnn(options)",
    doc: "A convolutional critic for points that are images, channels innermost. As a generator or a decoder, the same layers transposed and in the reverse order. `spectral` divides every layer by the norm of its map between whole images, which is not that of its kernel.",
    equation: r"\varphi(x)=L\,W_n\sigma(\cdots\sigma(K_1*x+b_1)\cdots)+b_n",
    cite: "miyato2018",
    options: &[
        Opt {
            name: "shape",
            kind: OptionKind::Integers,
            doc: "[height, width] or [height, width, channels]; default square images of one channel",
        },
        Opt { name: "channels", kind: OptionKind::Integers, doc: "output channels of every convolution" },
        Opt { name: "kernel", kind: OptionKind::Integer { min: 1, max: 31 }, doc: "side of the window" },
        Opt {
            name: "stride",
            kind: OptionKind::Integer { min: 1, max: 31 },
            doc: "step of the window; images shrink by as much",
        },
        Opt { name: "widths", kind: OptionKind::Integers, doc: "units of dense layers behind the convolutions" },
        MLP.options[0],
        Opt {
            name: "constraint",
            kind: OptionKind::Choice(&["spectral", "penalty", "lp", "gp", "none"]),
            doc: "how |grad| <= L is imposed",
        },
        MLP.options[2],
        MLP.options[3],
        MLP.options[4],
    ],
    defaults: defaults_of::<CnnOptions>,
    example: "let d = kl().regularized(lipschitz(1.0));\nlet x = data::digits();\nd.estimate(x.rows(0, 50), x.rows(50, 100), #{ critic: cnn(#{ shape: [8, 8], channels: [8, 16] }), steps: 5 })",
};

/// Its place in the list of critics; saved as the `mlp` it is but for its first layers.
pub const KIND: Kind = Kind { entry: Some(CNN), form: Form::Options { make } };

fn make(given: &Given) -> Made {
    let typed: CnnOptions = given.typed()?;
    typed.constraint.check(given)?;
    Ok(Arc::new(typed.builder()?))
}

/// Options of `cnn(#{ … })`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CnnOptions {
    /// height, width and perhaps channels; empty for square images of one channel
    pub shape: Vec<usize>,
    /// output channels of every convolution
    pub channels: Vec<usize>,
    /// side of the window
    pub kernel: usize,
    /// step of the window
    pub stride: usize,
    /// units of dense layers behind the convolutions
    pub widths: Vec<usize>,
    /// between layers
    pub activation: Activation,
    /// how |∇φ| ≤ L is imposed
    pub constraint: Constraint,
    /// weight λ of the soft constraints
    pub penalty: f64,
    /// power iterations per ascent step
    pub power_iterations: usize,
    /// work in coordinates centred and scaled by the target
    pub standardize: bool,
}

impl Default for CnnOptions {
    fn default() -> Self {
        let MlpOptions { constraint, penalty, power_iterations, standardize, .. } = MlpOptions::default();
        CnnOptions {
            shape: vec![],
            channels: vec![32, 64],
            kernel: 3,
            stride: 2,
            widths: vec![],
            activation: Activation::LeakyRelu,
            constraint,
            penalty,
            power_iterations,
            standardize,
        }
    }
}

impl CnnOptions {
    /// The recipe with these options.
    ///
    /// # Errors
    /// Layers that do not fit each other.
    pub fn builder(self) -> Result<MlpBuilder> {
        let CnnOptions {
            shape,
            channels,
            kernel,
            stride,
            widths,
            activation,
            constraint,
            penalty,
            power_iterations,
            standardize,
        } = self;
        let layers = Architecture { widths, images: Some(Images { shape, channels, kernel, stride }) };
        MlpBuilder::new(
            layers,
            MlpOptions { activation, constraint, penalty, power_iterations, standardize, ..MlpOptions::default() },
        )
    }
}
