//! Bounds on a divergence between two samples that no critic can fake.
//!
//! From below: for any numbers aᵢ on P (a critic's values), ψⱼ = maxᵢ (aᵢ − c(yᵢ, xⱼ)) and any ν in the domain,
//! mean a − ν − E_Q f*(ψ − ν) ≤ D by weak duality: no Lipschitz constant of a network enters. From above: a feasible
//! plan, from the exact solver while the pairs of points are few, else rounded from an entropic one.
use super::Critic;
use super::entropic::Entropic;
use super::exact::{Exact, cost_of, renyi_lower};
use super::kernel::KernelSolver;
use super::solver::{Found, Sample, Solver, ordered};
use crate::device::{Points, values};
use crate::divergence::{Objective, Renyi, Term};
use crate::error::{Error, Result};
use crate::generator::infimum::double::infimum;
use crate::interrupt::Interrupt;
use crate::space::Space;
use crate::transport::dual;
use crate::transport::ground::Ground;
use crate::transport::rounding;
use serde::{Deserialize, Serialize};

/// Where the upper bound comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Upper {
    /// exact up to 4 million pairs of points, entropic up to 1e9, none beyond
    #[default]
    Auto,
    Exact,
    Entropic,
    None,
}

/// The names of `upper:`.
pub const UPPERS: &[&str] = &["auto", "exact", "entropic", "none"];

/// lower ≤ D ≤ upper on the samples it was made for.
#[derive(Clone, Debug)]
pub struct Certificate {
    pub lower: f64,
    pub upper: f64,
    /// weights on the points of Q of the measure behind the upper bound
    pub proximal: Option<Vec<f64>>,
    /// ⟨c, π⟩ of the plan behind the upper bound
    pub transport: Option<f64>,
    pub remark: Option<String>,
}

impl Certificate {
    /// What a solver proved about the samples it was given.
    pub fn of(f: &Found) -> Certificate {
        Certificate {
            lower: f.lower,
            upper: f.upper,
            proximal: f.proximal.clone(),
            transport: f.transport,
            remark: f.remark.clone(),
        }
    }
}

const FEW: usize = 4_000_000;
const MANY: usize = 1_000_000_000;

/// The certificate of a potential for a term; φ is asked for its values on P alone.
pub fn certify(
    critic: &dyn Critic,
    term: &Term,
    source: &Points,
    target: &Points,
    upper: Upper,
    interrupt: &Interrupt,
) -> Result<Certificate> {
    let (p, q) = if term.reversed { (target, source) } else { (source, target) };
    let Some(cost) = cost_of(term).filter(|_| !matches!(term.objective, Objective::Sinkhorn(_))) else {
        return kernel(critic, term, p, q, upper, interrupt);
    };
    let scale = critic.found().map_or(1.0, |f| f.potential.scale());
    let phi: Vec<f64> =
        values(&critic.value(p)?)?.into_iter().map(|v| f64::from(v) / if scale > 0.0 { scale } else { 1.0 }).collect();
    let (p, q) = (Sample::new(p, None)?, Sample::new(q, None)?);
    let lower = match &term.objective {
        Objective::Renyi(r) => {
            // a solver returns g itself, a network what softplus makes −g of
            let u: Vec<f64> = if critic.found().is_some() {
                phi.iter().map(|v| (-v).max(0.0)).collect()
            } else {
                phi.iter().map(|v| Renyi::magnitude(*v)).collect()
            };
            renyi_lower(r, &Ground::lazy(&p.rows, &q.rows, p.d, cost), &u, &p.weights, &q.weights, interrupt)?
        }
        Objective::Unbalanced { source, target } => {
            let ground = Ground::lazy(&p.rows, &q.rows, p.d, cost);
            rounding::free_bound(&ground, source, target, &phi, &p.weights, &q.weights, interrupt)?
        }
        objective => {
            let f = if let Objective::F(f) = objective { Some(f.as_ref()) } else { None };
            let value = dual::lower_bound(
                &Ground::lazy(&p.rows, &q.rows, p.d, cost),
                f,
                &phi,
                &p.weights,
                &q.weights,
                interrupt,
            )?
            .value;
            if matches!(objective, Objective::Root) { value.max(0.0).powf(1.0 / cost.power) } else { value }
        }
    };
    let none = Certificate { lower, upper: f64::INFINITY, proximal: None, transport: None, remark: None };
    let Some(solver) = solver(upper, term, p.len().saturating_mul(q.len())) else { return Ok(none) };
    let found = solver.solve(term, &p, &q, None, true, interrupt)?;
    Ok(Certificate {
        upper: found.upper,
        proximal: found.proximal,
        transport: found.transport,
        remark: found.remark,
        ..none
    })
}

