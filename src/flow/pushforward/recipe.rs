//! Flows of generated laws before they have met their samples.
use super::found::{in_units, no_steeper};
use super::inputs::{Inputs, Strata, normal};
use super::lead::Lead;
use super::options::{LAMBDA, Latent, Pursuit, PushforwardOptions};
use super::running::PushforwardFlow;
use crate::critic::mlp::MlpBuilder;
use crate::critic::{Critic, CriticBuilder, Frame, natural};
use crate::device::Points;
use crate::divergence::found::resolved;
use crate::divergence::{Divergence, Term};
use crate::error::{Error, Result};
use crate::flow::field::Part;
use crate::flow::labels::Classes;
use crate::flow::map::Map;
use crate::flow::map::potential::{PotentialFlow, Way};
use crate::flow::map::transport::Network;
use crate::flow::origins::Moves;
use crate::flow::pace::Pace;
use crate::flow::recipe::{ReadRecipe, Recipe, SavedForm, Setting, check_both};
use crate::flow::run::diameter;
use crate::flow::saved::{SavedDivergence, read, tagged};
use crate::flow::traits::Flow;
use crate::interrupt::Interrupt;
use crate::memory;
use crate::network::optimizer::OptimizerOptions;
use crate::network::perceptron;
use crate::network::perceptron::Perceptron;
use crate::random;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The stream of the normal draws that maps are looked at on.
const NORMAL: u64 = 0x6E6F_726D;

/// A flow of a generated law that has not met its samples yet.
#[derive(Clone)]
pub struct PushforwardRecipe {
    /// the algorithm it was made by: "gan", "w2_fe", …
    pub algorithm: String,
    /// D, whose weighted terms each get a critic
    pub divergence: Arc<dyn Divergence>,
    /// how the map follows the velocities
    pub pursuit: Pursuit,
    /// step, minibatches, learning rate
    pub options: PushforwardOptions,
    /// layers of the map
    pub network: MlpBuilder,
    /// how critics are made
    pub critic: Arc<dyn CriticBuilder>,
    /// whether somebody asked for this critic, which then has to fit
    pub explicit: bool,
    /// update rule of the map, its learning rate aside
    pub optimizer: OptimizerOptions,
}

impl PushforwardRecipe {
    /// Whether its map adds to its input.
    fn adds(&self) -> bool {
        self.options.residual || self.pursuit == Pursuit::Potential
    }

    /// The map, from samples with their classes appended to points of the target alone.
    fn map(&self, source: &Points, target: &Points, seed: u64) -> Result<Box<dyn Map>> {
        let o = &self.options;
        let optimizer = OptimizerOptions { lr: o.rate(), ..self.optimizer.clone() };
        let mut rng = random::rng(seed ^ 0x6765_6E65_7261, 1);
        let (layers, how) = (&self.network.layers, &self.network.options);
        if self.pursuit == Pursuit::Potential {
            let both = Frame::of(&Tensor::cat(vec![source.clone(), target.clone()], 0))?;
            let way = Way {
                lambda: o.lambda.or(LAMBDA / (both.scale * both.scale)),
                in_units: o.in_units,
                kinetic: f64::from(u8::from(o.kinetic)),
                steps: o.time_steps,
            };
            let potential = PotentialFlow::new(layers, optimizer, &both, way, &mut rng)?;
            potential.check_memory(self.rows(source.dims()[0]))?;
            return Ok(Box::new(potential));
        }
        let (from, to) = (Frame::of(source)?, Frame::of(target)?);
        let shape = layers.writing(from.dim(), to.dim(), how.activation, how.residual)?;
        Ok(Box::new(Network(Perceptron::new(
            perceptron::Recipe { optimizer, average: o.average(), skip: o.residual },
            shape,
            &from,
            &to,
            &mut rng,
        ))))
    }

    /// The critics of a run: of a map whose rate is found, as it needs them.
    fn critics(&self, terms: &[(f64, Term)], frame: &Frame, seed: u64) -> Result<Vec<Box<dyn Critic>>> {
        if !self.options.generator_lr.is_auto() {
            return natural::build_all(self.critic.as_ref(), self.explicit, terms, frame, seed);
        }
        let terms = no_steeper(terms, frame.scale)?;
        let critic = self.critic.with_optimizer(in_units(&self.optimizer, &terms, frame.scale));
        natural::build_all(critic.as_ref(), self.explicit, &terms, frame, seed)
    }

    /// How the map of a run is led, if it is.
    fn lead(&self, terms: &[(f64, Term)], target: &Points) -> Result<Option<Lead>> {
        let o = &self.options;
        if !o.leads(self.pursuit, terms) {
            return Ok(None);
        }
        let Frame { scale, device, .. } = Frame::of(target)?;
        let apart = scale * (2.0 * target.dims()[1] as f64).sqrt();
        Ok(Some(Lead {
            pace: o.dt.is_auto().then(|| Pace::new(apart, &device)),
            dt: o.dt.or(1.0),
            descents: o.descents(),
            unit: if o.generator_lr.is_auto() { scale } else { 1.0 },
        }))
    }

    /// Rows of a minibatch of a source of n.
    fn rows(&self, n: usize) -> usize {
        match (self.options.rows(), self.options.latent) {
            (0, _) => n,
            (batch, Latent::Gaussian) => batch,
            (batch, Latent::Source) => batch.min(n),
        }
    }

    /// The label coordinates of a run with classes.
    fn classes(&self, s: &Setting) -> Result<Option<Classes>> {
        let Some(labels) = s.labels else { return Ok(None) };
        labels.check(s.source, s.target)?;
        let o = &self.options;
        if self.adds() || o.latent == Latent::Gaussian {
            return Err(Error::Unsupported {
                what: "labels".into(),
                reason: "enter a generator beside the noise of its own class".into(),
                advice: "use a plain generator with latent: \"source\"".into(),
            });
        }
        labels.check_shares("minibatches hold as many of each class on both sides")?;
        // generated points are not known yet: three times what the targets span
        Ok(Some(Classes::new(labels, 3.0 * diameter(s.target)?, &s.target.device())?))
    }
}

