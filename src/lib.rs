//! gflow
pub mod catalogue;
pub mod critic;
pub mod device;
pub mod divergence;
pub mod error;
pub mod generator;
pub mod interrupt;
pub mod random;
pub mod space;
