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

/// The value of a critic on the samples it was fitted to, and its certificate on all points.
///
/// # Errors
/// As [`certify`], and a value that cannot be read.
pub fn judge(
    critic: &mut dyn Critic,
    term: &Term,
    (p, q): (&Points, &Points),
    all: Option<(&Points, &Points)>,
    upper: Upper,
    interrupt: &Interrupt,
) -> Result<(f64, Certificate)> {
    if let Some(solution) = critic.solution() {
        return Ok(shown(solution.value, Certificate::of(&solution)));
    }
    critic.settle();
    let value = finite("the objective of the critic", f64::from(values(&critic.objective(term, p, q)?)?[0]))?;
    let same = all.is_none();
    let (p, q) = all.unwrap_or((p, q));
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
        (Some(slope), Some(allowed)) if slope > 1.000_001 * allowed => {
            format!("the critic's slope is {slope:.4} at most, where {allowed} is allowed")
        }
        (None, Some(allowed)) => format!("no bound of the critic's slope is known, where {allowed} is allowed"),
        _ => "the critic's values are of single precision".into(),
    };
    Ok(format!("the value {value:.6e} lies above the proved upper bound {upper:.6e}: {reason}"))
}
