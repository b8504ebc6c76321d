//! Unadjusted Langevin dynamics, the particle form of the Fokker–Planck equation for a density known up to a factor. [roberts1996](crate::references#roberts1996)
//!
//! ```text
//! given   ln π up to a constant, as a formula; particles Y⁰; step Δt
//! for n = 0, 1, …
//!     ξ ~ N(0, I) for every particle
//!     Yⁿ⁺¹ ← Yⁿ + Δt ∇ln π(Yⁿ) + √(2Δt) ξ
//! record  −mean ln π(Yⁿ), which is KL(P‖π) up to the entropy of P and a constant
//! ```
use super::algorithm::{Algorithm, Build, Built};
use crate::catalogue::{Entry, Opt, POSITIVE, defaults_of};
use crate::critic::Named;
use crate::device::{self, Points, Values};
use crate::error::{Error, Result};
use crate::flow::ingredients::Ingredients;
use crate::flow::origins::Moves;
use crate::flow::recipe::{ReadRecipe, Recipe, SavedForm, Setting};
use crate::flow::saved::{complete, read};
use crate::flow::traits::{Critics, Flow, Saved, Step, Viewed};
use crate::generator::diff::diff;
use crate::generator::expr::{Expr, coordinate};
use crate::generator::portable::Graph;
use crate::generator::tape::Tape;
use crate::interrupt::Interrupt;
use crate::random;
use crate::record::{Record, State};
use burn::tensor::Tensor;
use rand::Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// `langevin(|x| ln density, options)`
pub const LANGEVIN: Algorithm = Algorithm { entry: ENTRY, build: Build::LogDensity(build), saved: SAVED };

const SAVED: SavedForm = SavedForm { kind: "langevin", load };

const ENTRY: Entry = Entry {
    name: "langevin",
    room: "flow",
    signature: "langevin(|x| log density, options)",
    doc: "Unadjusted Langevin dynamics for a density known up to a factor; the gradient is derived from the formula. In it x[i], x.dim(), sum(x), dot(x, y), norm(x), logsumexp([..]) and elementwise operators.",
    equation: r"Y\leftarrow Y+\Delta t\,\nabla\ln\pi(Y)+\sqrt{2\Delta t}\,\xi",
    cite: "roberts1996",
    options: &[Opt { name: "dt", kind: POSITIVE, doc: "time step" }],
    defaults: defaults_of::<LangevinOptions>,
    example: "let flow = langevin(|x| -0.5 * dot(x - 1.0, x - 1.0), #{ dt: 0.05 });\nflow.run(data::gaussian(50, 2), data::gaussian(50, 2, #{ mean: 1.0 }), #{ steps: 5 })",
};

/// Options of `langevin(|x| …, #{ … })`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LangevinOptions {
    /// time step Δt
    pub dt: f64,
}

impl Default for LangevinOptions {
    fn default() -> Self {
        LangevinOptions { dt: 0.01 }
    }
}

/// ln π, up to a constant, as a formula in the coordinates.
#[derive(Clone)]
pub struct LangevinRecipe {
    /// ln π + constant
    pub log_density: Expr,
    /// how many coordinates it is a formula in
    pub dim: usize,
    /// the step
    pub options: LangevinOptions,
}

/// The recipe as data, in the words of format 4.
#[derive(Serialize, Deserialize)]
struct SavedRecipe {
    log_density: Graph,
    dim: usize,
    options: LangevinOptions,
}

fn load(v: &serde_json::Value, _: ReadRecipe) -> Result<Arc<dyn Recipe>> {
    let s: SavedRecipe = read(v)?;
    complete("log density", s.log_density.missing())?;
    Ok(Arc::new(LangevinRecipe { log_density: s.log_density.expr(), dim: s.dim, options: s.options }))
}

/// The dynamics of ln π, a formula in `dim` coordinates.
///
/// # Errors
/// An option that has not the type of its field.
pub fn build(log_density: Expr, dim: usize, made_of: &Ingredients) -> Built {
    Ok(Arc::new(LangevinRecipe { log_density, dim, options: made_of.options.typed()? }))
}

