//! Optimal transport between samples: exact, with certified duals.
pub mod exact;
pub mod line;
mod simplex;
