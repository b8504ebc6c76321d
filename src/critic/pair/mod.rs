//! `pair(widths)`: two networks (φ, ψ) for a transport cost, held below it by a hinge over pairs of points. [huang2024w2](crate::references#huang2024w2)
//!
//! max E_P φ + E_Q ψ − λ E(φ(y) + ψ(x) − c(y, x))₊. Over all pairs of the samples the hinge is what plans with dπ ≤ λ dP⊗dQ
//! cost: exact for λ at least the size of the samples, above the cost for less, unbounded below 1.
mod critic;
pub mod hinge;
mod options;
mod recipe;
mod slices;
pub use critic::Pair;
pub use options::{Hinge, PAIR, PairOptions};
pub use recipe::{KIND, PairBuilder};
