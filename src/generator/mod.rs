//! Convex generators f: expression graph, derivative, conjugate, checks, and the catalogue of the named ones.
//!
//! An f-divergence is D_f(P‖Q) = E_Q[f(dP/dQ)] with f convex on (0, ∞) and f(1) = 0; its variational form needs the
//! conjugate f*(y) = sup_{x ≥ 0} { x y − f(x) } and its derivative. [birrell2022](crate::references#birrell2022)
//!
//! | step | where |
//! |---|---|
//! | f as a formula, its exact derivatives, as code | [`expr`], [`diff`], [`tape`] |
//! | is it convex, with f(1) = 0? | [`Generator::new`] |
//! | f*, f*', f*'' of numbers, slices and tensors | [`conjugate`] |
//! | inf_ν { ν + E_Q f*(φ − ν) } of the same | [`infimum`] |
//! | the f with names | [`named`] |
//! | f in files and in formulas for people | [`portable`], [`latex`], [`unicode`] |
mod asymptotics;
pub mod conjugate;
mod convexity;
pub mod diff;
mod expand;
pub mod expr;
mod function;
pub mod infimum;
mod interval;
pub mod latex;
mod level;
mod log_ratio;
mod long;
pub mod named;
mod native;
mod one_point;
mod per_device;
pub mod portable;
mod refused;
mod report;
mod rounding;
pub mod scalar;
mod signs;
mod special;
pub mod tape;
pub mod unicode;
pub use crate::error::GeneratorError;
pub use convexity::{Convexity, Violation, ViolationKind};
pub use function::Generator;
pub use log_ratio::RatioValues;
pub use native::NativeFunction;
