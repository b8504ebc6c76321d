//! Network critics φ(x) = L·net(x), 1-Lipschitz layers by construction or held by a penalty.
use super::kind::{Form, Kind, Made, Saved};
use super::{Ascent, Critic, CriticBuilder, Fit, Frame, Named, Value, scored_variation};
use crate::catalogue::Given;
use crate::device::ops::functionals::Evaluated;
use crate::device::{Points, Values};
use crate::divergence::Term;
use crate::error::{Error, Result};
use crate::network::batch::{self, Batch, Forward};
use crate::network::flat::vector;
use crate::network::norms;
use crate::network::optimizer::OptimizerOptions;
use crate::network::trained::Trained;
use crate::network::weights::Weights;
use crate::random;
use crate::space::Space;
use burn::tensor::{Device, Tensor};
use std::sync::Arc;

pub mod cnn;
mod fused;
pub mod options;
mod penalty;
pub mod recipe;
pub use crate::network::Activation;
pub use cnn::CnnOptions;
pub use options::{Constraint, MlpOptions};
pub use recipe::{MlpBuilder, Standard};

/// Its place in the list of critics.
pub const KIND: Kind = Kind {
    entry: Some(options::MLP),
    form: Form::Widths {
        make,
        saved: Saved { key: "options", read: |v| Ok(Arc::new(serde_json::from_value::<MlpBuilder>(v.clone())?)) },
    },
};

fn make(widths: Vec<usize>, given: &Given) -> Made {
    let typed: MlpOptions = given.typed()?;
    typed.constraint.check(given)?;
    Ok(Arc::new(MlpBuilder::new(widths, typed)?))
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
        self.label()
    }
    fn with_optimizer(&self, optimizer: OptimizerOptions) -> Arc<dyn CriticBuilder> {
        Arc::new(MlpBuilder { optimizer, ..self.clone() })
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
    fn objective(&self, term: &Term, pass: &Forward, n: usize) -> Option<Evaluated> {
        let functional = term.functional(n, self.height(), self.nu.as_ref(), &self.standard.center.device())?;
        pass.evaluate(&functional)
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
        let (seeds, mut value) = match self.objective(term, &pass, n) {
            Some(found) => {
                self.nu = found.nu;
                (found.slopes, found.value)
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
            if let Some(found) = self.objective(term, &pass, n) {
                let back = pass.input_gradient(&found.slopes)?;
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
