//! The hard constraint: every weight matrix divided by its largest singular value.
//!
//! Training uses power iteration, carried from step to step, which converges to the norm from below; the bound that
//! is reported comes from an SVD in f64. "Spectral norm" here is never the norm of the flattened matrix. [miyato2018]
use crate::critic::Named;
use crate::device::{Values, points, rows_f64};
use crate::error::{Error, Result};
use crate::network::layers::{Layers, Shape};
use burn::tensor::{Device, Tensor};
use rand::Rng;
use rand_distr::StandardNormal;

/// Left singular vectors, one [1, in] per layer.
#[derive(Clone)]
pub struct PowerIteration {
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
        let u: Vec<Tensor<2>> = shape
            .layers()
            .map(|(i, _)| unit(points((0..i).map(|_| rng.sample::<f32, _>(StandardNormal)).collect(), 1, i, device)))
            .collect();
        let v = shape.layers().map(|(_, o)| Tensor::zeros([1, o], device)).collect();
        PowerIteration { u, v }
    }

    /// v ← uW/|uW|, u ← vWᵀ/|vWᵀ|, a few times.
    pub fn advance(&mut self, raw: &Layers, iterations: usize) {
        for (l, w) in raw.w.iter().enumerate() {
            let transposed = w.clone().transpose();
            for _ in 0..iterations {
                self.v[l] = unit(self.u[l].clone().matmul(w.clone()));
                self.u[l] = unit(self.v[l].clone().matmul(transposed.clone()));
            }
        }
    }

    pub fn normalise(&self, raw: &Layers) -> Normalised {
        let (mut sigma, mut weights) = (vec![], vec![]);
        for (l, w) in raw.w.iter().enumerate() {
            // ⟨uW, v⟩ without the second matrix product
            let s = (self.u[l].clone().matmul(w.clone()) * self.v[l].clone()).sum_dim(1);
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

    pub fn restore(&mut self, state: &[Named], shape: &Shape, device: &Device) -> Result<()> {
        for (l, (i, o)) in shape.layers().enumerate() {
            let find = |name: String, n: usize| {
                let found = state.iter().find(|s| s.name == name && s.data.len() == n);
                found.map(|s| points(s.data.clone(), 1, n, device)).ok_or_else(|| Error::data("saved critic", format!("`{name}` is missing")))
            };
            self.u[l] = find(format!("power_u{l}"), i)?;
            self.v[l] = find(format!("power_v{l}"), o)?;
        }
        Ok(())
    }
}

impl Normalised {
    /// The gradient in the raw parameters from the one in the normalised: (G − ⟨G, W/σ⟩ uᵀv)/σ per layer.
    pub fn pull_back(&self, gradient: &Layers, shape: &Shape) -> Values {
        let w = (0..shape.depth())
            .map(|l| {
                let g = gradient.w[l].clone();
                let inner = (g.clone() * self.layers.w[l].clone()).sum().reshape([1, 1]);
                let outer = self.u[l].clone().transpose() * (self.v[l].clone() * inner);
                (g - outer) / self.sigma[l].clone()
            })
            .collect();
        Layers { w, b: gradient.b.clone() }.flatten()
    }
}

/// Π ‖Wₗ‖₂ from f64 SVDs with a margin for rounding: an upper bound of the network's Lipschitz constant.
pub fn product_of_norms(layers: &Layers) -> Result<f64> {
    let mut product = 1.0;
    for w in &layers.w {
        let [i, o] = w.dims();
        let matrix = nalgebra::DMatrix::from_row_slice(i, o, &rows_f64(w)?);
        if matrix.iter().any(|v| !v.is_finite()) {
            return Ok(f64::INFINITY);
        }
        let largest = matrix.singular_values().max();
        product *= largest * (1.0 + 1e-12);
    }
    // evaluation happens in f32: each layer may round by a few units in the last place
    Ok(product * (1.0 + layers.w.len() as f64 * 4.0 * f64::from(f32::EPSILON)))
}
