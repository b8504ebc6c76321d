//! The iteration with its annealing, its relaxation, and the precision it begins in.
use super::half::Half;
use super::problem::{Entropic, Problem, Side, SinkhornOptions, check};
use super::streams::Streams;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::simd::Real;
use crate::transport::ground::{self, Ground};

/// A ratio of the largest cost to ε beyond which potentials of its size lose the digits that ε needs.
pub(super) const FAR: f64 = 1e10;

/// Solves from ψ = 0 by annealing, or from the given ψ at once. Errors if ε or a weight is not > 0, or ε is too small for f64.
///
/// ```
/// use gflow::interrupt::Interrupt;
/// use gflow::space::Cost;
/// use gflow::transport::sinkhorn::{Problem, Side, SinkhornOptions, sinkhorn};
/// // one point on each side: the only plan costs |0 − 2|² = 4
/// let (x, y, one) = ([0.0], [2.0], [1.0]);
/// let cost = Cost::new(1.0, 2.0)?;
/// let p = Problem { x: &x, y: &y, d: 1, cost, a: &one, b: &one, rows: Side::Fixed, columns: Side::Fixed };
/// let e = sinkhorn(&p, &SinkhornOptions::default(), None, &Interrupt::default())?;
/// assert!(e.converged && (e.phi[0] - e.psi[0] - 4.0).abs() < 1e-6);
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub fn sinkhorn(p: &Problem, o: &SinkhornOptions, start: Option<&[f64]>, interrupt: &Interrupt) -> Result<Entropic> {
    check(p, o)?;
    let largest = ground::largest(p.x, p.y, p.d, &p.cost);
    let first = first_epsilon(p, largest, o.epsilon, interrupt)?;
    // exponents of size c/ε are rounded in f32; where that is finer than asked for it is all that is needed
    let noise = 4e-7 * (1.0 + largest / o.epsilon);
    let mut rows = Half::new(p.rows, p.a, vec![0.0; p.a.len()]);
    let mut columns = Half::new(p.columns, p.b, start.map_or_else(|| vec![0.0; p.b.len()], <[f64]>::to_vec));
    let mut solver = Solver { o, rows: &mut rows, columns: &mut columns, history: vec![], iterations: 0 };
    let mut error = f64::INFINITY;
    if noise < 0.1 && p.a.len() * p.b.len() > 10_000 {
        let streams = Streams::<f32>::new(p);
        if start.is_none() {
            solver.anneal(&streams, first, interrupt)?;
        }
        error = solver.run(&streams, o.tolerance.max(10.0 * noise), interrupt)?;
    } else if start.is_none() {
        solver.anneal(&Streams::<f64>::new(p), first, interrupt)?;
    }
    if error.is_nan() || error > o.tolerance {
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

/// Where ε begins: at the largest cost. Where that is so large that potentials of its size keep no digits of the final ε,
/// some points are far from all others, and the largest cost that any point has to pay is enough.
fn first_epsilon(p: &Problem, largest: f64, last: f64, interrupt: &Interrupt) -> Result<f64> {
    if largest <= FAR * last {
        return Ok(largest);
    }
    let least = |x: &[f64], y: &[f64]| -> Result<f64> {
        let ground = Ground::lazy(x, y, p.d, p.cost);
        let costs = ground.nearest(interrupt)?.into_iter().enumerate().map(|(i, j)| ground.at(i, j));
        Ok(costs.fold(0.0, f64::max))
    };
    Ok(least(p.x, p.y)?.max(least(p.y, p.x)?))
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
