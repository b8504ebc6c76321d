//! A flow in the latent space of a codec. [gu2023latent](crate::references#gu2023latent)
//!
//! ```text
//! given   a flow; an encoder E and a decoder D, learned from the target; samples Y of the source and X of the target
//! encode  Z⁰ = E(Y), unless the source is given in the latent space
//! run     the flow from Z⁰ towards E(X)
//!         or, with mobility, each of its Euler steps outside pulled back:  Zⁿ⁺¹ ← Zⁿ − Δt Jᵀ ∇φ(D(Zⁿ)),  J = ∂D/∂z
//! decode  D(Zⁿ), once, for whoever looks
//! ```
use super::algorithm::{Algorithm, Build, Built};
use crate::catalogue::{Entry, Opt, OptionKind, defaults_of};
use crate::flow::codec::CodecRecipe;
use crate::flow::ingredients::Ingredients;
use crate::flow::latent::{LATENT as SAVED, LatentRecipe};
use crate::flow::recipe::Recipe;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// `latent(flow, codec, options)`
pub const LATENT: Algorithm = Algorithm { entry: ENTRY, build: Build::Behind(build), saved: SAVED };

const ENTRY: Entry = Entry {
    name: "latent",
    room: "flow",
    signature: "latent(flow, codec, options)",
    doc: "A flow in the latent space of a codec: the target is encoded, the source too unless it is given there, the particles move there and are decoded once at the end. run.particles and run.snapshots are decoded; metrics of the history are those of the latent space. run.report has the decoder's Lipschitz constant, which bounds the divergence outside. With mobility: true the critic compares decoded points with the target itself, and latent points follow by the transposed Jacobian of the decoder: dy = -J J^T grad phi dt outside.",
    equation: r"D^{\Gamma_L}(D_\#P\|D_\#Q)\le D^{\Gamma_{L\,\mathrm{Lip}D}}(P\|Q)",
    cite: "gu2023latent",
    options: &[Opt {
        name: "mobility",
        kind: OptionKind::Flag,
        doc: "whether the flow runs outside, with the mobility J J^T of the decoder",
    }],
    defaults: defaults_of::<LatentOptions>,
    example: "let flow = latent(gpa(kl().regularized(lipschitz(1.0)), #{ critic: mlp([16, 16]) }), pca(4));\nlet run = flow.run(data::gaussian(30, 4), data::digits().rows(0, 60), #{ steps: 3 });\nrun.report",
};

/// The options of latent flows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LatentOptions {
    /// whether the flow runs outside, with the mobility J Jᵀ of the decoder
    pub mobility: bool,
}

/// The flow behind the codec. Errors if it cannot run there.
pub fn build(inner: Arc<dyn Recipe>, codec: CodecRecipe, made_of: &Ingredients) -> Built {
    let LatentOptions { mobility } = made_of.options.typed()?;
    Ok(Arc::new(LatentRecipe::new(inner, codec, mobility)?))
}
