//! Rényi divergences regularised by Lipschitz functions, in the inf-convolution form that samples do not blow up.
use super::objective::{Objective, Renyi};
use super::term::{Divergence, Term};
use crate::error::{Error, Result};
use crate::space::{Lipschitz, Space};

/// A Rényi divergence that has no function space yet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Order(pub Renyi);

impl Order {
    /// α > 0, α ≠ 1; R_α carries 1/(α(α − 1)).
    ///
    /// # Errors
    /// α that is not a number > 0 other than 1.
    pub fn new(alpha: f64) -> Result<Order> {
        if alpha.is_finite() && alpha > 0.0 && (alpha - 1.0).abs() > 1e-9 {
            Ok(Order(Renyi::order(alpha)))
        } else {
            Err(Error::data(
                "renyi(a)",
                format!("a is {alpha}, expected a number > 0 other than 1; as a → 1 it tends to kl()"),
            ))
        }
    }
    /// As a user would type it.
    pub fn name(&self) -> String {
        if self.0.exponent == 1.0 { "worst_case_regret()".into() } else { format!("renyi({})", self.0.alpha()) }
    }
}

/// inf_η { R_α(P‖η) + L·W₁(Q, η) } = sup_{g ∈ Γ_L, g < 0} { E_Q g + ln E_P |g|^{(α−1)/α}/(α − 1) } + (ln α + 1)/α. [birrell2023](crate::references#birrell2023)
pub struct Regularized {
    /// α
    pub order: Order,
    /// Γ_L
    pub space: Lipschitz,
}

impl Divergence for Regularized {
    fn name(&self) -> String {
        format!("{}.regularized(lipschitz({}))", self.order.name(), self.space.constant)
    }
    fn terms(&self) -> Vec<(f64, Term)> {
        vec![(
            1.0,
            Term { objective: Objective::Renyi(self.order.0), space: Space::Lipschitz(self.space), reversed: false },
        )]
    }
    fn latex(&self) -> String {
        let l = self.space.constant;
        if self.order.0.exponent == 1.0 {
            return format!(
                r"D_\infty(P\|Q)=\sup_{{\mathrm{{Lip}}(g)\le {l},\,g<0}}\left\{{E_Q[g]+\ln E_P[|g|]\right\}}+1"
            );
        }
        let a = self.order.0.alpha();
        format!(
            r"R_{{{a}}}(P\|Q)=\sup_{{\mathrm{{Lip}}(g)\le {l},\,g<0}}\left\{{E_Q[g]+\tfrac{{1}}{{\alpha-1}}\ln E_P\left[|g|^{{(\alpha-1)/\alpha}}\right]\right\}}+\tfrac{{\ln\alpha+1}}{{\alpha}},\quad\alpha={a}"
        )
    }
}
