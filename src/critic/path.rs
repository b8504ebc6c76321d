//! `d.path(p, q, constants)`: D as a function of the Lipschitz constant, between its two limits.
use super::exact::Exact;
use super::sample::{Sample, both};
use super::solution::{Solution, ordered};
use super::solver::{Problem, Solver};
use crate::catalogue::{Entry, no_defaults};
use crate::device::Points;
use crate::divergence::{Divergence, Objective, Term};
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::interrupt::Interrupt;
use crate::memory;
use crate::ranks;
use crate::space::{Lipschitz, Space};
use crate::transport::semi::discrepancy;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The page of `d.path`.
pub const PATH: Entry = Entry {
    name: "path",
    room: "critic",
    signature: "d.path(p, q, constants)",
    doc: "The divergence for every Lipschitz constant of a list, solved exactly: a table with L, value, lower, upper, slope = dD/dL, w1 = L W1 and limit = D_f. plot::path draws it with its limits.",
    equation: r"L\mapsto D_f^{\Gamma_L}(P\|Q)\le\min(L\,W_1,\,D_f)",
    cite: "birrell2022",
    options: &[],
    defaults: no_defaults,
    example: "let d = kl().regularized(lipschitz(1.0));\nd.path(data::gaussian(40, 2), data::gaussian(40, 2, #{ mean: 1.0 }), [0.1, 1.0, 10.0])",
};

/// D_f^{Γ_L} for a list of L, with what it tends to.
pub struct Path {
    /// L
    pub constants: Vec<f64>,
    /// of every L, times the weight of the term
    pub solutions: Vec<Solution>,
    /// W₁(P, Q): D ≤ L W₁, and D/L → W₁ as L → 0
    pub w1: f64,
    /// D_f(P‖Q), infinite unless P lives on the points of Q: D → D_f as L → ∞
    pub limit: f64,
}

/// The path of a divergence that is one Lipschitz-regularised f, solved exactly for every L.
///
/// # Errors
/// Any other divergence; an empty list; a constant that is not > 0; an interrupt.
pub fn path(d: &dyn Divergence, p: &Points, q: &Points, constants: &[f64], interrupt: &Interrupt) -> Result<Path> {
    let terms = d.terms();
    let (p, q) = both("path", &terms, p, q)?;
    let [(weight, term)] = &terms[..] else { return Err(no_path(d)) };
    let (Objective::F(f), Space::Lipschitz(_)) = (&term.objective, &term.space) else { return Err(no_path(d)) };
    if constants.is_empty() {
        return Err(Error::data("path", "the list of Lipschitz constants is empty"));
    }
    let (p, q) = if term.reversed { (q, p) } else { (p, q) };
    // every solution keeps its targets, its plan and its variations
    let solution = memory::product(&[p.len() + q.len(), 24 * p.d + 100]);
    let count = constants.len();
    memory::check(&format!("path, solutions for {count} constants"), solution.saturating_mul(count as u128))?;
    let solver = Exact::default();
    let at = |objective: Objective, l: f64| -> Result<Solution> {
        // the others do not come to the same task at the same time
        let _alone = ranks::enter(None);
        let term = Term { objective, space: Space::Lipschitz(Lipschitz::new(l)?), reversed: false };
        solver.solve(&Problem::precise(&term, &p, &q, interrupt))
    };
    let solutions: Result<Vec<Solution>> = constants.par_iter().map(|l| at(Objective::F(f.clone()), *l)).collect();
    let mut solutions = solutions?;
    for s in &mut solutions {
        let (lower, upper) = ordered("path", s.lower, s.upper)?;
        (s.value, s.lower, s.upper) = (weight * s.value, weight * lower, weight * upper);
        s.transport = s.transport.map(|t| weight * t);
    }
    let limit = weight * on_points(f, &p, &q);
    Ok(Path { constants: constants.to_vec(), solutions, w1: weight * at(Objective::Ipm, 1.0)?.value, limit })
}

fn no_path(d: &dyn Divergence) -> Error {
    Error::Unsupported {
        what: format!("the path of {}", d.name()),
        reason: "is defined for one f regularised by lipschitz(L)".into(),
        advice: "write kl().regularized(lipschitz(1.0)).path(p, q, [0.1, 1.0, 10.0])".into(),
    }
}

/// D_f(P‖Q) of the samples as they are, points that coincide counted together.
fn on_points(f: &Generator, p: &Sample, q: &Sample) -> f64 {
    let key = |r: &[f64]| r.iter().map(|v| (v + 0.0).to_bits()).collect::<Vec<u64>>();
    let mut masses: BTreeMap<Vec<u64>, (f64, f64)> = BTreeMap::new();
    for (r, w) in q.rows.chunks(q.d).zip(&q.weights) {
        masses.entry(key(r)).or_default().1 += w;
    }
    for (r, w) in p.rows.chunks(p.d).zip(&p.weights) {
        masses.entry(key(r)).or_default().0 += w;
    }
    let (mu, b): (Vec<f64>, Vec<f64>) = masses.into_values().unzip();
    discrepancy(f, &mu, &b)
}
