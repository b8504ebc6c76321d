//! The hard constraint: every linear map divided by its largest singular value.
//!
//! Training uses power iteration, carried from step to step, which converges to the norm from below; the bound that
//! is reported comes from `norms.rs`. "Spectral norm" here is never the norm of the flattened matrix, nor for a
//! convolution that of its kernel. [miyato2018]
use super::Named;
use super::flat::Flat;
use super::host_linear;
use super::layers::Layers;
use super::shape::Shape;
use super::weights::Weights;
use crate::device::{is_cpu, points, rows};
use crate::error::{Error, Result};
use burn::tensor::{Device, Tensor};
use rand::Rng;
use rand_distr::StandardNormal;

/// Singular vectors of the linear map of every layer: u of its inputs, v of its outputs.
#[derive(Clone)]
pub struct PowerIteration {
    shape: Shape,
    vectors: Vectors,
}

#[derive(Clone)]
enum Vectors {
    Host { u: Vec<Vec<f32>>, v: Vec<Vec<f32>> },
    /// [1, ins] and [1, outs]
    Device { u: Vec<Tensor<2>>, v: Vec<Tensor<2>> },
}

/// What the chain rule through W/σ needs: σ of every layer, and where its singular vectors were.
pub struct Scales {
    sigma: Sigma,
    vectors: Vectors,
}

enum Sigma {
    Host(Vec<f32>),
    Device(Vec<Tensor<2>>),
}

