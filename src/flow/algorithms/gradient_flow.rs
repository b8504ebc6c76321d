//! The Wasserstein gradient flow of any divergence on particles, ∂P/∂t = ∇·(P ∇ δD/δP): the general form of GPA, of the flows
//! of MMD and KALE and of JKO. [gu2024gpa](crate::references#gu2024gpa)
//!
//! ```text
//! given   D = Σₖ wₖ Dₖ; samples Y⁰ of the source and X of the target; a scheme for dY/dt = v(Y)
//! for n = 0, 1, …
//!     v(y) = −Σₖ wₖ ∇(δDₖ/δP)(y), each first variation from a critic of its own, trained on or solved for
//!     Yⁿ⁺¹ ← one step of the scheme from Yⁿ along v
//! ```
use super::algorithm::{Algorithm, Build, Built, needs_space};
use crate::catalogue::Entry;
use crate::divergence::Divergence;
use crate::flow::defaults::{defaults, flow_optimizer, json};
use crate::flow::ingredients::Ingredients;
use crate::flow::particles::listed::ALL;
use crate::flow::particles::{PARTICLES, ParticleOptions, particle_flow};
use std::sync::Arc;

/// `gradient_flow(d, options)`
pub const GRADIENT_FLOW: Algorithm = Algorithm {
    entry: ENTRY,
    build: Build::Divergence { build, of_f: |f, _| Err(needs_space("gradient_flow", &f)) },
    saved: PARTICLES,
};

const ENTRY: Entry = Entry {
    name: "gradient_flow",
    room: "flow",
    signature: "gradient_flow(d, options)",
    doc: "The Wasserstein gradient flow of any divergence; sums move along the weighted sum of their fields.",
    equation: r"\partial_tP=\nabla\cdot\left(P\,\nabla\tfrac{\delta D}{\delta P}\right)",
    cite: "gu2024gpa",
    options: ALL,
    defaults: || defaults(ALL, [json(&ParticleOptions::default()), json(&flow_optimizer())]),
    example: "let d = 0.5 * kl().regularized(lipschitz(1.0)) + 0.5 * ipm(lipschitz(1.0));\nlet flow = gradient_flow(d, #{ integrator: \"heun\" });\nflow",
};

/// The flow of D. Errors if an option has no meaning beside the others.
pub fn build(d: Arc<dyn Divergence>, made_of: &Ingredients) -> Built {
    particle_flow(ENTRY.name, d, ParticleOptions::default(), made_of)
}
