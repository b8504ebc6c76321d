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
//! ```
//! use gflow::catalogue::Given;
//! use gflow::device::{Choice, open, points, rows};
//! use gflow::divergence::Regularized;
//! use gflow::flow::{Ingredients, Run, RunOptions, algorithms::gpa};
//! use gflow::generator::named;
//! use gflow::interrupt::Interrupt;
//! use gflow::space::Lipschitz;
//! use std::sync::Arc;
//!
//! let device = open(Choice::Cpu)?.device;
//! let source = points(vec![-1.0, -0.5, 0.0, 0.5], 4, 1, &device);
//! let target = points(vec![4.0, 4.5, 5.0, 5.5], 4, 1, &device);
//!
//! let kl = named::find("kl").expect("it is in the catalogue").build(&[]).expect("it is convex");
//! let divergence = Arc::new(Regularized { generator: Arc::new(kl), space: Lipschitz::new(1.0)? });
//! let flow = gpa::build(divergence, &Ingredients::of(Given::new("gpa").with("dt", 0.5)))?;
//!
//! let go = Interrupt::default();
//! let mut run = Run::new(flow.as_ref(), source, target, None, RunOptions::default(), &go)?;
//! run.advance(5, &go, &mut |_| {});
//! assert_eq!(run.state.step, 5);
//! // the particles have left for the target, at speed |∇φ| ≤ 1
//! let mean = rows(&run.particles()?)?.iter().sum::<f32>() / 4.0;
//! assert!(mean > 0.5 && mean < -0.25 + 2.5 + 1e-3, "{mean}");
//! # Ok::<(), gflow::error::Error>(())
//! ```
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
