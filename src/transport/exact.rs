//! Exact optimal transport for the cost s·|x − y|^p between weighted samples, checked against its own dual.
//!
//! The network simplex method in f64 is enough for almost every problem, and its check says so: a dual value, summed in
//! twice the digits, within 1e-9 of the cost it found. Where costs or weights span too many decades for that the pivots
//! go on with exact potentials and finer weights, and the cost is its own dual value.
use super::ground::{Cost, Ground};
use super::simplex::{Mass, Optimum, Sinks, Tree};
use super::weights::{FineUnits, Units, common_units, fine_units};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::sums::{ROUNDING, Sum};

/// Most pairs of points: each is priced again and again.
const MOST_PAIRS: usize = 1 << 32;
/// The gap between the bounds, relative to the upper one, with which the solution in f64 is good.
const TOLERANCE: f64 = 1e-9;

/// An optimal plan with its certificate.
pub struct Exact {
    /// min Σ c(i, j) π(i, j), rows and columns of total mass one
    pub cost: f64,
    /// a dual value: no plan costs less, rounding of costs and sums included
    pub lower: f64,
    /// what a feasible plan costs, rounding included
    pub upper: f64,
    /// (i, j, mass)
    pub plan: Vec<(usize, usize, f64)>,
    /// φ on the sources, with φ_i ≤ ψ_j + c(i, j), equal where the plan has mass
    pub phi: Vec<f64>,
    /// ψ on the targets
    pub psi: Vec<f64>,
}

/// Every column takes its own mass, at any price.
struct Fixed<M> {
    demand: Vec<M>,
    steep: f64,
}

