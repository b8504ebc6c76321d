//! The features as a critic: their ascent, and the witness of the last samples as the potential.
use crate::critic::ascent::{Ascent, Fit, Value};
use crate::critic::kernel::device::{kernel_mean, witness_at};
use crate::critic::mlp::Standard;
use crate::critic::traits::Critic;
use crate::device::{self, Points, Values, rows};
use crate::divergence::Term;
use crate::error::{Error, Result};
use crate::network::interface::Pass;
use crate::network::{Layers, Named, Network};
use crate::space::Penalty;
use burn::tensor::Device;

/// Features h of so many numbers, trained to enlarge the MMD between their samples.
#[derive(Clone)]
pub struct DeepKernel {
    space: Penalty,
    network: Box<dyn Network>,
    standard: Standard,
    /// what the witness was last asked for: the particles and the target
    samples: Option<(Points, Points)>,
}

/// MMD²/(2λ) between features, and its gradients in them.
struct Between {
    /// shape `[1]`
    value: Values,
    on_p: Points,
    on_q: Points,
}

impl DeepKernel {
    /// Before any fit.
    pub(super) fn new(space: Penalty, network: Box<dyn Network>, standard: Standard) -> DeepKernel {
        DeepKernel { space, network, standard, samples: None }
    }
    /// h at the points of each batch of a pass, in the units of the data.
    fn features(&self, pass: &dyn Pass) -> Result<Vec<Points>> {
        let k = self.network.shape().outs();
        let rows = |v: Values| {
            let n = v.dims()[0] / k;
            v.reshape([n, k]).mul_scalar(self.standard.scale)
        };
        Ok(pass.outputs()?.into_iter().map(rows).collect())
    }
    /// MMD²/(2λ) between features at the two samples.
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
        let h = self.features(&*pass)?;
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
        let centres = self.features(&*layers.forward(&[&p, &q])?)?;
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
        let h = self.features(&*self.network.layers().forward(&[&y, &x])?)?;
        Ok(self.compare(&h[0], &h[1])?.value)
    }
    fn variation(&self, _: &Term, particles: &Points, _: &Points) -> Result<Points> {
        self.gradient(particles)
    }
    fn slow(&mut self, share: f64) {
        self.network.slow(share);
    }
    fn settle(&mut self) {
        self.network.settle();
    }
    fn dim(&self) -> usize {
        self.standard.center.dims()[1]
    }
    fn value(&self, x: &Points) -> Result<Values> {
        let layers = self.network.layers();
        let h = self.features(&*layers.forward(&[&self.standard.enter(x)])?)?.remove(0);
        Ok(self.witness(&*layers, &h)?.0)
    }
    fn value_and_gradient(&self, x: &Points) -> Result<(Values, Points)> {
        let layers = self.network.layers();
        let pass = layers.forward(&[&self.standard.enter(x)])?;
        let h = self.features(&*pass)?.remove(0);
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
