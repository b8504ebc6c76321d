//! Flows of particles: dY/dt = −∇(δD/δP)(Y), the Wasserstein gradient flow ∂P/∂t = ∇·(P ∇ δD/δP) of any divergence.
mod away;
mod build;
mod carry;
mod dot;
pub(super) mod listed;
mod options;
mod recipe;
mod rest;
mod running;
mod widths;
pub(super) use build::particle_flow;
pub use options::{Auto, Dt, ParticleOptions};
pub use recipe::{PARTICLES, ParticleRecipe};
pub use running::ParticleFlow;
