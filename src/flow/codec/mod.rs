//! Maps into a space of few dimensions and back, learned from samples: what latent flows move in.
use crate::critic::Named;
use crate::device::Points;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::network::architecture::Architecture;
use serde::{Deserialize, Serialize};

pub mod autoencoder;
pub mod pca;
pub use autoencoder::AutoencoderOptions;

/// An encoder with its decoder.
pub trait Codec: Send + Sync {
    fn encode(&self, x: &Points) -> Result<Points>;
    fn decode(&self, z: &Points) -> Result<Points>;
    /// Jᵀv for the Jacobian J of the decoder at latent points, row by row.
    fn pull(&self, z: &Points, v: &Points) -> Result<Points>;
    /// An upper bound of the decoder's Lipschitz constant.
    fn lipschitz(&self) -> Result<f64>;
    /// Everything a saved run needs.
    fn state(&self) -> Result<Vec<Named>>;
    fn restore(&mut self, state: &[Named]) -> Result<()>;
    fn boxed_clone(&self) -> Box<dyn Codec>;
}

/// Which samples a codec is fitted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    Target,
    Both,
}

/// How a codec is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodecRecipe {
    Pca { dim: usize, fit: Fit },
    Autoencoder { layers: Architecture, dim: usize, options: AutoencoderOptions },
}

impl CodecRecipe {
    pub fn dim(&self) -> usize {
        match self {
            CodecRecipe::Pca { dim, .. } | CodecRecipe::Autoencoder { dim, .. } => *dim,
        }
    }
    pub fn fit_to(&self) -> Fit {
        match self {
            CodecRecipe::Pca { fit, .. } => *fit,
            CodecRecipe::Autoencoder { options, .. } => options.fit,
        }
    }
    pub fn describe(&self) -> String {
        match self {
            CodecRecipe::Pca { dim, .. } => format!("pca({dim})"),
            CodecRecipe::Autoencoder { layers, dim, .. } => format!("autoencoder({}, {dim})", layers.describe()),
        }
    }
    /// Learned from a sample, or as a saved run left it.
    pub fn build(&self, x: &Points, seed: u64, saved: &[Named], interrupt: &Interrupt) -> Result<Box<dyn Codec>> {
        let known = saved.iter().any(|n| n.name.starts_with("codec."));
        let mut codec: Box<dyn Codec> = match self {
            CodecRecipe::Pca { dim, .. } if known => Box::new(pca::Pca::blank(*dim, x)),
            CodecRecipe::Pca { dim, .. } => Box::new(pca::Pca::fit(x, *dim)?),
            CodecRecipe::Autoencoder { layers, dim, options } => {
                let steps = if known { 0 } else { options.steps };
                Box::new(autoencoder::Autoencoder::fit(
                    x,
                    layers,
                    *dim,
                    &AutoencoderOptions { steps, ..*options },
                    seed,
                    interrupt,
                )?)
            }
        };
        if known {
            codec.restore(saved)?;
        }
        Ok(codec)
    }
}
