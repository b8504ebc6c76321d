//! A running particle flow: critics climb from where they were, particles follow.
use super::away::away;
use super::carry;
use super::dot;
use super::options::{Dt, ParticleOptions};
use super::rest::Rest;
use super::widths::{adapt, set_width, width};
use crate::critic::{Ascent, Named};
use crate::device::Points;
use crate::divergence::{Divergence, FromTerms};
use crate::error::Result;
use crate::flow::field::{CriticField, Field, Part, fitted, parts_state, restore_parts};
use crate::flow::integrators::Control;
use crate::flow::labels::Classes;
use crate::flow::noise::Kicked;
use crate::flow::pace::{Pace, Paced};
use crate::flow::recipe::Recipe;
use crate::flow::traits::{Critics, Saved, Step, Viewed};
use crate::interrupt::Interrupt;
use crate::network::count;
use crate::random;
use crate::ranks::{Splits, Spread};
use crate::record::{Record, State, Time};
use crate::space::Space;
use std::sync::Arc;

/// Names of saved numbers.
const PACE: &str = "pace";
const CARRIED: &str = "carried";
const REST: &str = "rest";

/// How often an implicit step of a length that was found may be halved.
const HALVINGS: usize = 6;

/// The stream of minibatches.
const BATCHES: u64 = 0x6D69_6E69;

/// A running flow: the critics as they are now, and the target.
#[derive(Clone)]
pub struct ParticleFlow {
    pub(super) recipe: Arc<dyn Recipe>,
    pub(super) divergence: Arc<dyn Divergence>,
    pub(super) options: ParticleOptions,
    pub(super) parts: Vec<Part>,
    /// with the coordinates of its classes, if it has any
    pub(super) target: Points,
    /// who has which rows of both samples, where those of this rank alone are here
    pub(super) splits: Option<Splits>,
    pub(super) classes: Option<Classes>,
    /// what chooses the steps, unless they have a length
    pub(super) pace: Option<Pace>,
    /// how much of their steps particles take
    pub(super) rest: Rest,
    /// how many particles were carried
    pub(super) carried: u64,
    /// how many steps are planned
    pub(super) planned: usize,
    /// whether kernel widths were found from the samples
    pub(super) finds_width: bool,
    pub(super) scale: f64,
    pub(super) seed: u64,
    pub(super) interrupt: Interrupt,
}

/// A run before its first step.
struct Before {
    source: Points,
    parts: Vec<Part>,
}

impl ParticleFlow {
    /// Particles, of which other ranks may have some.
    fn particles(&self, here: &Points) -> Spread {
        Spread::of(here.clone(), self.splits.as_ref().map(|s| &s.source))
    }
    fn target(&self) -> Spread {
        Spread::of(self.target.clone(), self.splits.as_ref().map(|s| &s.target))
    }

    /// Looks whether particles copy the points of the target.
    fn look(&mut self, state: &State) -> Result<()> {
        let trained = self.parts.iter().any(|part| part.critic.trains());
        if self.options.rest != Some(false) && self.pace.is_some() && trained {
            let (particles, target) = (self.particles(&state.particles), self.target());
            self.rest.look(state.step, &particles, &target)?;
        }
        Ok(())
    }

    /// Carries particles over gaps where that is due; after the first step, from where they were before it, to the size of the target,
    /// with critics that have seen nothing yet: those that have are planes.
    fn carry(&mut self, before: Option<Before>, state: &mut State) -> Result<()> {
        let kernels = self.parts.iter().any(|part| matches!(part.term.space, Space::Rkhs(_)));
        let blind = kernels || self.parts.iter().any(|part| part.critic.trains());
        if self.options.carry == Some(false) || !blind || self.planned < carry::SHORTEST {
            return Ok(());
        }
        if let Some(before) = before {
            let source = self.particles(&before.source);
            if let Some(particles) = dot::resized(&source, &self.target())? {
                self.carried += source.rows() as u64;
                self.parts = before.parts;
                self.pace.iter_mut().for_each(|pace| pace.forget(&self.target.device()));
                *state = State { particles, previous: None, ..state.clone() };
            }
            return Ok(());
        }
        if !carry::due(state.step, self.planned, kernels) {
            return Ok(());
        }
        let at = self.classes.as_ref().map_or_else(|| state.particles.clone(), |c| c.of_source(&state.particles));
        let d = state.particles.dims()[1];
        let (at, target) = (self.particles(&at), self.target());
        if !carry::pays(at.rows(), target.rows(), at.dim()) {
            return Ok(());
        }
        if let Some((particles, carried)) = carry::carry(&at.whole()?, &target.whole()?, d, &self.interrupt)? {
            self.carried += carried as u64;
            let particles = match &at.split {
                Some(split) => Spread::from(particles).split_as(split)?.here,
                None => particles,
            };
            if carried > 0 {
                *state = State { particles, previous: None, ..state.clone() };
            }
        }
        Ok(())
    }
}

