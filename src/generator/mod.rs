//! Convex generators f: expression graph, derivative, conjugate, checks, and the catalogue of the named ones.
//!
//! An f-divergence is D_f(P‖Q) = E_Q[f(dP/dQ)] with f convex on (0, ∞) and f(1) = 0; its variational form needs the
//! conjugate f*(y) = sup_{x ≥ 0} { x y − f(x) } and its derivative. [birrell2022]
pub mod convexity;
pub mod diff;
pub mod expand;
pub mod expr;
pub mod invert;
pub mod latex;
pub mod log_ratio;
pub mod lower;
pub mod named;
mod native;
pub mod numeric;
pub mod on_device;
mod on_host;
pub mod portable;
pub mod scalar;
pub mod tape;

mod generator;
pub use convexity::Convexity;
pub use generator::{Generator, GeneratorError};
pub use native::NativeFunction;