fn solver(upper: Upper, term: &Term, pairs: usize) -> Option<Box<dyn Solver>> {
    let exact: Box<dyn Solver> = Box::new(Exact::default());
    let entropic: Box<dyn Solver> = Box::new(Entropic::default());
    // a Rényi problem is a sequence of flows
    let few = if matches!(term.objective, Objective::Renyi(_)) { FEW / 16 } else { FEW };
    let chosen = match upper {
        Upper::None => return None,
        Upper::Exact => exact,
        Upper::Entropic => entropic,
        Upper::Auto if pairs <= few => exact,
        Upper::Auto if pairs <= MANY => entropic,
        Upper::Auto => return None,
    };
    let other: Box<dyn Solver> = Box::new(Entropic::default());
    [chosen, other].into_iter().find(|s| s.refuses(term).is_none())
}

/// A kernel term: E_P h − E_Q f*(h) − λ/2 ‖h‖² from below, for the best multiple of h among a few; from above the solver.
fn kernel(
    critic: &dyn Critic,
    term: &Term,
    p: &Points,
    q: &Points,
    upper: Upper,
    interrupt: &Interrupt,
) -> Result<Certificate> {
    let refuse = || Error::Unsupported {
        what: "certify".into(),
        reason: "has nothing to prove for this divergence: it is not a supremum over one space".into(),
        advice: "f-divergences with a Lipschitz, transport or kernel space have certificates".into(),
    };
    let Space::Rkhs(space) = &term.space else { return Err(refuse()) };
    let trained = || Error::Unsupported {
        what: "certify".into(),
        reason: "has nothing to prove for a critic that trains the features it compares".into(),
        advice: "estimate the divergence itself, without a critic of your own".into(),
    };
    let found = critic.found().ok_or_else(trained)?;
    let norm = found.potential.norm_squared().ok_or_else(refuse)?;
    let (p, q) = (Sample::new(p, None)?, Sample::new(q, None)?);
    let h_p = found.potential.at(&p.rows, interrupt)?.0;
    let h_q = found.potential.at(&q.rows, interrupt)?.0;
    let value = |t: f64| -> f64 {
        let scaled: Vec<f64> = h_q.iter().map(|v| t * v).collect();
        let penalty = match &term.objective {
            Objective::F(f) => infimum(f, &scaled, &q.weights).0,
            Objective::FreeMass(f) => scaled.iter().zip(&q.weights).map(|(v, w)| w * f.conjugate(*v)).sum(),
            _ => dual::mean(&scaled, &q.weights),
        };
        t * dual::mean(&h_p, &p.weights) - penalty - 0.5 * space.lambda * t * t * norm
    };
    let lower = [1.0, 1.0 - 1e-9, 1.0 - 1e-6, 0.999, 0.99, 0.9, 0.5, 0.1, 0.0, -1.0]
        .into_iter()
        .map(value)
        .filter(|v| v.is_finite())
        .fold(f64::NEG_INFINITY, f64::max);
    if upper == Upper::None {
        return Ok(Certificate { lower, upper: f64::INFINITY, proximal: None, transport: None, remark: None });
    }
    let found = KernelSolver.solve(term, &p, &q, None, true, interrupt)?;
    let (lower, upper) = ordered("certify", lower, found.upper)?;
    Ok(Certificate { lower, upper, proximal: found.proximal, transport: None, remark: None })
}
