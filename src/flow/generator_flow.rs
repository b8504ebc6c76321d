//! Flows of a law that a map generates: each step asks the critics for velocities at generated points, and moves the
//! map's parameters so that the points follow. GANs, W2-FE, W1-FE and the W1+W2 proximal flow are its presets.
use super::field::{Part, fitted, parts_state, restore_parts};
use super::labels::{Classes, Labels};
use super::map::Map;
use super::map::potential::PotentialFlow;
use super::map::transport::Network;
use super::run::diameter;
use super::{Critics, Flow, Recipe, Record, Setting, State, check_both};
use crate::critic::mlp::{Activation, MlpBuilder, MlpOptions};
use crate::critic::{Ascent, CriticBuilder, Frame, Named, natural};
use crate::device::{self, Points, Values};
use crate::divergence::Divergence;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::network::optimizer::OptimizerOptions;
use crate::network::perceptron;
use crate::network::perceptron::Perceptron;
use crate::random;
use burn::tensor::Tensor;
use rand::Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where the inputs of the map come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Latent {
    /// rows of the source
    Source,
    /// fresh standard normal draws of the source's dimension
    Gaussian,
}

/// How the map follows the velocities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// one gradient step on E φ(G(z)), as in a GAN
    Adversarial,
    /// `persistent` gradient steps on E|ζ − G(z)|² for ζ = y + Δt v(y): forward Euler, on the same minibatch [huang2024w2]
    Euler,
    /// one gradient step of a potential flow on E φ(x(1)) + its kinetic energy [gu2024w1w2]
    Potential,
}

/// Options of generator flows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GeneratorOptions {
    /// Δt of the Euler scheme
    pub dt: f64,
    /// gradient steps per Euler step
    pub persistent: usize,
    /// ascent steps of the critic per step of the generator, each on fresh minibatches
    pub critic_steps: usize,
    /// points of each sample per minibatch; 0 takes all
    pub batch: usize,
    pub generator_lr: f64,
    /// decay of the moving average of the generator's parameters; 0 keeps none
    pub ema: f64,
    /// G(z) = z + net(z)
    pub residual: bool,
    pub latent: Latent,
    /// weight of the kinetic energy λ∫½|v|² of a potential flow
    pub lambda: f64,
    /// time steps of a potential flow
    pub time_steps: usize,
    /// whether the kinetic energy is counted
    pub kinetic: bool,
}

impl Default for GeneratorOptions {
    fn default() -> Self {
        GeneratorOptions {
            dt: 1.0,
            persistent: 1,
            critic_steps: 5,
            batch: 256,
            generator_lr: 1e-3,
            ema: 0.0,
            residual: false,
            latent: Latent::Source,
            lambda: 0.5,
            time_steps: 5,
            kinetic: true,
        }
    }
}

/// The optimiser of critics and generators that chase each other: little momentum.
pub fn generator_optimizer() -> OptimizerOptions {
    OptimizerOptions { lr: 1e-3, beta1: 0.5, beta2: 0.9, ..OptimizerOptions::default() }
}

/// The generator unless another is named.
pub fn default_generator() -> Result<MlpBuilder> {
    MlpBuilder::new(vec![64, 64, 64], MlpOptions { activation: Activation::LeakyRelu, ..MlpOptions::default() })
}

/// A generator flow that has not met its samples yet.
#[derive(Clone)]
pub struct GeneratorRecipe {
    pub preset: String,
    pub divergence: Arc<dyn Divergence>,
    pub scheme: Scheme,
    pub options: GeneratorOptions,
    pub generator: MlpBuilder,
    pub critic: Arc<dyn CriticBuilder>,
    pub chosen: bool,
    pub optimizer: OptimizerOptions,
}

