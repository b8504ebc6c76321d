//! What is minimised: divergences D(P‖Q) as weighted variational terms, and their compositions.
//!
//! D_f^Γ(P‖Q) = sup_{φ∈Γ} { E_P φ − inf_ν { ν + E_Q f*(φ − ν) } }; P is the moving law, Q the target. [birrell2022]
//! For f that grows linearly gflow follows [birrell2022] (φ may exceed f'(∞) under P), not the f-GAN convention.
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::space::Lipschitz;
use std::sync::Arc;

mod entries;
mod nu;
mod term;
pub use entries::ENTRIES;
pub use term::{Objective, Scores, Term};

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
        vec![(1.0, Term { objective: Objective::F(self.generator.clone()), space: self.space, reversed: false })]
    }
    fn latex(&self) -> String {
        let inner = match self.generator.kl_scale() {
            Some(1.0) => r"\ln E_Q\left[e^{\varphi}\right]".to_string(),
            _ => r"\inf_{\nu}\left\{\nu+E_Q\left[f^*(\varphi-\nu)\right]\right\}".to_string(),
        };
        format!(r"D(P\|Q)=\sup_{{\mathrm{{Lip}}(\varphi)\le {}}}\left\{{E_P[\varphi]-{inner}\right\}},\quad f(x)={}", self.space.constant, self.generator.latex())
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
        vec![(1.0, Term { objective: Objective::Ipm, space: self.space, reversed: false })]
    }
    fn latex(&self) -> String {
        format!(r"W(P,Q)=\sup_{{\mathrm{{Lip}}(\varphi)\le {}}}\left\{{E_P[\varphi]-E_Q[\varphi]\right\}}", self.space.constant)
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

/// Σ wᵢ Dᵢ with wᵢ > 0.
pub struct Combination {
    parts: Vec<(f64, Arc<dyn Divergence>)>,
}

impl Combination {
    /// Weights must be finite and positive: a difference of divergences is not a divergence.
    pub fn new(parts: Vec<(f64, Arc<dyn Divergence>)>) -> Result<Combination> {
        match parts.iter().find(|(w, _)| !(w.is_finite() && *w > 0.0)) {
            Some((w, d)) => Err(Error::data(format!("{w} * {}", d.name()), "the weight of a divergence must be a number > 0")),
            None => {
                let c = Combination { parts };
                match c.terms().iter().find(|(w, _)| !(w.is_finite() && *w > 0.0)) {
                    Some((w, _)) => Err(Error::data(c.name(), format!("its terms multiply to the weight {w}"))),
                    None => Ok(c),
                }
            }
        }
    }
}

impl Divergence for Combination {
    fn name(&self) -> String {
        let part = |(w, d): &(f64, Arc<dyn Divergence>)| if *w == 1.0 { d.name() } else { format!("{w} * {}", d.name()) };
        self.parts.iter().map(part).collect::<Vec<_>>().join(" + ")
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        self.parts.iter().flat_map(|(w, d)| d.terms().into_iter().map(move |(v, t)| (w * v, t))).collect()
    }
    fn latex(&self) -> String {
        let part = |(w, d): &(f64, Arc<dyn Divergence>)| {
            let weight = if *w == 1.0 { String::new() } else { format!("{w}\\,") };
            format!(r"{weight}\left[{}\right]", d.latex())
        };
        self.parts.iter().map(part).collect::<Vec<_>>().join("+")
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
