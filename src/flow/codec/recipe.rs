//! How a codec is made.
use super::autoencoder::{Autoencoder, AutoencoderOptions};
use super::contract::{Codec, Fit};
use super::pca::Pca;
use crate::critic::Named;
use crate::device::Points;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::network::architecture::Architecture;
use serde::{Deserialize, Serialize};

/// How a codec is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodecRecipe {
    /// principal components
    Pca {
        /// k, the dimension of the codes
        dim: usize,
        /// what they are learned from
        fit: Fit,
    },
    /// two networks
    Autoencoder {
        /// hidden layers of the encoder, reversed in the decoder
        layers: Architecture,
        /// k, the dimension of the codes
        dim: usize,
        /// activation and training
        options: AutoencoderOptions,
    },
}

impl CodecRecipe {
    /// k, the dimension of the codes.
    pub fn dim(&self) -> usize {
        match self {
            CodecRecipe::Pca { dim, .. } | CodecRecipe::Autoencoder { dim, .. } => *dim,
        }
    }
    /// Which samples it is learned from.
    pub fn fit_to(&self) -> Fit {
        match self {
            CodecRecipe::Pca { fit, .. } => *fit,
            CodecRecipe::Autoencoder { options, .. } => options.fit,
        }
    }
    /// As it is written in the language.
    pub fn describe(&self) -> String {
        match self {
            CodecRecipe::Pca { dim, .. } => format!("pca({dim})"),
            CodecRecipe::Autoencoder { layers, dim, .. } => format!("autoencoder({}, {dim})", layers.describe()),
        }
    }
    /// Learned from a sample, or as a saved run left it. Errors if it cannot be learned.
    pub fn build(&self, x: &Points, seed: u64, saved: &[Named], interrupt: &Interrupt) -> Result<Box<dyn Codec>> {
        let known = saved.iter().any(|n| n.name.starts_with("codec."));
        let mut codec: Box<dyn Codec> = match self {
            CodecRecipe::Pca { dim, .. } if known => return Ok(Box::new(Pca::saved(*dim, x, saved)?)),
            CodecRecipe::Pca { dim, .. } => Box::new(Pca::fit(x, *dim)?),
            CodecRecipe::Autoencoder { layers, dim, options } => {
                let steps = if known { 0 } else { options.steps };
                Box::new(Autoencoder::fit(x, layers, *dim, &AutoencoderOptions { steps, ..*options }, seed, interrupt)?)
            }
        };
        if known {
            codec.restore(saved)?;
        }
        Ok(codec)
    }
}