impl GeneratorRecipe {
    /// The map, from samples with their classes appended to points of the target alone.
    fn map(&self, source: &Points, target: &Points, seed: u64) -> Result<Box<dyn Map>> {
        let o = &self.options;
        let optimizer = OptimizerOptions { lr: o.generator_lr, ..self.optimizer.clone() };
        let mut rng = random::rng(seed ^ 0x6765_6E65_7261, 1);
        let (layers, how) = (&self.generator.layers, &self.generator.options);
        if self.scheme == Scheme::Potential {
            let both = Frame::of(&Tensor::cat(vec![source.clone(), target.clone()], 0))?;
            return Ok(Box::new(PotentialFlow::new(
                layers,
                optimizer,
                &both,
                o.lambda,
                f64::from(u8::from(o.kinetic)),
                o.time_steps,
                &mut rng,
            )?));
        }
        let (from, to) = (Frame::of(source)?, Frame::of(target)?);
        let shape = layers.writing(from.dim(), to.dim(), how.activation, how.residual)?;
        Ok(Box::new(Network(Perceptron::new(
            perceptron::Recipe { optimizer, average: o.ema, skip: o.residual },
            shape,
            &from,
            &to,
            &mut rng,
        ))))
    }
}

impl Recipe for GeneratorRecipe {
    fn describe(&self) -> String {
        let o = &self.options;
        let terms = self.divergence.terms();
        let critic = match terms.first() {
            Some((_, t)) if !self.chosen && !self.critic.supports(t) => natural::solver(t).describe(),
            _ => self.critic.describe(),
        };
        let how = match self.scheme {
            Scheme::Adversarial => String::new(),
            Scheme::Euler => format!("dt {}, {} persistent, ", o.dt, o.persistent),
            Scheme::Potential => {
                format!("lambda {}, {} time steps, ", if o.kinetic { o.lambda } else { 0.0 }, o.time_steps)
            }
        };
        format!(
            "{}({}, {how}generator {}, {critic}, {} critic steps, batch {})",
            self.preset,
            self.divergence.name(),
            self.generator.layers.describe(),
            o.critic_steps,
            o.batch
        )
    }

    fn check(&self, source: &Points, target: &Points) -> Result<()> {
        let ([_, k], [_, d]) = (source.dims(), target.dims());
        if (self.options.residual || self.scheme == Scheme::Potential) && k != d {
            return Err(Error::Shape {
                what: self.preset.clone(),
                expected: format!("a source of the target's dimension {d}: this map adds to its input"),
                got: format!("dimension {k}"),
            });
        }
        check_both(source, target)
    }

    fn start(&self, s: &Setting) -> Result<Box<dyn Flow>> {
        let classes = match s.labels {
            Some(labels) => {
                labels.check(s.source, s.target)?;
                if self.options.residual || self.scheme == Scheme::Potential || self.options.latent == Latent::Gaussian
                {
                    let advice = "use a plain generator with latent: \"source\"".to_string();
                    return Err(Error::Unsupported {
                        what: "labels".into(),
                        reason: "enter a generator beside the noise of its own class".into(),
                        advice,
                    });
                }
                labels.check_shares("minibatches hold as many of each class on both sides")?;
                // generated points are not known yet: three times what the targets span
                Some(Classes::new(labels, 3.0 * diameter(s.target)?, &s.target.device()))
            }
            None => None,
        };
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
        let frame = Frame::of(&target)?.with_appended(target.dims()[1] - s.target.dims()[1]);
        let terms = self.divergence.terms();
        let critics = natural::build_all(self.critic.as_ref(), self.chosen, &terms, &frame, s.seed)?;
        let parts =
            terms.into_iter().zip(critics).map(|((weight, term), critic)| Part { weight, term, critic }).collect();
        let dim = s.target.dims()[1];
        Ok(Box::new(GeneratorFlow {
            recipe: Arc::new(self.clone()),
            parts,
            map,
            source,
            target,
            dim,
            strata: s.labels.map(|l| Arc::new(Strata::new(l))),
            seed: s.seed,
            interrupt: Interrupt::default(),
        }))
    }

