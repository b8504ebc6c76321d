//! Critics: potentials φ that a divergence is estimated with, each with a value, a gradient and a Lipschitz bound.
//!
//! A critic climbs the objective of a term, E_P φ − inf_ν { ν + E_Q f*(φ − ν) }, or solves for its maximiser φ*, the first
//! variation δD/δP; particles move by −∇φ*. What a potential proves about D is a certificate: lower ≤ D ≤ upper.
//!
//! | file | what it answers |
//! |---|---|
//! | [`traits`], [`ascent`] | what every critic does; how long it ascends, from which weights |
//! | [`natural`], [`kind`] | the list of critics, and which one a term gets that nobody chose one for |
//! | [`mlp`] | networks φ = L·net under a hard or a soft Lipschitz constraint |
//! | [`pair`] | two networks for the dual of a transport cost |
//! | [`deep_kernel`] | an MMD of features that are trained |
//! | [`solver`], [`sample`], [`solution`], [`potentials`] | what solvers are asked, and answer |
//! | [`exact`], [`entropic`] | transport to a fixed or a free marginal, by network flow or by Sinkhorn iterations |
//! | [`unbalanced`] | transport between free marginals |
//! | [`debiased`] | Sinkhorn divergences |
//! | [`kernel`], [`neurons`] | MMDs and penalised f-divergences; two-layer networks |
//! | [`certificate`] | bounds from any potential, by weak duality and a feasible plan |
//! | [`estimate`] | a value between two samples with its proof |
//! | [`path`], [`statistic`], [`bootstrap`], [`permutation`] | D over L; intervals and tests with an exact value |
use crate::catalogue::Entry;

pub mod ascent;
mod asked;
pub mod bootstrap;
pub mod certificate;
pub mod debiased;
pub mod deep_kernel;
pub mod entropic;
pub mod estimate;
pub mod exact;
mod finite;
pub mod kernel;
pub mod kind;
pub mod mlp;
pub mod natural;
pub mod neurons;
pub mod pair;
pub mod path;
pub mod permutation;
mod place;
pub mod potentials;
pub mod sample;
pub mod solution;
mod solved;
pub mod solver;
pub mod statistic;
pub mod traits;
pub mod unbalanced;
pub use crate::network::{Frame, Named};
pub use ascent::{Ascent, Fit, Value, Weights};
pub use asked::Asked;
pub use solved::{Solved, SolverBuilder};
pub use traits::{Critic, CriticBuilder, scored_variation};

/// What is asked of critics, with a page of its own.
const QUESTIONS: &[Entry] =
    &[estimate::ESTIMATE, certificate::CERTIFY, path::PATH, bootstrap::BOOTSTRAP, permutation::TEST];

/// The pages of this room: the critics that have one, in the order of their list, and what is asked of them.
pub const ENTRIES: &[Entry] = &pages();

const fn named() -> usize {
    let (mut n, mut k) = (0, 0);
    while k < natural::CRITICS.len() {
        n += natural::CRITICS[k].entry.is_some() as usize;
        k += 1;
    }
    n
}

const fn pages() -> [Entry; named() + QUESTIONS.len()] {
    let mut out = [estimate::ESTIMATE; named() + QUESTIONS.len()];
    let (mut n, mut k) = (0, 0);
    while k < natural::CRITICS.len() {
        if let Some(entry) = natural::CRITICS[k].entry {
            out[n] = entry;
            n += 1;
        }
        k += 1;
    }
    let mut k = 0;
    while k < QUESTIONS.len() {
        out[n + k] = QUESTIONS[k];
        k += 1;
    }
    out
}
