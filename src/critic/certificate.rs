//! Bounds on a divergence between two samples that no critic can fake.
//!
//! From below: for any numbers aᵢ on P (a critic's values), ψⱼ = maxᵢ (aᵢ − c(yᵢ, xⱼ)) and any ν in the domain,
//! mean a − ν − E_Q f*(ψ − ν) ≤ D by weak duality: no Lipschitz constant of a network enters. From above: a feasible
//! plan, from the exact solver while the pairs of points are few, else rounded from an entropic one.
use super::entropic::Entropic;
use super::exact::{Exact, renyi};
use super::finite::lost;
use super::kernel::KernelSolver;
use super::kernel::dual::Mass;
use super::sample::Sample;
use super::solution::{Solution, ordered};
use super::solver::{Problem, Solver};
use super::traits::Critic;
use super::unbalanced::Unbalanced;
use crate::catalogue::{Entry, no_defaults};
use crate::device::{Points, values_f64};
use crate::divergence::{Objective, Renyi, Term};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::space::{Cost, Space};
use crate::sums::ROUNDING;
use crate::transport::dual;
use crate::transport::ground::Ground;
use crate::transport::rounding;
use serde::{Deserialize, Serialize};

/// The page of `certify`.
pub const CERTIFY: Entry = Entry {
    name: "certify",
    room: "critic",
    signature: "certify(critic, p, q)",
    doc: "What a fitted critic proves between two samples, its own or others: #{ lower, upper, gap, proximal }. The critic must come from an estimate or a run, which know its divergence.",
    equation: r"\psi_j=\max_i\{\varphi(y_i)-L|y_i-x_j|\}",
    cite: "birrell2022",
    options: &[],
    defaults: no_defaults,
    example: "let d = kl().regularized(lipschitz(1.0));\nlet e = d.estimate(data::gaussian(100, 2), data::ring(100), #{ steps: 50 });\ncertify(e.critic, data::gaussian(80, 2), data::ring(80))",
};

/// Where the upper bound comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Upper {
    /// exact up to 4 million pairs of points, entropic up to 1e9, none beyond
    #[default]
    Auto,
    /// from the exact solver, however many pairs
    Exact,
    /// rounded from an entropic plan
    Entropic,
    /// no upper bound
    None,
}

/// The names of `upper:`.
pub const UPPERS: &[&str] = &["auto", "exact", "entropic", "none"];

/// lower ≤ D ≤ upper on the samples it was made for.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// by weak duality; −∞ where nothing is proved
    pub lower: f64,
    /// from a feasible plan or measure; ∞ where nothing is proved
    pub upper: f64,
    /// weights on the points of Q of the measure behind the upper bound
    pub proximal: Option<Vec<f64>>,
    /// ⟨c, π⟩ of the plan behind the upper bound
    pub transport: Option<f64>,
    /// what a reader should know: not converged, approximate
    pub remark: Option<String>,
}

impl Certificate {
    /// A lower bound alone.
    pub fn at_least(lower: f64) -> Certificate {
        Certificate { lower, upper: f64::INFINITY, proximal: None, transport: None, remark: None }
    }
    /// A bound that came out as no number proves nothing, and says so.
    fn without_nan(mut self) -> Certificate {
        let lost = [("lower", self.lower.is_nan()), ("upper", self.upper.is_nan())];
        for (name, _) in lost.into_iter().filter(|l| l.1) {
            let remark = format!("the {name} bound left the range of numbers: nothing is proved there");
            self.remark = Some(self.remark.map_or_else(|| remark.clone(), |r| format!("{r}; {remark}")));
        }
        self.lower = if self.lower.is_nan() { f64::NEG_INFINITY } else { self.lower };
        self.upper = if self.upper.is_nan() { f64::INFINITY } else { self.upper };
        self
    }
    /// What a solver proved about the samples it was given.
    pub fn of(s: &Solution) -> Certificate {
        Certificate {
            lower: s.lower,
            upper: s.upper,
            proximal: s.proximal.clone(),
            transport: s.transport,
            remark: s.remark.clone(),
        }
    }
}

/// Pairs of points that the exact solver takes unasked.
const FEW: usize = 4_000_000;
/// Pairs of points that the entropic solver takes unasked.
const MANY: usize = 1_000_000_000;

/// The certificate of a potential for a term; φ is asked for its values on P alone.
///
/// # Errors
/// Terms that are no supremum over one space; values that cannot be read or are no numbers; an interrupt.
pub fn certify(
    critic: &dyn Critic,
    term: &Term,
    source: &Points,
    target: &Points,
    upper: Upper,
    interrupt: &Interrupt,
) -> Result<Certificate> {
    let (p, q) = if term.reversed { (target, source) } else { (source, target) };
    let Some(cost) = term.cost().filter(|_| !matches!(term.objective, Objective::Sinkhorn(_))) else {
        return kernel(critic, term, p, q, upper, interrupt);
    };
    let scale = critic.solution().map_or(1.0, |s| s.potential.scale());
    let phi: Vec<f64> =
        values_f64(&critic.value(p)?)?.into_iter().map(|v| v / if scale > 0.0 { scale } else { 1.0 }).collect();
    if let Some(i) = phi.iter().position(|v| !v.is_finite()) {
        return Err(lost("the critic", format!("its value is {} at point {i} of the first sample", phi[i])));
    }
    let (p, q) = (Sample::new(p, None)?, Sample::new(q, None)?);
    let problem = Problem::precise(term, &p, &q, interrupt);
    let lower = lower_bound(&problem, cost, &phi, critic.solution().is_some())?;
    let Some(solver) = solver(upper, term, p.len().saturating_mul(q.len())) else {
        return Ok(Certificate::at_least(lower).without_nan());
    };
    Ok(Certificate { lower, ..Certificate::of(&solver.solve(&problem)?) }.without_nan())
}

