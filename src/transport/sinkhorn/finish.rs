//! Newton's method for what Sinkhorn's iteration leaves: between samples that nearly coincide, or for a small ε, its rate
//! is near one, while a few Newton steps double the digits each.
//!
//! F(ψ) = Σ a φ(ψ) − Σ b ψ with φ(ψ) the soft minimum is concave; with π the plan, whose rows are right, ∂F = πᵀ1 − b and
//! −ε ∂²F = diag(πᵀ1) − πᵀ diag(a)⁻¹ π, singular along constants. [peyre2019](crate::references#peyre2019)
use super::problem::{Entropic, Problem};
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::matrix::{Cholesky, scaled_product, transposed, view};
use crate::transport::dual::mean;
use crate::transport::ground::Ground;
use crate::transport::softmin::Pairs;
use rayon::prelude::*;

/// Most points of a sample: the plan and its products are kept as matrices.
pub(super) const MOST: usize = 1500;
const MOST_STEPS: usize = 60;
/// Rows of a product between two looks at the interrupt.
const STRIP: usize = 64;

/// Potentials with their dual value and the plan they give.
struct State {
    phi: Vec<f64>,
    psi: Vec<f64>,
    value: f64,
}

/// The problem with both marginals fixed.
pub(super) struct Finish<'a> {
    pub problem: &'a Problem<'a>,
    pub epsilon: f64,
    pub tolerance: f64,
    /// how far the dual value may be from its maximum
    pub allowed: f64,
    pub interrupt: &'a Interrupt,
}

impl Finish<'_> {
    /// Goes on from potentials that did not converge; as they were if no step improves them.
    ///
    /// # Errors
    /// An interrupt.
    pub fn run(&self, e: Entropic) -> Result<Entropic> {
        let p = self.problem;
        if p.a.len().max(p.b.len()) > MOST {
            return Ok(e);
        }
        let pairs = Pairs::<f64>::new(p.x, p.y, p.d, p.cost);
        let ground = Ground::new(p.x, p.y, p.d, p.cost, self.interrupt)?;
        let mut state = self.at(&pairs, e.psi.clone())?;
        let mut history = e.history;
        let mut steps = 0;
        let error = loop {
            self.interrupt.check()?;
            let plan = self.plan(&ground, &state);
            let columns = self.column_sums(&plan);
            let error: f64 = columns.iter().zip(p.b).map(|(s, b)| (s - b).abs()).sum();
            history.push(error);
            let small = error <= self.tolerance;
            if small && self.allowed == f64::INFINITY || steps == MOST_STEPS {
                break error;
            }
            let Some(step) = self.step(plan, &columns)? else { break error };
            // half of this is what the value still gains
            let slope: f64 = columns.iter().zip(p.b).zip(&step).map(|((s, b), d)| (s - b) * d).sum();
            if small && slope <= self.allowed {
                break error;
            }
            let Some(next) = self.climb(&pairs, &state, &step, slope)? else { break error };
            state = next;
            steps += 1;
        };
        let State { phi, psi, .. } = state;
        let converged = error <= self.tolerance;
        Ok(Entropic { phi, psi, error, converged, history, iterations: e.iterations + steps, ..e })
    }

    /// φ as the soft minimum of ψ: the rows of the plan are right.
    fn at(&self, pairs: &Pairs<f64>, psi: Vec<f64>) -> Result<State> {
        let Problem { a, b, .. } = *self.problem;
        let h: Vec<f64> = b.iter().zip(&psi).map(|(b, v)| b.ln() - v / self.epsilon).collect();
        let phi = pairs.softmin(self.epsilon, &h, &[], self.interrupt)?;
        let value = mean(&phi, a) - mean(&psi, b);
        Ok(State { phi, psi, value })
    }

    /// π_ij = a_i b_j exp((φ_i − ψ_j − c_ij)/ε), row-major.
    fn plan(&self, ground: &Ground, s: &State) -> Vec<f64> {
        let Problem { a, b, .. } = *self.problem;
        let m = b.len();
        let mut plan = vec![0.0; a.len() * m];
        plan.par_chunks_mut(m).zip(&s.phi).zip(a).enumerate().for_each(|(i, ((row, phi), a))| {
            // −(φ − ψ − c)
            let minus: Vec<f64> = s.psi.iter().map(|v| -v).collect();
            ground.reduced(i, 0, -phi, &minus, row);
            row.iter_mut().zip(b).for_each(|(v, b)| *v = a * b * (-*v / self.epsilon).exp());
        });
        plan
    }

    fn column_sums(&self, plan: &[f64]) -> Vec<f64> {
        let m = self.problem.b.len();
        let mut sums = vec![0.0; m];
        plan.chunks(m).for_each(|row| sums.iter_mut().zip(row).for_each(|(s, v)| *s += v));
        sums
    }

    /// ε (diag s − πᵀ diag(a)⁻¹ π)⁻¹ (s − b) for the column sums s; along constants, where nothing changes, s sᵀ is added.
    fn step(&self, mut plan: Vec<f64>, s: &[f64]) -> Result<Option<Vec<f64>>> {
        let Problem { a, b, .. } = *self.problem;
        let (n, m) = (a.len(), b.len());
        plan.par_chunks_mut(m).zip(a).for_each(|(row, a)| {
            let root = a.sqrt();
            row.iter_mut().for_each(|v| *v /= root);
        });
        let mut hessian = vec![0.0; m * m];
        hessian.par_chunks_mut(STRIP * m).enumerate().for_each(|(k, strip)| {
            if !self.interrupt.is_requested() {
                let (rows, first) = (strip.len() / m, k * STRIP);
                scaled_product((rows, m, n), strip, m, false, -1.0, transposed(&plan[first..], m), view(&plan, m));
            }
        });
        self.interrupt.check()?;
        for (j, row) in hessian.chunks_mut(m).enumerate() {
            row.iter_mut().zip(s).for_each(|(v, t)| *v += s[j] * t);
            row[j] += s[j];
        }
        let top = s.iter().copied().fold(0.0, f64::max);
        let gradient: Vec<f64> = s.iter().zip(b).map(|(s, b)| self.epsilon * (s - b)).collect();
        for jitter in [0.0, 1e-15, 1e-13, 1e-11] {
            let mut h = hessian.clone();
            (0..m).for_each(|j| h[j * m + j] += jitter * top);
            if let Some(factor) = Cholesky::new(h, m) {
                return Ok(Some(factor.solve(&gradient)));
            }
        }
        Ok(None)
    }

    /// The step, halved until the dual value rises by a part of what its slope promises.
    fn climb(&self, pairs: &Pairs<f64>, from: &State, step: &[f64], slope: f64) -> Result<Option<State>> {
        let mut t = 1.0;
        for _ in 0..40 {
            let next = self.at(pairs, from.psi.iter().zip(step).map(|(v, d)| v + t * d).collect())?;
            // near the optimum what is gained is less than the rounding of the value
            let rounding = 1e-15 * (next.phi.iter().chain(&next.psi).fold(0.0, |m: f64, v| m.max(v.abs())));
            if next.value >= from.value + 1e-4 * t * slope - rounding {
                return Ok(Some(next));
            }
            t *= 0.5;
        }
        Ok(None)
    }
}
