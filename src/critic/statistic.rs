//! The exact divergence as a statistic of two weighted samples, for those that need it hundreds of times.
use super::finite::defined;
use super::natural;
use super::sample::{Sample, both};
use super::solver::{Problem, Solver};
use crate::device::Points;
use crate::divergence::found::{awaits_width, with_widths};
use crate::divergence::{Divergence, Objective, Term};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::space::found::Widths;
use std::sync::Arc;

/// The terms of a divergence, each with its natural solver.
pub struct Statistic {
    parts: Vec<(f64, Term, Arc<dyn Solver>)>,
}

impl Statistic {
    /// With the samples on the host; `what` is named in errors.
    ///
    /// # Errors
    /// Samples of different dimensions, and terms that no solver does.
    pub fn new(what: &str, d: &dyn Divergence, p: &Points, q: &Points) -> Result<(Statistic, Sample, Sample)> {
        let mut terms = d.terms();
        let (p, q) = both(what, &terms, p, q)?;
        if awaits_width(d) {
            terms = with_widths(terms, Widths::of(&p.rows, &q.rows, p.d));
        }
        let part = |(w, t): (f64, Term)| {
            let solver = natural::solver(&t);
            (w, t, solver)
        };
        let parts: Vec<(f64, Term, Arc<dyn Solver>)> = terms.into_iter().map(part).collect();
        for (_, t, s) in &parts {
            if let Some(reason) = s.refuses(t) {
                return Err(Error::Unsupported {
                    what: format!("{what} of {}", d.name()),
                    reason: format!("needs a solver for every term, and {} {reason}", s.describe()),
                    advice: "estimate it instead".into(),
                });
            }
        }
        Ok((Statistic { parts }, p, q))
    }

    /// D(P‖Q).
    ///
    /// # Errors
    /// What the solvers report, iterations of a Sinkhorn divergence that did not converge, an interrupt.
    pub fn value(&self, p: &Sample, q: &Sample, interrupt: &Interrupt) -> Result<f64> {
        let mut total = 0.0;
        for (w, term, solver) in &self.parts {
            let (p, q) = if term.reversed { (q, p) } else { (p, q) };
            let solution = solver.solve(&Problem::precise(term, p, q, interrupt))?;
            if let (Objective::Sinkhorn(_), Some(reason)) = (&term.objective, solution.remark) {
                return Err(Error::data("sinkhorn", reason));
            }
            total += w * solution.value;
        }
        defined("the divergence between two samples", total)
    }
}
