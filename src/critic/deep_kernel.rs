//! `deep_kernel(network, dim)`: the MMD under a kernel k(h(x), h(y)) of features h that are trained to enlarge it. [li2017]
//!
//! With features of slope at most 1 (spectrally normalised layers) the kernel keeps its width in the units of the data.
use super::mlp::{Constraint, MlpBuilder, PowerIteration};
use super::on_device::kernel_mean;
use super::{Ascent, Critic, CriticBuilder, Fit, Frame, Named};
use crate::device::{self, Points, Values, rows, values};
use crate::divergence::{Objective, Term};
use crate::error::{Error, Result};
use crate::network::batch::{Batch, Forward, forward};
use crate::network::layers::Layers;
use crate::network::optimizer::{Optimizer, OptimizerOptions};
use crate::network::shape::Shape;
use crate::random;
use crate::space::{Penalty, Space};
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeepKernelBuilder {
    /// layers of h
    pub network: MlpBuilder,
    /// of the features
    pub features: usize,
}

impl DeepKernelBuilder {
    pub fn new(network: MlpBuilder, features: usize) -> Result<DeepKernelBuilder> {
        if features == 0 || features > 1 << 14 {
            return Err(Error::data("deep_kernel, dim", format!("it is {features}, expected 1 to 16384")));
        }
        if !matches!(network.options.constraint, Constraint::Spectral | Constraint::None) {
            return Err(Error::Unsupported {
                what: "deep_kernel".into(),
                reason: "takes features without a penalty on their gradients".into(),
                advice: "choose constraint: \"spectral\" or \"none\" for its network".into(),
            });
        }
        Ok(DeepKernelBuilder { network, features })
    }
}

fn space_of(term: &Term) -> Option<&Penalty> {
    match (&term.objective, &term.space) {
        (Objective::Ipm, Space::Rkhs(space)) if !space.unbiased => Some(space),
        _ => None,
    }
}

impl CriticBuilder for DeepKernelBuilder {
    fn build(&self, term: &Term, frame: &Frame, seed: u64, stream: u64) -> Result<Box<dyn Critic>> {
        let Some(space) = space_of(term) else {
            return Err(Error::Unsupported { what: self.describe(), reason: "trains the features of an MMD".into(), advice: "use it with mmd(k), or leave the critic out to have the natural one".into() });
        };
        let options = &self.network.options;
        let mut rng = random::rng(seed, stream);
        let shape = self.network.layers.reading(frame.dim(), frame.appended, self.features, options.activation, options.residual)?;
        let theta = shape.draw(&mut rng, &frame.device);
        let power = (options.constraint == Constraint::Spectral).then(|| {
            let mut power = PowerIteration::new(&shape, &mut rng, &frame.device);
            power.advance(&Layers::from_flat(&theta, &shape), 20);
            power
        });
        let (center, scale) = if options.standardize { (frame.center.clone(), frame.scale) } else { (vec![0.0; frame.dim()], 1.0) };
        Ok(Box::new(DeepKernel {
            space: space.clone(),
            power_iterations: options.power_iterations,
            shape,
            theta,
            power,
            optimizer: Optimizer::new(self.network.optimizer.clone()),
            center: device::points(center, 1, frame.dim(), &frame.device),
            scale,
            samples: None,
        }))
    }
    fn supports(&self, term: &Term) -> bool {
        space_of(term).is_some()
    }
    fn describe(&self) -> String {
        format!("deep_kernel({}, {})", self.network.describe(), self.features)
    }
    fn with_optimizer(&self, optimizer: OptimizerOptions) -> Arc<dyn CriticBuilder> {
        Arc::new(DeepKernelBuilder { network: MlpBuilder { optimizer, ..self.network.clone() }, features: self.features })
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "deep_kernel": self })
    }
}

/// Features with their optimiser.
#[derive(Clone)]
pub struct DeepKernel {
    space: Penalty,
    power_iterations: usize,
    shape: Shape,
    theta: Values,
    power: Option<PowerIteration>,
    optimizer: Optimizer,
    center: Points,
    scale: f64,
    /// what the witness was last asked for: the particles and the target
    samples: Option<(Points, Points)>,
}

/// MMD² between features, and its gradients in them.
struct Between {
    value: Values,
    on_p: Points,
    on_q: Points,
}

