//! One variational term: the objective of a critic φ from its values on the two samples.
use super::nu;
use crate::device::Values;
use crate::generator::Generator;
use crate::space::Lipschitz;
use std::sync::Arc;

/// The functional of φ a term maximises.
#[derive(Clone)]
pub enum Objective {
    /// E_P φ − inf_ν { ν + E_Q f*(φ − ν) }; for KL the infimum is the log-mean-exp.
    F(Arc<Generator>),
    /// E_P φ − E_Q φ
    Ipm,
}

/// An objective, the space of its critic, and whether P and Q change places.
#[derive(Clone)]
pub struct Term {
    pub objective: Objective,
    pub space: Lipschitz,
    pub reversed: bool,
}

/// The objective at a critic, and its derivatives in the critic's values.
pub struct Scores {
    /// shape [1]
    pub value: Values,
    /// ∂value/∂φ(yᵢ); Σ is +1, or −1 when reversed
    pub on_source: Values,
    /// ∂value/∂φ(xⱼ)
    pub on_target: Values,
    /// the minimising ν, shape [1], to start the next solve from
    pub nu: Option<Values>,
}

impl Term {
    /// The objective and its exact gradient from φ on the particles and φ on the target.
    ///
    /// The gradient of the first variation of D in P at particle i is M · on_source[i] · ∇φ(yᵢ): ∇φ itself, or
    /// −f*'(φ − ν)∇φ for the reversed divergence.
    pub fn score(&self, source: &Values, target: &Values, nu: Option<&Values>) -> Scores {
        if self.reversed {
            let s = self.forward(target, source, nu);
            Scores { value: s.value, on_source: s.on_target, on_target: s.on_source, nu: s.nu }
        } else {
            self.forward(source, target, nu)
        }
    }

    fn forward(&self, p: &Values, q: &Values, nu: Option<&Values>) -> Scores {
        let on_p = p.full_like(1.0 / p.dims()[0] as f64);
        let n = q.dims()[0] as f64;
        let mean_p = p.clone().mean();
        match &self.objective {
            Objective::Ipm => Scores { value: mean_p - q.clone().mean(), on_source: on_p, on_target: q.full_like(-1.0 / n), nu: None },
            Objective::F(f) => match f.kl_scale() {
                Some(a) => {
                    let top = q.clone().max();
                    let e = (q.clone() - top.clone()).div_scalar(a).exp();
                    let sum = e.clone().sum();
                    let log_mean_exp = sum.clone().div_scalar(n).log().mul_scalar(a) + top;
                    Scores { value: mean_p - log_mean_exp, on_source: on_p, on_target: e / sum.neg(), nu: None }
                }
                None => {
                    let (nu, c) = nu::solve(f, q, nu);
                    let value = mean_p - nu.clone() - c.value.mean();
                    Scores { value, on_source: on_p, on_target: c.gradient.div_scalar(-n), nu: Some(nu) }
                }
            },
        }
    }
}
