//! Entropic transport in the log domain, each marginal fixed or at the price of a convex f, without any M × N buffer.
//!
//! max Σ −a_i g*(−φ_i) − Σ b_j f*(ψ_j) − ε Σ a_i b_j (e^{(φ_i − ψ_j − c_ij)/ε} − 1), where a fixed marginal has g*(−φ) = −φ.
//! Alternating exact maximisation is Sinkhorn's iteration; ε falls to its value by factors of four, and once it is
//! there, over-relaxation by the observed rate shortens the tail. [cuturi2013](crate::references#cuturi2013), [chizat2018](crate::references#chizat2018), [thibault2021](crate::references#thibault2021)
mod debiased;
mod finish;
mod half;
mod problem;
mod solve;
mod streams;
pub use debiased::{Debiased, divergence, self_potential};
pub use problem::{Entropic, Problem, Side, SinkhornOptions};
pub use solve::sinkhorn;
