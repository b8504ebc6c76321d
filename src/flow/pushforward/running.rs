//! A running flow of a generated law: critics climb on fresh minibatches, the map follows their velocities.
use super::found::{fading, held_slope};
use super::inputs::{Inputs, normal};
use super::lead::Lead;
use super::options::{Latent, PushforwardOptions};
use crate::critic::{Ascent, Named};
use crate::device::{Points, Values};
use crate::divergence::Divergence;
use crate::error::{Error, Result};
use crate::flow::field::{Part, fitted, parts_state, restore_parts};
use crate::flow::map::Map;
use crate::flow::recipe::Recipe;
use crate::flow::traits::{Critics, Saved, Step, Viewed};
use crate::interrupt::Interrupt;
use crate::random;
use crate::record::{Record, State};
use std::sync::Arc;

/// The stream of minibatches.
const BATCHES: u64 = 0x62_6174_6368;
/// The stream of the minibatches that records at rest are measured on.
const MEASURE: u64 = 0x6D65_6173;

/// A running flow of a generated law.
#[derive(Clone)]
pub struct PushforwardFlow {
    pub(super) recipe: Arc<dyn Recipe>,
    pub(super) algorithm: String,
    pub(super) divergence: Arc<dyn Divergence>,
    pub(super) options: PushforwardOptions,
    pub(super) parts: Vec<Part>,
    /// of the target
    pub(super) size: f64,
    pub(super) map: Box<dyn Map>,
    pub(super) inputs: Inputs,
    /// how its map is led, if it is not taken down φ itself
    pub(super) lead: Option<Lead>,
    pub(super) seed: u64,
    pub(super) interrupt: Interrupt,
}

/// Improves the critics between two samples; D and the velocities of the first.
fn velocity(
    parts: &mut [Part],
    y: &Points,
    x: &Points,
    ascent: &Ascent,
    wanted: bool,
) -> Result<(Option<Values>, Option<Points>)> {
    let mut total: (Option<Values>, Option<Points>) = (None, None);
    for part in parts {
        let value = part.critic.fit(&part.term, y, x, ascent)?.value.mul_scalar(part.weight);
        total.0 = Some(total.0.map_or_else(|| value.clone(), |t| t + value.clone()));
        if wanted {
            let v = part.critic.variation(&part.term, y, x)?.mul_scalar(-part.weight);
            total.1 = Some(total.1.map_or_else(|| v.clone(), |t| t + v.clone()));
        }
    }
    Ok(total)
}

impl PushforwardFlow {
    /// The rates of a step, where they are found.
    fn slow(&mut self, step: usize) {
        if self.options.generator_lr.is_auto() {
            self.map.slow(fading(step));
        }
        if self.options.fades {
            self.parts.iter_mut().for_each(|part| part.critic.slow(fading(step)));
        }
    }
    fn no_terms(&self) -> Error {
        Error::data(&self.algorithm, "the divergence has no terms")
    }
}

impl Step for PushforwardFlow {
    fn step(&mut self, state: State) -> Result<(State, Record)> {
        self.slow(state.step);
        let o = &self.options;
        let mut rng = random::rng(self.seed ^ BATCHES, state.step as u64);
        let ascent = Ascent { steps: 1, interrupt: self.interrupt.clone(), ..Ascent::default() };
        // what is solved for, and not trained, needs no more than one look at one batch
        let rounds = if self.parts.iter().any(|p| p.critic.trains()) { o.critic_steps } else { 1 };
        let mut last = None;
        for i in 0..rounds {
            self.interrupt.check()?;
            let (z, x) = self.inputs.minibatch(&mut rng);
            let y = self.inputs.placed(self.map.now(&z)?, &z);
            let (value, v) = velocity(&mut self.parts, &y, &x, &ascent, i + 1 == rounds)?;
            last = value.zip(v).map(|(value, v)| (z, y, value, v));
        }
        let Some((z, y, value, v)) = last else { return Err(self.no_terms()) };
        let dim = self.inputs.dim;
        let (v, y) = (v.narrow(1, 0, dim), y.narrow(1, 0, dim));
        let m = v.dims()[0] as f64;
        let record = Record::of(value, &v);
        let time = match &mut self.lead {
            Some(lead) => lead.follow(self.map.as_mut(), &state, (&z, y, v), &record, &self.interrupt)?,
            None => {
                self.map.descend(&z, &mut |_| Ok(v.clone().mul_scalar(-1.0 / m)))?;
                &state.time + 1.0
            }
        };
        Ok((State { previous: None, time, step: state.step + 1, ..state }, record))
    }

