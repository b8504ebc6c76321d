//! The gradient flow of the KL approximate lower bound estimator, between those of KL and of MMD. [glaser2021](crate::references#glaser2021)
//!
//! ```text
//! given   a kernel k; λ > 0; samples Y⁰ of the source and X of the target; step Δt
//! for n = 0, 1, …
//!     h = argmax over the RKHS of k:  1 + mean h(Yⁿ) − mean exp h(X) − λ/2 |h|²
//!     Yⁿ⁺¹ ← Yⁿ − Δt (1 + λ) ∇h(Yⁿ)
//! ```
use super::algorithm::{Algorithm, Build, Built};
use crate::catalogue::{Entry, Opt, POSITIVE};
use crate::divergence::kernels::Penalized;
use crate::error::Error;
use crate::flow::defaults::{defaults, json};
use crate::flow::ingredients::Ingredients;
use crate::flow::particles::listed::{ADAPT, CARRY, DT, INTEGRATOR, ITERATIONS, NOISE, TOLERANCE};
use crate::flow::particles::{PARTICLES, ParticleOptions, particle_flow};
use crate::generator::named;
use crate::space::found::Widths;
use crate::space::kernel::{Family, Kernel};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// `kale_flow(kernel, options)`
pub const KALE_FLOW: Algorithm = Algorithm { entry: ENTRY, build: Build::Kernel { build, usual }, saved: PARTICLES };

const ENTRY: Entry = Entry {
    name: "kale_flow",
    room: "flow",
    signature: "kale_flow(kernel, options) | kale_flow(options)",
    doc: "The gradient flow of the KL approximate lower bound estimator, between those of KL and of MMD. Without a kernel it is rounded_laplace_kernel() with the widths of source and target. gradient_flow(f.penalized(rkhs(k), lambda)) is the same for any f.",
    equation: r"Y\leftarrow Y-\Delta t\,(1+\lambda)\nabla h(Y)",
    cite: "glaser2021",
    options: OPTIONS,
    defaults: || defaults(OPTIONS, [json(&ParticleOptions::default()), json(&KaleOptions::default())]),
    example: "let flow = kale_flow(gaussian_kernel(0.5), #{ lambda: 0.1, dt: 0.01 });\nflow.run(data::gaussian(50, 2), data::ring(50, #{ radius: 1.0 }), #{ steps: 5 })",
};

const OPTIONS: &[Opt] = &[
    Opt {
        name: "lambda",
        kind: POSITIVE,
        doc: "weight of the squared norm: small is near KL, large near MMD; k(x, x) unless named, which is 1 for every kernel that nobody weighed",
    },
    DT,
    INTEGRATOR,
    TOLERANCE,
    ITERATIONS,
    NOISE,
    ADAPT,
    CARRY,
];

/// The options of KALE itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct KaleOptions {
    /// weight λ of the squared norm: small is near KL, large near MMD; k(x, x) unless named
    pub lambda: Option<f64>,
}

/// Reaches as far as the samples lie apart, and pulls on no single point of the target.
fn usual() -> Kernel {
    Kernel::Found(Family::RoundedLaplace)
}

/// The flow of KALE, with its factor 1 + λ. Errors if an option has no meaning beside the others.
pub fn build(kernel: Kernel, made_of: &Ingredients) -> Built {
    let KaleOptions { lambda } = made_of.options.typed()?;
    let lambda = lambda.unwrap_or_else(|| kernel.resolved(Widths::UNIT).of_squared(0.0));
    let kl = named::find("kl").ok_or_else(|| Error::data(ENTRY.name, "there is no kl"))?;
    let kl = kl.build(&[]).map_err(|source| Error::Generator { name: "kl".into(), source })?;
    particle_flow(
        ENTRY.name,
        Arc::new(Penalized::new(Arc::new(kl), kernel, lambda)?),
        ParticleOptions::default(),
        made_of,
    )
}
