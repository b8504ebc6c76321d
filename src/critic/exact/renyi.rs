//! The regularised Rényi divergence between samples, solved as a sequence of flows. [birrell2023](crate::references#birrell2023)
//!
//! inf_η { R_α(P‖η) + L W₁(Q, η) }: ln S ≤ S/t − 1 + ln t makes it a flow from Q to the points of P at the price
//! (x^{1−α} − 1)/(α(α − 1)t) on x = η/P, or to where it is for nothing, and t = S is a descent.
use super::plan::{Plan, variations};
use crate::critic::potentials::Envelope;
use crate::critic::sample::Sample;
use crate::critic::solution::Solution;
use crate::critic::solver::Problem;
use crate::divergence::Renyi;
use crate::error::{Error, Result};
use crate::generator::{Generator, expr};
use crate::interrupt::Interrupt;
use crate::space::Cost;
use crate::sums::ROUNDING;
use crate::transport::ground::Ground;
use crate::transport::semi::{Flow, MOST_PAIRS, normalise, refine};
use crate::transport::weights::{Units, common_units};
use std::sync::Arc;

/// Flows at most; each descends.
const MOST_FLOWS: usize = 100;

/// What all flows of one problem share.
struct Descent<'a> {
    order: &'a Renyi,
    p: &'a Sample,
    q: &'a Sample,
    /// from the points of Q to those of P, and behind them to those of Q
    ground: Ground,
    to_p: Ground,
    from_p: Ground,
    units: Units,
    /// relative gap to stop at
    tolerance: f64,
    interrupt: &'a Interrupt,
}

/// lower ≤ R ≤ upper, and what the upper bound comes from.
struct Bracket {
    /// in f64
    lower: f64,
    upper: f64,
    /// both, rounding included
    proved: (f64, f64),
    best: Option<Best>,
}

struct Best {
    /// from Q to all points
    plan: Plan,
    /// ⟨c, π⟩
    transport: f64,
    /// −g at the points of P
    u: Vec<f64>,
}

impl Bracket {
    fn is_closed(&self, tolerance: f64) -> bool {
        self.upper - self.lower <= tolerance * self.upper.abs() + 1e-12
    }
}

impl<'a> Descent<'a> {
    fn new(order: &'a Renyi, cost: &Cost, tolerance: f64, problem: &Problem<'a>) -> Result<Descent<'a>> {
        let Problem { p, q, interrupt, .. } = *problem;
        let n = p.len();
        if q.len().saturating_mul(n + q.len()) > MOST_PAIRS / 64 {
            return Err(Error::Unsupported {
                what: format!("exact() for a Renyi divergence between {n} and {} points", q.len()),
                reason: "is a sequence of flows over all pairs of points".into(),
                advice: "use fewer rows, or a network, which proves a lower bound".into(),
            });
        }
        let everywhere: Vec<f64> = p.rows.iter().chain(&q.rows).copied().collect();
        Ok(Descent {
            order,
            p,
            q,
            ground: Ground::new(&q.rows, &everywhere, p.d, *cost, interrupt)?,
            to_p: Ground::lazy(&q.rows, &p.rows, p.d, *cost),
            from_p: Ground::lazy(&p.rows, &q.rows, p.d, *cost),
            units: common_units(q.len(), n, q.given_weights(), p.given_weights())?,
            tolerance,
            interrupt,
        })
    }

    /// 1/(α(α − 1))
    fn factor(&self) -> f64 {
        let alpha = self.order.alpha();
        1.0 / (alpha * (alpha - 1.0))
    }

    /// (x^{1−α} − 1)/(α(α − 1)t)
    fn price(&self, t: f64) -> Result<Generator> {
        let power = expr::pow(&expr::x(), &expr::constant(1.0 - self.order.alpha()));
        let price = expr::scale(self.factor() / t, &expr::sub(&power, &expr::constant(1.0)));
        Generator::new("renyi price", price).map_err(|source| Error::Generator { name: "renyi".into(), source })
    }

    /// Solves the flow of t, narrowing the bracket on the way; S of its plan, and the pivots it took.
    fn flow(&self, t: f64, bracket: &mut Bracket) -> Result<(f64, u64)> {
        let (alpha, c, n) = (self.order.alpha(), self.factor(), self.p.len());
        let f = self.price(t)?;
        let Units { rows, columns, total } = &self.units;
        let flow = Flow { ground: &self.ground, f: &f, rows, columns, inside: None, tilt: 0.0 };
        let mut s_at = t;
        let pivots = refine(&flow, self.interrupt, &mut |s| {
            let (plan, eta) = normalise(&s.plan, rows, &self.q.weights, self.ground.cols(), *total);
            let transport: f64 = plan.iter().map(|(i, j, w)| self.ground.at(*i, *j) * w).sum();
            let sum: f64 = eta[..n].iter().zip(&self.p.weights).map(|(eta, w)| w * (eta / w).powf(1.0 - alpha)).sum();
            let top = transport + c * sum.ln();
            // −g on P is minus the price there; on Q its least extension
            let u: Vec<f64> = self.to_p.envelope(&s.phi, self.interrupt)?.into_iter().map(|v| (-v).max(0.0)).collect();
            let low = lower_bound(self.order, &self.from_p, &u, &self.p.weights, &self.q.weights, self.interrupt)?;
            let [low, proved] = low;
            bracket.lower = f64::max(bracket.lower, low);
            bracket.proved.0 = f64::max(bracket.proved.0, proved);
            if top <= bracket.upper {
                let off = 8.0 + (plan.len() + n) as f64;
                let size = transport + c * sum.ln().abs() + c;
                bracket.proved.1 = top + off * ROUNDING * size + self.ground.relative_error() * transport;
                bracket.upper = top;
                bracket.best = Some(Best { plan, transport, u });
            }
            s_at = sum;
            Ok(top - low <= self.tolerance * top.abs() + 1e-12)
        })?;
        Ok((s_at, pivots))
    }
}

