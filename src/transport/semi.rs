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
    /// own masses that these are multiples of, for each column, where rounding to whole units changed them
    inside: Option<&'a [(f64, f64)]>,
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
    /// own masses for the lower and the upper end of f, where those in whole units would let ratios be beyond them
    pub inside: Option<&'a [(f64, f64)]>,
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
        Grid { f, units, kinks, ends, inside: None, by_values, bits: 0, floor: -3, steep, tilt: 0.0 }
    }
    /// With other own masses for the ends of f.
    pub(super) fn within(self, inside: Option<&'a [(f64, f64)]>) -> Grid<'a> {
        Grid { inside, ..self }
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
        let own = self.units[j];
        let (for_low, for_high) = self.inside.map_or((own, own), |v| v[j]);
        let whole = move |x: f64| match x {
            x if x <= self.ends.0 => (x * for_low).ceil(),
            x if x >= self.ends.1 => (x * for_high).floor(),
            x => (x * own).round(),
        };
        self.kinks.iter().map(move |x| whole(*x))
    }
    /// Whether masses are beyond the lower (−1) or the upper end (1) of f, though in whole units they are not.
    fn beyond(&self, j: usize, low: f64, high: f64) -> f64 {
        match self.inside.map(|v| v[j]) {
            Some((own, _)) if low < (self.ends.0 * own).ceil() => -1.0,
            Some((_, own)) if high > (self.ends.1 * own).floor() => 1.0,
            _ => 0.0,
        }
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
        let beyond = self.beyond(j, low, high);
        if u < self.ends.0 || beyond < 0.0 {
            return -self.steep;
        }
        if v > self.ends.1 || beyond > 0.0 {
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
    let (mut history, mut best) = (vec![], None);
    let (left, right) = f.slope_at_one();
    let inside = inside(f.ends(), (&rows, &a), (&columns, &b), total);
    let flow =
        Flow { ground, f, rows: &rows, columns: &columns, inside: inside.as_deref(), tilt: 0.5 * (left + right) };
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
    let grid = grid.within(flow.inside);
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

/// What masses in whole units are off by, relatively, and ratios still forgive.
const FORGIVEN: f64 = 1e-13;

/// A weight of 1e-6 in units of 2⁻⁵⁰ is off by 4e-10: own masses for which a ratio at an end of f is none beyond it for the weights
/// that were given. None where f has no ends, or weights are whole.
pub(super) fn inside(
    (low, high): (f64, f64),
    (rows, a): (&[f64], &[f64]),
    (columns, b): (&[f64], &[f64]),
    total: f64,
) -> Option<Vec<(f64, f64)>> {
    if low == 0.0 && high == f64::INFINITY {
        return None;
    }
    let given = rows.iter().zip(a).filter(|r| *r.0 > 0.0).map(|(r, a)| a * total / r);
    let (least, most) = given.fold((1.0, 1.0), |(l, m): (f64, f64), g| (l.min(g), m.max(g)));
    let whole = columns.iter().zip(b).all(|(u, b)| (b * total - u).abs() <= FORGIVEN * u);
    let own = |(u, b): (&f64, &f64)| (u.max(b * total) / least, u.min(b * total) / most);
    let forgiven = whole && most - least <= FORGIVEN;
    (!forgiven).then(|| columns.iter().zip(b).map(own).collect())
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
        let slope = if *m > 0.0 { m * steepness(f, x) } else { 0.0 };
        b * f.f(x).abs() + slope + f.unit() * (b + m)
    };
    mu.iter().zip(b).map(size).sum()
}

/// |f'(x)|; at an end of f where that is infinite, as in (2 − x) ln (2 − x) at 2, what f changes by from where rounding may have
/// come from, over that distance: f changes less on any part of it.
fn steepness(f: &Generator, x: f64) -> f64 {
    let slope = f.derivative(x).abs();
    if slope.is_finite() {
        return slope;
    }
    let distance = 16.0 * ROUNDING * x;
    let inside = if x <= f.ends().0 { x + distance } else { x - distance };
    let rise = (f.f(x) - f.f(inside)).abs() / (x - inside).abs();
    if rise.is_nan() { slope } else { rise }
}

/// ⟨c, π⟩ in twice the digits.
pub(super) fn paid(ground: &Ground, plan: &[(usize, usize, f64)]) -> f64 {
    let mut sum = Sum::default();
    plan.iter().for_each(|(i, j, w)| sum.add_product(ground.at(*i, *j), *w));
    sum.value()
}
