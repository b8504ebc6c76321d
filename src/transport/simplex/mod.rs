//! The network simplex method for transport to free or fixed marginals, with strongly feasible trees and block search.
//!
//! min Σ c(i,j) π(i,j) + Σ g_j(y_j) over π ≥ 0 with row sums a and column sums y; each g_j is convex and piecewise linear
//! between the breakpoints of a [`Sinks`]: a fixed marginal is one breakpoint with steep sides, a free one a grid that
//! can be refined, the tree staying feasible. Masses are whole numbers held in f64, so pivots are exact and degenerate
//! pivots cannot cycle. [ahuja1993](crate::references#ahuja1993), [bonneel2011](crate::references#bonneel2011)
mod exactly;
mod mass;
mod pivot;
mod search;
mod sinks;
mod tree;
mod wide;
pub use exactly::Optimum;
pub use mass::Mass;
pub use sinks::Sinks;
pub use tree::{Solution, Tree};
