//! gflow
pub mod catalogue;
pub mod critic;
pub mod dataset;
pub mod device;
pub mod divergence;
pub mod error;
pub mod flow;
pub mod generator;
pub mod interrupt;
pub mod io;
pub mod metric;
pub mod observer;
pub mod random;
pub mod space;
pub mod transport;
