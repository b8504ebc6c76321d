//! `deep_kernel(network, dim)`: the MMD under a kernel k(h(x), h(y)) of features h that are trained to enlarge it. [li2017]
//!
//! With features of slope at most 1 (spectrally normalised layers) the kernel keeps its width in the units of the data.
use super::kernel::device::{kernel_mean, witness_at};
use super::kind::{Form, Kind, Saved};
use super::mlp::{Constraint, MlpBuilder, Standard};
use super::{Ascent, Critic, CriticBuilder, Fit, Frame, Named, Value};
use crate::catalogue::{Entry, no_defaults};
use crate::device::{self, Points, Values, rows};
use crate::divergence::{Objective, Term};
use crate::error::{Error, Result};
use crate::network::interface::Pass;
use crate::network::optimizer::OptimizerOptions;
use crate::network::{Activation, Layers, Network};
use crate::random;
use crate::space::{Penalty, Space};
use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The page of `deep_kernel`.
pub const DEEP_KERNEL: Entry = Entry {
    name: "deep_kernel",
    room: "critic",
    signature: "deep_kernel(widths | network, dim)",
    doc: "A critic for mmd(k) that compares features h(x) of dimension dim and trains them to enlarge the distance: the adversarial MMD-GAN. The network is mlp([..]) or cnn(..), spectrally normalised unless told otherwise, so that the kernel keeps its width in the units of the data.",
    equation: r"\max_hMMD_k^2(h_\#P,h_\#Q)",
    cite: "li2017",
    options: &[],
    defaults: no_defaults,
    example: "let flow = gan(mmd(gaussian_kernel(1.0)), #{ critic: deep_kernel([16, 16], 4), generator: mlp([16, 16]), batch: 32 });\nflow.run(data::gaussian(64, 2), data::ring(64), #{ steps: 3 })",
};

/// Its place in the list of critics.
pub const KIND: Kind = Kind {
    entry: Some(DEEP_KERNEL),
    form: Form::Features {
        activation: Activation::LeakyRelu,
        make: |network, features| Ok(Arc::new(DeepKernelBuilder::new(network, features)?)),
        saved: Saved {
            key: "deep_kernel",
            read: |v| Ok(Arc::new(serde_json::from_value::<DeepKernelBuilder>(v["deep_kernel"].clone())?)),
        },
    },
};

/// The recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeepKernelBuilder {
    /// layers of h
    pub network: MlpBuilder,
    /// of the features
    pub features: usize,
}

impl DeepKernelBuilder {
    /// Features of so many numbers from these layers.
    ///
    /// # Errors
    /// No features or more than 16384; a soft constraint.
    pub fn new(network: MlpBuilder, features: usize) -> Result<DeepKernelBuilder> {
        if features == 0 || features > 1 << 14 {
            return Err(Error::data("deep_kernel, dim", format!("it is {features}, expected 1 to 16384")));
        }
        if !network.options.constraint.is_hard() && network.options.constraint != Constraint::None {
            return Err(Error::Unsupported {
                what: "deep_kernel".into(),
                reason: "takes features without a penalty on their gradients".into(),
                advice: "choose constraint: \"spectral\", \"bjorck\" or \"none\" for its network".into(),
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
            return Err(Error::Unsupported {
                what: self.describe(),
                reason: "trains the features of an MMD".into(),
                advice: "use it with mmd(k), or leave the critic out to have the natural one".into(),
            });
        };
        if frame.appended > 0 {
            return Err(Error::Unsupported {
                what: "labels".into(),
                reason: "are far-off coordinates, which features need not keep apart".into(),
                advice: "leave deep_kernel out, or run class by class".into(),
            });
        }
        let (network, standard) = self.network.open(frame, self.features, &mut random::rng(seed, stream))?;
        Ok(Box::new(DeepKernel { space: space.clone(), network, standard, samples: None }))
    }
    fn no_estimate(&self) -> Option<&'static str> {
        Some("compares features it trains, which is another distance than that of the kernel alone")
    }
    fn supports(&self, term: &Term) -> bool {
        space_of(term).is_some()
    }
    fn describe(&self) -> String {
        format!("deep_kernel({}, {})", self.network.describe(), self.features)
    }
    fn with_optimizer(&self, optimizer: OptimizerOptions) -> Arc<dyn CriticBuilder> {
        Arc::new(DeepKernelBuilder {
            network: MlpBuilder { optimizer, ..self.network.clone() },
            features: self.features,
        })
    }
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "deep_kernel": self })
    }
}

