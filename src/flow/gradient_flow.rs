//! The Wasserstein gradient flow of any divergence on particles, ∂P/∂t = ∇·(P ∇ δD/δP), and GPA as its preset.
use super::field::{CriticField, Field, Part};
use super::integrators::Scheme;
use super::{Flow, Record, State};
use crate::critic::mlp::{Activation, MlpBuilder, MlpOptions};
use crate::critic::optimizer::OptimizerOptions;
use crate::critic::{Ascent, Critic, CriticBuilder, Frame, Named, natural};
use crate::device::Points;
use crate::divergence::Divergence;
use crate::error::Result;
use crate::interrupt::Interrupt;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Options of `gpa(d, #{ … })` and `gradient_flow(d, #{ … })`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FlowOptions {
    pub dt: f64,
    /// ascent steps of the critic per velocity
    pub inner_steps: usize,
    /// ascent steps before the first velocity
    pub warm_up: usize,
    /// end the ascent early when a step improves it by less than this fraction
    pub inner_tolerance: f64,
    pub integrator: Scheme,
}

impl Default for FlowOptions {
    fn default() -> Self {
        FlowOptions { dt: 0.2, inner_steps: 8, warm_up: 0, inner_tolerance: 0.0, integrator: Scheme::Euler }
    }
}

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

/// A flow that has not met its particles yet.
#[derive(Clone)]
pub struct FlowRecipe {
    /// "gpa" or "gradient_flow"
    pub preset: &'static str,
    pub divergence: Arc<dyn Divergence>,
    pub options: FlowOptions,
    pub critic: Arc<dyn CriticBuilder>,
    /// whether somebody asked for this critic, which then has to fit
    pub chosen: bool,
}

impl FlowRecipe {
    pub fn describe(&self) -> String {
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
        format!("{}({}, dt {}, {}, {})", self.preset, self.divergence.name(), self.options.dt, critics.join(", "), self.options.integrator.integrator().name())
    }

    /// Ties the recipe to a target and makes its critics.
    pub fn start(&self, target: &Points, seed: u64) -> Result<GradientFlow> {
        let frame = Frame::of(target)?;
        let mut parts = vec![];
        let terms = self.divergence.terms();
        let critics = natural::build_all(self.critic.as_ref(), self.chosen, &terms, &frame, seed)?;
        for ((weight, term), critic) in terms.into_iter().zip(critics) {
            parts.push(Part { weight, term, critic });
        }
        Ok(GradientFlow { recipe: self.clone(), parts, target: target.clone(), interrupt: Interrupt::default() })
    }
}

/// A running flow: the critics as they are now, and the target.
#[derive(Clone)]
pub struct GradientFlow {
    pub recipe: FlowRecipe,
    pub parts: Vec<Part>,
    pub target: Points,
    interrupt: Interrupt,
}

impl Flow for GradientFlow {
    fn step(&mut self, state: State) -> Result<(State, Record)> {
        let o = &self.recipe.options;
        let warm_up = if state.step == 0 { o.warm_up } else { 0 };
        let ascent = Ascent { steps: o.inner_steps, tolerance: o.inner_tolerance, keep_history: false, interrupt: self.interrupt.clone(), ..Ascent::default() };
        let mut field = CriticField { parts: &mut self.parts, target: &self.target, ascent: &ascent, warm_up };
        o.integrator.integrator().step(state, o.dt, &mut field)
    }
    fn measure(&self, state: &State) -> Result<Record> {
        let mut parts = self.parts.clone();
        let ascent = Ascent { steps: 0, tolerance: 0.0, keep_history: false, interrupt: self.interrupt.clone(), ..Ascent::default() };
        let mut field = CriticField { parts: &mut parts, target: &self.target, ascent: &ascent, warm_up: 0 };
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
        super::save::flow_to_json(self)
    }
    fn tensors(&self) -> Result<Vec<Named>> {
        let mut out = vec![];
        for (k, part) in self.parts.iter().enumerate() {
            out.extend(part.critic.state()?.into_iter().map(|n| Named { name: format!("critic{k}.{}", n.name), data: n.data }));
        }
        Ok(out)
    }
    fn divergence(&self) -> Arc<dyn Divergence> {
        self.recipe.divergence.clone()
    }
    fn critics(&self) -> Vec<(f64, &dyn Critic)> {
        self.parts.iter().map(|p| (p.weight, p.critic.as_ref())).collect()
    }
}
