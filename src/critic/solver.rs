//! What an algorithm that solves for a potential is asked, and answers.
//!
//! ```
//! use gflow::critic::entropic::Entropic;
//! use gflow::critic::sample::Sample;
//! use gflow::critic::solver::{Problem, Solver};
//! use gflow::device::{host, points};
//! use gflow::divergence::{Divergence, Ipm};
//! use gflow::interrupt::Interrupt;
//! use gflow::space::Lipschitz;
//!
//! // W₁ between two points and two others at a distance of 3, by entropic transport
//! let p = Sample::new(&points(vec![0.0, 1.0], 2, 1, &host()), None)?;
//! let q = Sample::new(&points(vec![3.0, 4.0], 2, 1, &host()), None)?;
//! let (_, term) = Ipm { space: Lipschitz::new(1.0)? }.terms().remove(0);
//! let solution = Entropic::default().solve(&Problem::precise(&term, &p, &q, &Interrupt::default()))?;
//! assert!(solution.lower <= 3.0 + 1e-9 && 3.0 <= solution.upper + 1e-9);
//! assert!(solution.upper - solution.lower < 0.05);
//! // the potential and its slope at points of the line: particles move against it, to the right
//! let (phi, slope) = solution.potential.at(&[0.0, 0.5], &Interrupt::default())?;
//! assert!(phi[1] < phi[0] && slope.iter().all(|s| (s + 1.0).abs() < 1e-3));
//! # Ok::<(), gflow::error::Error>(())
//! ```
use super::sample::Sample;
use super::solution::{OnDevice, Solution};
use crate::device::{Points, Values};
use crate::divergence::Term;
use crate::error::Result;
use crate::interrupt::Interrupt;

/// What a solver is asked: a term between two samples, P and Q in their places; on the host, or on a device as
/// `Problem<Points>`.
pub struct Problem<'a, S = Sample> {
    /// the objective and the space of its potential
    pub term: &'a Term,
    /// P
    pub p: &'a S,
    /// Q
    pub q: &'a S,
    /// what a similar problem left in [`Solution::warm`]
    pub warm: Option<&'a [f32]>,
    /// asks for f64 sums where a flow is content with f32
    pub precise: bool,
    /// looked at between iterations
    pub interrupt: &'a Interrupt,
}

impl<'a, S> Problem<'a, S> {
    /// Solved from nothing, in f64.
    pub fn precise(term: &'a Term, p: &'a S, q: &'a S, interrupt: &'a Interrupt) -> Problem<'a, S> {
        Problem { term, p, q, warm: None, precise: true, interrupt }
    }
    /// Solved from nothing, as precisely as a flow needs it.
    pub fn rough(term: &'a Term, p: &'a S, q: &'a S, interrupt: &'a Interrupt) -> Problem<'a, S> {
        Problem { term, p, q, warm: None, precise: false, interrupt }
    }
    /// The warm start, if it has n numbers.
    pub fn start(&self, n: usize) -> Option<Vec<f64>> {
        self.warm.filter(|w| w.len() == n).map(|w| w.iter().map(|v| f64::from(*v)).collect())
    }
}

/// An algorithm for certain terms.
pub trait Solver: Send + Sync {
    /// As it is written: `entropic(epsilon 0.001)`.
    fn describe(&self) -> String;
    /// Why it cannot do this term, if it cannot.
    fn refuses(&self, term: &Term) -> Option<String>;
    /// Solves for P and Q on the host.
    ///
    /// # Errors
    /// A term or samples that it refuses, iterations that fail, an interrupt.
    fn solve(&self, problem: &Problem) -> Result<Solution>;
    /// The step of a flow without leaving the device, for forward terms between samples of equal weights; None where this
    /// solver works on the host.
    ///
    /// # Errors
    /// What the device reports, and an interrupt.
    fn solve_on_device(&self, _: &Problem<Points>) -> Result<Option<OnDevice>> {
        Ok(None)
    }
    /// The potential of such a step, and its gradient, at other points x, `[n]` and `[n, d]`.
    ///
    /// # Errors
    /// What the device reports.
    fn potential_on_device(&self, _: &Problem<Points>, _x: &Points) -> Result<Option<(Values, Points)>> {
        Ok(None)
    }
    /// `{"solver": name, "options": …}`, for saved runs.
    fn to_json(&self) -> serde_json::Value;
}