impl Step for ParticleFlow {
    fn step(&mut self, state: State) -> Result<(State, Record)> {
        self.look(&state)?;
        let o = &self.options;
        if o.adapt_width > 0 && state.step.is_multiple_of(o.adapt_width) {
            adapt(&mut self.parts, &state.particles, &self.target, &self.interrupt)?;
        }
        if let Some(pace) = self.pace.as_mut().filter(|pace| pace.is_new()) {
            let d = state.particles.dims()[1];
            pace.of_solved(away(&self.parts, &self.target, d, &self.interrupt)?);
        }
        let ascent = Ascent {
            steps: o.inner_steps,
            tolerance: o.inner_tolerance,
            interrupt: self.interrupt.clone(),
            ..Ascent::default()
        };
        let before = (state.step == 0 && self.pace.is_some())
            .then(|| Before { source: state.particles.clone(), parts: self.parts.clone() });
        let mut field = CriticField {
            parts: &mut self.parts,
            target: &self.target,
            ascent: &ascent,
            // again for the critics that were made anew
            warm_up: if state.step == 0 || state.step == 1 && self.carried > 0 { o.warm_up } else { 0 },
            classes: self.classes.as_ref(),
            batch: (o.batch, random::rng(self.seed ^ BATCHES, state.step as u64)),
            splits: self.splits.as_ref(),
        };
        let fixed = if let Dt::Fixed(dt) = o.dt { dt } else { 1.0 };
        let control = Control {
            dt: fixed,
            tolerance: o.tolerance,
            scale: self.scale,
            iterations: o.iterations,
            halvings: if o.dt.is_auto() { HALVINGS } else { 0 },
        };
        let (step, time) = (state.step, state.time.clone());
        let mut kicked;
        let field: &mut dyn Field = if o.noise.is_none() {
            &mut field
        } else {
            let t = time.read()?;
            kicked = Kicked { inner: &mut field, noise: &o.noise, seed: self.seed, step: step as u64, time: t };
            &mut kicked
        };
        let Some(pace) = &mut self.pace else {
            return (o.integrator.step)(state, &control, field);
        };
        // one step of the scheme through displacements is one unit of its time
        let each = o.integrator.reads.is_empty() && o.noise.is_none();
        let mut paced = Paced { inner: field, pace, step, each, share: self.rest.factor, length: None };
        let from_zero = State { time: Time::Known(0.0), ..state };
        let (mut next, record) = (o.integrator.step)(from_zero, &control, &mut paced)?;
        if let Some((dt, _)) = paced.length {
            next.time = time.after(&dt.mul_scalar(next.time.read()?))?;
        }
        self.carry(before, &mut next)?;
        Ok((next, record))
    }

    fn measure(&self, state: &State) -> Result<Record> {
        let mut parts = self.parts.clone();
        let ascent = Ascent { steps: 0, interrupt: self.interrupt.clone(), ..Ascent::default() };
        let mut field = CriticField {
            parts: &mut parts,
            target: &self.target,
            ascent: &ascent,
            warm_up: 0,
            classes: self.classes.as_ref(),
            batch: (0, random::rng(0, 0)),
            splits: self.splits.as_ref(),
        };
        Ok(field.velocity(&state.particles)?.record)
    }

    fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.interrupt = interrupt;
    }
}

impl Saved for ParticleFlow {
    fn to_json(&self) -> serde_json::Value {
        self.recipe.to_json()
    }

    fn tensors(&self) -> Result<Vec<Named>> {
        let mut out = parts_state(&self.parts)?;
        for (k, part) in self.parts.iter().enumerate() {
            if let (true, Some(w)) = (self.options.adapt_width > 0, width(part)) {
                out.push(Named { name: format!("width{k}"), data: vec![w as f32] });
            }
        }
        if let Some(pace) = &self.pace {
            out.push(Named { name: PACE.into(), data: pace.state()? });
            out.push(Named::count(CARRIED, self.carried));
            out.extend(self.rest.state().map(|data| Named { name: REST.into(), data }));
        }
        Ok(out)
    }

    fn restore(&mut self, tensors: &[Named]) -> Result<()> {
        restore_parts(&mut self.parts, tensors, &self.target.device())?;
        for (k, part) in self.parts.iter_mut().enumerate() {
            let saved = tensors.iter().find(|n| n.name == format!("width{k}")).and_then(|n| n.data.first());
            if let Some(w) = saved {
                set_width(part, f64::from(*w));
            }
        }
        if let Some(pace) = &mut self.pace {
            let saved = tensors.iter().find(|n| n.name == PACE);
            pace.restore(saved.map_or(&[][..], |n| &n.data), &self.target.device());
            self.carried = count(tensors, CARRIED);
            self.rest.restore(tensors.iter().find(|n| n.name == REST).map_or(&[][..], |n| &n.data));
        }
        Ok(())
    }
}

impl Viewed for ParticleFlow {
    fn describe(&self) -> String {
        self.recipe.describe()
    }

    fn critics(&self, state: &State) -> Result<Critics> {
        let at = self.classes.as_ref().map_or_else(|| state.particles.clone(), |c| c.of_source(&state.particles));
        // with the kernels as they were adapted
        let d = &self.divergence;
        let terms = self.parts.iter().map(|p| (p.weight, p.term.clone())).collect();
        let divergence = Arc::new(FromTerms { name: d.name(), terms, latex: d.latex() });
        Ok(Critics { divergence, parts: fitted(&self.parts, &at, &self.target, &self.interrupt)? })
    }

    fn takes_all(&self) -> bool {
        self.options.batch == 0 && self.options.noise.is_none()
    }

    fn report(&self, _: &State) -> Result<Vec<(&'static str, f64)>> {
        let mut out = match (&self.pace, self.options.dt) {
            (Some(pace), _) => vec![("dt", self.rest.factor * pace.length()?), ("carried", self.carried as f64)],
            (None, Dt::Fixed(dt)) => vec![("dt", dt)],
            (None, Dt::Named(_)) => vec![],
        };
        if let (true, Some(w)) = (self.options.adapt_width > 0 || self.finds_width, self.parts.first().and_then(width))
        {
            out.push(("width", w));
        }
        Ok(out)
    }
}
