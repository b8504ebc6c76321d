//! Network critics φ(x) = L·net(x), 1-Lipschitz layers by construction or held by a penalty.
use super::{Ascent, Critic, CriticBuilder, Fit, Frame, Named, Value, scored_variation};
use crate::device::ops::passes::Weighed;
use crate::device::{Points, Values};
use crate::divergence::Term;
use crate::error::{Error, Result};
use crate::network::architecture::{Architecture, Images};
use crate::network::batch::{self, Batch, Forward};
use crate::network::flat::vector;
use crate::network::norms;
use crate::network::optimizer::OptimizerOptions;
use crate::network::trained::{Hard, Trained};
use crate::network::weights::Weights;
use crate::random;
use crate::space::Space;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

mod fused;
mod penalty;
pub use crate::network::Activation;

/// How the Lipschitz constraint is imposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Constraint {
    /// Every weight matrix divided by its spectral norm. [miyato2018]
    Spectral,
    /// The same, and then made orthonormal by Björck's iteration. [anil2019]
    Bjorck,
    /// λ·mean relu(|∇φ|²/L² − 1) on interpolates: one-sided on the squared norm. [birrell2022]
    Penalty,
    /// λ·mean relu(|∇φ|/L − 1)². [petzka2018]
    Lp,
    /// λ·mean (|∇φ|/L − 1)². [gulrajani2017]
    Gp,
    /// no constraint at all
    None,
}

impl Constraint {
    /// Whether it holds by construction.
    pub fn is_hard(self) -> bool {
        matches!(self, Constraint::Spectral | Constraint::Bjorck)
    }
}

/// Options of `mlp(widths, #{ … })`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MlpOptions {
    pub activation: Activation,
    pub constraint: Constraint,
    /// weight λ of the soft constraints
    pub penalty: f64,
    /// power iterations per ascent step
    pub power_iterations: usize,
    /// iterations per ascent step that make weights orthonormal
    pub bjorck_iterations: usize,
    /// work in coordinates centred and scaled by the target, so that biases start where the data are
    pub standardize: bool,
    /// shortcuts around pairs of hidden layers after the first [he2016]
    pub residual: bool,
}

impl Default for MlpOptions {
    fn default() -> Self {
        MlpOptions {
            activation: Activation::Groupsort,
            constraint: Constraint::Spectral,
            penalty: 10.0,
            power_iterations: 3,
            bjorck_iterations: 12,
            standardize: true,
            residual: false,
        }
    }
}

/// Options of `cnn(#{ … })`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CnnOptions {
    /// height, width and perhaps channels; empty for square images of one channel
    pub shape: Vec<usize>,
    pub channels: Vec<usize>,
    pub kernel: usize,
    pub stride: usize,
    /// units of dense layers behind the convolutions
    pub widths: Vec<usize>,
    pub activation: Activation,
    pub constraint: Constraint,
    pub penalty: f64,
    pub power_iterations: usize,
    pub standardize: bool,
}

impl Default for CnnOptions {
    fn default() -> Self {
        let MlpOptions { constraint, penalty, power_iterations, standardize, .. } = MlpOptions::default();
        CnnOptions {
            shape: vec![],
            channels: vec![32, 64],
            kernel: 3,
            stride: 2,
            widths: vec![],
            activation: Activation::LeakyRelu,
            constraint,
            penalty,
            power_iterations,
            standardize,
        }
    }
}

impl CnnOptions {
    pub fn builder(self) -> Result<MlpBuilder> {
        let CnnOptions {
            shape,
            channels,
            kernel,
            stride,
            widths,
            activation,
            constraint,
            penalty,
            power_iterations,
            standardize,
        } = self;
        let layers = Architecture { widths, images: Some(Images { shape, channels, kernel, stride }) };
        MlpBuilder::new(
            layers,
            MlpOptions { activation, constraint, penalty, power_iterations, standardize, ..MlpOptions::default() },
        )
    }
}

