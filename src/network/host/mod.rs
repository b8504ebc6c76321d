//! Networks in host memory: slices, cut into blocks that stay in cache, shared among threads.
//!
//! The same mathematics as [`super::tensor`]; all passes write into memory they are given.
mod activation;
mod ascent;
mod bjorck;
mod block;
mod blocks;
mod gathered;
pub mod layers;
mod linear;
mod network;
mod objective;
mod optimizer;
mod pairs;
pub(crate) mod penalty;
mod power;
mod products;
pub mod samples;
mod shared;
mod stored;
mod trained;
pub use blocks::{rows_of_a_group, usual_rows_of_a_group};
pub use trained::HostNetwork;
