//! The debiased divergence, from the potentials of three problems.
use super::problem::{Entropic, Problem, Side, SinkhornOptions, check};
use super::solve::sinkhorn;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::space::Cost;
use crate::transport::dual::mean;
use crate::transport::ground;
use crate::transport::softmin::Pairs;

/// The potential of a sample with itself, π_ij = a_i a_j e^{(φ_i + φ_j − c_ij)/ε}: the mean of φ and its soft minimum
/// converges in a few steps. `psi` of the answer is −φ.
///
/// # Errors
/// ε or a weight that is not > 0, and an interrupt.
pub fn self_potential(
    x: &[f64],
    d: usize,
    cost: Cost,
    a: &[f64],
    o: &SinkhornOptions,
    start: Option<&[f64]>,
    interrupt: &Interrupt,
) -> Result<Entropic> {
    let p = Problem { x, y: x, d, cost, a, b: a, rows: Side::Fixed, columns: Side::Fixed };
    check(&p, o)?;
    let largest = ground::largest(x, x, d, &cost);
    let pairs = Pairs::<f64>::new(x, x, d, cost);
    let mut phi = start.map_or_else(|| vec![0.0; a.len()], <[f64]>::to_vec);
    let step = |epsilon: f64, phi: &mut Vec<f64>| -> Result<f64> {
        let h: Vec<f64> = a.iter().zip(&*phi).map(|(w, v)| w.ln() + v / epsilon).collect();
        let m = pairs.softmin(epsilon, &h, phi, interrupt)?;
        let mut error = 0.0;
        for ((v, m), w) in phi.iter_mut().zip(m).zip(a) {
            error += w * (((*v - m) / epsilon).min(50.0).exp() - 1.0).abs();
            *v = 0.5 * (*v + m);
        }
        Ok(error)
    };
    let mut iterations = 0;
    let mut epsilon = if start.is_some() { o.epsilon } else { largest };
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
    /// What to say if an iteration did not converge.
    pub fn failure(&self, o: &SinkhornOptions) -> Option<String> {
        let all = [&self.between, &self.within_p, &self.within_q];
        let (error, iterations) = all.iter().fold((0.0, 0), |(e, n), s| (f64::max(e, s.error), n + s.iterations));
        let bad = all.iter().any(|s| !s.converged);
        bad.then(|| format!("not converged: the marginal error is {error:.1e} after {iterations} iterations, {:.0e} was asked for; take an epsilon above {}", o.tolerance, o.epsilon))
    }
}

/// Samples as rows and weights; `start` has potentials ψ between, φ within P, φ within Q to start from.
pub fn divergence(
    p: (&[f64], &[f64]),
    q: (&[f64], &[f64]),
    d: usize,
    cost: Cost,
    o: &SinkhornOptions,
    start: [Option<&[f64]>; 3],
    interrupt: &Interrupt,
) -> Result<Debiased> {
    let problem = Problem { x: p.0, y: q.0, d, cost, a: p.1, b: q.1, rows: Side::Fixed, columns: Side::Fixed };
    let between = sinkhorn(&problem, o, start[0], interrupt)?;
    let within_p = self_potential(p.0, d, cost, p.1, o, start[1], interrupt)?;
    let within_q = self_potential(q.0, d, cost, q.1, o, start[2], interrupt)?;
    // OT_ε = Σ a φ − Σ b ψ at the optimum, and 2 Σ a φ for a sample with itself
    let value = mean(&between.phi, p.1) - mean(&between.psi, q.1) - mean(&within_p.phi, p.1) - mean(&within_q.phi, q.1);
    Ok(Debiased { value, between, within_p, within_q })
}
