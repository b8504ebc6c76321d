//! The Wasserstein gradient flow of any divergence on particles, ∂P/∂t = ∇·(P ∇ δD/δP); GPA and others are its presets.
use super::field::{CriticField, Field, Part, fitted, parts_state, restore_parts};
use super::integrators::Control;
use super::labels::Classes;
use super::noise::Kicked;
use super::options::FlowOptions;
use super::run::diameter;
use super::{Critics, Flow, Recipe, Record, Setting, State};
use crate::critic::mlp::{Activation, MlpBuilder, MlpOptions};
use crate::critic::{Ascent, CriticBuilder, Frame, Named, natural};
use crate::device::{Points, rows_f64};
use crate::divergence::{Divergence, FromTerms, Objective};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::network::optimizer::OptimizerOptions;
use crate::random;
use crate::space::Space;
use crate::space::kernel_sum::adaptive_width;
use burn::tensor::Tensor;
use std::sync::Arc;

/// Adam as flows use it: with more momentum the critic overshoots the particles and leaves strays, with less it
/// balances the modes more slowly.
pub fn flow_optimizer() -> OptimizerOptions {
    OptimizerOptions { lr: 7e-3, beta1: 0.85, ..OptimizerOptions::default() }
}

/// The critic a flow uses unless told otherwise: in a flow a smooth descent matters more than the last per cent of
/// the supremum, and leaky ReLU settles where groupsort keeps moving the particles.
pub fn default_critic() -> Result<MlpBuilder> {
    MlpBuilder::new(vec![64, 64], MlpOptions { activation: Activation::LeakyRelu, ..MlpOptions::default() })
}

/// A particle flow that has not met its particles yet.
#[derive(Clone)]
pub struct FlowRecipe {
    /// the name it was made under: "gpa", "mmd_flow", …
    pub preset: String,
    pub divergence: Arc<dyn Divergence>,
    pub options: FlowOptions,
    pub critic: Arc<dyn CriticBuilder>,
    /// whether somebody asked for this critic, which then has to fit
    pub chosen: bool,
}

impl Recipe for FlowRecipe {
    fn describe(&self) -> String {
        let terms = self.divergence.terms();
        let trained = self.critic.trains() && (self.chosen || terms.iter().any(|(_, t)| self.critic.supports(t)));
        let mut critics = if self.chosen || trained { vec![self.critic.describe()] } else { vec![] };
        if trained {
            critics.push(format!("{} inner steps", self.options.inner_steps));
        }
        for (_, t) in terms.iter().filter(|(_, t)| !self.critic.supports(t)) {
            critics.push(natural::solver(t).describe());
        }
        critics.dedup();
        format!(
            "{}({}, dt {}, {}, {})",
            self.preset,
            self.divergence.name(),
            self.options.dt.describe(),
            critics.join(", "),
            self.options.integrator.integrator().name()
        )
    }

    fn start(&self, setting: &Setting) -> Result<Box<dyn Flow>> {
        Ok(Box::new(self.tie(setting)?))
    }

    fn to_json(&self) -> serde_json::Value {
        super::saved::gradient_to_json(self)
    }
}