/// Features with their optimiser.
#[derive(Clone)]
pub struct DeepKernel {
    space: Penalty,
    network: Box<dyn Network>,
    standard: Standard,
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
    /// h at the points of each batch of a pass, in the units of the data.
    fn features(&self, pass: &dyn Pass) -> Vec<Points> {
        let k = self.network.shape().outs();
        let rows = |v: Values| {
            let n = v.dims()[0] / k;
            v.reshape([n, k]).mul_scalar(self.standard.scale)
        };
        pass.outputs().into_iter().map(rows).collect()
    }
    fn compare(&self, p: &Points, q: &Points) -> Result<Between> {
        let k = &self.space.kernel;
        let ((pp, pp_gradient), (pq, pq_gradient)) = (kernel_mean(k, p, p)?, kernel_mean(k, p, q)?);
        let ((qq, qq_gradient), (_, qp_gradient)) = (kernel_mean(k, q, q)?, kernel_mean(k, q, p)?);
        let half = 0.5 / self.space.lambda;
        let value = (pp.mean() - pq.mean().mul_scalar(2.0) + qq.mean()).mul_scalar(half);
        let share = |x: &Points| 2.0 * half / x.dims()[0] as f64;
        Ok(Between {
            value,
            on_p: (pp_gradient - pq_gradient).mul_scalar(share(p)),
            on_q: (qq_gradient - qp_gradient).mul_scalar(share(q)),
        })
    }
    fn step(&mut self, y: &Points, x: &Points) -> Result<Values> {
        let pass = self.network.prepare().forward(&[y, x])?;
        let h = self.features(&*pass);
        let between = self.compare(&h[0], &h[1])?;
        let seed = |g: Points| {
            let [n, k] = g.dims();
            g.mul_scalar(self.standard.scale).reshape([n * k])
        };
        let gradient = pass.gradient(&[seed(between.on_p), seed(between.on_q)])?;
        self.network.ascend(gradient)?;
        Ok(between.value)
    }
    /// The witness (μ_P − μ_Q)/λ of the last samples, and its gradient in the features.
    fn witness(&self, layers: &dyn Layers, h: &Points) -> Result<(Values, Points)> {
        let Some((p, q)) = &self.samples else {
            return Err(Error::data("critic", "it has not been fitted to samples yet"));
        };
        let (p, q) = (self.standard.enter(p), self.standard.enter(q));
        let centres = self.features(&*layers.forward(&[&p, &q])?);
        witness_at(&self.space, &centres[0], &centres[1], h)
    }
}

