//! Forward Euler of the Wasserstein-2 gradient flow of ½W₂² on a generator network, with persistent training. [huang2024w2](crate::references#huang2024w2)
//!
//! ```text
//! given   noise Z (the source), samples X; a generator network G_η; step Δt; K persistent steps
//! for n = 0, 1, …
//!     φ = a Kantorovich potential of ½W₂² between G_η(z) and x, on minibatches z, x
//!     ζ = G_η(z) − Δt ∇φ(G_η(z))
//!     K times, on the same z:  η ← η − δ ∇_η mean |ζ − G_η(z)|²
//! ```
//!
//! K = 1 is W2GAN. The potential is that of the exact plan of the minibatch unless a critic is named.
use super::algorithm::{Algorithm, Build, Built};
use crate::catalogue::Entry;
use crate::critic::Asked;
use crate::critic::SolverBuilder;
use crate::critic::exact::Exact;
use crate::divergence::Combination;
use crate::divergence::transport::Wasserstein;
use crate::flow::defaults::{defaults, json};
use crate::flow::ingredients::Ingredients;
use crate::flow::pushforward::listed::FE;
use crate::flow::pushforward::{PUSHFORWARD, Pursuit, PushforwardOptions, adversarial_optimizer, pushforward_flow};
use std::sync::Arc;

/// `w2_fe(options)`
pub const W2_FE: Algorithm = Algorithm { entry: ENTRY, build: Build::Alone(build), saved: PUSHFORWARD };

const ENTRY: Entry = Entry {
    name: "w2_fe",
    room: "flow",
    signature: "w2_fe(options)",
    doc: "The Wasserstein-2 gradient flow of half W2 squared on a generator: forward Euler with persistent training, K gradient steps towards each minibatch moved along its velocity. The critic is exact() unless told otherwise, which transports each minibatch exactly, or pair([..]), the paper's two networks.",
    equation: r"\zeta=G(z)-\Delta t\,\nabla\varphi(G(z)),\quad \min_G E|\zeta-G(z)|^2",
    cite: "huang2024w2",
    options: FE,
    defaults: || defaults(FE, [json(&PushforwardOptions::all_the_way()), json(&adversarial_optimizer())]),
    example: "let flow = w2_fe(#{ generator: mlp([16, 16]), critic: pair([16, 16]), persistent: 3, dt: 0.5, batch: 32 });\nflow.run(data::gaussian(64, 2), data::ring(64), #{ steps: 3 })",
};

/// The flow. Errors if an option has no meaning beside the others.
pub fn build(made_of: &Ingredients) -> Built {
    let half = Combination::new(vec![(0.5, Arc::new(Wasserstein { power: 2.0, root: false }))])?;
    // each minibatch transported exactly: nothing to tune, and better than networks at the same time
    let exact = Asked { builder: Arc::new(SolverBuilder(Arc::new(Exact::default()))), explicit: true };
    let how = (Pursuit::Euler, PushforwardOptions::all_the_way());
    pushforward_flow(ENTRY.name, Arc::new(half), how, exact, made_of)
}
