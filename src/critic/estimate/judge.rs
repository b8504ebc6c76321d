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
        return Ok((solution.value, Certificate::of(&solution)));
    }
    critic.settle();
    let value = finite("the objective of the critic", f64::from(values(&critic.objective(term, p, q)?)?[0]))?;
    let (p, q) = all.unwrap_or((p, q));
    if p.dims()[0].saturating_mul(q.dims()[0]) > PROVABLE {
        let remark = format!(
            "nothing is proved: {} x {} pairs would take minutes; certify(e.critic, p.rows(0, 10000), q.rows(0, 10000)) proves it for parts",
            p.dims()[0],
            q.dims()[0]
        );
        return Ok((value, Certificate { remark: Some(remark), ..Certificate::at_least(f64::NEG_INFINITY) }));
    }
    let c = certify(critic, term, p, q, upper, interrupt)?;
    // no divergence is negative, and bounds that meet may cross by a rounding
    Ok((value, Certificate { lower: c.lower.max(0.0).min(c.upper), ..c }))
}
