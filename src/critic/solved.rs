//! Critics that are solved for instead of trained.
use super::ascent::{Ascent, Fit, Weights};
use super::place::is_on_host;
use super::sample::Sample;
use super::solution::{Potential, Solution, ordered};
use super::solver::{Problem, Solver};
use super::traits::{Critic, CriticBuilder};
use crate::device::{self, Points, Values};
use crate::divergence::Term;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::network::optimizer::OptimizerOptions;
use crate::network::{Frame, Named};
use burn::tensor::{DType, Device, Tensor, TensorData};
use std::sync::Arc;

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
                solution: None,
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
    solution: Option<Arc<Solution>>,
    /// a step that stayed on the device: its velocity, and what to solve on the host if someone asks for the potential
    pending: Option<(Points, Term, Points, Points)>,
    dim: usize,
    warm: Option<Vec<f32>>,
}

impl Solved {
    fn potential(&self) -> Result<Arc<dyn Potential>> {
        match (&self.solution, &self.pending) {
            (Some(f), _) => Ok(f.potential.clone()),
            (None, Some((_, term, p, q))) => {
                let (p, q) = (Sample::new(p, None)?, Sample::new(q, None)?);
                Ok(self.solver.solve(&Problem::rough(term, &p, &q, &Interrupt::default()))?.potential)
            }
            (None, None) => Err(Error::data(self.solver.describe(), "it has not been fitted to samples yet")),
        }
    }

    /// Solves between the points of positive weight, and puts what belongs to points back in its place.
    fn solve_on_host(&mut self, term: &Term, source: &Points, target: &Points, ascent: &Ascent) -> Result<Solution> {
        let Weights { source: a, target: b } = &ascent.weights;
        let (p, q) = (
            Sample::new(source, a.as_deref().map(Vec::as_slice))?,
            Sample::new(target, b.as_deref().map(Vec::as_slice))?,
        );
        let (p, q) = if term.reversed { (q, p) } else { (p, q) };
        let (n, m, d) = (p.len(), q.len(), self.dim);
        let ((p, kept_p), (q, kept_q)) = (p.positive(), q.positive());
        let problem = Problem {
            term,
            p: &p,
            q: &q,
            warm: self.warm.as_deref(),
            precise: ascent.keep_history,
            interrupt: &ascent.interrupt,
        };
        let mut solution = self.solver.solve(&problem)?;
        solution.on_source = scatter(&kept_p, n, d, solution.on_source);
        solution.on_target = solution.on_target.map(|v| scatter(&kept_q, m, d, v));
        solution.proximal = solution.proximal.map(|v| scatter(&kept_q, m, 1, v));
        let back = |kept: &Option<Vec<usize>>, i: usize| kept.as_ref().map_or(i, |k| k[i]);
        // the plan goes from the first sample to the second, whichever of them is P here
        let turn = |i: usize, j: usize| if term.reversed { (j, i) } else { (i, j) };
        solution.plan = solution.plan.map(|plan| {
            let placed = |(i, j, w)| {
                let (i, j) = turn(back(&kept_p, i), back(&kept_q, j));
                (i, j, w)
            };
            plan.into_iter().map(placed).collect()
        });
        (solution.lower, solution.upper) = ordered(&self.solver.describe(), solution.lower, solution.upper)?;
        self.warm = (kept_p.is_none() && kept_q.is_none()).then(|| solution.warm.clone());
        Ok(solution)
    }
}

/// The door of solvers: whether a step need not leave its device, since nobody asks for a proof, for weights or for the
/// first variation in the second argument.
fn stays_on_device(term: &Term, source: &Points, ascent: &Ascent) -> bool {
    !is_on_host(source) && !ascent.weights.are_given() && !ascent.keep_history && !term.reversed
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
        (self.solution, self.pending) = (None, None);
        if stays_on_device(term, source, ascent)
            && let Some(step) = self.solver.solve_on_device(&Problem::rough(term, source, target, &ascent.interrupt))?
        {
            self.pending = Some((step.variation, term.clone(), source.clone(), target.clone()));
            return Ok(Fit { value: step.value, iterations: 1, history: vec![] });
        }
        let solution = self.solve_on_host(term, source, target, ascent)?;
        let scalar = TensorData::new(vec![solution.value as f32], [1]);
        let (value, iterations): (Values, usize) = (Tensor::from_data(scalar, &source.device()), solution.iterations);
        self.solution = Some(Arc::new(solution));
        Ok(Fit { history: vec![value.clone()], value, iterations })
    }

    fn variation(&self, term: &Term, particles: &Points, _: &Points) -> Result<Points> {
        let [n, d] = particles.dims();
        if let Some((v, ..)) = &self.pending {
            return Ok(v.clone());
        }
        let Some(solution) = &self.solution else {
            return Err(Error::data(self.solver.describe(), "it has not been fitted yet"));
        };
        let v = if term.reversed {
            solution.on_target.as_ref().ok_or_else(|| Error::Unsupported {
                what: format!("{}: the reversed divergence", self.solver.describe()),
                reason: "has no first variation in its second argument here".into(),
                advice: "use it forwards, or another critic".into(),
            })?
        } else {
            &solution.on_source
        };
        if v.len() != n * d {
            return Err(Error::data(self.solver.describe(), "it was fitted to another number of particles"));
        }
        Ok(device::points(v.iter().map(|v| *v as f32).collect(), n, d, &particles.device()))
    }

    fn trains(&self) -> bool {
        false
    }
    fn solution(&self) -> Option<Arc<Solution>> {
        self.solution.clone()
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
        if let Some((_, term, p, q)) = &self.pending {
            let go = Interrupt::default();
            let problem = Problem::rough(term, p, q, &go);
            if let Some(there) = self.solver.potential_on_device(&problem, &device::narrowed(x, &p.device()))? {
                return Ok(there);
            }
        }
        let (v, g) = self.potential()?.at(&device::rows_f64(x)?, &Interrupt::default())?;
        if device::is_wide(x) {
            let values = Tensor::from_data(TensorData::new(v, [n]), (&x.device(), DType::F64));
            return Ok((values, device::wide(g, n, d)));
        }
        let narrow = |v: Vec<f64>| v.into_iter().map(|v| v as f32).collect::<Vec<f32>>();
        Ok((
            Tensor::from_data(TensorData::new(narrow(v), [n]), &x.device()),
            device::points(narrow(g), n, d, &x.device()),
        ))
    }
    fn lipschitz_bound(&self) -> Result<Option<f64>> {
        Ok(self.solution.as_ref().and_then(|f| f.potential.lipschitz()))
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
