//! Estimating a divergence between two samples with a critic, with certified bounds beside it.
//!
//! `value` is the objective at the fitted potential; lower ≤ D(P‖Q) ≤ upper are what [`certify`](super::certificate::certify)
//! or a solver proves between these samples. With `exact()` they meet; [`Estimate`] shows it.
mod ascend;
mod fit;
mod judge;
mod options;
mod result;
pub use fit::{Request, estimate, estimate_on};
pub use options::{ESTIMATE, EstimateOptions, estimate_optimizer};
pub use result::Estimate;
