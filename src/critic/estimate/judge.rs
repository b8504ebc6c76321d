//! The value of a fitted critic, and its proof.
use crate::critic::certificate::{Certificate, Upper, certify};
use crate::critic::finite::finite;
use crate::critic::traits::Critic;
use crate::device::{Points, values};
use crate::divergence::Term;
use crate::error::Result;
use crate::interrupt::Interrupt;

/// Most pairs of points a certificate looks at unasked: half a minute on two cores.
const PROVABLE: usize = 20_000_000_000;

/// What a critic reached on the samples it was trained on, or what its solver found.
///
/// # Errors
/// A value that cannot be read, or is no number.
pub fn reached(critic: &mut dyn Critic, term: &Term, (p, q): (&Points, &Points)) -> Result<f64> {
    if let Some(solution) = critic.solution() {
        return Ok(solution.value);
    }
    critic.settle();
    finite("the objective of the critic", f64::from(values(&critic.objective(term, p, q)?)?[0]))
}

/// The value to show, and its certificate on these points; `same` where they are those that led to the value.
///
/// # Errors
/// As [`certify`].
pub fn judge(
    critic: &dyn Critic,
    term: &Term,
    value: f64,
    ((p, q), same): ((&Points, &Points), bool),
    upper: Upper,
    interrupt: &Interrupt,
) -> Result<(f64, Certificate)> {
    if let Some(solution) = critic.solution() {
        return Ok(shown(value, Certificate::of(&solution)));
    }
    if p.dims()[0].saturating_mul(q.dims()[0]) > PROVABLE {
        let remark = format!(
            "nothing is proved: {} x {} pairs would take minutes; certify(e.critic, p.rows(0, 10000), q.rows(0, 10000)) proves it for parts",
            p.dims()[0],
            q.dims()[0]
        );
        return Ok((value, Certificate { remark: Some(remark), ..Certificate::at_least(f64::NEG_INFINITY) }));
    }
    let mut c = certify(critic, term, p, q, upper, interrupt)?;
    if same && value > c.upper + 1e-6 * value.abs() {
        let said = beyond(critic, term, value, c.upper)?;
        c.remark = Some(c.remark.map_or_else(|| said.clone(), |r| format!("{r}; {said}")));
    }
    // no divergence is negative, and bounds that meet may cross by a rounding
    Ok((value, Certificate { lower: c.lower.max(0.0).min(c.upper), ..c }))
}

/// What a solver found; where its potentials leave the domain of f*, what they prove without that.
fn shown(value: f64, c: Certificate) -> (f64, Certificate) {
    if value.is_finite() || !(c.lower.is_finite() && c.upper.is_finite()) {
        return (value, c);
    }
    let said = format!("the potentials' own value is {value}: the lower bound is shown");
    let remark = Some(c.remark.map_or_else(|| said.clone(), |r| format!("{r}; {said}")));
    (c.lower, Certificate { remark, ..c })
}

/// Why a value lies above the upper bound: no critic of the space comes there.
fn beyond(critic: &dyn Critic, term: &Term, value: f64, upper: f64) -> Result<String> {
    let reason = match (critic.lipschitz_bound()?, term.lipschitz()) {
        // what is proved grows no faster than the slope that is allowed: more than that is no fault of the slope
        (Some(slope), Some(allowed)) if slope > 1.000_001 * allowed && value <= 1.000_001 * upper * slope / allowed => {
            format!("the critic's slope is {slope:.4} at most, where {allowed} is allowed")
        }
        (None, Some(allowed)) => format!("no bound of the critic's slope is known, where {allowed} is allowed"),
        _ => "the critic's values are of single precision".into(),
    };
    Ok(format!("the value {value:.6e} lies above the proved upper bound {upper:.6e}: {reason}"))
}
