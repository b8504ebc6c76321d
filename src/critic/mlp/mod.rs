//! Network critics φ(x) = L·net(x), 1-Lipschitz layers by construction or held by a penalty.
use super::{Ascent, Critic, CriticBuilder, Fit, Frame, Named};
use crate::device::{Points, Values};
use crate::divergence::Term;
use crate::error::{Error, Result};
use crate::network::batch::{self, Batch};
use crate::network::architecture::{Architecture, Images};
use crate::network::layers::Layers;
use crate::network::norms;
use crate::network::shape::Shape;
use crate::network::optimizer::{Optimizer, OptimizerOptions};
use crate::random;
use crate::space::Space;
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

mod penalty;
mod spectral;
pub use crate::network::Activation;
pub use spectral::PowerIteration;

/// How the Lipschitz constraint is imposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Constraint {
    /// Every weight matrix divided by its spectral norm. [miyato2018]
    Spectral,
    /// λ·mean relu(|∇φ|²/L² − 1) on interpolates: one-sided on the squared norm. [birrell2022]
    Penalty,
    /// λ·mean relu(|∇φ|/L − 1)². [petzka2018]
    Lp,
    /// λ·mean (|∇φ|/L − 1)². [gulrajani2017]
    Gp,
    /// no constraint at all
    None,
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
    /// work in coordinates centred and scaled by the target, so that biases start where the data are
    pub standardize: bool,
    /// shortcuts around pairs of hidden layers after the first [he2016]
    pub residual: bool,
}

impl Default for MlpOptions {
    fn default() -> Self {
        MlpOptions { activation: Activation::Groupsort, constraint: Constraint::Spectral, penalty: 10.0, power_iterations: 3, standardize: true, residual: false }
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
        CnnOptions { shape: vec![], channels: vec![32, 64], kernel: 3, stride: 2, widths: vec![], activation: Activation::LeakyRelu, constraint, penalty, power_iterations, standardize }
    }
}