/// The Rényi divergence of an order above 1 with c = L|x − y|, to a relative gap.
///
/// # Errors
/// Samples of too many pairs; a problem without a finite value.
pub fn solve(order: &Renyi, cost: &Cost, tolerance: f64, problem: &Problem) -> Result<Solution> {
    let descent = Descent::new(order, cost, tolerance, problem)?;
    let ends = (f64::NEG_INFINITY, f64::INFINITY);
    let mut bracket = Bracket { lower: ends.0, upper: ends.1, proved: ends, best: None };
    let (mut t, mut iterations, mut history) = (1.0, 0, vec![]);
    for _ in 0..MOST_FLOWS {
        let (s, pivots) = descent.flow(t, &mut bracket)?;
        iterations += pivots;
        history.push((bracket.lower, bracket.upper));
        if bracket.is_closed(tolerance) || (s / t - 1.0).abs() < 1e-13 {
            break;
        }
        t = s;
    }
    let Bracket { lower, upper, proved, best: Some(Best { plan, transport, u }) } = bracket else {
        return Err(Error::data("exact()", "the Renyi problem has no finite value here"));
    };
    let (p, q) = (problem.p, problem.q);
    // what stays where it is moves nothing
    let plan: Plan = plan.into_iter().filter(|e| e.1 < p.len()).collect();
    let (on_target, on_source) = variations(&plan, q, p, cost, 1.0);
    let gap = upper - lower;
    let psi = u.iter().map(|v| -v).collect();
    let potential = Envelope { targets: p.rows.clone(), d: p.d, cost: *cost, psi, cap: 0.0, scale: 1.0 };
    Ok(Solution {
        on_target: Some(on_target),
        plan: Some(plan.into_iter().map(|(i, j, w)| (j, i, w)).collect()),
        transport: Some(transport),
        history,
        iterations: iterations as usize,
        remark: (gap > 1e-6 * upper.abs().max(1e-6)).then(|| format!("the bounds stayed {gap:.1e} apart")),
        ..Solution::new([proved.0, 0.5 * (lower + upper), proved.1], Arc::new(potential), on_source)
    })
}

/// E_Q g + c ln E_P |g|^e + k with |g| = u on P and its least L-Lipschitz extension on Q: a lower bound for every u ≥ 0, as
/// it came out in f64 and rounding included. The
/// rows of `ground` are P's; a and b weigh the points of P and Q.
///
/// # Errors
/// An interrupt.
pub fn lower_bound(
    order: &Renyi,
    ground: &Ground,
    u: &[f64],
    a: &[f64],
    b: &[f64],
    interrupt: &Interrupt,
) -> Result<[f64; 2]> {
    let on_q: f64 = ground.envelope(u, interrupt)?.iter().zip(b).map(|(v, w)| w * v.max(0.0)).sum();
    // ln E_P u^e, shifted by the largest term whichever sign e has
    let logs: Vec<f64> = u.iter().map(|u| order.exponent * u.max(1e-300).ln()).collect();
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mean: f64 = logs.iter().zip(a).map(|(v, w)| w * (v - top).exp()).sum();
    let logarithm = order.factor * (mean.ln() + top);
    let value = logarithm + order.constant - on_q;
    // sums of positive terms, each with a power and a logarithm; and costs may be smaller by their relative error
    let units = 32.0 + 2.0 * (a.len() + b.len()) as f64;
    let size = logarithm.abs() + order.factor.abs() * (1.0 + top.abs()) + order.constant.abs() + on_q;
    Ok([value, value - units * ROUNDING * size - ground.relative_error() * on_q])
}
