//! Exact optimal transport between uniform samples for the cost |x − y|^p, checked against its own dual.
use super::simplex::{Problem, solve};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use rayon::prelude::*;

/// Largest cost matrix, in entries: 8 bytes each.
const MOST_ENTRIES: usize = 400_000_000;

/// An optimal plan with its certificate.
pub struct Exact {
    /// min Σ |x_i − y_j|^p π(i,j), rows and columns of total mass one
    pub cost: f64,
    /// a feasible dual value: `dual ≤ OT ≤ cost`, both up to rounding
    pub dual: f64,
    /// (i, j, mass)
    pub plan: Vec<(usize, usize, f64)>,
}

/// |x − y|^p between every row of x and of y.
pub fn cost_matrix(x: &[f64], y: &[f64], d: usize, p: f64, interrupt: &Interrupt) -> Result<Vec<f64>> {
    let m = y.len() / d;
    let mut cost = vec![0.0; x.len() / d * m];
    cost.par_chunks_mut(m).zip(x.par_chunks(d)).for_each(|(row, xi)| {
        if interrupt.is_requested() {
            return;
        }
        for (c, yj) in row.iter_mut().zip(y.chunks(d)) {
            let squared: f64 = xi.iter().zip(yj).map(|(a, b)| (a - b) * (a - b)).sum();
            *c = if p == 2.0 {
                squared
            } else if p == 1.0 {
                squared.sqrt()
            } else {
                squared.powf(0.5 * p)
            };
        }
    });
    interrupt.check()?;
    Ok(cost)
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Solves to optimality and verifies it: the c-transform of the potentials is feasible whatever the solver did, so a
/// gap above 1e-9 relative is reported as an error instead of a number.
pub fn exact(x: &[f64], y: &[f64], d: usize, p: f64, interrupt: &Interrupt) -> Result<Exact> {
    let (n, m) = (x.len() / d, y.len() / d);
    if n.saturating_mul(m) > MOST_ENTRIES {
        return Err(Error::data("exact optimal transport", format!("{n} x {m} points need a cost matrix of {} GB; use fewer rows", n * m * 8 / 1_000_000_000)));
    }
    let cost = cost_matrix(x, y, d, p, interrupt)?;
    let g = gcd(n, m);
    // whole masses: every row carries m/g, every column n/g
    let (row, column) = ((m / g) as f64, (n / g) as f64);
    let total = row * n as f64;
    let s = solve(&Problem { cost: &cost, supply: &vec![row; n], demand: &vec![column; m] }, interrupt)?;
    let primal: f64 = s.plan.iter().map(|(i, j, w)| cost[i * m + j] * w).sum::<f64>() / total;
    // u is kept, v is replaced by min_i c(i,j) − u(i)
    let v: Vec<f64> = (0..m).into_par_iter().map(|j| (0..n).map(|i| cost[i * m + j] - s.u[i]).fold(f64::INFINITY, f64::min)).collect();
    let dual = s.u.iter().sum::<f64>() / n as f64 + v.iter().sum::<f64>() / m as f64;
    if (primal - dual).abs() > 1e-9 * (1e-12 + primal.abs()) + 1e-12 * cost.iter().copied().fold(0.0, f64::max) {
        return Err(Error::data("exact optimal transport", format!("primal {primal} and dual {dual} disagree")));
    }
    let plan = s.plan.into_iter().map(|(i, j, w)| (i, j, w / total)).collect();
    Ok(Exact { cost: primal, dual, plan })
}
