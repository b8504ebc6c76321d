//! Semi-relaxed transport, solved exactly: min over π ≥ 0 with row sums a of ⟨c, π⟩ + D_f(πᵀ1‖b).
//!
//! This is D_f^{Γ_L}(P‖Q) between samples for c = L|x − y|, and the proximal divergence inf_μ λW_p^p(P, μ) + D_f(μ‖Q) for
//! c = λ|x − y|^p. [birrell2022](crate::references#birrell2022) The column sums are free, at the convex price b_j f(y_j/b_j): a network flow whose last
//! arcs are convex. They are made piecewise linear on a grid of floating-point numbers with few bits; each level adds a
//! bit, and because its breakpoints contain those before, the tree stays feasible and a few pivots repair optimality. The
//! error falls by four a level. No smoothing: kinks of f are breakpoints, f(0) and f'(∞) are used as they are.
use super::dual::{proved, rough_bound};
use super::ground::Ground;
use super::simplex::{Sinks, Solution, Tree};
use super::weights::{Units, common_units};
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::interrupt::Interrupt;
use crate::sums::{ROUNDING, Sum};

/// Bits of the finest grid: masses to 1e-7 relative, values to 1e-14.
const MOST_BITS: u32 = 23;
/// Most pairs of points: each is looked at again and again.
pub const MOST_PAIRS: usize = 1 << 30;

/// The optimal plan, its second marginal, potentials and both bounds.
pub struct Semi {
    /// a dual value, rounding included
    pub lower: f64,
    /// ⟨c, π⟩ + D_f(πᵀ1‖b) of the plan, rounding included
    pub upper: f64,
    /// the middle of both before that
    pub value: f64,
    /// (i, j, mass)
    pub plan: Vec<(usize, usize, f64)>,
    /// πᵀ1, the proximal law of P on the points of Q
    pub mu: Vec<f64>,
    /// potential on the sources
    pub phi: Vec<f64>,
    /// potential on the targets, ψ_j = max_i φ_i − c(i, j)
    pub psi: Vec<f64>,
    /// the ν of the lower bound
    pub nu: f64,
    /// ⟨c, π⟩
    pub transport: f64,
    /// pivots of the simplex method
    pub pivots: u64,
    /// (lower, upper) after each level from the first that was looked at, as they came out in f64
    pub history: Vec<(f64, f64)>,
}

/// Prices b f(y/b) made piecewise linear on floating-point numbers with few bits.
pub(super) struct Grid<'a> {
    f: &'a Generator,
    units: &'a [f64],
    kinks: Vec<f64>,
    /// the ratios from and up to which f is finite
    ends: (f64, f64),
    by_values: bool,
    bits: u32,
    /// below 2^floor of a column's own mass there are no breakpoints but 0
    floor: i32,
    steep: f64,
    tilt: f64,
}

/// A flow to refine: rows with masses, columns with a price each, and after them columns that take mass for nothing.
pub struct Flow<'a> {
    /// the samples and the cost c
    pub ground: &'a Ground,
    /// f
    pub f: &'a Generator,
    /// in whole units
    pub rows: &'a [f64],
    /// own masses of the priced columns, in the same units
    pub columns: &'a [f64],
    /// taken from every slope of f: where all mass is priced an affine part changes nothing but the size of the numbers
    pub tilt: f64,
}

/// The number with its bits after the first `bits` cut off.
fn truncate(v: f64, bits: u32) -> f64 {
    f64::from_bits(v.to_bits() & (u64::MAX << (52 - bits)))
}

impl<'a> Grid<'a> {
    /// Of a level f, whose own masses are given in units.
    pub(super) fn new(f: &'a Generator, units: &'a [f64], steep: f64) -> Grid<'a> {
        let (kinks, ends, by_values) = (f.kinks(), f.ends(), f.by_values());
        Grid { f, units, kinks, ends, by_values, bits: 0, floor: -3, steep, tilt: 0.0 }
    }
    /// A slope no path of costs comes up to.
    pub(super) fn steep(ground: &Ground) -> f64 {
        (ground.largest() + 1.0) * 64.0 * (ground.rows() + ground.cols()) as f64
    }
    /// How many masses it prices.
    pub(super) fn columns(&self) -> usize {
        self.units.len()
    }
    fn smallest(&self, j: usize) -> f64 {
        (truncate(self.units[j], 0) * 2f64.powi(self.floor)).max(1.0)
    }
    fn kinks_of(&self, j: usize) -> impl Iterator<Item = f64> {
        // whole masses at an end of f are still inside
        let whole = move |x: f64, own: f64| match x {
            x if x <= self.ends.0 => (x * own).ceil(),
            x if x >= self.ends.1 => (x * own).floor(),
            x => (x * own).round(),
        };
        self.kinks.iter().map(move |x| whole(*x, self.units[j]))
    }
}

