//! Entropic transport in the log domain, each marginal fixed or at the price of a convex f, without any M × N buffer.
//!
//! max Σ −a_i g*(−φ_i) − Σ b_j f*(ψ_j) − ε Σ a_i b_j (e^{(φ_i − ψ_j − c_ij)/ε} − 1), where a fixed marginal has g*(−φ) = −φ.
//! Alternating exact maximisation is Sinkhorn's iteration; ε falls to its value by factors of four, and once it is
//! there, over-relaxation by the observed rate shortens the tail. [cuturi2013], [chizat2018], [thibault2021]
use super::dual::mean;
use super::ground::Cost;
use super::softmin::Pairs;
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::interrupt::Interrupt;
use crate::simd::Real;
use serde::{Deserialize, Serialize};

/// A marginal: as given, or free at the price D_f of what it becomes.
#[derive(Clone, Copy)]
pub enum Side<'a> {
    Fixed,
    Free(&'a Generator),
}

/// Two weighted samples, rows in row-major order, and the cost between them.
#[derive(Clone, Copy)]
pub struct Problem<'a> {
    pub x: &'a [f64],
    pub y: &'a [f64],
    pub d: usize,
    pub cost: Cost,
    pub a: &'a [f64],
    pub b: &'a [f64],
    pub rows: Side<'a>,
    pub columns: Side<'a>,
}

/// How far to go.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SinkhornOptions {
    /// ε, in the units of the cost
    pub epsilon: f64,
    /// stop once the marginals are this near in total variation norm
    pub tolerance: f64,
    pub iterations: usize,
}

impl Default for SinkhornOptions {
    fn default() -> Self {
        SinkhornOptions { epsilon: 0.01, tolerance: 1e-6, iterations: 5000 }
    }
}

/// Potentials with π_ij = a_i b_j e^{(φ_i − ψ_j − c_ij)/ε}, and how good they are.
#[derive(Clone, Debug)]
pub struct Entropic {
    pub epsilon: f64,
    pub phi: Vec<f64>,
    pub psi: Vec<f64>,
    pub iterations: usize,
    /// Σ |marginal − what it should be|
    pub error: f64,
    pub converged: bool,
    /// marginal error after each iteration at the final ε
    pub history: Vec<f64>,
}

/// The potential −m − ε u where the mass e^u has ε u + f'(e^u) = −m, and u; f' may jump and u may be far from 0.
fn proximal(f: &Generator, m: f64, epsilon: f64, start: f64) -> (f64, f64) {
    let g = |u: f64| {
        let (d1, d2) = f.slopes_at(u.exp());
        (epsilon * u + d1 + m, epsilon + u.exp() * d2)
    };
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let (mut u, mut reach) = (start, 1.0);
    for _ in 0..200 {
        let (value, slope) = g(u);
        if value == 0.0 {
            break;
        }
        if value > 0.0 {
            high = u
        } else {
            low = u
        }
        let newton = u - value / slope;
        let next = if newton > low && newton < high && (newton - u).abs() <= 2.0 + reach {
            newton
        } else if low.is_finite() && high.is_finite() {
            0.5 * (low + high)
        } else {
            reach *= 2.0;
            if value > 0.0 { u - reach } else { u + reach }
        };
        let step = (next - u).abs();
        u = next;
        if step <= 1e-15 * (1.0 + u.abs()) || high - low <= 1e-15 * (1.0 + u.abs()) {
            break;
        }
    }
    (-m - epsilon * u, u)
}

/// One marginal's state: potential, and ln of the mass it asks for, per unit of its own weight.
struct Half<'a> {
    side: Side<'a>,
    weights: &'a [f64],
    logs: Vec<f64>,
    potential: Vec<f64>,
    asked: Vec<f64>,
}