    fn to_json(&self) -> serde_json::Value {
        super::saved::generator_to_json(self)
    }
}

/// A running generator flow.
pub struct GeneratorFlow {
    recipe: Arc<GeneratorRecipe>,
    parts: Vec<Part>,
    map: Box<dyn Map>,
    /// with the coordinates of their classes, if they have any
    source: Points,
    target: Points,
    /// of the target alone
    dim: usize,
    strata: Option<Arc<Strata>>,
    seed: u64,
    interrupt: Interrupt,
}

/// The class of every source row, and the targets of each class; every class of the source has some.
struct Strata {
    source: Vec<i64>,
    targets: BTreeMap<i64, Vec<usize>>,
}

impl Strata {
    fn new(labels: &Labels) -> Strata {
        let mut targets: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for (j, class) in labels.target.iter().enumerate() {
            targets.entry(*class).or_default().push(j);
        }
        Strata { source: labels.source.clone(), targets }
    }
}

/// The stream of the normal draws generators are looked at on.
const NORMAL: u64 = 0x6E6F_726D;
/// The stream of the minibatches that records at rest are measured on.
const MEASURE: u64 = 0x6D65_6173;

fn normal(n: usize, d: usize, rng: &mut random::Rng, device: &burn::tensor::Device) -> Points {
    device::points((0..n * d).map(|_| rng.sample(StandardNormal)).collect(), n, d, device)
}

impl GeneratorFlow {
    fn inputs(&self, rng: &mut random::Rng) -> Points {
        let batch = self.recipe.options.batch;
        match self.recipe.options.latent {
            Latent::Source => random::minibatch(&self.source, batch, rng),
            Latent::Gaussian => normal(
                if batch == 0 { self.source.dims()[0] } else { batch },
                self.source.dims()[1],
                rng,
                &self.source.device(),
            ),
        }
    }

    /// Inputs and targets; of labelled samples as many of each class on both sides, so that no plan has to mix them.
    fn minibatch(&self, rng: &mut random::Rng) -> (Points, Points) {
        let batch = self.recipe.options.batch;
        let (m, n) = (self.source.dims()[0], self.target.dims()[0]);
        let Some(strata) = self.strata.as_ref().filter(|_| batch > 0 && batch < m.max(n)) else {
            return (self.inputs(rng), random::minibatch(&self.target, batch, rng));
        };
        let drawn = rand::seq::index::sample(rng, m, batch.min(m)).into_vec();
        let matched = drawn
            .iter()
            .map(|i| {
                let all = &strata.targets[&strata.source[*i]];
                all[rng.random_range(0..all.len())]
            })
            .collect();
        (random::select(&self.source, drawn), random::select(&self.target, matched))
    }

    /// Generated points with the class coordinates of their inputs, which are those of the critics.
    fn placed(&self, y: Points, z: &Points) -> Points {
        let classes = self.target.dims()[1] - self.dim;
        if classes == 0 {
            return y;
        }
        let k = z.dims()[1];
        Tensor::cat(vec![y, z.clone().narrow(1, k - classes, classes)], 1)
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
}

impl Flow for GeneratorFlow {
    fn step(&mut self, state: State) -> Result<(State, Record)> {
        let o = self.recipe.options.clone();
        let mut rng = random::rng(self.seed ^ 0x6261_7463_68, state.step as u64);
        let ascent = Ascent { steps: 1, interrupt: self.interrupt.clone(), ..Ascent::default() };
        // what is solved for, and not trained, needs no more than one look at one batch
        let rounds = if self.parts.iter().any(|p| p.critic.trains()) { o.critic_steps } else { 1 };
        let mut last = None;
        for i in 0..rounds {
            let (z, x) = self.minibatch(&mut rng);
            let y = self.placed(self.map.now(&z)?, &z);
            let (value, v) = Self::velocity(&mut self.parts, &y, &x, &ascent, i + 1 == rounds)?;
            last = value.zip(v).map(|(value, v)| (z, y, value, v));
        }
        let Some((z, y, value, v)) = last else {
            return Err(Error::data(&self.recipe.preset, "the divergence has no terms"));
        };
        let (v, y) = (v.narrow(1, 0, self.dim), y.narrow(1, 0, self.dim));
        let m = v.dims()[0] as f64;
        let record = Record::of(value, &v);
        let dt = if self.recipe.scheme == Scheme::Euler {
            let goal = y + v.mul_scalar(o.dt);
            for _ in 0..o.persistent {
                self.map.descend(&z, &mut |y| Ok((y.clone() - goal.clone()).mul_scalar(2.0 / m)))?;
            }
            o.dt
        } else {
            self.map.descend(&z, &mut |_| Ok(v.clone().mul_scalar(-1.0 / m)))?;
            1.0
        };
        Ok((State { previous: None, time: state.time + dt, step: state.step + 1, ..state }, record))
    }

