//! The W₁ + W₂ proximal flow: a potential whose kinetic energy is the W₂ proximal of the Lipschitz-regularised divergence, one
//! implicit (JKO) step of length 1/λ. [gu2024w1w2](crate::references#gu2024w1w2)
//!
//! ```text
//! given   samples Y of the source and X of the target; f; L; λ; a potential U_η(x, t); a critic with Lip(φ_θ) ≤ L
//! for n = 0, 1, …
//!     critic_steps times, on fresh minibatches y, x:
//!         z₀ = y;  zᵢ₊₁ = zᵢ − (Δt/λ) ∇U_η(zᵢ, tᵢ)  for the time_steps tᵢ of unit time;  z(1) is the last
//!         θ ← θ + δ ∇_θ { mean φ_θ(z(1)) − inf_ν [ν + mean f*(φ_θ(x) − ν)] }
//!     η ← η − δ' ∇_η { mean φ_θ(z(1)) + λ Σᵢ Δt mean ½|∇U_η(zᵢ, tᵢ)/λ|² }
//! report  kinetic energy, Hamilton–Jacobi residual of U_t − |∇U|²/(2λ) = 0, straightness of the paths
//! ```
use super::algorithm::{Algorithm, Build, Built, needs_space};
use crate::catalogue::{COUNT, Entry, Opt, OptionKind};
use crate::divergence::Divergence;
use crate::flow::defaults::{defaults, json};
use crate::flow::ingredients::Ingredients;
use crate::flow::particles::listed::{BATCH, CRITIC};
use crate::flow::pushforward::listed::{CRITIC_STEPS, POTENTIAL_LR};
use crate::flow::pushforward::{
    PUSHFORWARD, Pursuit, PushforwardOptions, potential_optimizer, pushforward_flow, usual_critic,
};
use crate::network::optimizer::OPTIMIZER;
use std::sync::Arc;

/// `w1w2_flow(d, options)`
pub const W1W2_FLOW: Algorithm = Algorithm {
    entry: ENTRY,
    build: Build::Divergence { build, of_f: |f, _| Err(needs_space("w1w2_flow", &f)) },
    saved: PUSHFORWARD,
};

const ENTRY: Entry = Entry {
    name: "w1w2_flow",
    room: "flow",
    signature: "w1w2_flow(d, options)",
    doc: "The W1+W2 proximal flow: a potential U(x, t) carries the source over unit time, and its kinetic energy is the W2 proximal of the Lipschitz-regularised divergence, an implicit (JKO) step of length 1/lambda. run.report has the kinetic energy, the Hamilton-Jacobi residual and the straightness of the paths.",
    equation: r"\min_U D^{\Gamma_L}(x(1)_\#P\|Q)+\lambda\int_0^1E\tfrac12|\dot x|^2dt,\quad\dot x=-\nabla U/\lambda",
    cite: "gu2024w1w2",
    options: OPTIONS,
    defaults: || defaults(OPTIONS, [json(&PushforwardOptions::potential()), json(&potential_optimizer())]),
    example: "let flow = w1w2_flow(kl().regularized(lipschitz(1.0)), #{ potential: mlp([16, 16]), critic: mlp([16, 16]), batch: 32 });\nlet run = flow.run(data::gaussian(64, 2), data::moons(64), #{ steps: 3 });\nrun.report",
};

const OPTIONS: &[Opt] = &[
    Opt {
        name: "lambda",
        kind: OptionKind::NumberOr { min: f64::MIN_POSITIVE, max: f64::MAX, word: "auto" },
        doc: "weight of the kinetic energy; the flow is the JKO step of length 1/lambda; \"auto\" is 0.5 over the size of the samples squared",
    },
    Opt { name: "time_steps", kind: COUNT, doc: "steps of the flow over unit time" },
    Opt {
        name: "kinetic",
        kind: OptionKind::Flag,
        doc: "whether the kinetic energy is counted; without it the flow has no reason to be straight",
    },
    Opt {
        name: "potential",
        kind: OptionKind::Value("network"),
        doc: "hidden layers of U(x, t), as mlp([..]); always tanh; default mlp([64, 64, 64])",
    },
    CRITIC,
    CRITIC_STEPS,
    BATCH,
    POTENTIAL_LR,
    OPTIMIZER[0],
    OPTIMIZER[1],
    OPTIMIZER[2],
    OPTIMIZER[3],
    OPTIMIZER[4],
    OPTIMIZER[5],
];

/// The proximal flow of D. Errors if an option has no meaning beside the others.
pub fn build(d: Arc<dyn Divergence>, made_of: &Ingredients) -> Built {
    let usual = usual_critic(d.as_ref())?;
    pushforward_flow(ENTRY.name, d, (Pursuit::Potential, PushforwardOptions::potential()), usual, made_of)
}