impl<'a> Half<'a> {
    fn new(side: Side<'a>, weights: &'a [f64], potential: Vec<f64>) -> Half<'a> {
        let n = weights.len();
        Half { side, weights, logs: weights.iter().map(|w| w.ln()).collect(), potential, asked: vec![0.0; n] }
    }
    /// ln w − potential/ε: what the other side's soft minimum takes.
    fn exponents(&self, epsilon: f64) -> Vec<f64> {
        self.logs.iter().zip(&self.potential).map(|(l, p)| l - p / epsilon).collect()
    }
    /// Takes the soft minima m over the other side; returns how far the marginal was from what was asked for.
    fn update(&mut self, m: &[f64], epsilon: f64, omega: f64) -> f64 {
        let mut error = 0.0;
        for (j, m) in m.iter().enumerate() {
            let mass = ((-self.potential[j] - m) / epsilon).min(50.0).exp();
            error += self.weights[j] * (mass - self.asked[j].exp()).abs();
            let (new, asked) = match self.side {
                Side::Fixed => (-m, 0.0),
                Side::Free(f) => proximal(f, *m, epsilon, self.asked[j]),
            };
            self.potential[j] += omega * (new - self.potential[j]);
            self.asked[j] = asked;
        }
        error
    }
}

/// Both directions of streaming, in one precision.
struct Streams<T> {
    over_columns: Pairs<T>,
    over_rows: Pairs<T>,
}

impl<T: Real> Streams<T> {
    fn new(p: &Problem) -> Streams<T> {
        Streams { over_columns: Pairs::new(p.x, p.y, p.d, p.cost), over_rows: Pairs::new(p.y, p.x, p.d, p.cost) }
    }
    /// Rows, then columns. The marginal error is that of the columns, seen before they are mended, and of the rows too
    /// when a step was over-relaxed.
    fn iterate(
        &self,
        rows: &mut Half,
        columns: &mut Half,
        epsilon: f64,
        omega: f64,
        interrupt: &Interrupt,
    ) -> Result<f64> {
        let near = |h: &Half| h.potential.iter().map(|p| -p).collect::<Vec<f64>>();
        let m = self.over_columns.softmin(epsilon, &columns.exponents(epsilon), &near(rows), interrupt)?;
        let before = rows.update(&m, epsilon, omega);
        let m = self.over_rows.softmin(epsilon, &rows.exponents(epsilon), &near(columns), interrupt)?;
        let after = columns.update(&m, epsilon, omega);
        Ok(if omega == 1.0 { after } else { before.max(after) })
    }
}

fn check(p: &Problem, o: &SinkhornOptions) -> Result<()> {
    if !(o.epsilon.is_finite() && o.epsilon > 0.0) {
        return Err(Error::data("entropic transport", format!("epsilon is {}, expected a number > 0", o.epsilon)));
    }
    let (n, m) = (p.x.len() / p.d, p.y.len() / p.d);
    if p.a.len() != n || p.b.len() != m || p.a.iter().chain(p.b).any(|w| !(*w > 0.0)) {
        return Err(Error::data("entropic transport", "every point needs a weight > 0; leave out points of weight 0"));
    }
    Ok(())
}

/// Solves from ψ = 0 by annealing, or from the given ψ at once.
pub fn sinkhorn(p: &Problem, o: &SinkhornOptions, start: Option<&[f64]>, interrupt: &Interrupt) -> Result<Entropic> {
    check(p, o)?;
    let largest = super::ground::largest(p.x, p.y, p.d, &p.cost);
    // exponents of size c/ε are rounded in f32; where that is finer than asked for it is all that is needed
    let noise = 4e-7 * (1.0 + largest / o.epsilon);
    let mut rows = Half::new(p.rows, p.a, vec![0.0; p.a.len()]);
    let mut columns = Half::new(p.columns, p.b, start.map_or_else(|| vec![0.0; p.b.len()], <[f64]>::to_vec));
    let mut solver = Solver { o, rows: &mut rows, columns: &mut columns, history: vec![], iterations: 0 };
    let mut error = f64::INFINITY;
    if noise < 0.1 && p.a.len() * p.b.len() > 10_000 {
        let streams = Streams::<f32>::new(p);
        if start.is_none() {
            solver.anneal(&streams, largest, interrupt)?;
        }
        error = solver.run(&streams, o.tolerance.max(10.0 * noise), interrupt)?;
    } else if start.is_none() {
        solver.anneal(&Streams::<f64>::new(p), largest, interrupt)?;
    }
    if !(error <= o.tolerance) {
        error = solver.run(&Streams::<f64>::new(p), o.tolerance, interrupt)?;
    }
    let (history, iterations) = (solver.history, solver.iterations);
    if rows.potential.iter().chain(&columns.potential).any(|v| !v.is_finite()) {
        return Err(Error::data(
            "entropic transport",
            format!("epsilon {} is too small for costs up to {largest:.3e}: the potentials are not finite", o.epsilon),
        ));
    }
    let phi = rows.potential.iter().map(|v| -v).collect();
    Ok(Entropic {
        epsilon: o.epsilon,
        phi,
        psi: columns.potential,
        iterations,
        error,
        converged: error <= o.tolerance,
        history,
    })
}

