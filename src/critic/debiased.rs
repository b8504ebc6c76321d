//! The Sinkhorn divergence, solved: potentials between the samples, minus those within each. [feydy2019]
use super::exact::cost_of;
use super::on_device::{self, OnDevice};
use super::potentials::Soft;
use super::solver::{Found, Potential, Sample, Solver};
use crate::device::Points;
use crate::divergence::{Objective, Term};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::space::Cost;
use crate::transport::sinkhorn::{Debiased as Solution, SinkhornOptions, divergence};
use std::sync::Arc;

#[derive(Clone, Copy, Debug, Default)]
pub struct Debiased;

const TOLERANCE: f64 = 1e-7;
const ITERATIONS: usize = 10_000;

impl Solver for Debiased {
    fn describe(&self) -> String {
        "sinkhorn iterations".into()
    }
    fn refuses(&self, term: &Term) -> Option<String> {
        (!matches!(term.objective, Objective::Sinkhorn(_))).then(|| "solves Sinkhorn divergences only".into())
    }
    fn solve(
        &self,
        term: &Term,
        p: &Sample,
        q: &Sample,
        warm: Option<&[f32]>,
        precise: bool,
        interrupt: &Interrupt,
    ) -> Result<Found> {
        let cost = cost_of(term).ok_or_else(|| Error::data("sinkhorn", "the term has no transport cost"))?;
        let Objective::Sinkhorn(epsilon) = term.objective else {
            return Err(Error::data("sinkhorn", "the term has no epsilon"));
        };
        let o = SinkhornOptions {
            epsilon,
            tolerance: if precise { TOLERANCE } else { 1e-5 },
            iterations: if precise { ITERATIONS } else { 2000 },
        };
        let n = p.len();
        let start = |from: usize, len: usize| -> Option<Vec<f64>> {
            warm.filter(|w| w.len() == n + 2 * q.len())
                .map(|w| w[from..from + len].iter().map(|v| f64::from(*v)).collect())
        };
        let starts = [start(0, q.len()), start(q.len(), n), start(q.len() + n, q.len())];
        let solved = divergence(
            (&p.rows, &p.weights),
            (&q.rows, &q.weights),
            p.d,
            cost,
            &o,
            [starts[0].as_deref(), starts[1].as_deref(), starts[2].as_deref()],
            interrupt,
        )?;
        let remark = solved.failure(&o);
        // a flow has nobody to read a remark: it stops instead, unless the marginals are near enough to move by
        let error = solved.between.error.max(solved.within_p.error).max(solved.within_q.error);
        if let (Some(reason), false) = (&remark, precise || error < 1e-3) {
            return Err(Error::data("sinkhorn", reason.clone()));
        }
        let Solution { value, between, within_p, within_q } = solved;
        let minus = |v: &[f64]| v.iter().map(|v| -v).collect::<Vec<f64>>();
        let potential = pair(cost, epsilon, (q, &between.psi), (p, &minus(&within_p.phi)));
        let on_source = potential.at(&p.rows, interrupt)?.1;
        let on_target = if term.reversed {
            // seen from Q: exchange the samples, ψ for −φ
            Some(pair(cost, epsilon, (p, &minus(&between.phi)), (q, &minus(&within_q.phi))).at(&q.rows, interrupt)?.1)
        } else {
            None
        };
        let iterations = between.iterations + within_p.iterations + within_q.iterations;
        let warm = between.psi.iter().chain(&within_p.phi).chain(&within_q.phi).map(|v| *v as f32).collect();
        Ok(Found {
            on_target,
            iterations,
            warm,
            remark,
            ..Found::new([f64::NEG_INFINITY, value, f64::INFINITY], Arc::new(potential), on_source)
        })
    }
    fn solve_on_device(&self, term: &Term, p: &Points, q: &Points, interrupt: &Interrupt) -> Result<Option<OnDevice>> {
        match (&term.objective, cost_of(term)) {
            (Objective::Sinkhorn(epsilon), Some(cost)) => on_device::sinkhorn(&cost, *epsilon, p, q, interrupt),
            _ => Ok(None),
        }
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "solver": "sinkhorn" })
    }
}

fn pair(cost: Cost, epsilon: f64, between: (&Sample, &[f64]), within: (&Sample, &[f64])) -> Soft {
    let part = |w: f64, (s, psi): (&Sample, &[f64])| (w, s.clone(), psi.to_vec());
    Soft { parts: vec![part(1.0, between), part(-1.0, within)], cost, epsilon }
}