impl Sinks for Grid<'_> {
    fn above(&self, j: usize, y: f64) -> f64 {
        if j >= self.units.len() || self.units[j] == 0.0 {
            return f64::INFINITY;
        }
        let smallest = self.smallest(j);
        let next = if y < smallest {
            smallest
        } else {
            let t = truncate(y, self.bits);
            // masses are whole: below 2^bits every number is on the grid
            t + (truncate(t, 0) * 2f64.powi(-(self.bits as i32))).max(1.0)
        };
        self.kinks_of(j).filter(|k| *k > y).fold(next, f64::min)
    }
    fn below(&self, j: usize, y: f64) -> f64 {
        if j >= self.units.len() {
            return 0.0;
        }
        let smallest = self.smallest(j);
        let next = if y <= smallest { 0.0 } else { truncate(y - 1.0, self.bits).max(smallest) };
        self.kinks_of(j).filter(|k| *k < y).fold(next, f64::max)
    }
    fn slope(&self, j: usize, low: f64, high: f64) -> f64 {
        let Some(&b) = self.units.get(j) else { return 0.0 };
        if b == 0.0 || high.is_infinite() {
            return self.steep;
        }
        let (u, v) = (low / b, high / b);
        if u < self.ends.0 {
            return -self.steep;
        }
        if v > self.ends.1 {
            return self.steep;
        }
        if v - u < 1e-4 * v && !self.by_values {
            return (self.f.derivative(0.5 * (u + v)) - self.tilt).clamp(-self.steep, self.steep);
        }
        ((self.f.f(v) - self.f.f(u)) / (v - u) - self.tilt).clamp(-self.steep, self.steep)
    }
}

/// Grids that can be made finer, each with all breakpoints of the one before.
pub(super) trait Levels: Sinks {
    /// Bits of their numbers.
    fn bits(&self) -> u32;
    /// A bit more.
    fn finer(&mut self);
}

impl Levels for Grid<'_> {
    fn bits(&self) -> u32 {
        self.bits
    }
    fn finer(&mut self) {
        self.bits += 1;
        self.floor -= 3;
    }
}

/// Weights must be checked; `tolerance` is the relative gap to stop at.
///
/// # Errors
/// More than 1e9 pairs of points, and an interrupt.
pub fn semi_relaxed(
    ground: &Ground,
    f: &Generator,
    a: Option<&[f64]>,
    b: Option<&[f64]>,
    tolerance: f64,
    interrupt: &Interrupt,
) -> Result<Semi> {
    let (n, m) = (ground.rows(), ground.cols());
    if n.saturating_mul(m) > MOST_PAIRS {
        return Err(Error::Unsupported {
            what: format!("exact() between {n} and {m} points"),
            reason: "would price more than 1e9 pairs over and over".into(),
            advice: "use entropic(), which says how far its bounds are apart, or fewer rows".into(),
        });
    }
    let Units { rows, columns, total } = common_units(n, m, a, b)?;
    let (a, b): (Vec<f64>, Vec<f64>) = (weights(a, n), weights(b, m));
    let largest = ground.largest();
    let mut history = vec![];
    let (left, right) = f.slope_at_one();
    let flow = Flow { ground, f, rows: &rows, columns: &columns, tilt: 0.5 * (left + right) };
    let mut best = None;
    let pivots = refine(&flow, interrupt, &mut |s| {
        let bound = rough_bound(ground, Some(f), &s.phi, &a, &b, interrupt)?;
        let (plan, mu) = normalise(&s.plan, &rows, &a, m, total);
        let transport: f64 = plan.iter().map(|(i, j, w)| ground.at(*i, *j) * w).sum();
        let upper = transport + discrepancy(f, &mu, &b);
        history.push((bound.value, upper));
        let sure = paid(ground, &plan) * (1.0 + ground.relative_error())
            + discrepancy_roughly(f, &mu, &b)
            + 4.0 * ROUNDING * transport;
        let rounding = (bound.value - bound.proved).max(0.0) + (sure - upper).max(0.0);
        // costs of the largest size are rounded: where that is less than what is computed
        let noise = (1e-15 * (f.unit() + largest.min(1e3 * f.unit()))).min(1e-6 * upper.abs());
        let enough = upper - bound.value <= tolerance * upper.abs() + noise + rounding;
        best = Some(Semi {
            lower: bound.proved,
            upper: sure.max(upper),
            value: 0.5 * (bound.value + upper),
            plan,
            mu,
            phi: s.phi,
            psi: bound.psi,
            nu: bound.nu,
            transport,
            pivots: 0,
            history: vec![],
        });
        Ok(enough)
    })?;
    match best {
        Some(s) => {
            let lower = proved(ground, Some(f), (&s.phi, &a), (&s.psi, &b), s.nu);
            Ok(Semi { lower, upper: s.upper + cancelled(f, &s.mu, &b), pivots, history, ..s })
        }
        None => Err(Error::data("exact()", "no level was reached")),
    }
}

