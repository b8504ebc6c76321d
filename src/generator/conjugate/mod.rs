//! The conjugate f*(y) = sup_{x ≥ 0} { x y − f(x) }, its derivative f*' = x* and its curvature f*'', for one kind of numbers each:
//!
//! | numbers | file | f* comes from |
//! |---|---|---|
//! | f64, one at a time | `search.rs`, `closed.rs`, `piecewise.rs` | Newton's method in ln x, or a verified closed form |
//! | slices of f32 on the host | `lanes.rs` | the prepared form, on lanes |
//! | tensors of the CPU | `tensor.rs` | the prepared form, in tensor operations |
//! | tensors of a GPU | `kernel.rs` | nodes in the memory of the device, one launch |
//!
//! Where f* hardly differs from its tangent at f'(1) all of them would lose what is left: `excess.rs` has that alone.
//!
//! The prepared form is the closed form as code, or an interpolant of the f64 conjugate. All agree to the rounding of f32; they
//! share formulas, not bits, because each takes the exponentials its hardware has.
mod bounds;
mod breaks;
mod choice;
pub(super) mod closed;
mod excess;
mod interpolant;
pub(super) mod jet;
pub(super) mod kernel;
mod kinks;
mod lanes;
mod limits;
mod nodes;
pub(super) mod numeric;
mod patch;
pub(super) mod piecewise;
mod prepared;
mod search;
mod tensor;
mod values;
mod warp;
pub use closed::ClosedForm;
pub use excess::Excess;
pub use prepared::PreparedConjugate;
pub use values::{Conjugates, VectorConjugate};
