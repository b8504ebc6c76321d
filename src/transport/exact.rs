//! Exact optimal transport for the cost s·|x − y|^p between weighted samples, checked against its own dual.
use super::ground::{Cost, Ground};
use super::simplex::{Sinks, Tree};
use super::weights::{Units, common_units};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

/// Most pairs of points: each is priced again and again.
const MOST_PAIRS: usize = 1 << 32;

/// An optimal plan with its certificate.
pub struct Exact {
    /// min Σ c(i, j) π(i, j), rows and columns of total mass one
    pub cost: f64,
    /// a feasible dual value: `dual ≤ OT ≤ cost`, both up to rounding
    pub dual: f64,
    /// (i, j, mass)
    pub plan: Vec<(usize, usize, f64)>,
    /// φ on the sources, with φ_i ≤ ψ_j + c(i, j), equal where the plan has mass
    pub phi: Vec<f64>,
    /// ψ on the targets
    pub psi: Vec<f64>,
}

/// Every column takes its own mass, at any price.
struct Fixed {
    demand: Vec<f64>,
    steep: f64,
}

impl Sinks for Fixed {
    fn above(&self, j: usize, y: f64) -> f64 {
        if y < self.demand[j] { self.demand[j] } else { f64::INFINITY }
    }
    fn below(&self, j: usize, y: f64) -> f64 {
        if y > self.demand[j] { self.demand[j] } else { 0.0 }
    }
    fn slope(&self, j: usize, low: f64, _: f64) -> f64 {
        if low < self.demand[j] { -self.steep } else { self.steep }
    }
}

/// W_p^p between uniform samples, rows in row-major order: OT = min_π Σ |x_i − y_j|^p π_ij.
///
/// ```
/// use gflow::interrupt::Interrupt;
/// use gflow::transport::exact::exact;
/// // two points that both move by 3: W₂ = 3
/// let w2 = exact(&[0.0, 1.0], &[4.0, 3.0], 1, 2.0, &Interrupt::default())?;
/// assert!((w2.cost.sqrt() - 3.0).abs() < 1e-12);
/// assert_eq!(w2.plan, [(0, 1, 0.5), (1, 0, 0.5)]);
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub fn exact(x: &[f64], y: &[f64], d: usize, p: f64, interrupt: &Interrupt) -> Result<Exact> {
    exact_weighted(&Ground::new(x, y, d, Cost::new(1.0, p)?, interrupt)?, None, None, interrupt)
}

/// Solves to optimality and verifies it: the c-transform of the potentials is feasible whatever the solver did, so a
/// gap above 1e-9 relative is reported as an error instead of a number. No weights are equal weights.
pub fn exact_weighted(ground: &Ground, a: Option<&[f64]>, b: Option<&[f64]>, interrupt: &Interrupt) -> Result<Exact> {
    let (n, m) = (ground.rows(), ground.cols());
    if n.saturating_mul(m) > MOST_PAIRS {
        return Err(Error::data(
            "exact optimal transport",
            format!("{n} x {m} points are more pairs than it can price; use fewer rows, or the entropic solver"),
        ));
    }
    let Units { rows, columns, total } = common_units(n, m, a, b)?;
    let largest = ground.largest();
    let sinks = Fixed { demand: columns.clone(), steep: (largest + 1e-300) * (n + m) as f64 };
    let mut tree = Tree::new(ground, &rows, &sinks, interrupt)?;
    tree.optimise(&sinks, interrupt)?;
    let s = tree.solution(true);
    let primal: f64 = s.plan.iter().map(|(i, j, w)| ground.at(*i, *j) * w).sum::<f64>() / total;
    // φ is kept, ψ is replaced by max_i φ_i − c(i, j)
    let psi = ground.envelope(&s.phi, interrupt)?;
    let mean = |v: &[f64], w: &[f64]| v.iter().zip(w).map(|(v, w)| v * w).sum::<f64>() / total;
    let dual = mean(&s.phi, &rows) - mean(&psi, &columns);
    if (primal - dual).abs() > 1e-9 * (1e-12 + primal.abs()) + 1e-12 * largest {
        return Err(Error::data("exact optimal transport", format!("primal {primal} and dual {dual} disagree")));
    }
    let plan = s.plan.into_iter().map(|(i, j, w)| (i, j, w / total)).collect();
    Ok(Exact { cost: primal, dual, plan, phi: s.phi, psi })
}
