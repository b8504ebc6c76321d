//! What is minimised: divergences D(P‖Q) as weighted variational terms, and their compositions.
//!
//! D_f^Γ(P‖Q) = sup_{φ∈Γ} { E_P φ − inf_ν { ν + E_Q f*(φ − ν) } }; P is the moving law, Q the target. [birrell2022]
//! For f that grows linearly gflow follows [birrell2022] (φ may exceed f'(∞) under P), not the f-GAN convention.
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::space::{Lipschitz, Space};
use std::sync::Arc;

mod combination;
mod entries;
pub mod infconv;
pub mod kernels;
pub mod neurons;
mod nu;
mod on_host;
pub mod renyi;
mod term;
pub mod transport;
pub use combination::{Combination, symmetrised};
pub use entries::{ENTRIES, TWO_LAYER};
pub use term::{Objective, Renyi, Scores, Shares, Term};

/// A divergence as a weighted sum of variational terms, each with a critic of its own.
pub trait Divergence: Send + Sync {
    fn name(&self) -> String;
    fn terms(&self) -> Vec<(f64, Term)>;
    /// Its variational formula.
    fn latex(&self) -> String;
}

/// D_f^{Γ_L}.
pub struct Regularized {
    pub generator: Arc<Generator>,
    pub space: Lipschitz,
}

impl Divergence for Regularized {
    fn name(&self) -> String {
        format!("{}.regularized(lipschitz({}))", self.generator.name(), self.space.constant)
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        vec![(
            1.0,
            Term {
                objective: Objective::F(self.generator.clone()),
                space: Space::Lipschitz(self.space),
                reversed: false,
            },
        )]
    }
    fn latex(&self) -> String {
        format!(
            r"D(P\|Q)=\sup_{{\mathrm{{Lip}}(\varphi)\le {}}}\left\{{E_P[\varphi]-{}\right\}},\quad f(x)={}",
            self.space.constant,
            conjugate_mean(&self.generator),
            self.generator.latex()
        )
    }
}

/// D_f by its variational form alone, φ ≤ f'(∞) being any function of the critic's: the f-GAN. [nowozin2016]
pub struct Variational(pub Arc<Generator>);

impl Divergence for Variational {
    fn name(&self) -> String {
        self.0.name().into()
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        vec![(1.0, Term { objective: Objective::Variational(self.0.clone()), space: Space::Networks, reversed: false })]
    }
    fn latex(&self) -> String {
        format!(r"D(P\|Q)=\sup_V\left\{{E_P[f'(e^V)]-E_Q[f^*(f'(e^V))]\right\}},\quad f(x)={}", self.0.latex())
    }
}

/// inf_ν {ν + E_Q f*(φ − ν)}, for KL as the log-mean-exp.
fn conjugate_mean(f: &Generator) -> &'static str {
    match f.kl_scale() {
        Some(1.0) => r"\ln E_Q\left[e^{\varphi}\right]",
        _ => r"\inf_{\nu}\left\{\nu+E_Q\left[f^*(\varphi-\nu)\right]\right\}",
    }
}

/// The integral probability metric of Γ_L, that is L·W₁.
pub struct Ipm {
    pub space: Lipschitz,
}

impl Divergence for Ipm {
    fn name(&self) -> String {
        format!("ipm(lipschitz({}))", self.space.constant)
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        vec![(1.0, Term { objective: Objective::Ipm, space: Space::Lipschitz(self.space), reversed: false })]
    }
    fn latex(&self) -> String {
        format!(
            r"W(P,Q)=\sup_{{\mathrm{{Lip}}(\varphi)\le {}}}\left\{{E_P[\varphi]-E_Q[\varphi]\right\}}",
            self.space.constant
        )
    }
}

/// D(Q‖P).
pub struct Reversed(pub Arc<dyn Divergence>);

impl Divergence for Reversed {
    fn name(&self) -> String {
        format!("({}).reversed()", self.0.name())
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        self.0.terms().into_iter().map(|(w, t)| (w, Term { reversed: !t.reversed, ..t })).collect()
    }
    fn latex(&self) -> String {
        format!(r"D(Q\|P),\quad {}", self.0.latex())
    }
}

/// A divergence given by its terms alone, as a saved run stores it.
pub struct FromTerms {
    pub name: String,
    pub terms: Vec<(f64, Term)>,
    pub latex: String,
}

impl Divergence for FromTerms {
    fn name(&self) -> String {
        self.name.clone()
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        self.terms.clone()
    }
    fn latex(&self) -> String {
        self.latex.clone()
    }
}

/// Errors unless v is a number > 0.
fn positive(what: &str, v: f64) -> Result<f64> {
    if v.is_finite() && v > 0.0 { Ok(v) } else { Err(Error::data(what, format!("it is {v}, expected a number > 0"))) }
}