/// What the values φ on P prove by weak duality, over potentials that are c-concave.
fn lower_bound(problem: &Problem, cost: Cost, phi: &[f64], solved: bool) -> Result<f64> {
    let Problem { term, p, q, interrupt, .. } = *problem;
    let ground = Ground::lazy(&p.rows, &q.rows, p.d, cost);
    match &term.objective {
        Objective::Renyi(r) => {
            // a solver returns g itself, a network what softplus makes −g of
            let magnitude = |v: &f64| if solved { (-v).max(0.0) } else { Renyi::magnitude(*v) };
            let u: Vec<f64> = phi.iter().map(magnitude).collect();
            Ok(renyi::lower_bound(r, &ground, &u, &p.weights, &q.weights, interrupt)?[1])
        }
        Objective::Unbalanced { source, target } => {
            Ok(rounding::free_bound(&ground, source, target, phi, &p.weights, &q.weights, interrupt)?.proved)
        }
        objective => {
            let f = if let Objective::F(f) = objective { Some(f.as_ref()) } else { None };
            let value = dual::lower_bound(&ground, f, phi, &p.weights, &q.weights, interrupt)?.proved;
            let root = matches!(objective, Objective::Root);
            Ok(if root { value.max(0.0).powf(1.0 / cost.power) * (1.0 - 4.0 * ROUNDING) } else { value })
        }
    }
}

/// The solver of the upper bound; none where too many pairs would have to be looked at, or it is not asked for.
fn solver(upper: Upper, term: &Term, pairs: usize) -> Option<Box<dyn Solver>> {
    let exact: Box<dyn Solver> = Box::new(Exact::default());
    let entropic: Box<dyn Solver> = Box::new(Entropic::default());
    // a Rényi problem is a sequence of flows
    let few = if matches!(term.objective, Objective::Renyi(_)) { FEW / 16 } else { FEW };
    let first = match upper {
        Upper::None => return None,
        Upper::Exact => exact,
        Upper::Entropic => entropic,
        Upper::Auto if pairs <= few => exact,
        Upper::Auto if pairs <= MANY => entropic,
        Upper::Auto => return None,
    };
    let others: [Box<dyn Solver>; 2] = [Box::new(Unbalanced), Box::new(Entropic::default())];
    [first].into_iter().chain(others).find(|s| s.refuses(term).is_none())
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
    let solution = critic.solution().ok_or_else(trained)?;
    let norm = solution.potential.norm_squared().ok_or_else(refuse)?;
    let (p, q) = (Sample::new(p, None)?, Sample::new(q, None)?);
    let h_p = solution.potential.at(&p.rows, interrupt)?.0;
    let h_q = solution.potential.at(&q.rows, interrupt)?.0;
    let (on_p, norm_off) = solution.potential.rounding(&p.rows);
    let off = on_p.max(solution.potential.rounding(&q.rows).0);
    let value = |t: f64| -> f64 {
        let on_q = match &term.objective {
            Objective::F(f) => Mass::One.conjugate_mean_above(f, &h_q, t, &q.weights),
            Objective::FreeMass(f) => Mass::Free.conjugate_mean_above(f, &h_q, t, &q.weights),
            _ => dual::mean(&h_q.iter().map(|v| t * v).collect::<Vec<f64>>(), &q.weights),
        };
        let on_p = t * dual::mean(&h_p, &p.weights);
        // the slope of f* is the density of a measure of mass near one: what h is off, both means are at most
        let hidden = 3.0 * off * t.abs() + 16.0 * ROUNDING * (on_p.abs() + on_q.abs());
        on_p - on_q - 0.5 * space.lambda * t * t * (norm + norm_off) - hidden
    };
    let lower = [1.0, 1.0 - 1e-9, 1.0 - 1e-6, 0.999, 0.99, 0.9, 0.5, 0.1, 0.0, -1.0]
        .into_iter()
        .map(value)
        .filter(|v| v.is_finite())
        .fold(f64::NEG_INFINITY, f64::max);
    if upper == Upper::None {
        return Ok(Certificate::at_least(lower).without_nan());
    }
    let solution = KernelSolver.solve(&Problem::precise(term, &p, &q, interrupt))?;
    let (lower, upper) = ordered("certify", lower, solution.upper)?;
    Ok(Certificate { lower, upper, proximal: solution.proximal, transport: None, remark: None })
}