impl FlowRecipe {
    /// Ties the recipe to its samples and makes its critics.
    pub fn tie(&self, s: &Setting) -> Result<GradientFlow> {
        let terms = self.divergence.terms();
        let classes = match s.labels {
            Some(labels) => {
                labels.check(s.source, s.target)?;
                let fixed = |o: &Objective| matches!(o, Objective::Ipm | Objective::Root | Objective::Sinkhorn(_));
                if self.options.batch > 0 {
                    let reason =
                        "change their shares from minibatch to minibatch, which would carry mass between classes"
                            .into();
                    return Err(Error::Unsupported {
                        what: "labels beside the option `batch`".into(),
                        reason,
                        advice: "leave one of them out".into(),
                    });
                }
                if terms.iter().any(|(_, t)| t.cost().is_some() && fixed(&t.objective)) {
                    labels.check_shares("a transport cost with fixed marginals would carry mass between classes")?;
                }
                // a kernel may decay slowly; where distances are only differences, as in kernel sums, far is no loss
                let kernels = terms.iter().all(|(_, t)| matches!(t.space, Space::Rkhs(_)));
                let distance = far_apart(s)? * if kernels { 1e3 } else { 1.0 };
                Some(Classes::new(labels, distance, &s.target.device()))
            }
            None => None,
        };
        let target = classes.as_ref().map_or_else(|| s.target.clone(), |c| c.of_target(s.target));
        let frame = Frame::of(&target)?.with_appended(target.dims()[1] - s.target.dims()[1]);
        if self.options.adapt_width > 0
            && let Some((_, t)) = terms.iter().find(|(_, t)| family(&t.space).is_none())
        {
            let kernel = match &t.space {
                Space::Rkhs(p) => p.kernel.describe(),
                _ => self.divergence.name(),
            };
            return Err(Error::Unsupported {
                what: "adapt_width".into(),
                reason: format!("chooses the width of one gaussian, laplace or imq kernel; {kernel} is none"),
                advice: "leave it out".into(),
            });
        }
        if self.options.adapt_width > 0 && self.critic.trains() && terms.iter().any(|(_, t)| self.critic.supports(t)) {
            return Err(Error::Unsupported {
                what: "adapt_width".into(),
                reason: format!(
                    "chooses the width of a kernel that compares points, and {} trains what it compares",
                    self.critic.describe()
                ),
                advice: "leave one of them out".into(),
            });
        }
        let critics = natural::build_all(self.critic.as_ref(), self.chosen, &terms, &frame, s.seed)?;
        let parts =
            terms.into_iter().zip(critics).map(|((weight, term), critic)| Part { weight, term, critic }).collect();
        let dt = self.options.dt.resolve(s.source, s.target, s.steps)?;
        Ok(GradientFlow {
            recipe: Arc::new(self.clone()),
            parts,
            target,
            classes,
            dt,
            scale: Frame::of(s.target)?.scale,
            seed: s.seed,
            interrupt: Interrupt::default(),
        })
    }
}

/// The stream of minibatches.
const BATCHES: u64 = 0x6D69_6E69;

/// A distance at which classes do not see each other: the diagonals of both samples and of what lies between.
fn far_apart(s: &Setting) -> Result<f64> {
    diameter(&Tensor::cat(vec![s.source.clone(), s.target.clone()], 0))
}

/// The kernel of a space as a family of widths.
fn family(space: &Space) -> Option<fn(f64) -> crate::space::kernel::Kernel> {
    use crate::space::kernel::Kernel;
    match space {
        Space::Rkhs(p) => match p.kernel {
            Kernel::Gaussian(_) => Some(Kernel::Gaussian),
            Kernel::Laplace(_) => Some(Kernel::Laplace),
            Kernel::Imq(_) => Some(Kernel::Imq),
            _ => None,
        },
        _ => None,
    }
}

/// A running flow: the critics as they are now, and the target.
#[derive(Clone)]
pub struct GradientFlow {
    pub recipe: Arc<FlowRecipe>,
    pub parts: Vec<Part>,
    /// with the coordinates of its classes, if it has any
    pub target: Points,
    classes: Option<Classes>,
    dt: f64,
    scale: f64,
    seed: u64,
    interrupt: Interrupt,
}

impl GradientFlow {
    /// New widths for the kernels, as f32 numbers so that a saved run goes on with the same ones.
    fn adapt(&mut self, particles: &Points) -> Result<()> {
        let d = particles.dims()[1];
        // the classes' coordinates say nothing about widths
        let (p, q) = (rows_f64(particles)?, rows_f64(&self.target.clone().narrow(1, 0, d))?);
        for part in &mut self.parts {
            if let (Some(make), Space::Rkhs(penalty)) = (family(&part.term.space), &mut part.term.space) {
                let width = adaptive_width(make, &p, &q, d, &self.interrupt)?;
                penalty.kernel = make(f64::from(width as f32));
            }
        }
        Ok(())
    }
}

