//! Networks in host memory: slices, cut into blocks that stay in cache, shared among threads.
//!
//! The same mathematics as [`super::tensor`]; all passes write into memory they are given.
mod activation;
mod ascent;
pub mod bjorck;
pub mod block;
pub mod blocks;
pub mod layers;
mod linear;
mod network;
mod objective;
mod optimizer;
mod pairs;
pub mod penalty;
mod power;
pub mod products;
pub mod samples;
mod shared;
pub mod stored;
mod trained;
pub use trained::HostNetwork;