    fn measure(&self, state: &State) -> Result<Record> {
        // on a minibatch like the records of the steps, so that the last row of a history is one of them
        let mut parts = self.parts.clone();
        let ascent = Ascent { steps: 0, interrupt: self.interrupt.clone(), ..Ascent::default() };
        let (z, x) = self.inputs.minibatch(&mut random::rng(self.seed ^ MEASURE, state.step as u64));
        let y = self.inputs.placed(self.map.now(&z)?, &z);
        match velocity(&mut parts, &y, &x, &ascent, true)? {
            (Some(value), Some(v)) => Ok(Record::of(value, &v.narrow(1, 0, self.inputs.dim))),
            _ => Err(self.no_terms()),
        }
    }

    fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.interrupt = interrupt;
    }

    fn initial(&self, _: &Points) -> Result<Points> {
        self.map.at(&self.inputs.source)
    }

    fn advects(&self) -> bool {
        false
    }

    fn push_forward(&self, state: &mut State) -> Result<()> {
        state.particles = self.map.at(&self.inputs.source)?;
        Ok(())
    }
}

impl Saved for PushforwardFlow {
    fn to_json(&self) -> serde_json::Value {
        self.recipe.to_json()
    }

    fn tensors(&self) -> Result<Vec<Named>> {
        let mut out = self.map.state()?;
        out.extend(parts_state(&self.parts)?);
        if let Some(lead) = &self.lead {
            out.extend(lead.state()?);
        }
        Ok(out)
    }

    fn restore(&mut self, tensors: &[Named]) -> Result<()> {
        self.map.restore(tensors)?;
        if let Some(lead) = &mut self.lead {
            lead.restore(tensors, &self.inputs.target);
        }
        restore_parts(&mut self.parts, tensors, &self.inputs.target.device())
    }
}

impl Viewed for PushforwardFlow {
    fn describe(&self) -> String {
        self.recipe.describe()
    }

    fn critics(&self, state: &State) -> Result<Critics> {
        let y = self.inputs.placed(state.particles.clone(), &self.inputs.source);
        Ok(Critics {
            divergence: self.divergence.clone(),
            parts: fitted(&self.parts, &y, &self.inputs.target, &self.interrupt)?,
        })
    }

    fn sample(&self, source: &Points, n: usize, seed: u64) -> Result<Points> {
        if n == 0 {
            return Err(Error::data("sample(n)", "n is 0, expected 1 or more"));
        }
        let mut rng = random::rng(seed, 0);
        let rows = source.dims()[0];
        if self.options.latent == Latent::Gaussian {
            return self.map.at(&normal(n, source.dims()[1], &mut rng, &source.device()));
        }
        if n > rows {
            return Err(Error::data(
                "sample(n)",
                format!(
                    "the source has only {rows} rows for {n} samples; run with latent: \"gaussian\" to draw any number"
                ),
            ));
        }
        self.map.at(&random::minibatch(&self.inputs.source, n, &mut rng))
    }

    fn report(&self, state: &State) -> Result<Vec<(&'static str, f64)>> {
        let mut out = self.map.report(&self.inputs.source)?;
        if let Some(pace) = self.lead.as_ref().and_then(|lead| lead.pace.as_ref()) {
            out.push(("dt", pace.length()?));
        }
        if self.options.generator_lr.is_auto() {
            out.push(("generator_lr", self.options.rate() * fading(state.step)));
            out.extend(held_slope(&self.parts, self.size).map(|slope| ("critic_slope", slope)));
        }
        Ok(out)
    }
}
