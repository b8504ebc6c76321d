//! Estimating a divergence between two samples with a critic, with certified bounds beside it.
//!
//! `value` is the objective at the fitted potential; lower ≤ D(P‖Q) ≤ upper are what [`certify`](super::certificate::certify)
//! or a solver proves between these samples. With `exact()` they meet:
//!
//! ```
//! use gflow::critic::estimate::{EstimateOptions, Request, estimate};
//! use gflow::critic::exact::Exact;
//! use gflow::critic::mlp::{MlpBuilder, MlpOptions};
//! use gflow::critic::{CriticBuilder, SolverBuilder, Weights};
//! use gflow::device::{host, points};
//! use gflow::divergence::Regularized;
//! use gflow::generator::named;
//! use gflow::interrupt::Interrupt;
//! use gflow::space::Lipschitz;
//! use std::sync::Arc;
//!
//! // KL between samples of three and two points, over potentials of slope at most 1
//! let p = points(vec![0.0, 0.5, 1.0], 3, 1, &host());
//! let q = points(vec![0.0, 0.5], 2, 1, &host());
//! let kl = Arc::new(named::find("kl").unwrap().build(&[])?);
//! let divergence = Arc::new(Regularized { generator: kl, space: Lipschitz::new(1.0)? });
//! let run = |builder: &dyn CriticBuilder| {
//!     let request = Request {
//!         divergence: divergence.clone(),
//!         p: &p,
//!         q: &q,
//!         builder,
//!         explicit: true,
//!         weights: Weights::default(),
//!         options: EstimateOptions { steps: 50, ..EstimateOptions::default() },
//!     };
//!     estimate(&request, &Interrupt::default(), &mut |_, _| {})
//! };
//! let exact = run(&SolverBuilder(Arc::new(Exact::default())))?;
//! assert!(exact.upper - exact.lower < 1e-9);
//! let trained = run(&MlpBuilder::new(vec![16], MlpOptions::default())?)?;
//! assert!(trained.lower <= exact.value + 1e-9 && exact.value <= trained.upper + 1e-9);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
mod ascend;
mod fit;
mod judge;
mod options;
mod result;
pub use fit::{Request, estimate};
pub use options::{ESTIMATE, EstimateOptions, estimate_optimizer};
pub use result::Estimate;
