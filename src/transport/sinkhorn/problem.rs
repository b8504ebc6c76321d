//! What is solved, how far, and what comes out.
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::space::Cost;
use serde::{Deserialize, Serialize};

/// A marginal: as given, or free at the price D_f of what it becomes.
#[derive(Clone, Copy)]
pub enum Side<'a> {
    /// as given
    Fixed,
    /// at the price D_f
    Free(&'a Generator),
}

/// Two weighted samples, rows in row-major order, and the cost between them.
#[derive(Clone, Copy)]
pub struct Problem<'a> {
    /// sources, M × d
    pub x: &'a [f64],
    /// targets, N × d
    pub y: &'a [f64],
    /// the dimension
    pub d: usize,
    /// c
    pub cost: Cost,
    /// weights of the sources, all > 0 with sum 1
    pub a: &'a [f64],
    /// weights of the targets
    pub b: &'a [f64],
    /// what is asked of the first marginal
    pub rows: Side<'a>,
    /// what is asked of the second
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
    /// iterations at the final ε at most
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
    /// ε
    pub epsilon: f64,
    /// φ on the sources
    pub phi: Vec<f64>,
    /// ψ on the targets
    pub psi: Vec<f64>,
    /// iterations at every ε
    pub iterations: usize,
    /// Σ |marginal − what it should be|
    pub error: f64,
    /// whether the error is within the tolerance
    pub converged: bool,
    /// marginal error after each iteration at the final ε
    pub history: Vec<f64>,
}

/// Errors unless ε and all weights are > 0.
pub(super) fn check(p: &Problem, o: &SinkhornOptions) -> Result<()> {
    if !(o.epsilon.is_finite() && o.epsilon > 0.0) {
        return Err(Error::data("entropic transport", format!("epsilon is {}, expected a number > 0", o.epsilon)));
    }
    let (n, m) = (p.x.len() / p.d, p.y.len() / p.d);
    if p.a.len() != n || p.b.len() != m || p.a.iter().chain(p.b).any(|w| w.is_nan() || *w <= 0.0) {
        return Err(Error::data("entropic transport", "every point needs a weight > 0; leave out points of weight 0"));
    }
    Ok(())
}