impl DeepKernel {
    fn layers(&self) -> Layers {
        let raw = Layers::from_flat(&self.theta, &self.shape);
        match &self.power {
            Some(p) => p.normalise(&raw).layers,
            None => raw,
        }
    }
    fn enter(&self, x: &Points) -> Result<Batch> {
        Batch::new(&(x.clone() - self.center.clone()).div_scalar(self.scale))
    }
    /// h at the points of each batch of a pass, in the units of the data.
    fn features(&self, pass: &Forward) -> Vec<Points> {
        let k = self.shape.outs();
        pass.outputs().into_iter().map(|v| { let n = v.dims()[0] / k; v.reshape([n, k]).mul_scalar(self.scale) }).collect()
    }
    fn compare(&self, p: &Points, q: &Points) -> Result<Between> {
        let k = &self.space.kernel;
        let ((pp, pp_gradient), (pq, pq_gradient)) = (kernel_mean(k, p, p)?, kernel_mean(k, p, q)?);
        let ((qq, qq_gradient), (_, qp_gradient)) = (kernel_mean(k, q, q)?, kernel_mean(k, q, p)?);
        let half = 0.5 / self.space.lambda;
        let value = (pp.mean() - pq.mean().mul_scalar(2.0) + qq.mean()).mul_scalar(half);
        let share = |x: &Points| 2.0 * half / x.dims()[0] as f64;
        Ok(Between { value, on_p: (pp_gradient - pq_gradient).mul_scalar(share(p)), on_q: (qq_gradient - qp_gradient).mul_scalar(share(q)) })
    }
    fn step(&mut self, y: &Batch, x: &Batch) -> Result<Values> {
        let raw = Layers::from_flat(&self.theta, &self.shape);
        let iterations = self.power_iterations;
        let normalised = self.power.as_mut().map(|p| {
            p.advance(&raw, iterations);
            p.normalise(&raw)
        });
        let layers = normalised.as_ref().map_or(&raw, |n| &n.layers);
        let pass = forward(layers, &[y, x], &self.shape)?;
        let h = self.features(&pass);
        let between = self.compare(&h[0], &h[1])?;
        let seeds = [between.on_p, between.on_q].map(|g| { let [n, k] = g.dims(); g.mul_scalar(self.scale).reshape([n * k]) });
        let gradient = pass.gradient(layers, &seeds, &self.shape)?;
        let gradient = match &normalised {
            Some(n) => n.pull_back(&gradient, &self.shape),
            None => gradient.flatten(),
        };
        self.theta = self.optimizer.ascend(self.theta.clone(), gradient);
        Ok(between.value)
    }
    /// The witness (μ_P − μ_Q)/λ of the last samples, and its gradient in the features.
    fn witness(&self, layers: &Layers, h: &Points) -> Result<(Values, Points)> {
        let Some((p, q)) = &self.samples else { return Err(Error::data("critic", "it has not been fitted to samples yet")) };
        let (p, q) = (self.enter(p)?, self.enter(q)?);
        let centres = self.features(&forward(layers, &[&p, &q], &self.shape)?);
        let ((a, a_gradient), (b, b_gradient)) = (kernel_mean(&self.space.kernel, h, &centres[0])?, kernel_mean(&self.space.kernel, h, &centres[1])?);
        Ok(((a - b).div_scalar(self.space.lambda), (a_gradient - b_gradient).div_scalar(self.space.lambda)))
    }
}