impl Recipe for PushforwardRecipe {
    fn describe(&self) -> String {
        let o = &self.options;
        let terms = self.divergence.terms();
        let critic = match terms.first() {
            Some((_, t)) if !self.explicit && !self.critic.supports(t) => natural::solver(t).describe(),
            _ => self.critic.describe(),
        };
        let how = match self.pursuit {
            Pursuit::Adversarial => String::new(),
            Pursuit::Euler => format!("dt {}, {} persistent, ", o.dt.describe(), o.persistent.describe()),
            Pursuit::Potential => {
                let lambda = if o.kinetic { o.lambda.describe() } else { "0".into() };
                format!("lambda {lambda}, {} time steps, ", o.time_steps)
            }
        };
        format!(
            "{}({}, {how}generator {}, {critic}, {} critic steps, batch {})",
            self.algorithm,
            self.divergence.name(),
            self.network.layers.describe(),
            o.critic_steps,
            o.batch.describe()
        )
    }

    fn check(&self, source: &Points, target: &Points) -> Result<()> {
        let ([_, k], [_, d]) = (source.dims(), target.dims());
        if self.adds() && k != d {
            return Err(Error::Shape {
                what: self.algorithm.clone(),
                expected: format!("a source of the target's dimension {d}: this map adds to its input"),
                got: format!("dimension {k}"),
            });
        }
        check_both(source, target)
    }

    fn start(&self, s: &Setting) -> Result<Box<dyn Flow>> {
        let classes = self.classes(s)?;
        // fresh draws are as many as the minibatch asks for, however few points there are
        memory::check_points("a minibatch", [self.rows(s.source.dims()[0]), s.source.dims()[1]], 8)?;
        let given = match self.options.latent {
            Latent::Source => s.source.clone(),
            // what is trained on fresh normal draws is looked at on normal draws, the same ones all along
            Latent::Gaussian => {
                normal(s.source.dims()[0], s.source.dims()[1], &mut random::rng(s.seed ^ NORMAL, 0), &s.source.device())
            }
        };
        let source = classes.as_ref().map_or_else(|| given.clone(), |c| c.of_source(&given));
        let target = classes.as_ref().map_or_else(|| s.target.clone(), |c| c.of_target(s.target));
        let map = self.map(&source, s.target, s.seed)?;
        let dim = s.target.dims()[1];
        let classes = target.dims()[1] - dim;
        let frame = Frame::of(&target)?.with_appended(classes);
        // what the map will make is not known yet
        let divergence = resolved(&self.divergence, s.target, s.target)?;
        let terms = divergence.terms();
        let critics = self.critics(&terms, &frame, s.seed)?;
        let lead = self.lead(&terms, s.target)?;
        let strata = s.labels.map(|l| Arc::new(Strata::new(l)));
        let (latent, batch) = (self.options.latent, self.options.rows());
        Ok(Box::new(PushforwardFlow {
            recipe: Arc::new(self.clone()),
            algorithm: self.algorithm.clone(),
            divergence,
            options: self.options.clone(),
            parts: Part::all(terms, critics),
            size: frame.scale,
            map,
            inputs: Inputs { source, target, dim, classes, latent, batch, strata },
            lead,
            seed: s.seed,
            interrupt: Interrupt::default(),
        }))
    }

    /// Inputs of a map that adds to them lie where the target does; others lie in a space of their own.
    fn prepares_source(&self, _: &Points, _: &Points) -> Result<bool> {
        Ok(self.adds())
    }

    /// What is added to inputs is moved as they are; other maps know inputs only about their centre.
    fn moves(&self, _: &Points, _: &Points) -> Moves {
        let adds = self.adds();
        if self.divergence.terms().iter().any(|(_, t)| !t.is_translation_invariant()) {
            return Moves::Neither;
        }
        match (adds, self.options.latent) {
            (true, Latent::Gaussian) => Moves::Neither,
            (true, Latent::Source) => Moves::Together,
            (false, _) => Moves::Apart,
        }
    }

    fn to_json(&self) -> serde_json::Value {
        let saved = Saved {
            preset: self.algorithm.clone(),
            divergence: SavedDivergence::of(self.divergence.as_ref()),
            scheme: self.pursuit,
            options: self.options.clone(),
            generator: self.network.clone(),
            critic: self.critic.to_json(),
            chosen: self.explicit,
            optimizer: self.optimizer.clone(),
        };
        tagged(PUSHFORWARD.kind, &saved)
    }
}

/// The recipe as data, in the words of format 4.
#[derive(Serialize, Deserialize)]
struct Saved {
    preset: String,
    divergence: SavedDivergence,
    scheme: Pursuit,
    options: PushforwardOptions,
    generator: MlpBuilder,
    critic: serde_json::Value,
    chosen: bool,
    optimizer: OptimizerOptions,
}

/// How flows of generated laws are read back.
pub const PUSHFORWARD: SavedForm = SavedForm { kind: "generator", load };

fn load(v: &serde_json::Value, _: ReadRecipe) -> Result<Arc<dyn Recipe>> {
    let s: Saved = read(v)?;
    let critic = natural::from_json(&s.critic)?;
    Ok(Arc::new(PushforwardRecipe {
        algorithm: s.preset,
        divergence: s.divergence.rebuild()?,
        pursuit: s.scheme,
        options: s.options,
        network: s.generator,
        critic,
        explicit: s.chosen,
        optimizer: s.optimizer,
    }))
}