    fn measure(&self, state: &State) -> Result<Record> {
        // on a minibatch like the records of the steps, so that the last row of a history is one of them
        let mut parts = self.parts.clone();
        let ascent = Ascent { steps: 0, interrupt: self.interrupt.clone(), ..Ascent::default() };
        let (z, x) = self.minibatch(&mut random::rng(self.seed ^ MEASURE, state.step as u64));
        let y = self.placed(self.map.now(&z)?, &z);
        match Self::velocity(&mut parts, &y, &x, &ascent, true)? {
            (Some(value), Some(v)) => Ok(Record::of(value, &v.narrow(1, 0, self.dim))),
            _ => Err(Error::data(&self.recipe.preset, "the divergence has no terms")),
        }
    }
    fn describe(&self) -> String {
        self.recipe.describe()
    }
    fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.interrupt = interrupt;
    }
    fn boxed_clone(&self) -> Box<dyn Flow> {
        Box::new(GeneratorFlow {
            recipe: self.recipe.clone(),
            parts: self.parts.clone(),
            map: self.map.boxed_clone(),
            source: self.source.clone(),
            target: self.target.clone(),
            dim: self.dim,
            strata: self.strata.clone(),
            seed: self.seed,
            interrupt: self.interrupt.clone(),
        })
    }
    fn to_json(&self) -> serde_json::Value {
        self.recipe.to_json()
    }
    fn tensors(&self) -> Result<Vec<Named>> {
        let mut out = self.map.state()?;
        out.extend(parts_state(&self.parts)?);
        Ok(out)
    }
    fn restore(&mut self, tensors: &[Named]) -> Result<()> {
        self.map.restore(tensors)?;
        restore_parts(&mut self.parts, tensors, &self.target.device())
    }
    fn critics(&self, state: &State) -> Result<Critics> {
        let y = self.placed(state.particles.clone(), &self.source);
        Ok(Critics {
            divergence: self.recipe.divergence.clone(),
            parts: fitted(&self.parts, &y, &self.target, &self.interrupt)?,
        })
    }
    fn strides(&self) -> bool {
        false
    }
    fn begin(&self, _: &Points) -> Result<Points> {
        self.map.at(&self.source)
    }
    fn refresh(&self, state: &mut State) -> Result<()> {
        state.particles = self.map.at(&self.source)?;
        Ok(())
    }
    fn sample(&self, source: &Points, n: usize, seed: u64) -> Result<Points> {
        if n == 0 {
            return Err(Error::data("sample(n)", "n is 0, expected 1 or more"));
        }
        let mut rng = random::rng(seed, 0);
        let rows = source.dims()[0];
        if self.recipe.options.latent == Latent::Gaussian {
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
        self.map.at(&random::minibatch(&self.source, n, &mut rng))
    }
    fn report(&self, _: &State) -> Result<Vec<(&'static str, f64)>> {
        self.map.report(&self.source)
    }
}
