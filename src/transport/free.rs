//! Unbalanced transport, solved exactly: min over π ≥ 0 of ⟨c, π⟩ + D_g(π1‖a) + D_f(πᵀ1‖b), both marginals free.
//!
//! A flow as in [`semi`](super::semi): every row is given more than it can use, and a column of its own beside it, where
//! what it keeps back goes for nothing but the price a g(·/a) of what it sends. No optimal row sends more than all of b:
//! mass goes between points that do not both have too much. [chizat2018](crate::references#chizat2018)
use super::ground::Ground;
use super::rounding::{Marginal, bound_with, free_bound};
use super::semi::{Grid, Levels, cancelled, discrepancy, discrepancy_roughly, inside, paid, refine_on};
use super::simplex::Sinks;
use crate::error::Result;
use crate::generator::Generator;
use crate::interrupt::Interrupt;
use crate::sums::ROUNDING;

/// The optimal plan, its marginals, potentials and both bounds.
pub struct Free {
    /// a dual value, rounding included
    pub lower: f64,
    /// what the plan costs, rounding included
    pub upper: f64,
    /// the middle of both before that
    pub value: f64,
    /// (i, j, mass)
    pub plan: Vec<(usize, usize, f64)>,
    /// πᵀ1
    pub mu: Vec<f64>,
    /// π1
    pub rho: Vec<f64>,
    /// potential on the sources
    pub phi: Vec<f64>,
    /// potential on the targets, ψ_j = max_i φ_i − c(i, j)
    pub psi: Vec<f64>,
    /// ⟨c, π⟩
    pub transport: f64,
    /// pivots of the simplex method
    pub pivots: u64,
    /// (lower, upper) after each level, as they came out in f64
    pub history: Vec<(f64, f64)>,
}

/// The prices of the columns, and behind them what the rows keep back.
struct Both<'a> {
    targets: Grid<'a>,
    sources: Grid<'a>,
    /// what every row has
    most: f64,
}

impl Both<'_> {
    /// The row that column j belongs to, if it is one of those.
    fn row(&self, j: usize) -> Option<usize> {
        j.checked_sub(self.targets.columns())
    }
}

impl Sinks for Both<'_> {
    fn above(&self, j: usize, y: f64) -> f64 {
        let Some(i) = self.row(j) else { return self.targets.above(j, y) };
        if y >= self.most { f64::INFINITY } else { self.most - self.sources.below(i, self.most - y) }
    }
    fn below(&self, j: usize, y: f64) -> f64 {
        let Some(i) = self.row(j) else { return self.targets.below(j, y) };
        self.most - self.sources.above(i, (self.most - y).max(0.0)).min(self.most)
    }
    fn slope(&self, j: usize, low: f64, high: f64) -> f64 {
        let Some(i) = self.row(j) else { return self.targets.slope(j, low, high) };
        let steep = self.targets.slope(0, 0.0, f64::INFINITY);
        if high.is_infinite() { steep } else { -self.sources.slope(i, self.most - high, self.most - low) }
    }
}

impl Levels for Both<'_> {
    fn bits(&self) -> u32 {
        self.targets.bits()
    }
    fn finer(&mut self) {
        self.targets.finer();
        self.sources.finer();
    }
}

/// Whole units of mass one, so few that all rows together have less than 2⁵³ where each has as much as all of b.
fn units(rows: usize, a: &[f64], b: &[f64]) -> (Vec<f64>, Vec<f64>, f64) {
    let most = 2f64.powi(52 - (rows as f64).log2().ceil() as i32);
    let (n, m) = (a.len() as f64, b.len() as f64);
    let equal = |w: &[f64]| w.iter().all(|v| *v == w[0]);
    // a multiple of both numbers of points, where that makes equal weights whole
    let total =
        if equal(a) && equal(b) && n * m < most { n * m * 2f64.powi((most / (n * m)).log2() as i32) } else { most };
    let whole = |w: &[f64]| w.iter().map(|w| (w * total).round().max(1.0)).collect();
    (whole(a), whole(b), total)
}

/// Own masses for the ends of f. A plan is in whole units itself: only they are rounded.
fn own(f: &Generator, units: &[f64], w: &[f64], total: f64) -> Option<Vec<(f64, f64)>> {
    inside(f.ends(), (&[], &[]), (units, w), total)
}

/// Between samples of positive weights a and b; g and f have their least value, 0, at 1. `tolerance` is the relative gap to
/// stop at.
///
/// # Errors
/// An interrupt.
pub fn free(
    ground: &Ground,
    (g, a): Marginal,
    (f, b): Marginal,
    tolerance: f64,
    interrupt: &Interrupt,
) -> Result<Free> {
    let wide = ground.with_exits();
    let (rows, columns, total) = units(ground.rows(), a, b);
    let steep = Grid::steep(&wide);
    let (of_f, of_g) = (own(f, &columns, b, total), own(g, &rows, a, total));
    let targets = Grid::new(f, &columns, steep).within(of_f.as_deref());
    let sources = Grid::new(g, &rows, steep).within(of_g.as_deref());
    let grid = Both { targets, sources, most: total };
    let supply = vec![total; rows.len()];
    let (mut best, mut history): (Option<Free>, Vec<(f64, f64)>) = (None, vec![]);
    let pivots = refine_on(&wide, &supply, grid, interrupt, &mut |s| {
        let bound = bound_with(ground, (g, a), (f, b), &s.phi, Generator::conjugate_roughly, interrupt)?;
        let m = b.len();
        let plan: Vec<_> = s.plan.iter().filter(|e| e.1 < m).map(|&(i, j, w)| (i, j, w / total)).collect();
        let (mut rho, mut mu) = (vec![0.0; a.len()], vec![0.0; m]);
        plan.iter().for_each(|&(i, j, w)| {
            rho[i] += w;
            mu[j] += w;
        });
        let transport: f64 = plan.iter().map(|(i, j, w)| ground.at(*i, *j) * w).sum();
        let upper = transport + discrepancy(f, &mu, b) + discrepancy(g, &rho, a);
        history.push((bound.value, upper));
        let proved = paid(ground, &plan) * (1.0 + ground.relative_error() + 4.0 * ROUNDING)
            + discrepancy_roughly(f, &mu, b)
            + discrepancy_roughly(g, &rho, a);
        let gap = |s: &Free| s.upper - s.lower;
        let found = Free {
            lower: bound.proved,
            upper: proved.max(upper),
            value: 0.5 * (bound.value + upper),
            plan,
            mu,
            psi: ground.envelope(&s.phi, interrupt)?,
            phi: s.phi,
            rho,
            transport,
            pivots: 0,
            history: vec![],
        };
        let enough = gap(&found) <= tolerance * found.upper;
        if best.as_ref().is_none_or(|b| gap(&found) <= gap(b)) {
            best = Some(found);
        }
        Ok(enough)
    })?;
    match best {
        Some(s) => {
            let lower = free_bound(ground, g, f, &s.phi, a, b, interrupt)?.proved;
            let upper = s.upper + cancelled(f, &s.mu, b) + cancelled(g, &s.rho, a);
            Ok(Free { lower, upper, pivots, history, ..s })
        }
        None => Err(crate::error::Error::data("unbalanced", "no level was reached")),
    }
}
