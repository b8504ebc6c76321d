//! Critics that are solved for instead of trained: exact and entropic transport, kernels.
use super::{Ascent, Critic, CriticBuilder, Fit, Frame, Named, on_device::OnDevice};
use crate::device::{self, Points, Values};
use crate::divergence::Term;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::network::optimizer::OptimizerOptions;
use burn::tensor::{Device, Tensor, TensorData};
use std::sync::Arc;

/// A sample on the host; weights sum to one and are positive.
#[derive(Clone, Debug)]
pub struct Sample {
    /// row-major
    pub rows: Vec<f64>,
    pub d: usize,
    pub weights: Vec<f64>,
    /// all weights equal
    pub uniform: bool,
}

impl Sample {
    /// With equal weights unless others are given.
    pub fn new(points: &Points, weights: Option<&[f64]>) -> Result<Sample> {
        let [n, d] = points.dims();
        let rows = device::rows_f64(points)?;
        Ok(match weights {
            Some(w) => Sample { rows, d, weights: w.to_vec(), uniform: false },
            None => Sample { rows, d, weights: vec![1.0 / n as f64; n], uniform: true },
        })
    }
    pub fn len(&self) -> usize {
        self.weights.len()
    }
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }
    /// None if they are all equal, which solvers treat exactly.
    pub fn given_weights(&self) -> Option<&[f64]> {
        (!self.uniform).then_some(&self.weights[..])
    }
    /// Without the points of weight 0, and where the others were.
    fn positive(self) -> (Sample, Option<Vec<usize>>) {
        if self.weights.iter().all(|w| *w > 0.0) {
            return (self, None);
        }
        let kept: Vec<usize> = (0..self.len()).filter(|i| self.weights[*i] > 0.0).collect();
        let rows = kept.iter().flat_map(|i| self.rows[i * self.d..(i + 1) * self.d].to_vec()).collect();
        let weights = kept.iter().map(|i| self.weights[*i]).collect();
        (Sample { rows, d: self.d, weights, uniform: false }, Some(kept))
    }
}

/// A function of space with its gradient, both on the host.
pub trait Potential: Send + Sync {
    /// Values [n] and gradients [n, d], row-major, at rows.
    fn at(&self, x: &[f64], interrupt: &Interrupt) -> Result<(Vec<f64>, Vec<f64>)>;
    /// A true Lipschitz constant, if there is one.
    fn lipschitz(&self) -> Option<f64>;
    /// ‖h‖² in its Hilbert space, if it lives in one.
    fn norm_squared(&self) -> Option<f64> {
        None
    }
    /// What a dual potential of the problem was multiplied by to become the first variation: not 1 for roots.
    fn scale(&self) -> f64 {
        1.0
    }
}

/// What a solver found for a term with P and Q in their places.
pub struct Found {
    pub value: f64,
    /// lower ≤ D ≤ upper, infinite where nothing is known
    pub lower: f64,
    pub upper: f64,
    pub potential: Arc<dyn Potential>,
    /// ∇δD/δP at the points of P, row-major
    pub on_source: Vec<f64>,
    /// ∇δD/δQ at the points of Q, if it is known
    pub on_target: Option<Vec<f64>>,
    /// the proximal law: weights on the points of Q
    pub proximal: Option<Vec<f64>>,
    /// (i, j, mass), where it is sparse
    pub plan: Option<Vec<(usize, usize, f64)>>,
    /// ⟨c, π⟩
    pub transport: Option<f64>,
    /// (lower, upper) as the solver went on
    pub history: Vec<(f64, f64)>,
    /// marginal errors of the iterations of an entropic solver
    pub errors: Vec<f64>,
    pub iterations: usize,
    /// to start the next, similar problem from
    pub warm: Vec<f32>,
    /// what a reader should know: not converged, approximate
    pub remark: Option<String>,
}

impl Found {
    /// [lower, value, upper], a potential and the first variation at P; the rest is unknown or empty.
    pub fn new([lower, value, upper]: [f64; 3], potential: Arc<dyn Potential>, on_source: Vec<f64>) -> Found {
        let (on_target, proximal, plan, transport, remark) = (None, None, None, None, None);
        Found {
            value,
            lower,
            upper,
            potential,
            on_source,
            on_target,
            proximal,
            plan,
            transport,
            history: vec![],
            errors: vec![],
            iterations: 1,
            warm: vec![],
            remark,
        }
    }
}