/// `mlp([32, 32, 32], …)` or `cnn(…)`: the recipe of a critic, not yet tied to a dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MlpBuilder {
    #[serde(flatten)]
    pub layers: Architecture,
    pub options: MlpOptions,
    pub optimizer: OptimizerOptions,
}

impl MlpBuilder {
    pub fn new(layers: impl Into<Architecture>, options: MlpOptions) -> Result<MlpBuilder> {
        let layers = layers.into();
        let what = if layers.images.is_some() { "cnn(options)" } else { "mlp(widths)" };
        layers.check(what, options.activation, options.residual)?;
        Ok(MlpBuilder { layers, options, optimizer: OptimizerOptions::default() })
    }

    /// A network from the frame of samples to some outputs, with its parameters and the frame it works in.
    pub fn trained(&self, frame: &Frame, outs: usize, rng: &mut random::Rng) -> Result<(Trained, Standard)> {
        let o = &self.options;
        if o.residual && o.constraint.is_hard() {
            return Err(Error::Unsupported {
                what: self.describe(),
                reason: "adds shortcuts to layers of norm 1, and their sum is no longer 1-Lipschitz".into(),
                advice: "choose constraint: \"lp\", \"penalty\" or \"none\" beside residual: true".into(),
            });
        }
        if o.constraint == Constraint::Bjorck && self.layers.images.is_some() {
            return Err(Error::Unsupported {
                what: self.describe(),
                reason: "makes matrices orthonormal, which does not make convolutions so".into(),
                advice: "choose constraint: \"spectral\", or mlp(widths)".into(),
            });
        }
        let shape = self.layers.reading(frame.dim(), frame.appended, outs, o.activation, o.residual)?;
        let hard = o.constraint.is_hard().then_some(Hard {
            power: o.power_iterations,
            bjorck: if o.constraint == Constraint::Bjorck { o.bjorck_iterations } else { 0 },
        });
        let trained = Trained::new(shape, hard, self.optimizer.clone(), rng, &frame.device);
        let (center, scale) =
            if o.standardize { (frame.center.clone(), frame.scale) } else { (vec![0.0; frame.dim()], 1.0) };
        Ok((trained, Standard { center: crate::device::points(center, 1, frame.dim(), &frame.device), scale }))
    }
}

/// Coordinates (x − center)/scale.
#[derive(Clone)]
pub struct Standard {
    /// shape [1, d]
    pub center: Points,
    pub scale: f64,
}

impl Standard {
    pub fn enter(&self, x: &Points) -> Points {
        (x.clone() - self.center.clone()).div_scalar(self.scale)
    }
}

