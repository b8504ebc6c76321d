//! A generator network trained against a critic of any divergence: (f, Γ)-GAN, WGAN, f-GAN, MMD-GAN. [birrell2022](crate::references#birrell2022)
//!
//! ```text
//! given   noise Z (the source), samples X; D; a generator network G_η; a critic φ_θ of Γ
//! for n = 0, 1, …
//!     critic_steps times, on fresh minibatches z, x:
//!         θ ← θ + δ ∇_θ { mean φ_θ(G_η(z)) − inf_ν [ν + mean f*(φ_θ(x) − ν)] }
//!     η ← η − δ' ∇_η mean φ_θ(G_η(z))
//! ```
use super::algorithm::{Algorithm, Build, Built};
use crate::catalogue::{Entry, Opt};
use crate::divergence::{Divergence, Variational};
use crate::error::Error;
use crate::flow::defaults::{defaults, json};
use crate::flow::ingredients::Ingredients;
use crate::flow::particles::listed::CRITIC;
use crate::flow::pushforward::listed::{BATCH, CRITIC_STEPS, EMA, GENERATOR, GENERATOR_LR, LATENT, LR, RESIDUAL};
use crate::flow::pushforward::{
    PUSHFORWARD, Pursuit, PushforwardOptions, adversarial_optimizer, pushforward_flow, usual_critic,
};
use crate::generator::Generator;
use crate::network::optimizer::OPTIMIZER;
use std::sync::Arc;

/// `gan(d, options)`
pub const GAN: Algorithm = Algorithm { entry: ENTRY, build: Build::Divergence { build, of_f }, saved: PUSHFORWARD };

const ENTRY: Entry = Entry {
    name: "gan",
    room: "flow",
    signature: "gan(d, options)",
    doc: "A generator trained against a critic of any divergence: (f,Gamma)-GAN for kl().regularized(lipschitz(1.0)) and every other f, WGAN for w1(), a moment-matching network for mmd(k) and an MMD-GAN for mmd(k) with a deep_kernel(..) critic. An f alone makes the f-GAN, whose critic is ln dP/dQ: gan(js()) is the original GAN, and its critic the logit of a discriminator. The source of the run is its noise.",
    equation: r"\min_G\max_{\varphi\in\Gamma}E[\varphi(G(z))]-\inf_\nu\{\nu+E_Q[f^*(\varphi-\nu)]\}",
    cite: "birrell2022",
    options: OPTIONS,
    defaults: || defaults(OPTIONS, [json(&PushforwardOptions::default()), json(&adversarial_optimizer())]),
    example: "let flow = gan(kl().regularized(lipschitz(1.0)), #{ generator: mlp([16, 16]), critic: mlp([16, 16]), batch: 32 });\nlet run = flow.run(data::gaussian(64, 2), data::ring(64), #{ steps: 3 });\nrun.sample(10)",
};

const OPTIONS: &[Opt] = &[
    GENERATOR,
    CRITIC,
    CRITIC_STEPS,
    BATCH,
    GENERATOR_LR,
    EMA,
    RESIDUAL,
    LATENT,
    OPTIMIZER[0],
    LR,
    OPTIMIZER[2],
    OPTIMIZER[3],
    OPTIMIZER[4],
    OPTIMIZER[5],
];

/// The GAN of D. Errors if an option has no meaning beside the others.
pub fn build(d: Arc<dyn Divergence>, made_of: &Ingredients) -> Built {
    let usual = usual_critic(d.as_ref())?;
    pushforward_flow(ENTRY.name, d, (Pursuit::Adversarial, PushforwardOptions::default()), usual, made_of)
}

/// The f-GAN: a generator network needs φ on samples alone, which the variational form gives without a function space. Errors
/// if f has kinks.
fn of_f(f: Arc<Generator>, made_of: &Ingredients) -> Built {
    if let Some(ends) = f.ends_text() {
        return Err(Error::Unsupported {
            what: f.name().into(),
            reason: format!(
                "is finite for {ends} only: its divergence is infinite where dP/dQ is beyond, as at the start of a GAN"
            ),
            advice: format!("write gan({}.regularized(lipschitz(1.0)), ..)", f.name()),
        });
    }
    if f.has_kinks() {
        return Err(Error::Unsupported {
            what: f.name().into(),
            reason: "has kinks or straight pieces, where f'(dP/dQ) says nothing about dP/dQ: its f-GAN has no gradient"
                .into(),
            advice: format!("write gan({}.regularized(lipschitz(1.0)), ..)", f.name()),
        });
    }
    build(Arc::new(Variational(f)), made_of)
}
