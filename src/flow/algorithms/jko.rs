//! The minimising-movement scheme of Jordan, Kinderlehrer and Otto: implicit Euler on particles. [jko1998](crate::references#jko1998)
//!
//! ```text
//! given   D; samples Y⁰ of the source and X of the target; step τ
//! for n = 0, 1, …
//!     Yⁿ⁺¹ ← argmin over Y:  D(Y‖X) + mean |Y − Yⁿ|² / (2τ)
//!         by gradient steps Y ← Y + α (Yⁿ − τ ∇(δD/δP)(Y) − Y), with α of Barzilai and Borwein,
//!         each after inner_steps ascent steps of the critic
//! ```
use super::algorithm::{Algorithm, Build, Built, needs_space};
use crate::catalogue::{Entry, Opt, OptionKind};
use crate::divergence::Divergence;
use crate::flow::defaults::{defaults, flow_optimizer, json};
use crate::flow::ingredients::Ingredients;
use crate::flow::integrators::IMPLICIT;
use crate::flow::particles::listed::{CARRY, CRITIC, INNER, ITERATIONS, TOLERANCE};
use crate::flow::particles::{Auto, Dt, PARTICLES, ParticleOptions, particle_flow};
use crate::network::optimizer::OPTIMIZER;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// `jko(d, options)`
pub const JKO: Algorithm = Algorithm {
    entry: ENTRY,
    build: Build::Divergence { build, of_f: |f, _| Err(needs_space("jko", &f)) },
    saved: PARTICLES,
};

const ENTRY: Entry = Entry {
    name: "jko",
    room: "flow",
    signature: "jko(d, options)",
    doc: "The minimising-movement scheme: implicit Euler on particles, each step solved by gradient steps of Barzilai and Borwein.",
    equation: r"P_{k+1}=\arg\min_P D(P\|Q)+\tfrac1{2\tau}W_2^2(P,P_k)",
    cite: "jko1998",
    options: OPTIONS,
    defaults: || {
        defaults(OPTIONS, [json(&usual(Dt::Named(Auto::Auto))), json(&flow_optimizer()), json(&JkoOptions::default())])
    },
    example: "let flow = jko(mmd(gaussian_kernel(1.0)), #{ tau: 2.0 });\nflow.run(data::gaussian(50, 2), data::ring(50, #{ radius: 1.0 }), #{ steps: 3 })",
};

const OPTIONS: &[Opt] = &[
    Opt {
        name: "tau",
        kind: OptionKind::NumberOr { min: f64::MIN_POSITIVE, max: f64::MAX, word: "auto" },
        doc: "time step: each step minimises D(P) + W2(P, P_before)^2/(2 tau); \"auto\" takes 0.3 of D/mean|v|^2 at its start, the time in which D would be gone, less where D no longer falls",
    },
    INNER[0],
    INNER[1],
    INNER[2],
    TOLERANCE,
    ITERATIONS,
    CARRY,
    CRITIC,
    OPTIMIZER[0],
    OPTIMIZER[1],
    OPTIMIZER[2],
    OPTIMIZER[3],
    OPTIMIZER[4],
    OPTIMIZER[5],
    OPTIMIZER[6],
];

/// The options of the scheme itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct JkoOptions {
    /// time step τ
    pub tau: Dt,
}

impl Default for JkoOptions {
    fn default() -> Self {
        JkoOptions { tau: Dt::Named(Auto::Auto) }
    }
}

fn usual(tau: Dt) -> ParticleOptions {
    ParticleOptions { dt: tau, integrator: &IMPLICIT, ..ParticleOptions::default() }
}

/// The flow of D by implicit steps. Errors if an option has no meaning beside the others.
pub fn build(d: Arc<dyn Divergence>, made_of: &Ingredients) -> Built {
    let JkoOptions { tau } = made_of.options.typed()?;
    particle_flow(ENTRY.name, d, usual(tau), made_of)
}
