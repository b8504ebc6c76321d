//! Maps into a space of few dimensions and back, learned from samples: what latent flows move in.
mod algorithms;
mod autoencoder;
mod contract;
mod pca;
mod recipe;
pub use algorithms::{ALL, CodecAlgorithm, CodecBuild, Layers};
pub use autoencoder::{Autoencoder, AutoencoderOptions};
pub use contract::{Codec, Fit};
pub use pca::Pca;
pub use recipe::CodecRecipe;
