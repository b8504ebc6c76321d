//! The hard constraint: every weight matrix divided by its largest singular value.
//!
//! Training uses power iteration, carried from step to step, which converges to the norm from below; the bound that
//! is reported comes from an SVD in f64. "Spectral norm" here is never the norm of the flattened matrix. [miyato2018]
use crate::critic::Named;
use crate::device::{Values, points};
use crate::error::{Error, Result};
use crate::network::layers::Layers;
use crate::network::shape::Shape;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use rand_distr::StandardNormal;

/// Singular vectors of the linear map of every layer: u of its inputs [1, ins], v of its outputs [1, outs]. For a
/// convolution that map is the one between whole images, not its kernel.
#[derive(Clone)]
pub struct PowerIteration {
    shape: Shape,
    u: Vec<Tensor<2>>,
    v: Vec<Tensor<2>>,
}

/// Layers with weights W/σ, and what the chain rule through σ needs.
pub struct Normalised {
    pub layers: Layers,
    sigma: Vec<Tensor<2>>,
    u: Vec<Tensor<2>>,
    v: Vec<Tensor<2>>,
}

fn unit(v: Tensor<2>) -> Tensor<2> {
    let norm = (v.clone() * v.clone()).sum_dim(1).sqrt().add_scalar(1e-12);
    v / norm
}

impl PowerIteration {
    pub fn new(shape: &Shape, rng: &mut impl Rng, device: &Device) -> PowerIteration {
        let mut normal = |n: usize| points((0..n).map(|_| rng.sample::<f32, _>(StandardNormal)).collect(), 1, n, device);
        let u = shape.linears().iter().map(|l| unit(normal(l.ins()))).collect();
        let v = shape.linears().iter().map(|l| Tensor::zeros([1, l.outs()], device)).collect();
        PowerIteration { shape: shape.clone(), u, v }
    }

    /// v ← Au/|Au|, u ← Aᵀv/|Aᵀv|, a few times.
    pub fn advance(&mut self, raw: &Layers, iterations: usize) {
        for (l, (linear, w)) in self.shape.linears().iter().zip(&raw.w).enumerate() {
            for _ in 0..iterations {
                self.v[l] = unit(linear.apply(self.u[l].clone(), w));
                self.u[l] = unit(linear.back(self.v[l].clone(), w));
            }
        }
    }

    pub fn normalise(&self, raw: &Layers) -> Normalised {
        let (mut sigma, mut weights) = (vec![], vec![]);
        for (l, (linear, w)) in self.shape.linears().iter().zip(&raw.w).enumerate() {
            let s = (linear.apply(self.u[l].clone(), w) * self.v[l].clone()).sum_dim(1);
            weights.push(w.clone() / s.clone());
            sigma.push(s);
        }
        Normalised { layers: Layers { w: weights, b: raw.b.clone() }, sigma, u: self.u.clone(), v: self.v.clone() }
    }

    pub fn state(&self) -> Result<Vec<Named>> {
        let flat = |t: &Tensor<2>| crate::device::rows(t);
        let mut out = vec![];
        for (l, (u, v)) in self.u.iter().zip(&self.v).enumerate() {
            out.push(Named { name: format!("power_u{l}"), data: flat(u)? });
            out.push(Named { name: format!("power_v{l}"), data: flat(v)? });
        }
        Ok(out)
    }

    pub fn restore(&mut self, state: &[Named], device: &Device) -> Result<()> {
        for (l, linear) in self.shape.linears().iter().enumerate() {
            let find = |name: String, n: usize| {
                let found = state.iter().find(|s| s.name == name && s.data.len() == n);
                found.map(|s| points(s.data.clone(), 1, n, device)).ok_or_else(|| Error::data("saved critic", format!("`{name}` is missing")))
            };
            self.u[l] = find(format!("power_u{l}"), linear.ins())?;
            self.v[l] = find(format!("power_v{l}"), linear.outs())?;
        }
        Ok(())
    }
}

impl Normalised {
    /// The gradient in the raw parameters from the one in the normalised: (G − ⟨G, W/σ⟩ ∂σ/∂W)/σ per layer, where
    /// ∂σ/∂W = ∂⟨v, Au⟩/∂W, uᵀv for a matrix.
    pub fn pull_back(&self, gradient: &Layers, shape: &Shape) -> Values {
        let w = (0..shape.depth())
            .map(|l| {
                let g = gradient.w[l].clone();
                let inner = (g.clone() * self.layers.w[l].clone()).sum().reshape([1, 1]);
                let outer = shape.linears()[l].weights(self.u[l].clone(), self.v[l].clone() * inner);
                (g - outer) / self.sigma[l].clone()
            })
            .collect();
        Layers { w, b: gradient.b.clone() }.flatten()
    }
}
