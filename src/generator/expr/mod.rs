//! Symbolic scalar expressions in canonical form: sums of monomials over a shared graph.
//!
//! Two expressions are equal when their structural hashes are; constructors simplify as they build, knowing that
//! the primal variable x is positive.
//!
//! ```
//! use gflow::generator::expr::{constant, exp, ln, mul, x};
//! // e^(2 ln x) is x·x
//! assert_eq!(exp(&mul(&constant(2.0), &ln(&x()))), mul(&x(), &x()));
//! ```
mod algebra;
mod functions;
mod guard;
mod node;
mod sums;
pub use algebra::{div, exp, ln, mul, pow, sqrt, unary};
pub use functions::{binary, compare, condition_on, max, min, select, substitute};
pub(super) use guard::is_guard;
pub(super) use node::native_derivative;
pub use node::{Expr, Kind, constant, coordinate, native, x, y};
pub use sums::{add, neg, scale, sub, sum};
