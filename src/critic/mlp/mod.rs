//! Multilayer perceptron critics φ(x) = L·net(x), 1-Lipschitz layers by construction or held by a penalty.
use super::{Ascent, Critic, CriticBuilder, Fit, Frame, Named};
use crate::device::{Points, Values};
use crate::divergence::Term;
use crate::error::{Error, Result};
use crate::network::batch::{self, Batch};
use crate::network::layers::{Layers, Shape};
use crate::network::optimizer::{Optimizer, OptimizerOptions};
use crate::random;
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

mod penalty;
mod spectral;
pub use crate::network::Activation;
use spectral::PowerIteration;
pub use spectral::product_of_norms;

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
}

impl Default for MlpOptions {
    fn default() -> Self {
        MlpOptions { activation: Activation::Groupsort, constraint: Constraint::Spectral, penalty: 10.0, power_iterations: 3, standardize: true }
    }
}

/// `mlp([32, 32, 32], …)`: the recipe of a critic, not yet tied to a dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MlpBuilder {
    pub widths: Vec<usize>,
    pub options: MlpOptions,
    pub optimizer: OptimizerOptions,
}

impl MlpBuilder {
    pub fn new(widths: Vec<usize>, options: MlpOptions) -> Result<MlpBuilder> {
        let what = "mlp(widths)";
        if widths.is_empty() {
            return Err(Error::data(what, "the list of hidden widths is empty; write for example [32, 32, 32]"));
        }
        if let Some(w) = widths.iter().find(|w| **w == 0 || **w > 1 << 14) {
            return Err(Error::data(what, format!("a width is {w}, expected 1 to 16384")));
        }
        if options.activation == Activation::Groupsort
            && let Some(w) = widths.iter().find(|w| *w % 2 == 1)
        {
            return Err(Error::data(what, format!("groupsort sorts pairs of units, so widths must be even; got {w}")));
        }
        Ok(MlpBuilder { widths, options, optimizer: OptimizerOptions::default() })
    }
}

impl CriticBuilder for MlpBuilder {
    fn build(&self, term: &Term, frame: &Frame, seed: u64, stream: u64) -> Result<Box<dyn Critic>> {
        match term.lipschitz().filter(|_| term.can_be_scored()) {
            Some(l) => Ok(Box::new(Mlp::new(self, l, frame, seed, stream))),
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
        format!("mlp({:?}, {activation}, {constraint})", self.widths)
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
    fn new(b: &MlpBuilder, lipschitz: f64, frame: &Frame, seed: u64, stream: u64) -> Mlp {
        let device = &frame.device;
        let shape = Shape::new(frame.dim(), &b.widths, 1, b.options.activation);
        let mut rng = random::rng(seed, stream);
        let theta = shape.draw(&mut rng, device);
        let power = (b.options.constraint == Constraint::Spectral).then(|| {
            let mut power = PowerIteration::new(&shape, &mut rng, device);
            power.advance(&Layers::from_flat(&theta, &shape), 20);
            power
        });
        let (center, scale) = if b.options.standardize { (frame.center.clone(), frame.scale) } else { (vec![0.0; frame.dim()], 1.0) };
        Mlp {
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
        }
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
    fn enter(&self, x: &Points) -> Result<Batch> {
        let soft = !matches!(self.options.constraint, Constraint::Spectral | Constraint::None);
        if !self.options.standardize {
            return Batch::new(x, soft);
        }
        Batch::new(&(x.clone() - self.center.clone()).div_scalar(self.scale), soft)
    }

    /// One ascent step; returns the objective before it.
    fn step(&mut self, term: &Term, source: &Batch, target: &Batch) -> Result<Values> {
        let raw = Layers::from_flat(&self.theta, &self.shape);
        let normalised = self.power.as_mut().map(|p| {
            p.advance(&raw, self.options.power_iterations);
            p.normalise(&raw)
        });
        let layers = normalised.as_ref().map_or(&raw, |n| &n.layers);
        let pass = batch::forward(layers, &[source, target], &self.shape)?;
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
        if let Some(penalty) = self.penalty(layers, source.tensors(), target.tensors()) {
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

    fn penalty(&mut self, layers: &Layers, source: &[Points], target: &[Points]) -> Option<penalty::Penalty> {
        let kind = self.options.constraint;
        if matches!(kind, Constraint::Spectral | Constraint::None) {
            return None;
        }
        let mut rng = random::rng(self.seed ^ 0x9E37_79B9_7F4A_7C15, self.stream.wrapping_add(self.draws));
        self.draws += 1;
        let at = penalty::interpolates(source, target, &mut rng);
        Some(penalty::evaluate(layers, &at, &self.shape, kind, self.options.penalty))
    }
}

impl Critic for Mlp {
    fn fit(&mut self, term: &Term, source: &Points, target: &Points, ascent: &Ascent) -> Result<Fit> {
        if ascent.weights.are_given() {
            return Err(Error::Unsupported { what: "a neural critic".into(), reason: "takes samples of equal weights".into(), advice: "use exact() or entropic() for weighted samples".into() });
        }
        self.optimizer.begin();
        let (p, q) = (self.enter(source)?, self.enter(target)?);
        let mut history = vec![];
        let mut value = None;
        let mut reference: Option<f32> = None;
        let mut iterations = 0;
        for i in 0..ascent.steps {
            ascent.interrupt.check()?;
            let v = self.step(term, &p, &q)?;
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
        let batch = self.enter(x)?;
        let mut out = batch::forward(&layers, &[&batch], &self.shape)?.outputs();
        Ok(out.remove(0).mul_scalar(self.lipschitz * self.scale))
    }

    fn value_and_gradient(&self, x: &Points) -> Result<(Values, Points)> {
        let (v, g) = self.enter(x)?.value_and_input_gradient(&self.effective(), &self.shape)?;
        Ok((v.mul_scalar(self.lipschitz * self.scale), g.mul_scalar(self.lipschitz)))
    }

    fn lipschitz_bound(&self) -> Result<Option<f64>> {
        spectral::product_of_norms(&self.effective()).map(|b| Some(b * self.lipschitz))
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
            p.restore(state, &self.shape, device)?;
        }
        self.optimizer.restore(state, device);
        Ok(())
    }

    fn boxed_clone(&self) -> Box<dyn Critic> {
        Box::new(self.clone())
    }
}
