//! The Sinkhorn divergence as `host` has it, streamed over all pairs on a device, in f32.
use crate::critic::solution::OnDevice;
use crate::critic::solver::Problem;
use crate::device::ops::soft_field;
use crate::device::{Points, Values, number};
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::space::Cost;

/// Iterations between looks at the error: each look waits for the device.
const LOOK: usize = 5;
const MOST: usize = 2000;

/// What all iterations of one problem share.
struct Iteration<'a> {
    cost: &'a Cost,
    epsilon: f64,
    /// no cost is larger
    largest: f64,
    /// marginal error to stop at: 1e-5, or what rounding of c/ε leaves
    tolerance: f64,
    interrupt: &'a Interrupt,
}

/// ln of the weight of a point.
fn ln_weight(x: &Points) -> f64 {
    -(x.dims()[0] as f64).ln()
}

fn zeros(x: &Points) -> Values {
    Values::zeros([x.dims()[0]], &x.device())
}

/// The mean error of marginals that went from e^{−v/ε} to e^{−next/ε}, `[1]`.
fn error(v: &Values, next: &Values, epsilon: f64) -> Values {
    ((v.clone() - next.clone()).div_scalar(epsilon).exp() - 1.0).abs().mean()
}

impl Iteration<'_> {
    /// ε from the largest cost down, by quarters, to above the last one.
    fn schedule(&self) -> impl Iterator<Item = f64> {
        let epsilon = self.epsilon;
        std::iter::successors(Some(self.largest), |e| Some(e * 0.25)).take_while(move |e| *e > epsilon)
    }

    /// One direction of an iteration at x: −ε ln Σ_j b_j e^{(v_j − c_ij)/ε}, and the mean of ∇c under its terms.
    fn soft(&self, x: &Points, y: &Points, v: &Values, epsilon: f64) -> (Values, Points) {
        let (l, g) = soft_field(
            x,
            y,
            &v.clone().div_scalar(epsilon).add_scalar(ln_weight(y)),
            self.cost.scale / epsilon,
            self.cost.power as u32,
        );
        (l.mul_scalar(-epsilon), g.mul_scalar(epsilon))
    }

    /// Steps until the error is within the tolerance; `step` returns it if it is asked to look.
    fn settle(&self, mut step: impl FnMut(bool) -> Option<Values>) -> Result<()> {
        for k in 0..MOST {
            self.interrupt.check()?;
            if let Some(e) = step(k % LOOK == LOOK - 1)
                && number(&e)? <= self.tolerance
            {
                break;
            }
        }
        Ok(())
    }

    /// φ on P and g = −ψ on Q.
    fn between(&self, p: &Points, q: &Points) -> Result<(Values, Values)> {
        let (mut phi, mut g) = (zeros(p), zeros(q));
        for e in self.schedule() {
            phi = self.soft(p, q, &g, e).0;
            g = self.soft(q, p, &phi, e).0;
        }
        self.settle(|look| {
            phi = self.soft(p, q, &g, self.epsilon).0;
            let next = self.soft(q, p, &phi, self.epsilon).0;
            let seen = look.then(|| error(&g, &next, self.epsilon));
            g = next;
            seen
        })?;
        Ok((phi, g))
    }

    /// The symmetric potential of a sample and itself.
    fn within(&self, x: &Points) -> Result<Values> {
        let mut v = zeros(x);
        for e in self.schedule() {
            v = (v.clone() + self.soft(x, x, &v, e).0).mul_scalar(0.5);
        }
        self.settle(|look| {
            let m = self.soft(x, x, &v, self.epsilon).0;
            let seen = look.then(|| error(&v, &m, self.epsilon));
            v = (v.clone() + m).mul_scalar(0.5);
            seen
        })?;
        Ok(v)
    }
}

/// S_ε and its first variation at P for the cost |x − y| or |x − y|²; none for other powers.
///
/// # Errors
/// What the device reports, and an interrupt.
pub fn solve(cost: &Cost, epsilon: f64, problem: &Problem<Points>) -> Result<Option<OnDevice>> {
    let (p, q) = (problem.p, problem.q);
    if cost.power != 1.0 && cost.power != 2.0 {
        return Ok(None);
    }
    let (wide_p, wide_q) = (p.clone().abs().max(), q.clone().abs().max());
    // no cost is larger than that of twice the largest coordinate along every axis
    let reach = 2.0 * number(&wide_p)?.max(number(&wide_q)?) * (p.dims()[1] as f64).sqrt();
    let largest = cost.of_squared(reach * reach);
    let tolerance = f64::max(1e-5, 4e-7 * (1.0 + largest / epsilon));
    let iteration = Iteration { cost, epsilon, largest, tolerance, interrupt: problem.interrupt };
    let (phi, g) = iteration.between(p, q)?;
    let (own_p, own_q) = (iteration.within(p)?, iteration.within(q)?);
    let between = iteration.soft(p, q, &g, epsilon).1;
    let inside = iteration.soft(p, p, &own_p, epsilon).1;
    let value = phi.mean() + g.mean() - own_p.mean() - own_q.mean();
    Ok(Some(OnDevice { value, variation: between - inside }))
}
