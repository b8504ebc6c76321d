//! What solvers return: a potential, the first variation it gives, and bounds that are proved.
use super::finite::lost;
use crate::device::{Points, Values};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use std::sync::Arc;

/// A function of space with its gradient, both on the host.
pub trait Potential: Send + Sync {
    /// Values `[n]` and gradients `[n, d]`, row-major, at rows.
    ///
    /// # Errors
    /// An interrupt, and what a network reports.
    fn at(&self, x: &[f64], interrupt: &Interrupt) -> Result<(Vec<f64>, Vec<f64>)>;
    /// A true Lipschitz constant, if there is one.
    fn lipschitz(&self) -> Option<f64>;
    /// ‖h‖² in its Hilbert space, if it lives in one.
    fn norm_squared(&self) -> Option<f64> {
        None
    }
    /// How far rounding may have its values at rows x off, and ‖h‖² with them, for potentials of a Hilbert space.
    fn rounding(&self, _x: &[f64]) -> (f64, f64) {
        (0.0, 0.0)
    }
    /// What a dual potential of the problem was multiplied by to become the first variation: not 1 for roots.
    fn scale(&self) -> f64 {
        1.0
    }
}

/// What a solver found for a term with P and Q in their places.
pub struct Solution {
    /// D between the samples, between the bounds where there are any
    pub value: f64,
    /// lower ≤ D ≤ upper; −∞ where nothing is proved
    pub lower: f64,
    /// ∞ where nothing is proved
    pub upper: f64,
    /// φ*, whose gradient is ∇δD/δP
    pub potential: Arc<dyn Potential>,
    /// ∇δD/δP at the points of P, `[n, d]`, row-major
    pub on_source: Vec<f64>,
    /// ∇δD/δQ at the points of Q, `[m, d]`, if it is known
    pub on_target: Option<Vec<f64>>,
    /// the proximal law: weights on the points of Q
    pub proximal: Option<Vec<f64>>,
    /// (i, j, mass), where it is sparse
    pub plan: Option<Vec<(usize, usize, f64)>>,
    /// ⟨c, π⟩
    pub transport: Option<f64>,
    /// (lower, upper) as the solver went on
    pub history: Vec<(f64, f64)>,
    /// marginal errors of the iterations of an entropic solver
    pub errors: Vec<f64>,
    /// of the solver's own kind: pivots, Newton steps, Sinkhorn iterations
    pub iterations: usize,
    /// to start the next, similar problem from
    pub warm: Vec<f32>,
    /// what a reader should know: not converged, approximate
    pub remark: Option<String>,
}

impl Solution {
    /// `[lower, value, upper]`, a potential and the first variation at P; the rest is unknown or empty.
    pub fn new([lower, value, upper]: [f64; 3], potential: Arc<dyn Potential>, on_source: Vec<f64>) -> Solution {
        let (on_target, proximal, plan, transport, remark) = (None, None, None, None, None);
        Solution {
            value,
            lower,
            upper,
            potential,
            on_source,
            on_target,
            proximal,
            plan,
            transport,
            history: vec![],
            errors: vec![],
            iterations: 1,
            warm: vec![],
            remark,
        }
    }
}

/// A step of a flow that never left its device.
pub struct OnDevice {
    /// D, shape `[1]`
    pub value: Values,
    /// ∇δD/δP at the particles, `[n, d]`
    pub variation: Points,
}

/// Bounds hold the rounding that is known of. Where they pass each other by less than 1e-9 there was more of it: then each
/// gives way by as much as they passed. By more they contradict each other, and neither is a proof.
///
/// # Errors
/// Bounds that contradict each other, or are no numbers.
pub fn ordered(what: &str, lower: f64, upper: f64) -> Result<(f64, f64)> {
    if lower <= upper {
        return Ok((lower, upper));
    }
    if lower.is_nan() || upper.is_nan() {
        return Err(lost(format!("{what}: a bound"), "a sum of its terms left the range of numbers"));
    }
    let passed = lower - upper;
    if passed <= 1e-9 * upper.abs() + 1e-12 {
        return Ok((upper - passed, lower + passed));
    }
    Err(Error::data(
        what,
        format!(
            "its bounds contradict each other, {lower} > {upper}: rounding has taken over, or f is not as convex as it was taken to be (report() says how that is known); use moderate scales, penalties and orders"
        ),
    ))
}
