//! The dual of transport to a free marginal, evaluated so that rounding aside it never exceeds the primal.
//!
//! min_{π1=a} ⟨c, π⟩ + D_f(πᵀ1‖b) = max_φ Σ a_i φ_i − inf_ν { ν + Σ b_j f*(ψ_j − ν) }, ψ_j = max_i (φ_i − c(i, j)).
//! For *any* φ and any ν with ψ − ν in the domain of f* the right side is a lower bound.
use super::ground::Ground;
use crate::error::Result;
use crate::generator::Generator;
use crate::generator::infimum::double::infimum;
use crate::interrupt::Interrupt;

/// Σ w v
pub fn mean(v: &[f64], w: &[f64]) -> f64 {
    v.iter().zip(w).map(|(v, w)| v * w).sum()
}

/// The lower bound that numbers φ on the sources give, with the ψ and ν it used. No f is a fixed marginal b.
pub struct Bound {
    /// Σ a φ − inf_ν { ν + Σ b f*(ψ − ν) }, or Σ a φ − Σ b ψ
    pub value: f64,
    /// ψ_j = max_i φ_i − c(i, j)
    pub psi: Vec<f64>,
    /// ν, 0 for a fixed marginal
    pub nu: f64,
}

/// The bound at φ on the sources, for weights a and b that sum to one; f none is a fixed second marginal.
///
/// # Errors
/// An interrupt.
pub fn lower_bound(
    ground: &Ground,
    f: Option<&Generator>,
    phi: &[f64],
    a: &[f64],
    b: &[f64],
    interrupt: &Interrupt,
) -> Result<Bound> {
    let psi = ground.envelope(phi, interrupt)?;
    let (penalty, nu) = match f {
        Some(f) => infimum(f, &psi, b),
        None => (mean(&psi, b), 0.0),
    };
    Ok(Bound { value: mean(phi, a) - penalty, psi, nu })
}