impl Recipe for LangevinRecipe {
    fn describe(&self) -> String {
        format!("langevin(a log density in {} coordinates, dt {})", self.dim, self.options.dt)
    }
    fn start(&self, s: &Setting) -> Result<Box<dyn Flow>> {
        let d = s.source.dims()[1];
        if d != self.dim {
            return Err(Error::Shape {
                what: "langevin".into(),
                expected: format!("particles of dimension {}", self.dim),
                got: format!("dimension {d}"),
            });
        }
        if s.labels.is_some() {
            return Err(Error::Unsupported {
                what: "labels".into(),
                reason: "have no part in a density".into(),
                advice: "leave them out".into(),
            });
        }
        let outputs: Vec<Expr> = std::iter::once(self.log_density.clone())
            .chain((0..d).take_while(|_| !s.interrupt.is_requested()).map(|i| diff(&self.log_density, &coordinate(i))))
            .collect();
        s.interrupt.check()?;
        Ok(Box::new(Langevin { recipe: self.clone(), tape: Tape::new(&outputs), seed: s.seed }))
    }
    /// A density knows where 0 is.
    fn moves(&self, _: &Points, _: &Points) -> Moves {
        Moves::Neither
    }
    fn prepares_source(&self, _: &Points, _: &Points) -> Result<bool> {
        Err(Error::Unsupported {
            what: "langevin with the option `prepare`".into(),
            reason: "would need the density of prepared points: the one that was written is in the units of the data"
                .into(),
            advice: "write the density of z, start from t.apply(source), and look at t.back(run.particles)".into(),
        })
    }
    fn check_latent(&self, _: bool) -> Result<()> {
        Err(Error::Unsupported {
            what: "latent(langevin(..), ..)".into(),
            reason: "would need the density of the codes, which nobody has written down".into(),
            advice: "use a flow towards a sample, such as gpa(d), behind a codec".into(),
        })
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "kind": SAVED.kind, "log_density": Graph::of(&self.log_density), "dim": self.dim, "options": self.options })
    }
}

/// Y ← Y + Δt ∇ln π(Y) + √(2Δt) ξ.
#[derive(Clone)]
pub struct Langevin {
    recipe: LangevinRecipe,
    /// ln π, then its partial derivatives
    tape: Tape,
    seed: u64,
}

impl Langevin {
    /// ln π and ∇ln π at points.
    fn score(&self, y: &Points) -> (Values, Points) {
        let [n, d] = y.dims();
        let columns: Vec<Values> = (0..d).map(|k| y.clone().narrow(1, k, 1).reshape([n])).collect();
        let mut out = self.tape.eval_columns(&columns);
        let gradient: Vec<Points> = out.drain(1..).map(|g| g.reshape([n, 1])).collect();
        (out.remove(0), Tensor::cat(gradient, 1))
    }
}

impl Step for Langevin {
    fn step(&mut self, state: State) -> Result<(State, Record)> {
        let (log_density, drift) = self.score(&state.particles);
        let record = Record::of(log_density.mean().neg(), &drift);
        let [n, d] = state.particles.dims();
        let mut rng = random::rng(self.seed ^ 0x6C61_6E67, state.step as u64);
        let xi =
            device::points((0..n * d).map(|_| rng.sample(StandardNormal)).collect(), n, d, &state.particles.device());
        let dt = self.recipe.options.dt;
        let particles = state.particles.clone() + drift.clone().mul_scalar(dt) + xi.mul_scalar((2.0 * dt).sqrt());
        Ok((State { particles, previous: None, dt: None, time: &state.time + dt, step: state.step + 1 }, record))
    }
    /// The divergence recorded is −E_P ln π: KL(P‖π) up to the entropy of P, which no sample tells, and a constant.
    fn measure(&self, state: &State) -> Result<Record> {
        let (log_density, drift) = self.score(&state.particles);
        Ok(Record::of(log_density.mean().neg(), &drift))
    }
    fn set_interrupt(&mut self, _: Interrupt) {}
}

impl Saved for Langevin {
    fn to_json(&self) -> serde_json::Value {
        self.recipe.to_json()
    }
    fn tensors(&self) -> Result<Vec<Named>> {
        Ok(vec![])
    }
    fn restore(&mut self, _: &[Named]) -> Result<()> {
        Ok(())
    }
}

impl Viewed for Langevin {
    fn describe(&self) -> String {
        self.recipe.describe()
    }
    fn critics(&self, _: &State) -> Result<Critics> {
        Err(Error::Unsupported {
            what: "langevin".into(),
            reason: "follows a density and has no critic".into(),
            advice: "estimate a divergence between run.particles and a sample instead".into(),
        })
    }
}