/// An algorithm for certain terms.
pub trait Solver: Send + Sync {
    fn describe(&self) -> String;
    /// Why it cannot do this term, if it cannot.
    fn refuses(&self, term: &Term) -> Option<String>;
    /// Solves for P and Q; `precise` asks for f64 values where a flow is content with f32.
    fn solve(
        &self,
        term: &Term,
        p: &Sample,
        q: &Sample,
        warm: Option<&[f32]>,
        precise: bool,
        interrupt: &Interrupt,
    ) -> Result<Found>;
    /// The step of a flow without leaving the device, for forward terms between samples of equal weights; None where this
    /// solver works on the host.
    fn solve_on_device(&self, _: &Term, _: &Points, _: &Points, _: &Interrupt) -> Result<Option<OnDevice>> {
        Ok(None)
    }
    /// The potential of such a step, and its gradient, at other points.
    fn potential_on_device(&self, _: &Term, _: &Points, _: &Points, _: &Points) -> Result<Option<(Values, Points)>> {
        Ok(None)
    }
    fn to_json(&self) -> serde_json::Value;
}

/// A solver as a recipe for critics.
#[derive(Clone)]
pub struct SolverBuilder(pub Arc<dyn Solver>);

impl CriticBuilder for SolverBuilder {
    fn build(&self, term: &Term, frame: &Frame, _: u64, _: u64) -> Result<Box<dyn Critic>> {
        match self.0.refuses(term) {
            Some(reason) => Err(Error::Unsupported {
                what: self.0.describe(),
                reason,
                advice: "leave the critic out to have the natural one".into(),
            }),
            None => Ok(Box::new(Solved {
                solver: self.0.clone(),
                found: None,
                pending: None,
                dim: frame.dim(),
                warm: None,
            })),
        }
    }
    fn supports(&self, term: &Term) -> bool {
        self.0.refuses(term).is_none()
    }
    fn trains(&self) -> bool {
        false
    }
    fn describe(&self) -> String {
        self.0.describe()
    }
    fn with_optimizer(&self, _: OptimizerOptions) -> Arc<dyn CriticBuilder> {
        Arc::new(self.clone())
    }
    fn to_json(&self) -> serde_json::Value {
        self.0.to_json()
    }
}

/// A critic whose every fit solves the problem anew.
#[derive(Clone)]
pub struct Solved {
    solver: Arc<dyn Solver>,
    found: Option<Arc<Found>>,
    /// a step that stayed on the device: its velocity, and what to solve on the host if someone asks for the potential
    pending: Option<(Points, Term, Points, Points)>,
    dim: usize,
    warm: Option<Vec<f32>>,
}

impl Solved {
    fn potential(&self) -> Result<Arc<dyn Potential>> {
        match (&self.found, &self.pending) {
            (Some(f), _) => Ok(f.potential.clone()),
            (None, Some((_, term, p, q))) => Ok(self
                .solver
                .solve(term, &Sample::new(p, None)?, &Sample::new(q, None)?, None, false, &Interrupt::default())?
                .potential),
            (None, None) => Err(Error::data(self.solver.describe(), "it has not been fitted to samples yet")),
        }
    }
}

/// Bounds that met may pass each other by a rounding; by more they contradict each other, and neither is a proof.
pub fn ordered(what: &str, lower: f64, upper: f64) -> Result<(f64, f64)> {
    if lower <= upper || lower - upper <= 1e-9 * upper.abs() + 1e-12 {
        return Ok((lower.min(upper), upper.max(lower)));
    }
    Err(Error::data(
        what,
        format!(
            "its bounds contradict each other, {lower} > {upper}: rounding has taken over; use moderate scales, penalties and orders"
        ),
    ))
}

/// Values put back where the kept points were; the others get 0.
fn scatter(kept: &Option<Vec<usize>>, n: usize, width: usize, v: Vec<f64>) -> Vec<f64> {
    let Some(kept) = kept else { return v };
    let mut out = vec![0.0; n * width];
    for (i, row) in kept.iter().zip(v.chunks(width)) {
        out[i * width..(i + 1) * width].copy_from_slice(row);
    }
    out
}