struct Solver<'a, 'b> {
    o: &'a SinkhornOptions,
    rows: &'a mut Half<'b>,
    columns: &'a mut Half<'b>,
    history: Vec<f64>,
    iterations: usize,
}

impl Solver<'_, '_> {
    fn anneal<T: Real>(&mut self, streams: &Streams<T>, largest: f64, interrupt: &Interrupt) -> Result<()> {
        let mut epsilon = largest;
        while epsilon > self.o.epsilon {
            streams.iterate(self.rows, self.columns, epsilon, 1.0, interrupt)?;
            self.iterations += 1;
            epsilon *= 0.25;
        }
        Ok(())
    }

    /// Plain iterations show the rate of convergence; then the best relaxation for that rate, for as long as it helps.
    fn run<T: Real>(&mut self, streams: &Streams<T>, tolerance: f64, interrupt: &Interrupt) -> Result<f64> {
        const LOOK: usize = 6;
        let both_fixed = matches!((self.rows.side, self.columns.side), (Side::Fixed, Side::Fixed));
        let (mut omega, mut plain, mut best) = (1.0, 0i64, f64::INFINITY);
        let (mut most, mut since) = (1.9, 0);
        let mut error = self.history.last().copied().unwrap_or(f64::INFINITY);
        while self.history.len() < self.o.iterations {
            error = streams.iterate(self.rows, self.columns, self.o.epsilon, omega, interrupt)?;
            self.iterations += 1;
            self.history.push(error);
            let n = self.history.len();
            if omega == 1.0 && error <= tolerance {
                break;
            }
            if omega > 1.0 && error <= 0.2 * tolerance {
                // an over-relaxed state is not a plan yet: plain iterations finish, and are given time to
                (omega, plain) = (1.0, -50);
                continue;
            }
            plain = if omega == 1.0 { plain + 1 } else { 0 };
            since = if error < 0.9 * best { 0 } else { since + 1 };
            best = f64::min(best, error);
            if omega > 1.0 && since > 60 {
                // the rate was wrong: less of it
                (most, omega, plain, since) = (1.0 + 0.7 * (omega - 1.0), 1.0, 0, 0);
                continue;
            }
            if both_fixed && omega == 1.0 && plain > LOOK as i64 {
                let rate = (error / self.history[n - 1 - LOOK]).powf(1.0 / LOOK as f64);
                if rate > 0.5 && rate < 1.0 {
                    omega = (2.0 / (1.0 + (1.0 - rate).sqrt())).min(most);
                    (best, since) = (error, 0);
                }
            } else if omega > 1.0 && error > 4.0 * best {
                (omega, plain) = (1.0, 0);
            }
        }
        if omega > 1.0 {
            // out of time in the middle: what is returned is at least a plain state, with its own error
            error = streams.iterate(self.rows, self.columns, self.o.epsilon, 1.0, interrupt)?;
        }
        Ok(error)
    }
}

/// The potential of a sample with itself, π_ij = a_i a_j e^{(φ_i + φ_j − c_ij)/ε}: the mean of φ and its soft minimum
/// converges in a few steps. `psi` of the answer is −φ.
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
    let largest = super::ground::largest(x, x, d, &cost);
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

/// S_ε = OT_ε(P,Q) − ½OT_ε(P,P) − ½OT_ε(Q,Q) with its three potentials. [feydy2019]
pub struct Debiased {
    pub value: f64,
    pub between: Entropic,
    pub within_p: Entropic,
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
