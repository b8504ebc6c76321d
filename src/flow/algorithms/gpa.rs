//! The generative particle algorithm: the Lipschitz-regularised gradient flow by explicit steps on particles. [gu2024gpa](crate::references#gu2024gpa)
//!
//! ```text
//! given   samples Y⁰ of the source and X of the target; f; L; step Δt; a critic φ_θ with Lip(φ_θ) ≤ L
//! for n = 0, 1, …
//!     inner_steps times, from the θ of the step before:
//!         θ ← θ + δ ∇_θ { mean φ_θ(Yⁿ) − inf_ν [ν + mean f*(φ_θ(X) − ν)] }
//!     Yⁿ⁺¹ ← Yⁿ − Δt ∇φ_θ(Yⁿ)
//! record  D = the objective in braces, Fisher information mean |∇φ_θ(Yⁿ)|²
//! ```
//!
//! [`Run`](crate::flow::Run) shows it at work.
use super::algorithm::{Algorithm, Build, Built, needs_space};
use crate::catalogue::Entry;
use crate::divergence::Divergence;
use crate::flow::defaults::{defaults, flow_optimizer, json};
use crate::flow::ingredients::Ingredients;
use crate::flow::particles::listed::ALL;
use crate::flow::particles::{PARTICLES, ParticleOptions, particle_flow};
use std::sync::Arc;

/// `gpa(d, options)`
pub const GPA: Algorithm = Algorithm {
    entry: ENTRY,
    build: Build::Divergence { build, of_f: |f, _| Err(needs_space("gpa", &f)) },
    saved: PARTICLES,
};

const ENTRY: Entry = Entry {
    name: "gpa",
    room: "flow",
    signature: "gpa(d, options)",
    doc: "The generative particle algorithm: Lipschitz-regularised gradient flow on particles by explicit steps, critic warm-started.",
    equation: r"Y\leftarrow Y-\Delta t\,\nabla\varphi^{L}(Y)",
    cite: "gu2024gpa",
    options: ALL,
    defaults: || defaults(ALL, [json(&ParticleOptions::default()), json(&flow_optimizer())]),
    example: "let flow = gpa(kl().regularized(lipschitz(1.0)), #{ dt: 0.2, critic: mlp([32, 32]) });\nflow",
};

/// The flow of D, usually D_f^{Γ_L} = `f.regularized(lipschitz(L))`. Errors if an option has no meaning beside the others.
pub fn build(d: Arc<dyn Divergence>, made_of: &Ingredients) -> Built {
    particle_flow(ENTRY.name, d, ParticleOptions::default(), made_of)
}