impl Critic for Solved {
    fn fit(&mut self, term: &Term, source: &Points, target: &Points, ascent: &Ascent) -> Result<Fit> {
        (self.found, self.pending) = (None, None);
        if !device::is_cpu(&source.device()) && !ascent.weights.are_given() && !ascent.keep_history && !term.reversed {
            if let Some(s) = self.solver.solve_on_device(term, source, target, &ascent.interrupt)? {
                self.pending = Some((s.variation, term.clone(), source.clone(), target.clone()));
                return Ok(Fit { value: s.value, iterations: 1, history: vec![] });
            }
        }
        let (a, b) =
            (ascent.weights.source.as_deref().map(Vec::as_slice), ascent.weights.target.as_deref().map(Vec::as_slice));
        let (p, q) = (Sample::new(source, a)?, Sample::new(target, b)?);
        let (p, q) = if term.reversed { (q, p) } else { (p, q) };
        let (n, m) = (p.len(), q.len());
        let ((p, kept_p), (q, kept_q)) = (p.positive(), q.positive());
        let mut found =
            self.solver.solve(term, &p, &q, self.warm.as_deref(), ascent.keep_history, &ascent.interrupt)?;
        let d = self.dim;
        found.on_source = scatter(&kept_p, n, d, found.on_source);
        found.on_target = found.on_target.map(|v| scatter(&kept_q, m, d, v));
        found.proximal = found.proximal.map(|v| scatter(&kept_q, m, 1, v));
        let back = |kept: &Option<Vec<usize>>, i: usize| kept.as_ref().map_or(i, |k| k[i]);
        // the plan goes from the first sample to the second, whichever of them is P here
        let turn = |i: usize, j: usize| if term.reversed { (j, i) } else { (i, j) };
        found.plan = found.plan.map(|plan| {
            let placed = |(i, j, w)| {
                let (i, j) = turn(back(&kept_p, i), back(&kept_q, j));
                (i, j, w)
            };
            plan.into_iter().map(placed).collect()
        });
        (found.lower, found.upper) = ordered(&self.solver.describe(), found.lower, found.upper)?;
        self.warm = (kept_p.is_none() && kept_q.is_none()).then(|| found.warm.clone());
        let device = source.device();
        let scalar = |v: f64| -> Values { Tensor::from_data(TensorData::new(vec![v as f32], [1]), &device) };
        let (value, iterations) = (scalar(found.value), found.iterations);
        self.found = Some(Arc::new(found));
        Ok(Fit { history: vec![value.clone()], value, iterations })
    }

    fn variation(&self, term: &Term, particles: &Points, _: &Points) -> Result<Points> {
        let [n, d] = particles.dims();
        if let Some((v, ..)) = &self.pending {
            return Ok(v.clone());
        }
        let Some(found) = &self.found else {
            return Err(Error::data(self.solver.describe(), "it has not been fitted yet"));
        };
        let v = if term.reversed {
            found.on_target.as_ref().ok_or_else(|| Error::Unsupported {
                what: format!("{}: the reversed divergence", self.solver.describe()),
                reason: "has no first variation in its second argument here".into(),
                advice: "use it forwards, or another critic".into(),
            })?
        } else {
            &found.on_source
        };
        if v.len() != n * d {
            return Err(Error::data(self.solver.describe(), "it was fitted to another number of particles"));
        }
        Ok(device::points(v.iter().map(|v| *v as f32).collect(), n, d, &particles.device()))
    }

    fn trains(&self) -> bool {
        false
    }
    fn found(&self) -> Option<Arc<Found>> {
        self.found.clone()
    }

    fn settle(&mut self) {}
    fn dim(&self) -> usize {
        self.dim
    }
    fn value(&self, x: &Points) -> Result<Values> {
        Ok(self.value_and_gradient(x)?.0)
    }
    fn value_and_gradient(&self, x: &Points) -> Result<(Values, Points)> {
        let [n, d] = x.dims();
        if let Some((_, term, p, q)) = &self.pending
            && let Some(there) = self.solver.potential_on_device(term, p, q, x)?
        {
            return Ok(there);
        }
        let (v, g) = self.potential()?.at(&device::rows_f64(x)?, &Interrupt::default())?;
        let narrow = |v: Vec<f64>| v.into_iter().map(|v| v as f32).collect::<Vec<f32>>();
        Ok((
            Tensor::from_data(TensorData::new(narrow(v), [n]), &x.device()),
            device::points(narrow(g), n, d, &x.device()),
        ))
    }
    fn lipschitz_bound(&self) -> Result<Option<f64>> {
        Ok(self.found.as_ref().and_then(|f| f.potential.lipschitz()))
    }
    fn state(&self) -> Result<Vec<Named>> {
        Ok(self.warm.iter().map(|w| Named { name: "warm".into(), data: w.clone() }).collect())
    }
    fn restore(&mut self, state: &[Named], _: &Device) -> Result<()> {
        self.warm = state.iter().find(|n| n.name == "warm").map(|n| n.data.clone());
        Ok(())
    }
    fn boxed_clone(&self) -> Box<dyn Critic> {
        Box::new(self.clone())
    }
}
