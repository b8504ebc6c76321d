//! What an objective comes to at the values of a critic.
use crate::device::Values;
use crate::divergence::objective::Objective;
use crate::divergence::term::Term;

/// The objective at a critic, and its derivatives in the critic's values.
pub struct Evaluation {
    /// shape `[1]`
    pub value: Values,
    /// ∂value/∂φ(yᵢ); Σ is +1, or −1 when reversed, for an f-divergence or an IPM
    pub on_source: Values,
    /// ∂value/∂φ(xⱼ)
    pub on_target: Values,
    /// the minimising ν, shape `[1]`, to start the next search from
    pub nu: Option<Values>,
}

/// The weights −∂value/∂φ(xⱼ) an objective puts on the points of Q, those on P being equal: how they are found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TargetWeights {
    /// all equal: E_P φ − E_Q φ
    Uniform,
    /// exponentially tilted, proportional to e^(φ/a): E_P φ − a ln E_Q e^(φ/a)
    Tilted(f64),
    /// from all values together, and perhaps not equal on P either
    Joint,
}

impl Term {
    /// How the derivatives of the objective in φ's values are found.
    pub fn target_weights(&self) -> TargetWeights {
        match &self.objective {
            Objective::Ipm | Objective::Root | Objective::Sinkhorn(_) | Objective::Unbalanced { .. } => {
                TargetWeights::Uniform
            }
            Objective::F(f) => f.kl_scale().map_or(TargetWeights::Joint, TargetWeights::Tilted),
            Objective::FreeMass(_) | Objective::Variational(_) | Objective::Renyi(_) => TargetWeights::Joint,
        }
    }
}
