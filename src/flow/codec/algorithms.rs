//! The codecs by name.
use super::autoencoder::AutoencoderOptions;
use super::contract::Fit;
use super::recipe::CodecRecipe;
use crate::catalogue::{COUNT, Entry, Given, Opt, OptionKind, POSITIVE, defaults_of};
use crate::critic::mlp::{MlpBuilder, MlpOptions};
use crate::error::{Error, Result};
use crate::flow::particles::listed::BATCH;
use crate::network::architecture::WIDEST;
use serde::{Deserialize, Serialize};

/// A codec with a name.
pub struct CodecAlgorithm {
    /// help, completion, option checks and example
    pub entry: Entry,
    /// what it takes, and how its recipe is built
    pub build: CodecBuild,
}

/// What a codec takes beside its options, and how its recipe is built from both.
pub enum CodecBuild {
    /// `name(dim, options)`
    Dim(fn(usize, &Given) -> Result<CodecRecipe>),
    /// `name(widths | network, dim, options)`
    Layers(fn(Layers, usize, &Given) -> Result<CodecRecipe>),
}

/// Layers given as widths, or as a network with an activation of its own.
pub enum Layers {
    /// of perceptrons
    Widths(Vec<usize>),
    /// of any kind
    Network(Box<MlpBuilder>),
}

/// Every codec, in the order help lists them.
pub const ALL: &[CodecAlgorithm] = &[
    CodecAlgorithm { entry: PCA, build: CodecBuild::Dim(pca) },
    CodecAlgorithm { entry: AUTOENCODER, build: CodecBuild::Layers(autoencoder) },
];

const FIT: Opt = Opt {
    name: "fit",
    kind: OptionKind::Choice(&["target", "both"]),
    doc: "the sample the codec learns from: the target, or source and target together",
};

const PCA: Entry = Entry {
    name: "pca",
    room: "flow",
    signature: "pca(dim, options)",
    doc: "Principal components as the codec of a latent flow: orthonormal, so that decoding is 1-Lipschitz.",
    equation: r"z=W^\top(x-m)",
    cite: "gu2023latent",
    options: &[FIT],
    defaults: defaults_of::<PcaOptions>,
    example: "latent(gpa(kl().regularized(lipschitz(1.0))), pca(8))",
};

const AUTOENCODER: Entry = Entry {
    name: "autoencoder",
    room: "flow",
    signature: "autoencoder(widths | network, dim, options)",
    doc: "An autoencoder, trained before the flow begins, as the codec of a latent flow: perceptrons of these widths, or the layers of mlp(..) or cnn(..), transposed in the decoder.",
    equation: r"\min_{E,D}\mathbb E|x-D(E(x))|^2",
    cite: "gu2023latent",
    options: &[
        Opt {
            name: "activation",
            kind: OptionKind::Choice(&["groupsort", "relu", "tanh", "leaky_relu"]),
            doc: "nonlinearity between layers",
        },
        Opt { name: "steps", kind: COUNT, doc: "training steps" },
        BATCH,
        Opt { name: "lr", kind: POSITIVE, doc: "learning rate" },
        FIT,
    ],
    defaults: defaults_of::<AutoencoderOptions>,
    example: "latent(gpa(kl().regularized(lipschitz(1.0))), autoencoder([64, 32], 8, #{ steps: 500 }))",
};

/// Options of `pca(dim, #{ … })`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default)]
struct PcaOptions {
    fit: Fit,
}

impl Default for PcaOptions {
    fn default() -> Self {
        PcaOptions { fit: Fit::Target }
    }
}

fn pca(dim: usize, given: &Given) -> Result<CodecRecipe> {
    let PcaOptions { fit } = given.typed()?;
    Ok(CodecRecipe::Pca { dim, fit })
}

fn autoencoder(layers: Layers, dim: usize, given: &Given) -> Result<CodecRecipe> {
    let options: AutoencoderOptions = given.typed()?;
    let one = match layers {
        Layers::Network(n) => *n,
        Layers::Widths(w) => {
            MlpBuilder::new(w, MlpOptions { activation: options.activation, ..MlpOptions::default() })?
        }
    };
    let activation = one.options.activation;
    if one.options != (MlpOptions { activation, ..MlpOptions::default() }) {
        return Err(Error::Unsupported {
            what: "autoencoder(network, dim)".into(),
            reason: "takes layers and an activation: residual, constraint, penalty, power_iterations and standardize are for critics".into(),
            advice: "write autoencoder(cnn(#{ channels: [16, 32], activation: \"relu\" }), 8)".into(),
        });
    }
    if given.has("activation") && activation != options.activation {
        return Err(Error::Unsupported {
            what: "the option `activation`".into(),
            reason: "differs from that of the network beside it".into(),
            advice: "give it to the network alone".into(),
        });
    }
    if !(1..=WIDEST).contains(&dim) {
        return Err(Error::data("autoencoder, dim", format!("it is {dim}, expected 1 to {WIDEST}")));
    }
    Ok(CodecRecipe::Autoencoder { layers: one.layers, dim, options: AutoencoderOptions { activation, ..options } })
}