impl Flow for GradientFlow {
    fn step(&mut self, state: State) -> Result<(State, Record)> {
        let o = self.recipe.options.clone();
        if o.adapt_width > 0 && state.step.is_multiple_of(o.adapt_width) {
            self.adapt(&state.particles)?;
        }
        let warm_up = if state.step == 0 { o.warm_up } else { 0 };
        let ascent = Ascent {
            steps: o.inner_steps,
            tolerance: o.inner_tolerance,
            keep_history: false,
            interrupt: self.interrupt.clone(),
            ..Ascent::default()
        };
        let control = Control { dt: self.dt, tolerance: o.tolerance, scale: self.scale, iterations: o.iterations };
        let mut field = CriticField {
            parts: &mut self.parts,
            target: &self.target,
            ascent: &ascent,
            warm_up,
            classes: self.classes.as_ref(),
            batch: (o.batch, random::rng(self.seed ^ BATCHES, state.step as u64)),
        };
        let scheme = o.integrator.integrator();
        if o.noise.is_none() {
            return scheme.step(state, &control, &mut field);
        }
        let mut kicked =
            Kicked { inner: &mut field, noise: &o.noise, seed: self.seed, step: state.step as u64, time: state.time };
        scheme.step(state, &control, &mut kicked)
    }
    fn measure(&self, state: &State) -> Result<Record> {
        let mut parts = self.parts.clone();
        let ascent = Ascent {
            steps: 0,
            tolerance: 0.0,
            keep_history: false,
            interrupt: self.interrupt.clone(),
            ..Ascent::default()
        };
        let mut field = CriticField {
            parts: &mut parts,
            target: &self.target,
            ascent: &ascent,
            warm_up: 0,
            classes: self.classes.as_ref(),
            batch: (0, random::rng(0, 0)),
        };
        Ok(field.velocity(&state.particles)?.record)
    }
    fn describe(&self) -> String {
        self.recipe.describe()
    }
    fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.interrupt = interrupt;
    }
    fn boxed_clone(&self) -> Box<dyn Flow> {
        Box::new(self.clone())
    }
    fn to_json(&self) -> serde_json::Value {
        self.recipe.to_json()
    }
    fn tensors(&self) -> Result<Vec<Named>> {
        let mut out = parts_state(&self.parts)?;
        for (k, part) in self.parts.iter().enumerate() {
            if let (true, Space::Rkhs(p)) = (self.recipe.options.adapt_width > 0, &part.term.space) {
                out.push(Named { name: format!("width{k}"), data: vec![p.kernel.smallest_width() as f32] });
            }
        }
        Ok(out)
    }
    fn restore(&mut self, tensors: &[Named]) -> Result<()> {
        restore_parts(&mut self.parts, tensors, &self.target.device())?;
        for (k, part) in self.parts.iter_mut().enumerate() {
            let width = tensors.iter().find(|n| n.name == format!("width{k}")).and_then(|n| n.data.first());
            if let (Some(width), Some(make), Space::Rkhs(p)) = (width, family(&part.term.space), &mut part.term.space) {
                p.kernel = make(f64::from(*width));
            }
        }
        Ok(())
    }
    fn critics(&self, state: &State) -> Result<Critics> {
        let at = self.classes.as_ref().map_or_else(|| state.particles.clone(), |c| c.of_source(&state.particles));
        // with the kernels as they were adapted
        let d = &self.recipe.divergence;
        let terms = self.parts.iter().map(|p| (p.weight, p.term.clone())).collect();
        let divergence = Arc::new(FromTerms { name: d.name(), terms, latex: d.latex() });
        Ok(Critics { divergence, parts: fitted(&self.parts, &at, &self.target, &self.interrupt)? })
    }
    fn report(&self, _: &State) -> Result<Vec<(&'static str, f64)>> {
        let mut out = vec![("dt", self.dt)];
        if let (true, Some(Space::Rkhs(p))) =
            (self.recipe.options.adapt_width > 0, self.parts.first().map(|p| &p.term.space))
        {
            out.push(("width", p.kernel.smallest_width()));
        }
        Ok(out)
    }
}
