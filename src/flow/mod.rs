//! How P moves: a flow is a scheme on a representation, and one loop runs them all.
use crate::critic::{Critic, Named};
use crate::device::{Points, Values};
use crate::divergence::Divergence;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use burn::tensor::Tensor;
use std::sync::Arc;

pub mod codec;
mod entries;
pub mod field;
pub mod generator_flow;
pub mod gradient_flow;
pub mod integrators;
pub mod labels;
pub mod langevin;
pub mod latent;
pub mod map;
pub mod mobility;
pub mod noise;
pub mod options;
pub mod presets;
pub mod record;
pub mod run;
pub mod save;
pub mod saved;
pub use entries::{ENTRIES, RUN};

/// Where a flow is.
#[derive(Clone, Debug)]
pub struct State {
    /// rows y_i, shape [n, d]
    pub particles: Points,
    /// the velocity of the previous step, for multistep schemes
    pub previous: Option<Points>,
    /// the step length an adaptive scheme goes on with
    pub dt: Option<f64>,
    pub time: f64,
    pub step: usize,
}

impl State {
    /// Particles about to move.
    pub fn at(particles: Points) -> State {
        State { particles, previous: None, dt: None, time: 0.0, step: 0 }
    }
}

/// What one step saw at its start: tensors, from which numbers are made only when someone records them.
pub struct Record {
    /// D(P‖Q) as the critic estimates it, shape [1]
    divergence: Values,
    velocities: Points,
}

impl Record {
    /// The record of velocities.
    pub fn of(divergence: Values, v: &Points) -> Record {
        Record { divergence, velocities: v.clone() }
    }
    pub fn divergence(&self) -> &Values {
        &self.divergence
    }
    /// D; mean |v|², the Lipschitz-regularised Fisher information, of which kinetic energy is half; mean |v|; max |v|, because one
    /// particle can run away alone. One transfer.
    pub fn read(&self) -> Result<[f64; 4]> {
        let squared = (self.velocities.clone() * self.velocities.clone()).sum_dim(1);
        let speeds = squared.clone().sqrt();
        let all = crate::device::values(&Tensor::cat(
            vec![self.divergence.clone(), squared.mean(), speeds.clone().mean(), speeds.max()],
            0,
        ))?;
        Ok([all[0], all[1], all[2], all[3]].map(f64::from))
    }
}

/// Fitted critics with their weights, and what they were fitted for.
pub struct Critics {
    pub divergence: Arc<dyn Divergence>,
    pub parts: Vec<(f64, Box<dyn Critic>)>,
}

/// A run about to begin, as a recipe sees it.
pub struct Setting<'a> {
    pub source: &'a Points,
    pub target: &'a Points,
    /// classes of the rows of the source and of the target
    pub labels: Option<&'a labels::Labels>,
    pub seed: u64,
    /// how many steps are planned
    pub steps: usize,
    /// the tensors of a saved run that is being loaded
    pub saved: &'a [Named],
    pub interrupt: &'a Interrupt,
}

/// Errors unless both samples of a run are non-empty and finite.
pub fn check_both(source: &Points, target: &Points) -> Result<()> {
    crate::device::check_sample("run(source, target)", "the source", source)?;
    crate::device::check_sample("run(source, target)", "the target", target)
}

/// A flow that has not met its samples yet.
pub trait Recipe: Send + Sync {
    fn describe(&self) -> String;
    fn start(&self, setting: &Setting) -> Result<Box<dyn Flow>>;
    /// Errors unless it can move this source towards this target.
    fn check(&self, source: &Points, target: &Points) -> Result<()> {
        let ([_, d], [_, e]) = (source.dims(), target.dims());
        if d != e {
            return Err(Error::Shape {
                what: "run(source, target)".into(),
                expected: "two samples of one dimension".into(),
                got: format!("dimensions {d} and {e}"),
            });
        }
        check_both(source, target)
    }
    /// The recipe as data, for saved runs.
    fn to_json(&self) -> serde_json::Value;
}

/// A flow between the law of the particles and a target it holds.
pub trait Flow: Send + Sync {
    /// One step of the scheme.
    fn step(&mut self, state: State) -> Result<(State, Record)>;
    /// The record at a state, with the critics as they are and nothing moved.
    fn measure(&self, state: &State) -> Result<Record>;
    fn describe(&self) -> String;
    fn set_interrupt(&mut self, interrupt: Interrupt);
    fn boxed_clone(&self) -> Box<dyn Flow>;
    /// The recipe it was started from, as data.
    fn to_json(&self) -> serde_json::Value;
    /// Everything a bit-identical continuation needs.
    fn tensors(&self) -> Result<Vec<Named>>;
    fn restore(&mut self, tensors: &[Named]) -> Result<()>;
    /// Copies of the critics with their weights: networks as the last step left them, solvers at the state.
    fn critics(&self, state: &State) -> Result<Critics>;
    /// The particles of a source before the first step.
    fn begin(&self, source: &Points) -> Result<Points> {
        Ok(source.clone())
    }
    /// Brings the particles of a state up to date, for flows whose steps move something else.
    fn refresh(&self, _: &mut State) -> Result<()> {
        Ok(())
    }
    /// Whether a step moves the particles by its length times the velocities of the record.
    fn strides(&self) -> bool {
        true
    }
    /// The space the particles of the state live in, given the samples of the run: the target as they are compared to it.
    fn arena(&self, target: &Points) -> Result<Points> {
        Ok(target.clone())
    }
    /// Particles as the user knows them.
    fn view(&self, particles: &Points) -> Result<Points> {
        Ok(particles.clone())
    }
    /// New samples of the law the flow has reached.
    fn sample(&self, _: &Points, _: usize, _: u64) -> Result<Points> {
        Err(Error::Unsupported {
            what: self.describe(),
            reason: "moves its particles and has no map for new ones".into(),
            advice: "run.particles are the sample; start from more of them, or use a generator flow such as w2_fe"
                .into(),
        })
    }
    /// Numbers about the flow itself, by name.
    fn report(&self, _: &State) -> Result<Vec<(&'static str, f64)>> {
        Ok(vec![])
    }
}