impl CriticBuilder for MlpBuilder {
    fn build(&self, term: &Term, frame: &Frame, seed: u64, stream: u64) -> Result<Box<dyn Critic>> {
        // a log ratio has no units: its network has slope 1 in its own coordinates
        let own = if self.options.standardize { 1.0 / frame.scale } else { 1.0 };
        let l = if matches!(term.space, Space::Networks) { Some(own) } else { term.lipschitz() };
        match l.filter(|_| term.is_trainable()) {
            Some(l) => Ok(Box::new(Mlp::new(self, l, frame, seed, stream)?)),
            None => Err(Error::Unsupported {
                what: self.describe(),
                reason: "climbs objectives over Lipschitz functions; this divergence has a kernel or another cost".into(),
                advice: "leave the critic out to have the natural one, or use exact() or entropic() where there is a transport cost".into(),
            }),
        }
    }
    fn supports(&self, term: &Term) -> bool {
        term.is_trainable()
    }
    fn network(&self) -> Option<&MlpBuilder> {
        Some(self)
    }
    fn describe(&self) -> String {
        let o = &self.options;
        let name = |v: serde_json::Value| v.as_str().unwrap_or_default().to_string();
        let (activation, constraint) = (
            name(serde_json::to_value(o.activation).unwrap_or_default()),
            name(serde_json::to_value(o.constraint).unwrap_or_default()),
        );
        let (kind, residual) = (
            if self.layers.images.is_some() { "cnn" } else { "mlp" },
            if self.options.residual { ", residual" } else { "" },
        );
        format!("{kind}({}, {activation}, {constraint}{residual})", self.layers.describe())
    }
    fn with_optimizer(&self, optimizer: OptimizerOptions) -> std::sync::Arc<dyn CriticBuilder> {
        std::sync::Arc::new(MlpBuilder { optimizer, ..self.clone() })
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// A network that climbs the objective of a term: φ(x) = L·scale·net((x − center)/scale).
#[derive(Clone)]
pub struct Mlp {
    network: Trained,
    standard: Standard,
    options: MlpOptions,
    lipschitz: f64,
    nu: Option<Values>,
    /// draws of interpolates for soft constraints
    seed: u64,
    stream: u64,
    draws: u64,
}

impl Mlp {
    fn new(b: &MlpBuilder, lipschitz: f64, frame: &Frame, seed: u64, stream: u64) -> Result<Mlp> {
        let (network, standard) = b.trained(frame, 1, &mut random::rng(seed, stream))?;
        Ok(Mlp {
            network,
            standard,
            options: b.options.clone(),
            lipschitz,
            nu: None,
            seed,
            stream: stream.wrapping_add(1 << 32),
            draws: 0,
        })
    }

    /// The objective at both samples, of which the first has n rows, in one launch where that is possible.
    fn weigh(&self, term: &Term, pass: &Forward, n: usize) -> Option<Weighed> {
        let weighing = term.functional(n, self.height(), self.nu.as_ref(), &self.standard.center.device())?;
        pass.weigh(&weighing)
    }

    /// What the outputs of the network are multiplied by.
    fn height(&self) -> f64 {
        self.lipschitz * self.standard.scale
    }

    /// One ascent step, wherever the samples are; returns the objective before it.
    fn step(&mut self, term: &Term, samples: [&Points; 2], both: &Batch, nu: &mut Option<f32>) -> Result<Value> {
        let prepared = self.network.prepare();
        if let (Weights::Host(layers), Batch::Host { data, d, device }) = (prepared.weights(), both) {
            let (p, q) = data.split_at(samples[0].dims()[0] * d);
            return Ok(Value::Number(self.step_on_host(&prepared, layers, term, [p, q], nu)?, device.clone()));
        }
        // both samples as one batch: on a device every launch counts
        let pass = batch::forward(prepared.weights(), &[both])?;
        let factor = self.height();
        let [n, m] = samples.map(|s| s.dims()[0]);
        let (seeds, mut value) = match self.weigh(term, &pass, n) {
            Some(weighed) => {
                self.nu = weighed.nu;
                (weighed.slopes, weighed.value)
            }
            None => {
                let phi = pass.outputs().remove(0).mul_scalar(factor);
                let scores = term.evaluate(&phi.clone().narrow(0, 0, n), &phi.narrow(0, n, m), self.nu.as_ref());
                self.nu = scores.nu;
                (Tensor::cat(vec![scores.on_source, scores.on_target], 0).mul_scalar(factor), scores.value)
            }
        };
        let mut gradient = pass.gradient(&[seeds])?;
        if let Some(mut rng) = self.draw() {
            let at = penalty::interpolates(samples[0], samples[1], &mut rng);
            let penalty = penalty::evaluate(prepared.weights(), &at, self.options.constraint, self.options.penalty)?;
            gradient = gradient.combine(1.0, &penalty.gradient, -1.0);
            value = value - penalty.value;
        }
        self.network.climb(prepared, gradient);
        Ok(Value::Tensor(value))
    }

    /// Where the interpolates of a soft constraint are drawn from in this step.
    fn draw(&mut self) -> Option<random::Rng> {
        if self.options.constraint.is_hard() || self.options.constraint == Constraint::None {
            return None;
        }
        let rng = random::rng(self.seed ^ 0x9E37_79B9_7F4A_7C15, self.stream.wrapping_add(self.draws));
        self.draws += 1;
        Some(rng)
    }
}

impl Critic for Mlp {
    fn fit(&mut self, term: &Term, source: &Points, target: &Points, ascent: &Ascent) -> Result<Fit> {
        if ascent.weights.are_given() {
            return Err(Error::Unsupported {
                what: "a neural critic".into(),
                reason: "takes samples of equal weights".into(),
                advice: "use exact() or entropic() for weighted samples".into(),
            });
        }
        if !ascent.continues {
            self.network.begin();
        }
        let (p, q) = (self.standard.enter(source), self.standard.enter(target));
        let both = Batch::new(&Tensor::cat(vec![p.clone(), q.clone()], 0))?;
        let on_host = matches!(both, Batch::Host { .. });
        let mut nu = match &self.nu {
            Some(nu) if on_host => crate::device::values(nu)?.first().copied(),
            _ => None,
        };
        let fit = ascent.climb(|| self.step(term, [&p, &q], &both, &mut nu));
        // also after an interrupt, as the parameters are
        if on_host {
            self.nu = nu.map(|nu| vector(vec![nu], &p.device()));
        }
        match fit? {
            Some(fit) => Ok(fit),
            None => Ok(Fit {
                value: term.evaluate(&self.value(source)?, &self.value(target)?, self.nu.as_ref()).value,
                iterations: 0,
                history: vec![],
            }),
        }
    }

    fn settle(&mut self) {
        self.network.settle();
    }

    fn dim(&self) -> usize {
        self.standard.center.dims()[1]
    }

    fn value(&self, x: &Points) -> Result<Values> {
        let (weights, batch) = (self.network.weights(), Batch::new(&self.standard.enter(x))?);
        let mut out = batch::forward(&weights, &[&batch])?.outputs();
        Ok(out.remove(0).mul_scalar(self.height()))
    }

    fn value_and_gradient(&self, x: &Points) -> Result<(Values, Points)> {
        let (v, g) = Batch::new(&self.standard.enter(x))?.value_and_input_gradient(&self.network.weights())?;
        Ok((v.mul_scalar(self.height()), g.mul_scalar(self.lipschitz)))
    }

    fn variation(&self, term: &Term, particles: &Points, target: &Points) -> Result<Points> {
        // the weights are made for one use of them
        if !term.varies_as_critic()
            && let weights @ Weights::Tensors(_) = self.network.weights()
        {
            // the derivatives of the objective go back through the network in one launch
            let n = particles.dims()[0];
            let both = Batch::new(&self.standard.enter(&Tensor::cat(vec![particles.clone(), target.clone()], 0)))?;
            let pass = batch::forward(&weights, &[&both])?;
            if let Some(weighed) = self.weigh(term, &pass, n) {
                let back = pass.input_gradient(&weighed.slopes)?;
                return Ok(back.narrow(0, 0, n).mul_scalar(n as f64 / self.standard.scale));
            }
        }
        scored_variation(self.value_and_gradient(particles)?, term, || self.value(target))
    }

    fn lipschitz_bound(&self) -> Result<Option<f64>> {
        norms::lipschitz(&self.network.weights(), &self.standard.center.device()).map(|b| Some(b * self.lipschitz))
    }

    fn state(&self) -> Result<Vec<Named>> {
        let mut out = self.network.state()?;
        out.push(Named { name: "draws".into(), data: vec![self.draws as f32] });
        if let Some(nu) = &self.nu {
            out.push(Named { name: "nu".into(), data: crate::device::values(nu)? });
        }
        Ok(out)
    }

    fn restore(&mut self, state: &[Named], device: &Device) -> Result<()> {
        let find = |name: &str| state.iter().find(|n| n.name == name);
        self.network.restore(state)?;
        self.draws = find("draws").and_then(|d| d.data.first()).map_or(0, |v| *v as u64);
        self.nu = find("nu").map(|n| vector(n.data.clone(), device));
        Ok(())
    }

    fn boxed_clone(&self) -> Box<dyn Critic> {
        Box::new(self.clone())
    }
}
