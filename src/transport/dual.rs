//! The dual of transport to a free marginal, evaluated so that rounding aside it never exceeds the primal.
//!
//! min_{π1=a} ⟨c, π⟩ + D_f(πᵀ1‖b) = max_φ Σ a_i φ_i − inf_ν { ν + Σ b_j f*(ψ_j − ν) }, ψ_j = max_i (φ_i − c(i, j)).
//! For *any* φ and any ν with ψ − ν in the domain of f* the right side is a lower bound.
use super::ground::Ground;
use crate::error::Result;
use crate::generator::Generator;
use crate::generator::infimum::double::infimum;
use crate::interrupt::Interrupt;
use crate::sums::{ROUNDING, Sum, dot};

/// Σ w v
pub fn mean(v: &[f64], w: &[f64]) -> f64 {
    v.iter().zip(w).map(|(v, w)| v * w).sum()
}

/// The lower bound that numbers φ on the sources give, with the ψ and ν it used. No f is a fixed marginal b.
pub struct Bound {
    /// Σ a φ − inf_ν { ν + Σ b f*(ψ − ν) }, or Σ a φ − Σ b ψ, in f64
    pub value: f64,
    /// the same from below, whatever was rounded on the way
    pub proved: f64,
    /// ψ_j = max_i φ_i − c(i, j)
    pub psi: Vec<f64>,
    /// ν, 0 for a fixed marginal
    pub nu: f64,
}

/// The rounding of f* that is left out where it is only looked at.
pub(super) type Above = fn(&Generator, f64) -> f64;

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
    let bound = rough_bound(ground, f, phi, a, b, interrupt)?;
    let proved = proved(ground, f, (phi, a), (&bound.psi, b), bound.nu);
    Ok(Bound { proved, ..bound })
}

/// The same, without what closed forms of f* and f itself may cancel: for iterations, whose last bound is [`proved`].
///
/// # Errors
/// An interrupt.
pub(super) fn rough_bound(
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
    let proved = from_below(f, (phi, a), (&psi, b), nu, Generator::conjugate_roughly);
    Ok(Bound { value: mean(phi, a) - penalty, proved: scaled(proved, ground), psi, nu })
}

/// What φ with its transform ψ and a ν prove, whatever is rounded.
pub(super) fn proved(
    ground: &Ground,
    f: Option<&Generator>,
    phi: (&[f64], &[f64]),
    psi: (&[f64], &[f64]),
    nu: f64,
) -> f64 {
    scaled(from_below(f, phi, psi, nu, Generator::conjugate_above), ground)
}

/// Costs that are up to a relative error smaller make a positive value smaller by no more than that.
pub fn scaled(proved: f64, ground: &Ground) -> f64 {
    if proved > 0.0 { proved * (1.0 - ground.relative_error()) } else { proved }
}

/// The dual value with ψ and f* rounded upwards and sums in twice the digits.
fn from_below(
    f: Option<&Generator>,
    (phi, a): (&[f64], &[f64]),
    (psi, b): (&[f64], &[f64]),
    nu: f64,
    above: Above,
) -> f64 {
    let paid = dot(phi, a);
    // a rounding of φ − c and one of ψ − ν
    let up = |v: &f64| v + 4.0 * ROUNDING * (v.abs() + nu.abs());
    let Some(f) = f else {
        let spent = dot(&psi.iter().map(up).collect::<Vec<f64>>(), b);
        return paid.value() - spent.value() - 2.0 * ROUNDING * (paid.size() + spent.size());
    };
    let seen = || psi.iter().zip(b).filter(|e| *e.1 > 0.0);
    // rounded upwards ψ − ν may leave the domain of f*: ν follows
    let top = seen().map(|(v, _)| up(v)).fold(f64::NEG_INFINITY, f64::max);
    let (end, closed) = f.domain();
    let nu = if closed && end.is_finite() && top - nu > end { (top - end).next_up() } else { nu };
    let mut spent = Sum::default();
    spent.add(nu);
    seen().for_each(|(v, w)| spent.add_product(*w, above(f, up(v) - nu)));
    paid.value() - spent.value() - 2.0 * ROUNDING * (paid.size() + spent.size())
}
