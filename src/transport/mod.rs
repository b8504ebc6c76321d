//! Optimal transport between weighted samples: exact with certified duals, to a free marginal, on the line.
pub mod dual;
pub mod exact;
pub mod ground;
pub mod line;
pub mod rounding;
pub mod semi;
mod simplex;
pub mod sinkhorn;
pub mod softmin;
pub mod weights;