impl Critic for DeepKernel {
    fn fit(&mut self, term: &Term, source: &Points, target: &Points, ascent: &Ascent) -> Result<Fit> {
        ascent.weights.check_equal()?;
        self.samples = Some((source.clone(), target.clone()));
        if !ascent.continues {
            self.network.begin();
        }
        let (y, x) = (self.standard.enter(source), self.standard.enter(target));
        match ascent.climb(|| self.step(&y, &x).map(Value::Tensor))? {
            Some(fit) => Ok(fit),
            None => Ok(Fit { value: self.objective(term, source, target)?, iterations: 0, history: vec![] }),
        }
    }
    fn objective(&self, _: &Term, source: &Points, target: &Points) -> Result<Values> {
        let (y, x) = (self.standard.enter(source), self.standard.enter(target));
        let h = self.features(&*self.network.layers().forward(&[&y, &x])?);
        Ok(self.compare(&h[0], &h[1])?.value)
    }
    fn variation(&self, _: &Term, particles: &Points, _: &Points) -> Result<Points> {
        self.gradient(particles)
    }
    fn settle(&mut self) {
        self.network.settle();
    }
    fn dim(&self) -> usize {
        self.standard.center.dims()[1]
    }
    fn value(&self, x: &Points) -> Result<Values> {
        let layers = self.network.layers();
        let h = self.features(&*layers.forward(&[&self.standard.enter(x)])?).remove(0);
        Ok(self.witness(&*layers, &h)?.0)
    }
    fn value_and_gradient(&self, x: &Points) -> Result<(Values, Points)> {
        let layers = self.network.layers();
        let pass = layers.forward(&[&self.standard.enter(x)])?;
        let h = self.features(&*pass).remove(0);
        let (value, on_features) = self.witness(&*layers, &h)?;
        let [n, k] = on_features.dims();
        // the features are scale·net((x − centre)/scale): the two scales cancel
        Ok((value, pass.input_gradient(&on_features.reshape([n * k]))?))
    }
    fn lipschitz_bound(&self) -> Result<Option<f64>> {
        Ok(None)
    }
    fn state(&self) -> Result<Vec<Named>> {
        let mut out = self.network.state()?;
        if let Some((p, q)) = &self.samples {
            out.push(Named { name: "source".into(), data: rows(p)? });
            out.push(Named { name: "target".into(), data: rows(q)? });
        }
        Ok(out)
    }
    fn restore(&mut self, state: &[Named], device: &Device) -> Result<()> {
        self.network.restore(state)?;
        let d = self.dim();
        let sample = |name: &str| {
            let n = state.iter().find(|n| n.name == name)?;
            Some(device::points(n.data.clone(), n.data.len() / d, d, device))
        };
        self.samples = sample("source").zip(sample("target"));
        Ok(())
    }
    fn boxed_clone(&self) -> Box<dyn Critic> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::critic::mlp::MlpOptions;
    use crate::device::{Choice, open, values};
    use crate::differences::partial;
    use crate::space::kernel::Kernel;
    use rand::Rng;

    /// The variation at every particle is M times the gradient of MMD² between the features in that particle: central
    /// differences with step 1e-2 in f32 leave 3 % of the largest entry. And training enlarges the distance.
    #[test]
    fn variations_match_finite_differences_and_training_climbs() {
        let device = open(Choice::Cpu).unwrap().device;
        let mut rng = crate::random::rng(5, 0);
        let mut draw = |n: usize, shift: f32| {
            device::points((0..n * 2).map(|_| rng.random_range(-1.0..1.0) + shift).collect(), n, 2, &device)
        };
        let (p, q) = (draw(12, 0.5), draw(15, 0.0));
        let term = Term {
            objective: Objective::Ipm,
            space: Space::Rkhs(Penalty { kernel: Kernel::Gaussian(0.7), lambda: 0.5, unbiased: false }),
            reversed: false,
        };
        let network =
            MlpBuilder::new(vec![16, 16], MlpOptions { activation: Activation::Tanh, ..MlpOptions::default() })
                .unwrap();
        let builder = DeepKernelBuilder::new(network, 3).unwrap();
        let mut critic = builder.build(&term, &Frame::of(&q).unwrap(), 3, 0).unwrap();
        let first = values(&critic.fit(&term, &p, &q, &Ascent::default()).unwrap().value).unwrap()[0];
        let exact = rows(&critic.variation(&term, &p, &q).unwrap()).unwrap();
        let scale = exact.iter().fold(0.0f32, |m, v| m.max(v.abs()));
        let at = rows(&p).unwrap();
        for (i, exact) in exact.iter().enumerate() {
            let slope = 12.0
                * partial(&at, i, 1e-2, |y| {
                    let y = device::points(y.to_vec(), 12, 2, &device);
                    f64::from(values(&critic.objective(&term, &y, &q).unwrap()).unwrap()[0])
                });
            assert!((slope - f64::from(*exact)).abs() < f64::from(3e-2 * scale), "{i}: {slope} and {exact}");
        }
        critic.fit(&term, &p, &q, &Ascent { steps: 200, ..Ascent::default() }).unwrap();
        let last = values(&critic.objective(&term, &p, &q).unwrap()).unwrap()[0];
        assert!(last > 1.2 * first, "{first} became {last}");
    }
}