impl<M: Mass> Sinks<M> for Fixed<M> {
    fn above(&self, j: usize, y: M) -> M {
        if y < self.demand[j] { self.demand[j] } else { M::UNLIMITED }
    }
    fn below(&self, j: usize, y: M) -> M {
        if y > self.demand[j] { self.demand[j] } else { M::default() }
    }
    fn slope(&self, j: usize, low: M, _: M) -> f64 {
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

/// Solves to optimality and verifies it: lower ≤ OT ≤ upper by arithmetic that was checked, the gap below 1e-9 of the
/// upper bound. No weights are equal weights.
///
/// # Errors
/// More pairs than can be priced, costs beyond the largest number, a bracket that stays wider, an interrupt.
pub fn exact_weighted(ground: &Ground, a: Option<&[f64]>, b: Option<&[f64]>, interrupt: &Interrupt) -> Result<Exact> {
    let (n, m) = (ground.rows(), ground.cols());
    if n.saturating_mul(m) > MOST_PAIRS {
        return Err(Error::data(
            "exact optimal transport",
            format!("{n} x {m} points are more pairs than it can price; use fewer rows, or the entropic solver"),
        ));
    }
    let largest = ground.largest();
    let steep = (largest + 1e-300) * (n + m) as f64;
    if !steep.is_finite() {
        return Err(Error::data(
            "exact optimal transport",
            format!(
                "the largest cost {} |x - y|^{} is beyond f64; divide the points by their size",
                ground.cost.scale, ground.cost.power
            ),
        ));
    }
    let units = common_units(n, m, a, b)?;
    let fine = fine_units(n, m, a, b);
    let sinks = Fixed { demand: units.columns.clone(), steep };
    let mut tree = Tree::new(ground, &units.rows, &sinks, interrupt)?;
    tree.optimise(&sinks, interrupt)?;
    let first = rounded(ground, &mut tree, &units, &fine, interrupt)?;
    if is_filled(&tree, &sinks) && is_closed(&first) {
        return Ok(first);
    }
    let found = if a.is_none() && b.is_none() {
        // equal weights are whole numbers as they are
        exactly(ground, tree, &sinks, units.total, interrupt)?
    } else {
        let sinks = Fixed { demand: fine.columns.clone(), steep };
        let mut tree = Tree::new(ground, &fine.rows, &sinks, interrupt)?;
        tree.optimise(&sinks, interrupt)?;
        exactly(ground, tree, &sinks, fine.total as f64, interrupt)?
    };
    let found = settled(first, found);
    if is_closed(&found) {
        return Ok(found);
    }
    Err(Error::data(
        "exact optimal transport",
        format!("costs up to {largest:e} hide what is left: only {} ≤ D ≤ {} was proved", found.lower, found.upper),
    ))
}

fn is_closed(e: &Exact) -> bool {
    e.upper - e.lower <= TOLERANCE * e.upper
}

/// Whether every column has its mass.
fn is_filled<M: Mass>(tree: &Tree<M>, sinks: &Fixed<M>) -> bool {
    sinks.demand.iter().enumerate().all(|(j, d)| tree.outflow(j) == *d)
}

/// What exact pivots found; where they only proved the plan that was there, that one with its cost, and with its
/// potentials unless rounding had lost them.
fn settled(first: Exact, found: Exact) -> Exact {
    if first.plan != found.plan {
        return found;
    }
    let lost = first.cost - first.lower > 1e-6 * first.cost;
    let (phi, psi) = if lost { (found.phi, found.psi) } else { (first.phi, first.psi) };
    Exact { phi, psi, lower: found.lower.min(first.cost), upper: found.upper.max(first.cost), ..first }
}

/// What the tree comes to in f64, and what that proves: φ is kept, ψ is replaced by max_i φ_i − c(i, j), so that the dual
/// is feasible whatever the solver did.
fn rounded(ground: &Ground, tree: &mut Tree, units: &Units, fine: &FineUnits, interrupt: &Interrupt) -> Result<Exact> {
    let s = tree.solution(true);
    let cost = s.plan.iter().map(|(i, j, w)| ground.at(*i, *j) * w).sum::<f64>() / units.total;
    let psi = ground.envelope(&s.phi, interrupt)?;
    let mut dual = Sum::default();
    // a whole number of 120 bits is two of f64
    let mut add = |sign: f64, units: i128, v: f64| {
        let high = units as f64;
        dual.add_product(sign * high, v);
        dual.add_product(sign * (units - high as i128) as f64, v);
    };
    s.phi.iter().zip(&fine.rows).for_each(|(v, w)| add(1.0, *w, *v));
    psi.iter().zip(&fine.columns).for_each(|(v, w)| add(-1.0, *w, *v));
    let total = fine.total as f64;
    let hidden = psi.iter().zip(&fine.columns).map(|(v, w)| *w as f64 * v.abs()).sum::<f64>() / total;
    let relative = ground.relative_error() + 4.0 * ROUNDING;
    // ψ was rounded, and a sum in twice the digits at its end
    let proved = dual.value() / total - 4.0 * ROUNDING * hidden - 1e-28 * dual.size() / total;
    let paid = paid(ground, &s.plan) / units.total;
    // masses that were rounded to units are moved to where they belong, at the largest cost at most
    let upper = paid * (1.0 + relative) + astray(units, fine) * ground.largest();
    let plan = s.plan.into_iter().map(|(i, j, w)| (i, j, w / units.total)).collect();
    Ok(Exact { cost, lower: outwards(proved, relative).min(cost), upper: upper.max(cost), plan, phi: s.phi, psi })
}

/// A lower bound for costs that are known to a relative error; no cost is below 0.
fn outwards(proved: f64, relative: f64) -> f64 {
    (proved * (1.0 - relative)).max(0.0)
}

/// Σ c π in twice the digits.
fn paid<M: Mass>(ground: &Ground, plan: &[(usize, usize, M)]) -> f64 {
    let mut sum = Sum::default();
    plan.iter().for_each(|(i, j, w)| sum.add_product(ground.at(*i, *j), w.number()));
    sum.value()
}

/// The mass that is elsewhere in the coarser units.
fn astray(units: &Units, fine: &FineUnits) -> f64 {
    let off = |coarse: &[f64], fine_units: &[i128]| -> f64 {
        let pairs = coarse.iter().zip(fine_units);
        pairs.map(|(c, f)| (c / units.total - *f as f64 / fine.total as f64).abs()).sum()
    };
    off(&units.rows, &fine.rows) + off(&units.columns, &fine.columns)
}

/// Goes on from a tree until its plan is optimal without any rounding: the cost is its own dual value.
fn exactly<M: Mass>(
    ground: &Ground,
    mut tree: Tree<M>,
    sinks: &Fixed<M>,
    total: f64,
    interrupt: &Interrupt,
) -> Result<Exact> {
    if !is_filled(&tree, sinks) {
        return Err(Error::data(
            "exact optimal transport",
            format!(
                "costs up to {:e} left a target without its mass; divide the points by their size",
                ground.largest()
            ),
        ));
    }
    let Optimum { plan, phi, psi, unit } = tree.optimise_exactly(sinks, interrupt)?;
    let cost = paid(ground, &plan) / total;
    let relative = ground.relative_error() + 4.0 * ROUNDING;
    let plan = plan.into_iter().map(|(i, j, w)| (i, j, w.number() / total)).collect();
    let (lower, upper) = (outwards(cost - unit, relative), (cost + unit) * (1.0 + relative));
    // what costs nothing is exact
    let upper = if cost == 0.0 { 0.0 } else { upper };
    Ok(Exact { cost, lower, upper, plan, phi, psi })
}
