//! The objective of a term at φ on two samples, with its derivatives in φ's values: what critics climb.
//!
//! | φ is | method of [`super::Term`] | file |
//! |---|---|---|
//! | slices of the host | `evaluate_slices` | `host.rs` |
//! | tensors | `evaluate` | `tensor.rs` |
//! | tensors, for a value that is shown | `reached` | `reached.rs` |
//! | the outputs of a pass on a GPU | `functional`, which a kernel evaluates | `kernel.rs` |
mod evaluation;
mod host;
mod kernel;
mod reached;
mod tensor;
pub use evaluation::{Evaluation, TargetWeights};
