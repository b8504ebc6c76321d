//! Forward Euler of the W₁ flow on a generator network, with persistent training. [malik2024w1](crate::references#malik2024w1)
//!
//! ```text
//! given   noise Z (the source), samples X; a generator network G_η; a critic with Lip(φ_θ) ≤ 1; step Δt; K persistent steps
//! for n = 0, 1, …
//!     critic_steps times, on fresh minibatches z, x:  θ ← θ + δ ∇_θ { mean φ_θ(G_η(z)) − mean φ_θ(x) }
//!     ζ = G_η(z) − Δt ∇φ_θ(G_η(z))
//!     K times, on the same z:  η ← η − δ' ∇_η mean |ζ − G_η(z)|²
//! ```
use super::algorithm::{Algorithm, Build, Built};
use crate::catalogue::Entry;
use crate::divergence::Ipm;
use crate::flow::defaults::{defaults, json};
use crate::flow::ingredients::Ingredients;
use crate::flow::pushforward::listed::FE;
use crate::flow::pushforward::{
    PUSHFORWARD, Pursuit, PushforwardOptions, adversarial_optimizer, pushforward_flow, usual_critic,
};
use crate::space::Lipschitz;
use std::sync::Arc;

/// `w1_fe(options)`
pub const W1_FE: Algorithm = Algorithm { entry: ENTRY, build: Build::Alone(build), saved: PUSHFORWARD };

const ENTRY: Entry = Entry {
    name: "w1_fe",
    room: "flow",
    signature: "w1_fe(options)",
    doc: "The same for W1: particles of the generator move at unit speed along the gradient of a 1-Lipschitz critic, with persistent training.",
    equation: r"\zeta=G(z)-\Delta t\,\nabla\varphi(G(z)),\quad \mathrm{Lip}(\varphi)\le1",
    cite: "malik2024w1",
    options: FE,
    defaults: || defaults(FE, [json(&PushforwardOptions::default()), json(&adversarial_optimizer())]),
    example: "let flow = w1_fe(#{ generator: mlp([16, 16]), critic: mlp([16, 16]), persistent: 3, dt: 0.1, batch: 32 });\nflow.run(data::gaussian(64, 2), data::ring(64), #{ steps: 3 })",
};

/// The flow. Errors if an option has no meaning beside the others.
pub fn build(made_of: &Ingredients) -> Built {
    let w1 = Ipm { space: Lipschitz::new(1.0)? };
    let usual = usual_critic(&w1)?;
    pushforward_flow(ENTRY.name, Arc::new(w1), (Pursuit::Euler, PushforwardOptions::default()), usual, made_of)
}
