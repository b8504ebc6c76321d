//! Integral probability metrics.
use super::objective::Objective;
use super::term::{Divergence, Term};
use crate::space::{Lipschitz, Space};

/// The integral probability metric of Γ_L, sup { E_P φ − E_Q φ : Lip(φ) ≤ L } = L·W₁(P, Q).
pub struct Ipm {
    /// Γ_L
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
