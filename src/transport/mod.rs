//! Optimal transport between weighted samples: exact with certified duals, to a free marginal, entropic, on the line.
//!
//! | problem | where |
//! |---|---|
//! | min ⟨c, π⟩ with both marginals given | [`exact`], by the network simplex method |
//! | … with the second at the price D_f(πᵀ1‖Q) | [`semi`], by the same on finer and finer grids |
//! | … with both at such prices | [`free`], by that too |
//! | … plus ε KL(π‖P⊗Q), marginals given or free | [`sinkhorn`], its true bounds by [`rounding`] |
//! | on the line | [`mod@line`] |
//! | lower bounds from any potential | [`dual`] |
pub mod dual;
pub mod exact;
pub mod free;
pub mod ground;
pub mod line;
pub mod rounding;
pub mod semi;
mod simplex;
pub mod sinkhorn;
pub mod softmin;
pub mod weights;
