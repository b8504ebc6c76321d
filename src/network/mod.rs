//! Networks of dense and convolutional layers, written out as forward and backward passes: what critics, generators and
//! encoders are made of.
//!
//! A network is a [`Network`], and [`open`] decides once where its numbers live: slices in host memory ([`host`]), or tensors and
//! kernels on a device ([`tensor`]). Points and values enter and leave as tensors; nobody above asks where they are.
mod activation;
pub mod architecture;
pub mod ascent;
pub mod constraint;
mod frame;
pub mod host;
pub mod interface;
pub mod linear;
mod named;
pub mod norms;
mod open;
pub mod optimizer;
pub mod perceptron;
pub mod shape;
mod spectral;
pub mod tensor;
pub mod window;
pub use activation::Activation;
pub use frame::Frame;
pub use interface::{Layers, Network};
pub use named::{Named, count, parted, prefixed, under, whole};
pub use open::open;
