//! The gradient flow of ½MMD², with noise injection. [arbel2019](crate::references#arbel2019)
//!
//! ```text
//! given   a kernel k; samples Y⁰ of the source and X of the target; step Δt; noise level β(t)
//! for n = 0, 1, …
//!     f(y) = mean k(Yⁿ, y) − mean k(X, y)
//!     ξ ~ N(0, I) for every particle
//!     Yⁿ⁺¹ ← Yⁿ − Δt ∇f(Yⁿ + β ξ)
//! ```
use super::algorithm::{Algorithm, Build, Built};
use crate::catalogue::Entry;
use crate::divergence::Combination;
use crate::divergence::kernels::Mmd;
use crate::flow::defaults::{defaults, json};
use crate::flow::ingredients::Ingredients;
use crate::flow::particles::listed::KERNEL;
use crate::flow::particles::{PARTICLES, ParticleOptions, particle_flow};
use crate::space::kernel::{Family, Kernel};
use std::sync::Arc;

/// `mmd_flow(kernel, options)`
pub const MMD_FLOW: Algorithm = Algorithm { entry: ENTRY, build: Build::Kernel { build, usual }, saved: PARTICLES };

const ENTRY: Entry = Entry {
    name: "mmd_flow",
    room: "flow",
    signature: "mmd_flow(kernel, options) | mmd_flow(options)",
    doc: "The gradient flow of half MMD squared, with constant, scheduled or adaptive noise injection and adaptive kernel width. Without a kernel it is rounded_energy_kernel() of the target's spacing: it pulls from any distance and on no single point, so that particles settle between the points of the target and not on them.",
    equation: r"Y\leftarrow Y-\Delta t\,\nabla f(Y+\beta\xi),\quad f=E_P[k(\cdot,y)]-E_Q[k(\cdot,x)]",
    cite: "arbel2019",
    options: KERNEL,
    defaults: || defaults(KERNEL, [json(&ParticleOptions::default())]),
    example: "let flow = mmd_flow(gaussian_kernel(1.0), #{ dt: 0.5, noise: |t| 0.5 / (1 + t) });\nflow.run(data::gaussian(50, 2), data::ring(50, #{ radius: 1.0 }), #{ steps: 5 })",
};

/// Pulls from everywhere, and on no single point of the target.
fn usual() -> Kernel {
    Kernel::Found(Family::RoundedEnergy)
}

/// The flow of ½MMD² of a kernel, which moves with f = E_P k − E_Q k. Errors if an option has no meaning beside the others.
pub fn build(kernel: Kernel, made_of: &Ingredients) -> Built {
    let half = Combination::new(vec![(0.5, Arc::new(Mmd { kernel, unbiased: false }))])?;
    particle_flow(ENTRY.name, Arc::new(half), ParticleOptions::default(), made_of)
}
