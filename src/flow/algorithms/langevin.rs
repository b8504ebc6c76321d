//! Unadjusted Langevin dynamics, the particle form of the Fokker–Planck equation for a density known up to a factor. [roberts1996](crate::references#roberts1996)
//!
//! ```text
//! given   ln π up to a constant, as a formula; particles Y⁰; step Δt
//! for n = 0, 1, …
//!     ξ ~ N(0, I) for every particle
//!     Yⁿ⁺¹ ← Yⁿ + Δt ∇ln π(Yⁿ) + √(2Δt) ξ
//! record  −mean ln π(Yⁿ), which is KL(P‖π) up to the entropy of P and a constant
//! ```
//!
//! A Gaussian whose density curves by Λ = 1/σ² gets the variance σ²/(1 − ΔtΛ/2), and nothing stays where ΔtΛ > 2. So a step that
//! nobody named is a tenth of 1/Λ, with Λ measured where the particles go: root mean square of the change of ∇ln π along their
//! steps, over that of the steps. It grows at once and falls slowly; a step that would be more than 1/Λ is taken anew, half as long.
//! Λ has the units of 1/length², so that a run on s·Y for the density of s·x is s times the run.
use super::algorithm::{Algorithm, Build, Built};
use crate::catalogue::{Entry, Opt, OptionKind, defaults_of};
use crate::critic::Named;
use crate::device::{self, Points, Values};
use crate::error::{Error, Result};
use crate::flow::ingredients::Ingredients;
use crate::flow::origins::Moves;
use crate::flow::particles::{Auto, Dt};
use crate::flow::recipe::{ReadRecipe, Recipe, SavedForm, Setting};
use crate::flow::saved::{complete, read};
use crate::flow::traits::{Critics, Flow, Saved, Step, Viewed};
use crate::generator::diff::diff;
use crate::generator::expr::{Expr, coordinate};
use crate::generator::portable::Graph;
use crate::generator::tape::Tape;
use crate::interrupt::Interrupt;
use crate::network::{parted, whole};
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
    options: &[Opt {
        name: "dt",
        kind: OptionKind::NumberOr { min: f64::MIN_POSITIVE, max: f64::MAX, word: "auto" },
        doc: "time step; \"auto\" takes a tenth of the time in which the density lets go of a step, 1/curvature of ln pi, measured along the steps of the particles at two gradients a step",
    }],
    defaults: defaults_of::<LangevinOptions>,
    example: "let flow = langevin(|x| -0.5 * dot(x - 1.0, x - 1.0), #{ dt: 0.05 });\nflow.run(data::gaussian(50, 2), data::gaussian(50, 2, #{ mean: 1.0 }), #{ steps: 5 })",
};

/// Options of `langevin(|x| …, #{ … })`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LangevinOptions {
    /// time step Δt
    pub dt: Dt,
}

