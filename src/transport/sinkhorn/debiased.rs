//! The debiased divergence, from the potentials of three problems.
use super::finish::{Finish, MOST};
use super::half::asks;
use super::problem::{Entropic, Problem, Side, SinkhornOptions, check};
use super::solve::{FAR, sinkhorn};
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::space::Cost;
use crate::transport::dual::mean;
use crate::transport::ground;
use crate::transport::softmin::Pairs;

/// A tolerance up to this asks for a value, a larger one for a direction to move in.
const PRECISE: f64 = 1e-6;

/// The potential of a sample with itself, π_ij = a_i a_j e^{(φ_i + φ_j − c_ij)/ε}, both of whose marginals are asked the same: the
/// mean of φ and what its soft minimum asks for converges in a few steps. `psi` of the answer is −φ.
///
/// # Errors
/// ε or a weight that is not > 0, and an interrupt.
pub fn self_potential(
    x: &[f64],
    d: usize,
    cost: Cost,
    (a, side): (&[f64], Side),
    o: &SinkhornOptions,
    start: Option<&[f64]>,
    interrupt: &Interrupt,
) -> Result<Entropic> {
    let p = Problem { x, y: x, d, cost, a, b: a, rows: side, columns: side };
    check(&p, o)?;
    let largest = ground::largest(x, x, d, &cost);
    let pairs = Pairs::<f64>::new(x, x, d, cost);
    let mut phi = start.map_or_else(|| vec![0.0; a.len()], <[f64]>::to_vec);
    let mut asked: Vec<f64> = vec![0.0; a.len()];
    let mut step = |epsilon: f64, phi: &mut Vec<f64>| -> Result<f64> {
        let h: Vec<f64> = a.iter().zip(&*phi).map(|(w, v)| w.ln() + v / epsilon).collect();
        let m = pairs.softmin(epsilon, &h, phi, interrupt)?;
        let mut error = 0.0;
        for (((v, m), w), u) in phi.iter_mut().zip(m).zip(a).zip(&mut asked) {
            error += w * (((*v - m) / epsilon).min(50.0).exp() - u.exp()).abs();
            let minus;
            (minus, *u) = asks(side, m, epsilon, *u);
            *v = 0.5 * (*v - minus);
        }
        Ok(error)
    };
    let mut iterations = 0;
    // a point is its own neighbour: where some are far from all others nothing has to be paid for them
    let mut epsilon = if start.is_some() || largest > FAR * o.epsilon { o.epsilon } else { largest };
    while epsilon > o.epsilon {
        step(epsilon, &mut phi)?;
        iterations += 1;
        epsilon *= 0.25;
    }
    let mut history = vec![];
    let mut error = f64::INFINITY;
    while error > o.tolerance && history.len() < o.iterations {
        error = step(o.epsilon, &mut phi)?;
        history.push(error);
    }
    iterations += history.len();
    Ok(Entropic {
        epsilon: o.epsilon,
        psi: phi.iter().map(|v| -v).collect(),
        phi,
        iterations,
        error,
        converged: error <= o.tolerance,
        history,
    })
}

/// S_ε = OT_ε(P,Q) − ½OT_ε(P,P) − ½OT_ε(Q,Q) with its three potentials. [feydy2019](crate::references#feydy2019)
pub struct Debiased {
    /// S_ε
    pub value: f64,
    /// the potentials of OT_ε(P, Q)
    pub between: Entropic,
    /// those of OT_ε(P, P)
    pub within_p: Entropic,
    /// those of OT_ε(Q, Q)
    pub within_q: Entropic,
}

impl Debiased {
    /// OT_ε = Σ a φ − Σ b ψ at the optimum, and 2 Σ a φ for a sample with itself.
    fn difference(&self, a: &[f64], b: &[f64]) -> f64 {
        mean(&self.between.phi, a)
            - mean(&self.between.psi, b)
            - mean(&self.within_p.phi, a)
            - mean(&self.within_q.phi, b)
    }
    /// What to say if an iteration did not converge.
    pub fn failure(&self, o: &SinkhornOptions) -> Option<String> {
        let all = [&self.between, &self.within_p, &self.within_q];
        let (error, iterations) = all.iter().fold((0.0, 0), |(e, n), s| (f64::max(e, s.error), n + s.iterations));
        let bad = all.iter().any(|s| !s.converged);
        bad.then(|| format!("not converged: the marginal error is {error:.1e} after {iterations} iterations, {:.0e} was asked for; take an epsilon above {}, or at most {MOST} points of each sample", o.tolerance, o.epsilon))
    }
}

/// An iteration that did not converge where a precise value was asked for, finished by Newton's method; flows go on with
/// what they have.
fn finished(p: &Problem, o: &SinkhornOptions, e: Entropic, allowed: f64, interrupt: &Interrupt) -> Result<Entropic> {
    if e.converged && allowed == f64::INFINITY || o.tolerance > PRECISE {
        return Ok(e);
    }
    Finish { problem: p, epsilon: o.epsilon, tolerance: o.tolerance, allowed, interrupt }.run(e)
}

/// One potential of a sample with itself, from a pair that may differ by a constant; φ = −ψ stays as it is.
fn symmetric(mut e: Entropic) -> Entropic {
    e.phi.iter_mut().zip(&mut e.psi).for_each(|(phi, psi)| {
        *phi = 0.5 * (*phi - *psi);
        *psi = -*phi;
    });
    e
}

/// Samples as rows and weights; `start` has potentials ψ between, φ within P, φ within Q to start from.
pub fn divergence<'a>(
    p: (&'a [f64], &'a [f64]),
    q: (&'a [f64], &'a [f64]),
    d: usize,
    cost: Cost,
    o: &SinkhornOptions,
    start: [Option<&[f64]>; 3],
    interrupt: &Interrupt,
) -> Result<Debiased> {
    let problem = |x: (&'a [f64], &'a [f64]), y: (&'a [f64], &'a [f64])| Problem {
        x: x.0,
        y: y.0,
        d,
        cost,
        a: x.1,
        b: y.1,
        rows: Side::Fixed,
        columns: Side::Fixed,
    };
    let finish = |x, y, e, allowed| finished(&problem(x, y), o, e, allowed, interrupt);
    let within = |x: (&'a [f64], &'a [f64]), start: Option<&[f64]>| -> Result<Entropic> {
        let found = self_potential(x.0, d, cost, (x.1, Side::Fixed), o, start, interrupt)?;
        Ok(symmetric(finish(x, x, found, f64::INFINITY)?))
    };
    let between = finish(p, q, sinkhorn(&problem(p, q), o, start[0], interrupt)?, f64::INFINITY)?;
    let mut all = Debiased { value: 0.0, between, within_p: within(p, start[1])?, within_q: within(q, start[2])? };
    all.value = all.difference(p.1, q.1);
    // where the three nearly cancel, or are slow, an error of the marginals says little about what is left
    let size = o.epsilon + mean(&all.within_p.phi, p.1).abs() + mean(&all.within_q.phi, q.1).abs();
    let slow = [&all.between, &all.within_p, &all.within_q].iter().any(|e| e.history.len() > o.iterations);
    if o.tolerance <= PRECISE && (slow || all.value.abs() < 1e-3 * size) {
        let allowed = 1e-10 * all.value.abs();
        all.between = finish(p, q, all.between, allowed)?;
        all.within_p = symmetric(finish(p, p, all.within_p, allowed)?);
        all.within_q = symmetric(finish(q, q, all.within_q, allowed)?);
        all.value = all.difference(p.1, q.1);
    }
    Ok(all)
}
