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
mod node;
mod stable;
pub use algebra::{
    add, binary, compare, div, exp, ln, max, min, mul, neg, pow, scale, select, sqrt, sub, substitute, sum, unary,
};
pub(super) use node::native_derivative;
pub use node::{Expr, Kind, constant, coordinate, native, x, y};