impl Default for LangevinOptions {
    fn default() -> Self {
        LangevinOptions { dt: Dt::Named(Auto::Auto) }
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
        format!("langevin(a log density in {} coordinates, dt {})", self.dim, self.options.dt.describe())
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
        Ok(Box::new(Langevin {
            recipe: self.clone(),
            tape: Tape::new(&outputs),
            seed: s.seed,
            curvature: 0.0,
            dt: 0.0,
        }))
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
    /// Λ; 0 before it was measured, and where steps have a length
    curvature: f64,
    /// Δt of the last step
    dt: f64,
}

/// The name of saved numbers.
const PACE: &str = "pace";
/// Δt·Λ of a step that is found.
const SHARE: f64 = 0.1;
/// The Δt·Λ beyond which a step is taken anew.
const MOST: f64 = 1.0;
/// How often a step may be halved.
const HALVINGS: usize = 60;
/// What Λ keeps of itself where it falls.
const MEMORY: f64 = 0.8;
/// How far the first look at Λ goes, as a share of how far particles lie from their middle.
const PROBE: f64 = 1e-3;

/// The root mean square length of rows.
fn size(v: &Points) -> Result<f64> {
    Ok(device::number(&(v.clone() * v.clone()).sum_dim(1).mean())?.sqrt())
}

impl Langevin {
    /// Λ between points and points that are `moved` from them, with the gradients of both.
    fn curvature(&self, here: &Points, there: &Points, moved: &Points) -> Result<f64> {
        let curvature = size(&(there.clone() - here.clone()))? / size(moved)?;
        Ok(if curvature.is_finite() { curvature } else { 0.0 })
    }
    /// The particles after a step, and how long it was.
    fn moved(&mut self, y: &Points, drift: &Points, xi: &Points) -> Result<(Points, f64)> {
        let by = |dt: f64| drift.clone().mul_scalar(dt) + xi.clone().mul_scalar((2.0 * dt).sqrt());
        if let Dt::Fixed(dt) = self.recipe.options.dt {
            return Ok((y.clone() + drift.clone().mul_scalar(dt) + xi.clone().mul_scalar((2.0 * dt).sqrt()), dt));
        }
        let spread = size(&(y.clone() - y.clone().mean_dim(0)))?;
        if self.curvature == 0.0 {
            let probe = xi.clone().mul_scalar(PROBE * if spread > 0.0 { spread } else { 1.0 });
            self.curvature = self.curvature(drift, &self.score(&(y.clone() + probe.clone())).1, &probe)?;
        }
        // a density that does not curve has the particles' own spread to go by
        let mut dt = if self.curvature > 0.0 { SHARE / self.curvature } else { SHARE * spread * spread };
        for _ in 0..HALVINGS {
            let moved = by(dt);
            let found = self.curvature(drift, &self.score(&(y.clone() + moved.clone())).1, &moved)?;
            self.curvature = found.max(MEMORY * self.curvature + (1.0 - MEMORY) * found);
            if dt * found <= MOST {
                break;
            }
            dt *= 0.5;
        }
        Ok((y.clone() + by(dt), dt))
    }
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
        let (particles, dt) = self.moved(&state.particles, &drift, &xi)?;
        self.dt = dt;
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
        if !self.recipe.options.dt.is_auto() {
            return Ok(vec![]);
        }
        Ok(vec![Named { name: PACE.into(), data: parted(&[self.curvature, self.dt]) }])
    }
    fn restore(&mut self, tensors: &[Named]) -> Result<()> {
        let saved = tensors.iter().find(|n| n.name == PACE).map_or(&[][..], |n| &n.data);
        if let [curvature, dt] = whole(saved, 2)[..] {
            (self.curvature, self.dt) = (curvature, dt);
        }
        Ok(())
    }
}

impl Viewed for Langevin {
    fn report(&self, _: &State) -> Result<Vec<(&'static str, f64)>> {
        Ok(vec![("dt", if let Dt::Fixed(dt) = self.recipe.options.dt { dt } else { self.dt })])
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What is put back is what was saved in every bit: two numbers of f32 hold 48 of the 53 of a curvature.
    #[test]
    fn a_saved_pace_is_the_pace() {
        let recipe = LangevinRecipe { log_density: coordinate(0), dim: 1, options: LangevinOptions::default() };
        let tape = Tape::new(&[coordinate(0)]);
        let new = || Langevin { recipe: recipe.clone(), tape: tape.clone(), seed: 0, curvature: 0.0, dt: 0.0 };
        let mut rng = random::rng(3, 0);
        for _ in 0..1000 {
            let scale = 10f64.powf(rng.random_range(-200.0..200.0));
            let curvature: f64 = rng.random::<f64>() * scale;
            let there = Langevin { curvature, dt: SHARE / curvature, ..new() };
            let mut again = new();
            again.restore(&there.tensors().unwrap()).unwrap();
            assert_eq!([again.curvature, again.dt].map(f64::to_bits), [there.curvature, there.dt].map(f64::to_bits));
        }
    }
}