impl Critic for DeepKernel {
    fn fit(&mut self, term: &Term, source: &Points, target: &Points, ascent: &Ascent) -> Result<Fit> {
        if ascent.weights.are_given() {
            return Err(Error::Unsupported { what: "a neural critic".into(), reason: "takes samples of equal weights".into(), advice: "use exact() or entropic() for weighted samples".into() });
        }
        self.samples = Some((source.clone(), target.clone()));
        self.optimizer.begin();
        let (y, x) = (self.enter(source)?, self.enter(target)?);
        let mut history = vec![];
        let mut value = None;
        for _ in 0..ascent.steps {
            ascent.interrupt.check()?;
            let v = self.step(&y, &x)?;
            if ascent.keep_history {
                history.push(v.clone());
            }
            value = Some(v);
        }
        let value = match value {
            Some(v) => v,
            None => self.objective(term, source, target)?,
        };
        Ok(Fit { value, iterations: ascent.steps, history })
    }
    fn objective(&self, _: &Term, source: &Points, target: &Points) -> Result<Values> {
        let (y, x) = (self.enter(source)?, self.enter(target)?);
        let h = self.features(&forward(&self.layers(), &[&y, &x], &self.shape)?);
        Ok(self.compare(&h[0], &h[1])?.value)
    }
    fn variation(&self, _: &Term, particles: &Points, _: &Points) -> Result<Points> {
        self.gradient(particles)
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
        let layers = self.layers();
        let h = self.features(&forward(&layers, &[&self.enter(x)?], &self.shape)?).remove(0);
        Ok(self.witness(&layers, &h)?.0)
    }
    fn value_and_gradient(&self, x: &Points) -> Result<(Values, Points)> {
        let layers = self.layers();
        let pass = forward(&layers, &[&self.enter(x)?], &self.shape)?;
        let h = self.features(&pass).remove(0);
        let (value, on_features) = self.witness(&layers, &h)?;
        let [n, k] = on_features.dims();
        // the features are scale·net((x − centre)/scale): the two scales cancel
        let gradient = pass.both_gradients(&layers, &on_features.reshape([n * k]), &self.shape)?.1;
        Ok((value, gradient))
    }
    fn lipschitz_bound(&self) -> Result<Option<f64>> {
        Ok(None)
    }
    fn state(&self) -> Result<Vec<Named>> {
        let mut out = vec![Named { name: "theta".into(), data: values(&self.theta)? }];
        if let Some((p, q)) = &self.samples {
            out.push(Named { name: "source".into(), data: rows(p)? });
            out.push(Named { name: "target".into(), data: rows(q)? });
        }
        if let Some(p) = &self.power {
            out.extend(p.state()?);
        }
        out.extend(self.optimizer.state()?);
        Ok(out)
    }
    fn restore(&mut self, state: &[Named], device: &Device) -> Result<()> {
        let find = |name: &str| state.iter().find(|n| n.name == name);
        let Some(theta) = find("theta").filter(|t| t.data.len() == self.shape.len()) else {
            return Err(Error::data("saved critic", "its parameters do not fit the network described beside them"));
        };
        self.theta = Tensor::from_data(TensorData::new(theta.data.clone(), [theta.data.len()]), device);
        let d = self.dim();
        let sample = |name: &str| find(name).map(|n| device::points(n.data.clone(), n.data.len() / d, d, device));
        self.samples = sample("source").zip(sample("target"));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Choice, open};
    use crate::critic::mlp::{Activation, MlpOptions};
    use crate::space::kernel::Kernel;
    use rand::Rng;

    /// The variation at every particle is M times the gradient of MMD² between the features in that particle: central
    /// differences with step 1e-2 in f32 leave 3 % of the largest entry. And training enlarges the distance.
    #[test]
    fn variations_match_finite_differences_and_training_climbs() {
        let device = open(Choice::Cpu).unwrap().device;
        let mut rng = crate::random::rng(5, 0);
        let mut draw = |n: usize, shift: f32| device::points((0..n * 2).map(|_| rng.random_range(-1.0..1.0) + shift).collect(), n, 2, &device);
        let (p, q) = (draw(12, 0.5), draw(15, 0.0));
        let term = Term { objective: Objective::Ipm, space: Space::Rkhs(Penalty { kernel: Kernel::Gaussian(0.7), lambda: 0.5, unbiased: false }), reversed: false };
        let network = MlpBuilder::new(vec![16, 16], MlpOptions { activation: Activation::Tanh, ..MlpOptions::default() }).unwrap();
        let builder = DeepKernelBuilder::new(network, 3).unwrap();
        let mut critic = builder.build(&term, &Frame::of(&q).unwrap(), 3, 0).unwrap();
        let first = values(&critic.fit(&term, &p, &q, &Ascent::default()).unwrap().value).unwrap()[0];
        let exact = rows(&critic.variation(&term, &p, &q).unwrap()).unwrap();
        let scale = exact.iter().fold(0.0f32, |m, v| m.max(v.abs()));
        let at = rows(&p).unwrap();
        for i in 0..at.len() {
            let moved = |h: f32| {
                let mut y = at.clone();
                y[i] += h;
                values(&critic.objective(&term, &device::points(y, 12, 2, &device), &q).unwrap()).unwrap()[0]
            };
            let slope = 12.0 * (moved(1e-2) - moved(-1e-2)) / 2e-2;
            assert!((slope - exact[i]).abs() < 3e-2 * scale, "{i}: {slope} and {}", exact[i]);
        }
        critic.fit(&term, &p, &q, &Ascent { steps: 200, ..Ascent::default() }).unwrap();
        let last = values(&critic.objective(&term, &p, &q).unwrap()).unwrap()[0];
        assert!(last > 1.2 * first, "{first} became {last}");
    }
}