fn unit(v: Tensor<2>) -> Tensor<2> {
    let norm = (v.clone() * v.clone()).sum_dim(1).sqrt().add_scalar(1e-12);
    v / norm
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

fn unit_on_host(mut v: Vec<f32>) -> Vec<f32> {
    let scale = 1.0 / (dot(&v, &v).sqrt() + 1e-12) as f32;
    v.iter_mut().for_each(|v| *v *= scale);
    v
}

impl PowerIteration {
    pub fn new(shape: &Shape, rng: &mut impl Rng, device: &Device) -> PowerIteration {
        let mut normal = |n: usize| -> Vec<f32> { (0..n).map(|_| rng.sample::<f32, _>(StandardNormal)).collect() };
        let u: Vec<Vec<f32>> = shape.linears().iter().map(|l| unit_on_host(normal(l.ins()))).collect();
        let v: Vec<Vec<f32>> = shape.linears().iter().map(|l| vec![0.0; l.outs()]).collect();
        PowerIteration { shape: shape.clone(), vectors: Vectors::new(u, v, device) }
    }

    /// v ← Au/|Au|, u ← Aᵀv/|Aᵀv|, a few times.
    pub fn advance(&mut self, theta: &Flat, iterations: usize) {
        match (&mut self.vectors, Weights::of(theta, &self.shape)) {
            (Vectors::Host { u, v }, Weights::Host(layers)) => {
                for (l, linear) in self.shape.linears().iter().enumerate() {
                    for _ in 0..iterations {
                        let mut z = vec![0.0; linear.outs()];
                        host_linear::apply(linear, 1, &u[l], layers.w(l), &mut z);
                        v[l] = unit_on_host(z);
                        u[l] = unit_on_host(host_linear::back(linear, 1, &host_linear::spread(linear, &v[l]), layers.w(l)));
                    }
                }
            }
            (Vectors::Device { u, v }, Weights::Tensors(raw, _)) => {
                for (l, (linear, w)) in self.shape.linears().iter().zip(&raw.w).enumerate() {
                    for _ in 0..iterations {
                        v[l] = unit(linear.apply(u[l].clone(), w));
                        u[l] = unit(linear.back(v[l].clone(), w));
                    }
                }
            }
            _ => {}
        }
    }

    /// The parameters with every W divided by σ = ⟨v, Au⟩.
    pub fn normalise(&self, theta: &Flat) -> (Flat, Scales) {
        match (&self.vectors, Weights::of(theta, &self.shape)) {
            (Vectors::Host { u, v }, Weights::Host(layers)) => {
                let mut flat = layers.theta().to_vec();
                let mut sigma = vec![];
                for (l, linear) in self.shape.linears().iter().enumerate() {
                    let mut z = vec![0.0; linear.outs()];
                    host_linear::apply(linear, 1, &u[l], layers.w(l), &mut z);
                    let s = dot(&z, &v[l]) as f32;
                    flat[layers.weights_at(l)].iter_mut().for_each(|w| *w /= s);
                    sigma.push(s);
                }
                (Flat::host(flat), Scales { sigma: Sigma::Host(sigma), vectors: self.vectors.clone() })
            }
            (Vectors::Device { u, v }, Weights::Tensors(raw, _)) => {
                let (mut sigma, mut weights) = (vec![], vec![]);
                for (l, (linear, w)) in self.shape.linears().iter().zip(&raw.w).enumerate() {
                    let s = (linear.apply(u[l].clone(), w) * v[l].clone()).sum_dim(1);
                    weights.push(w.clone() / s.clone());
                    sigma.push(s);
                }
                (Flat::Device(Layers { w: weights, b: raw.b }.flatten()), Scales { sigma: Sigma::Device(sigma), vectors: self.vectors.clone() })
            }
            _ => (theta.clone(), Scales { sigma: Sigma::Host(vec![]), vectors: self.vectors.clone() }),
        }
    }

    pub fn state(&self) -> Result<Vec<Named>> {
        let (u, v) = match &self.vectors {
            Vectors::Host { u, v } => (u.clone(), v.clone()),
            Vectors::Device { u, v } => (u.iter().map(rows).collect::<Result<_>>()?, v.iter().map(rows).collect::<Result<_>>()?),
        };
        let mut out = vec![];
        for (l, (u, v)) in u.into_iter().zip(v).enumerate() {
            out.push(Named { name: format!("power_u{l}"), data: u });
            out.push(Named { name: format!("power_v{l}"), data: v });
        }
        Ok(out)
    }

    pub fn restore(&mut self, state: &[Named], device: &Device) -> Result<()> {
        let (mut u, mut v) = (vec![], vec![]);
        for (l, linear) in self.shape.linears().iter().enumerate() {
            let find = |name: String, n: usize| {
                let found = state.iter().find(|s| s.name == name && s.data.len() == n);
                found.map(|s| s.data.clone()).ok_or_else(|| Error::data("saved network", format!("`{name}` is missing")))
            };
            u.push(find(format!("power_u{l}"), linear.ins())?);
            v.push(find(format!("power_v{l}"), linear.outs())?);
        }
        self.vectors = Vectors::new(u, v, device);
        Ok(())
    }
}

impl Vectors {
    fn new(u: Vec<Vec<f32>>, v: Vec<Vec<f32>>, device: &Device) -> Vectors {
        if is_cpu(device) {
            return Vectors::Host { u, v };
        }
        let row = |v: Vec<f32>| {
            let n = v.len();
            points(v, 1, n, device)
        };
        Vectors::Device { u: u.into_iter().map(row).collect(), v: v.into_iter().map(row).collect() }
    }
}

impl Scales {
    /// The gradient in the raw parameters from the one in the normalised: (G − ⟨G, W/σ⟩ ∂σ/∂W)/σ per layer, where
    /// ∂σ/∂W = ∂⟨v, Au⟩/∂W, uᵀv for a matrix.
    pub fn pull_back(&self, gradient: Flat, normalised: &Weights) -> Flat {
        let linears = normalised.shape().linears();
        match (gradient, normalised, &self.sigma, &self.vectors) {
            (Flat::Host(mut g), Weights::Host(layers), Sigma::Host(sigma), Vectors::Host { u, v }) => {
                let flat = std::sync::Arc::make_mut(&mut g);
                for (l, linear) in linears.iter().enumerate() {
                    let g = &mut flat[layers.weights_at(l)];
                    let inner = dot(g, layers.w(l)) as f32;
                    let mut slope = vec![0.0; g.len()];
                    host_linear::add_weights(linear, 1, &u[l], &host_linear::spread(linear, &v[l]), &mut slope);
                    g.iter_mut().zip(slope).for_each(|(g, s)| *g = (*g - inner * s) / sigma[l]);
                }
                Flat::Host(g)
            }
            (Flat::Device(g), Weights::Tensors(layers, shape), Sigma::Device(sigma), Vectors::Device { u, v }) => {
                let gradient = Layers::from_flat(&g, shape);
                let w = (0..shape.depth())
                    .map(|l| {
                        let g = gradient.w[l].clone();
                        let inner = (g.clone() * layers.w[l].clone()).sum().reshape([1, 1]);
                        let outer = linears[l].weights(u[l].clone(), v[l].clone() * inner);
                        (g - outer) / sigma[l].clone()
                    })
                    .collect();
                Flat::Device(Layers { w, b: gradient.b }.flatten())
            }
            (gradient, ..) => gradient,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Choice, open};
    use crate::network::Activation;
    use crate::network::architecture::{Architecture, Images};

    /// ⟨g, W/σ(W)⟩ differentiated in the raw parameters against central differences, with singular vectors that have
    /// converged, for dense and convolutional layers: step 1e-2 in f32 leaves 2 % of the largest entry.
    #[test]
    fn gradients_go_through_the_norm() {
        let device = open(Choice::Cpu).unwrap().device;
        let images = Images { shape: vec![5, 4], channels: vec![4, 6], kernel: 3, stride: 2 };
        for architecture in [Architecture { widths: vec![6, 4], images: None }, Architecture { widths: vec![4], images: Some(images) }] {
            let shape = architecture.reading(20, 0, 1, Activation::Relu, false).unwrap();
            let mut rng = crate::random::rng(4, 0);
            let mut draw = || -> Vec<f32> { (0..shape.len()).map(|_| rng.random_range(-1.0..1.0)).collect() };
            let (theta, g) = (draw(), draw());
            let converged = |theta: &[f32]| {
                let theta = Flat::host(theta.to_vec());
                let mut power = PowerIteration::new(&shape, &mut crate::random::rng(5, 0), &device);
                power.advance(&theta, 300);
                power.normalise(&theta)
            };
            let value = |theta: &[f32]| dot(&converged(theta).0.to_vec().unwrap(), &g);
            let (normal, scales) = converged(&theta);
            let exact = scales.pull_back(Flat::host(g.clone()), &Weights::of(&normal, &shape)).to_vec().unwrap();
            let scale = exact.iter().fold(0.0f32, |m, v| m.max(v.abs()));
            for i in (0..theta.len()).step_by(5) {
                let moved = |h: f32| {
                    let mut t = theta.clone();
                    t[i] += h;
                    value(&t)
                };
                let slope = (moved(1e-2) - moved(-1e-2)) / 2e-2;
                assert!((slope - f64::from(exact[i])).abs() < 2e-2 * f64::from(scale), "{i}: {slope} and {} of {scale}", exact[i]);
            }
        }
    }
}