/// Solves on grids of more and more bits until `judge` is content or the finest is done; returns the pivots.
///
/// # Errors
/// What `judge` reports, and an interrupt.
pub fn refine(flow: &Flow, interrupt: &Interrupt, judge: &mut dyn FnMut(Solution) -> Result<bool>) -> Result<u64> {
    let grid = Grid { tilt: flow.tilt, ..Grid::new(flow.f, flow.columns, Grid::steep(flow.ground)) };
    refine_on(flow.ground, flow.rows, grid, interrupt, judge)
}

/// The same for any prices of the columns.
///
/// # Errors
/// As [`refine`].
pub(super) fn refine_on(
    ground: &Ground,
    rows: &[f64],
    mut grid: impl Levels,
    interrupt: &Interrupt,
    judge: &mut dyn FnMut(Solution) -> Result<bool>,
) -> Result<u64> {
    let mut tree = Tree::new(ground, rows, &grid, interrupt)?;
    loop {
        tree.optimise(&grid, interrupt)?;
        let last = grid.bits() == MOST_BITS;
        if grid.bits() >= 6 || last {
            let enough = judge(tree.solution(false))?;
            if enough || last {
                return Ok(tree.pivots);
            }
        }
        grid.finer();
        tree.refine(&grid);
    }
}

/// The weights, or equal ones.
pub fn weights(w: Option<&[f64]>, n: usize) -> Vec<f64> {
    w.map_or_else(|| vec![1.0 / n as f64; n], <[f64]>::to_vec)
}

/// A plan in units as masses with exact row sums, and its column sums.
pub fn normalise(
    plan: &[(usize, usize, f64)],
    rows: &[f64],
    a: &[f64],
    m: usize,
    total: f64,
) -> (Vec<(usize, usize, f64)>, Vec<f64>) {
    let mut mu = vec![0.0; m];
    let out = plan
        .iter()
        .map(|&(i, j, w)| {
            let w = if rows[i] > 0.0 { a[i] * (w / rows[i]) } else { w / total };
            mu[j] += w;
            (i, j, w)
        })
        .collect();
    (out, mu)
}

/// m/b, at an end of f where it is beyond it by no more than what masses are rounded by.
fn ratio(f: &Generator, m: f64, b: f64) -> f64 {
    const ROUNDED: f64 = 1e-12;
    let ((low, high), x) = (f.ends(), m / b);
    if x < low && x >= low * (1.0 - ROUNDED) {
        low
    } else if x > high && x <= high * (1.0 + ROUNDED) {
        high
    } else {
        x
    }
}

/// D_f(μ‖b) = Σ b_j f(μ_j/b_j); infinite if μ has mass where b has none.
pub fn discrepancy(f: &Generator, mu: &[f64], b: &[f64]) -> f64 {
    mu.iter()
        .zip(b)
        .map(|(m, b)| match (*m > 0.0, *b > 0.0) {
            (_, true) => b * f.f(ratio(f, *m, *b)),
            (true, false) => f64::INFINITY,
            (false, false) => 0.0,
        })
        .sum()
}

/// D_f(μ‖b) from above: rounding of the sum, of f, and of masses that were computed from a plan.
pub fn discrepancy_above(f: &Generator, mu: &[f64], b: &[f64]) -> f64 {
    discrepancy_roughly(f, mu, b) + cancelled(f, mu, b)
}

/// What f itself may have lost in Σ b f(μ/b), where its terms cancel.
pub(super) fn cancelled(f: &Generator, mu: &[f64], b: &[f64]) -> f64 {
    mu.iter().zip(b).filter(|e| *e.1 > 0.0).map(|(m, b)| b * f.rounding_at(ratio(f, *m, *b))).sum()
}

/// The same without what f itself may have lost: for iterations.
pub(super) fn discrepancy_roughly(f: &Generator, mu: &[f64], b: &[f64]) -> f64 {
    let mut sum = Sum::default();
    for (m, b) in mu.iter().zip(b) {
        match (*m > 0.0, *b > 0.0) {
            (_, true) => sum.add_product(*b, f.f(ratio(f, *m, *b))),
            (true, false) => sum.add(f64::INFINITY),
            (false, false) => (),
        }
    }
    sum.value() + 16.0 * ROUNDING * discrepancy_size(f, mu, b)
}

/// Σ b |f(μ/b)| + μ |f'(μ/b)| + b + μ: what a relative error of the masses, or of f, is a part of.
pub fn discrepancy_size(f: &Generator, mu: &[f64], b: &[f64]) -> f64 {
    let size = |(m, b): (&f64, &f64)| {
        if *b == 0.0 {
            return *m;
        }
        let x = ratio(f, *m, *b);
        let slope = if *m > 0.0 { m * f.derivative(x).abs() } else { 0.0 };
        b * f.f(x).abs() + slope + f.unit() * (b + m)
    };
    mu.iter().zip(b).map(size).sum()
}

/// ⟨c, π⟩ in twice the digits.
pub(super) fn paid(ground: &Ground, plan: &[(usize, usize, f64)]) -> f64 {
    let mut sum = Sum::default();
    plan.iter().for_each(|(i, j, w)| sum.add_product(ground.at(*i, *j), *w));
    sum.value()
}