impl CnnOptions {
    pub fn builder(self) -> Result<MlpBuilder> {
        let CnnOptions { shape, channels, kernel, stride, widths, activation, constraint, penalty, power_iterations, standardize } = self;
        let layers = Architecture { widths, images: Some(Images { shape, channels, kernel, stride }) };
        MlpBuilder::new(layers, MlpOptions { activation, constraint, penalty, power_iterations, standardize, residual: false })
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
}

impl CriticBuilder for MlpBuilder {
    fn build(&self, term: &Term, frame: &Frame, seed: u64, stream: u64) -> Result<Box<dyn Critic>> {
        // without a Lipschitz space the constraint is the network's own affair, in units of one
        let l = if matches!(term.space, Space::Networks) { Some(1.0) } else { term.lipschitz() };
        match l.filter(|_| term.can_be_scored()) {
            Some(_) if self.options.residual && self.options.constraint == Constraint::Spectral => Err(Error::Unsupported {
                what: self.describe(),
                reason: "adds shortcuts to layers of norm 1, and their sum is no longer 1-Lipschitz".into(),
                advice: "choose constraint: \"lp\" or \"penalty\" beside residual: true".into(),
            }),
            Some(l) => Ok(Box::new(Mlp::new(self, l, frame, seed, stream)?)),
            None => Err(Error::Unsupported {
                what: self.describe(),
                reason: "climbs objectives over Lipschitz functions; this divergence has a kernel or another cost".into(),
                advice: "leave the critic out to have the natural one, or use exact() or entropic() where there is a transport cost".into(),
            }),
        }
    }
    fn supports(&self, term: &Term) -> bool {
        term.can_be_scored()
    }
    fn network(&self) -> Option<&MlpBuilder> {
        Some(self)
    }
    fn describe(&self) -> String {
        let o = &self.options;
        let name = |v: serde_json::Value| v.as_str().unwrap_or_default().to_string();
        let (activation, constraint) =
            (name(serde_json::to_value(o.activation).unwrap_or_default()), name(serde_json::to_value(o.constraint).unwrap_or_default()));
        let (kind, residual) = (if self.layers.images.is_some() { "cnn" } else { "mlp" }, if self.options.residual { ", residual" } else { "" });
        format!("{kind}({}, {activation}, {constraint}{residual})", self.layers.describe())
    }
    fn with_optimizer(&self, optimizer: OptimizerOptions) -> std::sync::Arc<dyn CriticBuilder> {
        std::sync::Arc::new(MlpBuilder { optimizer, ..self.clone() })
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// A multilayer perceptron with its optimiser.
#[derive(Clone)]
pub struct Mlp {
    shape: Shape,
    options: MlpOptions,
    lipschitz: f64,
    /// shape [1, d]
    center: Points,
    scale: f64,
    /// all weights and biases in one vector, so that the optimiser is a handful of operations
    theta: Values,
    power: Option<PowerIteration>,
    optimizer: Optimizer,
    nu: Option<Values>,
    /// draws of interpolates for soft constraints
    seed: u64,
    stream: u64,
    draws: u64,
}

impl Mlp {
    fn new(b: &MlpBuilder, lipschitz: f64, frame: &Frame, seed: u64, stream: u64) -> Result<Mlp> {
        let device = &frame.device;
        let shape = b.layers.reading(frame.dim(), frame.appended, 1, b.options.activation, b.options.residual)?;
        let mut rng = random::rng(seed, stream);
        let theta = shape.draw(&mut rng, device);
        let power = (b.options.constraint == Constraint::Spectral).then(|| {
            let mut power = PowerIteration::new(&shape, &mut rng, device);
            power.advance(&Layers::from_flat(&theta, &shape), 20);
            power
        });
        let (center, scale) = if b.options.standardize { (frame.center.clone(), frame.scale) } else { (vec![0.0; frame.dim()], 1.0) };
        Ok(Mlp {
            shape,
            options: b.options.clone(),
            lipschitz,
            center: crate::device::points(center, 1, frame.dim(), device),
            scale,
            theta,
            power,
            optimizer: Optimizer::new(b.optimizer.clone()),
            nu: None,
            seed,
            stream: stream.wrapping_add(1 << 32),
            draws: 0,
        })
    }

    /// The layers φ/L is evaluated with: normalised under the hard constraint.
    fn effective(&self) -> Layers {
        let raw = Layers::from_flat(&self.theta, &self.shape);
        match &self.power {
            Some(p) => p.normalise(&raw).layers,
            None => raw,
        }
    }

    /// Points in the coordinates of the network, φ(x) = L·scale·net((x − center)/scale).
    fn enter(&self, x: &Points) -> Points {
        if self.options.standardize { (x.clone() - self.center.clone()).div_scalar(self.scale) } else { x.clone() }
    }

    /// One ascent step; returns the objective before it.
    fn step(&mut self, term: &Term, samples: [&Points; 2], batches: [&Batch; 2]) -> Result<Values> {
        let raw = Layers::from_flat(&self.theta, &self.shape);
        let normalised = self.power.as_mut().map(|p| {
            p.advance(&raw, self.options.power_iterations);
            p.normalise(&raw)
        });
        let layers = normalised.as_ref().map_or(&raw, |n| &n.layers);
        let pass = batch::forward(layers, &batches, &self.shape)?;
        let factor = self.lipschitz * self.scale;
        let mut phi = pass.outputs().into_iter().map(|v| v.mul_scalar(factor));
        let (Some(on_source), Some(on_target)) = (phi.next(), phi.next()) else {
            return Err(Error::data("critic", "a forward pass lost a sample"));
        };
        let scores = term.score(&on_source, &on_target, self.nu.as_ref());
        self.nu = scores.nu.clone();
        let seeds = [scores.on_source.mul_scalar(factor), scores.on_target.mul_scalar(factor)];
        let mut gradient = pass.gradient(layers, &seeds, &self.shape)?;
        let mut value = scores.value;
        if let Some(penalty) = self.penalty(layers, samples)? {
            gradient = gradient.sub(penalty.gradient);
            value = value - penalty.value;
        }
        let gradient = match &normalised {
            Some(n) => n.pull_back(&gradient, &self.shape),
            None => gradient.flatten(),
        };
        self.theta = self.optimizer.ascend(self.theta.clone(), gradient);
        Ok(value)
    }

    fn penalty(&mut self, layers: &Layers, [source, target]: [&Points; 2]) -> Result<Option<penalty::Penalty>> {
        let kind = self.options.constraint;
        if matches!(kind, Constraint::Spectral | Constraint::None) {
            return Ok(None);
        }
        let mut rng = random::rng(self.seed ^ 0x9E37_79B9_7F4A_7C15, self.stream.wrapping_add(self.draws));
        self.draws += 1;
        let at = penalty::interpolates(source, target, &mut rng);
        penalty::evaluate(layers, &at, &self.shape, kind, self.options.penalty).map(Some)
    }
}

impl Critic for Mlp {
    fn fit(&mut self, term: &Term, source: &Points, target: &Points, ascent: &Ascent) -> Result<Fit> {
        if ascent.weights.are_given() {
            return Err(Error::Unsupported { what: "a neural critic".into(), reason: "takes samples of equal weights".into(), advice: "use exact() or entropic() for weighted samples".into() });
        }
        self.optimizer.begin();
        let (p, q) = (self.enter(source), self.enter(target));
        let batches = (Batch::new(&p)?, Batch::new(&q)?);
        let mut history = vec![];
        let mut value = None;
        let mut reference: Option<f32> = None;
        let mut iterations = 0;
        for i in 0..ascent.steps {
            ascent.interrupt.check()?;
            let v = self.step(term, [&p, &q], [&batches.0, &batches.1])?;
            iterations = i + 1;
            if ascent.keep_history {
                history.push(v.clone());
            }
            if ascent.tolerance > 0.0 {
                let now = v.clone().try_into_scalar::<f32>().map_err(Error::read)?;
                if reference.is_some_and(|r| (now - r).abs() <= ascent.tolerance as f32 * now.abs()) {
                    value = Some(v);
                    break;
                }
                reference = Some(now);
            }
            value = Some(v);
        }
        let value = match value {
            Some(v) => v,
            None => term.score(&self.value(source)?, &self.value(target)?, self.nu.as_ref()).value,
        };
        Ok(Fit { value, iterations, history })
    }

    fn settle(&mut self) {
        if let Some(p) = &mut self.power {
            p.advance(&Layers::from_flat(&self.theta, &self.shape), 100);
        }
    }

    fn dim(&self) -> usize {
        self.center.dims()[1]
    }

    fn value(&self, x: &Points) -> Result<Values> {
        let layers = self.effective();
        let batch = Batch::new(&self.enter(x))?;
        let mut out = batch::forward(&layers, &[&batch], &self.shape)?.outputs();
        Ok(out.remove(0).mul_scalar(self.lipschitz * self.scale))
    }

    fn value_and_gradient(&self, x: &Points) -> Result<(Values, Points)> {
        let (v, g) = Batch::new(&self.enter(x))?.value_and_input_gradient(&self.effective(), &self.shape)?;
        Ok((v.mul_scalar(self.lipschitz * self.scale), g.mul_scalar(self.lipschitz)))
    }

    fn lipschitz_bound(&self) -> Result<Option<f64>> {
        norms::lipschitz(&self.effective(), &self.shape).map(|b| Some(b * self.lipschitz))
    }

    fn state(&self) -> Result<Vec<Named>> {
        let mut out = vec![Named { name: "theta".into(), data: crate::device::values(&self.theta)? }];
        out.push(Named { name: "draws".into(), data: vec![self.draws as f32] });
        if let Some(nu) = &self.nu {
            out.push(Named { name: "nu".into(), data: crate::device::values(nu)? });
        }
        if let Some(p) = &self.power {
            out.extend(p.state()?);
        }
        out.extend(self.optimizer.state()?);
        Ok(out)
    }

    fn restore(&mut self, state: &[Named], device: &Device) -> Result<()> {
        let find = |name: &str| state.iter().find(|n| n.name == name);
        let theta = find("theta").filter(|t| t.data.len() == self.shape.len());
        let Some(theta) = theta else {
            return Err(Error::data("saved critic", "its parameters do not fit the network described beside them"));
        };
        self.theta = Tensor::from_data(TensorData::new(theta.data.clone(), [theta.data.len()]), device);
        self.draws = find("draws").and_then(|d| d.data.first()).map_or(0, |v| *v as u64);
        self.nu = find("nu").map(|n| Tensor::from_data(TensorData::new(n.data.clone(), [n.data.len()]), device));
        if let Some(p) = &mut self.power {
            p.restore(state, device)?;
        }
        self.optimizer.restore(state, device);
        Ok(())
    }

    fn boxed_clone(&self) -> Box<dyn Critic> {
        Box::new(self.clone())
    }
}
