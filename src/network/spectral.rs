//! The hard constraints: every linear map divided by its largest singular value, and then made orthonormal where that is asked
//! for.
//!
//! Training uses power iteration, carried from step to step, which converges to the norm from below; the bound that
//! is reported comes from `norms.rs`. "Spectral norm" here is never the norm of the flattened matrix, nor for a
//! convolution that of its kernel. [miyato2018]
use super::Named;
use super::bjorck;
use super::flat::{Flat, vector};
use super::host_linear;
use super::layers::Layers;
use super::linear::Linear;
use super::on_device::DeviceLayers;
use super::optimizer::Optimizer;
use super::products::Start;
use super::shape::Shape;
use super::weights::Weights;
use crate::device::ops::layers::{self, Divided};
use crate::device::ops::layout::Layout;
use crate::device::{Values, is_cpu, points, rows, values};
use crate::error::{Error, Result};
use crate::scratch::{self, Scratch};
use crate::simd;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use rand_distr::StandardNormal;
use std::sync::Arc;

/// Singular vectors of the linear map of every layer: u of its inputs, v of its outputs.
#[derive(Clone)]
pub struct PowerIteration {
    shape: Shape,
    vectors: Vectors,
    /// Björck's iterations behind the division
    bjorck: usize,
}

#[derive(Clone)]
enum Vectors {
    /// and what their matrices were divided by last
    Host { u: Vec<Vec<f32>>, v: Vec<Vec<f32>>, sigma: Vec<f32> },
    /// [1, ins] and [1, outs]
    Device { u: Vec<Tensor<2>>, v: Vec<Tensor<2>> },
    /// one vector of all u, then all v, of dense layers that one launch deals with
    Packed { uv: Values, layout: Layout },
}

/// The layers of a network under the constraint, and what the chain rule needs besides the singular vectors.
pub struct Normalised {
    pub weights: Weights,
    past: Past,
}

/// What the weights were on their way.
enum Past {
    /// before each of Björck's iterations; σ stays with the vectors
    Host(Scratch),
    /// σ of every layer, and its iterates
    Device(Vec<(Tensor<2>, Vec<Tensor<2>>)>),
    Packed(Divided),
}

fn unit(v: Tensor<2>) -> Tensor<2> {
    let norm = (v.clone() * v.clone()).sum_dim(1).sqrt().add_scalar(1e-12);
    v / norm
}

/// Power iterations at most where one step asks for as many as it takes.
const MOST: usize = 60;

/// Σ aᵢ bᵢ in f64, in lanes.
fn dot(a: &[f32], b: &[f32]) -> f64 {
    simd::run(
        #[inline(always)]
        || {
            let mut lanes = [0.0f64; 8];
            let ((whole, rest), (others, last)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
            for (a, b) in whole.iter().zip(others) {
                for l in 0..8 {
                    lanes[l] += f64::from(a[l]) * f64::from(b[l]);
                }
            }
            lanes.iter().sum::<f64>() + rest.iter().zip(last).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>()
        },
    )
}

/// v/|v| in its place; |v|.
fn make_unit(v: &mut [f32]) -> f64 {
    let norm = dot(v, v).sqrt();
    let scale = 1.0 / (norm + 1e-12) as f32;
    v.iter_mut().for_each(|v| *v *= scale);
    norm
}

impl PowerIteration {
    pub fn new(shape: &Shape, bjorck: usize, rng: &mut impl Rng, device: &Device) -> PowerIteration {
        let mut normal = |n: usize| -> Vec<f32> { (0..n).map(|_| rng.sample::<f32, _>(StandardNormal)).collect() };
        let mut u: Vec<Vec<f32>> = shape.linears().iter().map(|l| normal(l.ins())).collect();
        for u in &mut u {
            make_unit(u);
        }
        let v: Vec<Vec<f32>> = shape.linears().iter().map(|l| vec![0.0; l.outs()]).collect();
        PowerIteration { shape: shape.clone(), vectors: Vectors::new(shape, bjorck, u, v, device), bjorck }
    }

    /// The layers after some iterations, all in one launch where that is possible.
    pub fn prepare(&mut self, theta: &Flat, iterations: usize) -> Normalised {
        if let (Vectors::Packed { uv, layout }, Flat::Device(theta)) = (&mut self.vectors, theta) {
            let divided = layers::divide(theta, uv, layout, iterations);
            *uv = divided.uv.clone();
            return Normalised {
                weights: Weights::Tensors(DeviceLayers::new(divided.weights.clone(), &self.shape)),
                past: Past::Packed(divided),
            };
        }
        self.advance(theta, iterations);
        self.normalise(theta)
    }

    /// v ← Au/|Au|, u ← Aᵀv/|Aᵀv|, a few times.
    pub fn advance(&mut self, theta: &Flat, iterations: usize) {
        if let (Vectors::Packed { uv, layout }, Flat::Device(theta)) = (&mut self.vectors, theta) {
            *uv = layers::divide(theta, uv, layout, iterations).uv;
            return;
        }
        match (&mut self.vectors, Weights::of(theta, &self.shape)) {
            (Vectors::Host { u, v, .. }, Weights::Host(layers)) => {
                for (l, linear) in self.shape.linears().iter().enumerate() {
                    let mut last = 0.0;
                    for i in 0..iterations.max(if self.bjorck > 0 { MOST } else { 0 }) {
                        host_linear::apply(linear, 1, &u[l], layers.w(l), Start::Zero, &mut v[l]);
                        let sigma = make_unit(&mut v[l]);
                        layers.back(l, 1, &v[l], &mut u[l]);
                        make_unit(&mut u[l]);
                        // Björck's iteration runs away from a σ that is far too small
                        if i + 1 >= iterations && sigma <= 1.02 * last {
                            break;
                        }
                        last = sigma;
                    }
                }
            }
            (Vectors::Device { u, v }, Weights::Tensors(raw)) => {
                for (l, (linear, w)) in self.shape.linears().iter().zip(&raw.layers().w).enumerate() {
                    // where nothing is read back, the same number for every step
                    for _ in 0..if self.bjorck > 0 { iterations.max(10) } else { iterations } {
                        v[l] = unit(linear.apply(u[l].clone(), w));
                        u[l] = unit(linear.back(v[l].clone(), w));
                    }
                }
            }
            _ => {}
        }
    }

    /// The layers with every W divided by σ = ⟨v, Au⟩, and made orthonormal where that is asked for.
    fn normalise(&mut self, theta: &Flat) -> Normalised {
        match (&mut self.vectors, Weights::of(theta, &self.shape)) {
            (Vectors::Host { u, v, sigma }, Weights::Host(mut layers)) => {
                for (l, linear) in self.shape.linears().iter().enumerate() {
                    let mut z = scratch::take(linear.outs());
                    host_linear::apply(linear, 1, &u[l], layers.w(l), Start::Zero, &mut z);
                    sigma[l] = dot(&z, &v[l]) as f32;
                    layers.divide(l, sigma[l]);
                }
                let past = bjorck::orthonormalise(&mut layers, self.bjorck);
                Normalised { weights: Weights::Host(layers), past: Past::Host(past) }
            }
            (Vectors::Device { u, v }, Weights::Tensors(raw)) => {
                let (raw, mut past, mut weights) = (raw.layers(), vec![], vec![]);
                for (l, (linear, w)) in self.shape.linears().iter().zip(&raw.w).enumerate() {
                    let s = (linear.apply(u[l].clone(), w) * v[l].clone()).sum_dim(1);
                    let iterates = bjorck::iterates(w.clone() / s.clone(), self.bjorck);
                    weights.push(iterates[self.bjorck].clone());
                    past.push((s, iterates));
                }
                let layers = Layers { w: weights, b: raw.b.clone() };
                Normalised {
                    weights: Weights::Tensors(DeviceLayers::of(layers, &self.shape)),
                    past: Past::Device(past),
                }
            }
            // parameters of another place than the vectors: never made
            (_, weights) => Normalised { weights, past: Past::Device(vec![]) },
        }
    }

    pub fn state(&self) -> Result<Vec<Named>> {
        let (u, v) = match &self.vectors {
            Vectors::Host { u, v, .. } => (u.clone(), v.clone()),
            Vectors::Device { u, v } => {
                (u.iter().map(rows).collect::<Result<_>>()?, v.iter().map(rows).collect::<Result<_>>()?)
            }
            Vectors::Packed { uv, .. } => {
                let all = values(uv)?;
                let mut rest = &all[..];
                let mut take = |n: usize| {
                    let (here, after) = rest.split_at(n);
                    rest = after;
                    here.to_vec()
                };
                let u: Vec<Vec<f32>> = self.shape.linears().iter().map(|l| take(l.ins())).collect();
                (u, self.shape.linears().iter().map(|l| take(l.outs())).collect())
            }
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
                found
                    .map(|s| s.data.clone())
                    .ok_or_else(|| Error::data("saved network", format!("`{name}` is missing")))
            };
            u.push(find(format!("power_u{l}"), linear.ins())?);
            v.push(find(format!("power_v{l}"), linear.outs())?);
        }
        self.vectors = Vectors::new(&self.shape, self.bjorck, u, v, device);
        Ok(())
    }
}

impl Vectors {
    fn new(shape: &Shape, bjorck: usize, u: Vec<Vec<f32>>, v: Vec<Vec<f32>>, device: &Device) -> Vectors {
        if is_cpu(device) {
            let sigma = vec![1.0; u.len()];
            return Vectors::Host { u, v, sigma };
        }
        if let (0, Some(layout)) = (bjorck, shape.layout(device)) {
            return Vectors::Packed { uv: vector([u.concat(), v.concat()].concat(), device), layout };
        }
        let row = |v: Vec<f32>| {
            let n = v.len();
            points(v, 1, n, device)
        };
        Vectors::Device { u: u.into_iter().map(row).collect(), v: v.into_iter().map(row).collect() }
    }
}

impl Normalised {
    /// The gradient in the raw parameters from the one in the normalised, on the host and in place: through Björck's iterations,
    /// then (G − ⟨G, W/σ⟩ ∂σ/∂W)/σ per layer, where ∂σ/∂W = ∂⟨v, Au⟩/∂W, uᵀv for a matrix.
    pub fn pull_back_on_host(&self, power: &PowerIteration, gradient: &mut [f32]) {
        let (Weights::Host(layers), Past::Host(past), Vectors::Host { u, v, sigma }) =
            (&self.weights, &self.past, &power.vectors)
        else {
            return;
        };
        bjorck::pull_back(layers, past, gradient);
        // W/σ, before the first iteration
        let divided = if past.is_empty() { layers.theta() } else { past };
        for (l, linear) in power.shape.linears().iter().enumerate() {
            let at = layers.weights_at(l);
            let g = &mut gradient[at.clone()];
            let inner = dot(g, &divided[at]) as f32;
            let scale = 1.0 / sigma[l];
            if let Linear::Dense { outs, .. } = linear {
                let v = &v[l];
                simd::run(
                    #[inline(always)]
                    || {
                        for (row, u) in g.chunks_exact_mut(*outs).zip(&u[l]) {
                            let along = inner * u;
                            for (g, v) in row.iter_mut().zip(v) {
                                *g = (*g - along * v) * scale;
                            }
                        }
                    },
                );
                continue;
            }
            let mut slope = scratch::zeros(g.len());
            host_linear::add_weights(linear, 1, &u[l], &v[l], &mut slope);
            g.iter_mut().zip(slope.iter()).for_each(|(g, s)| *g = (*g - inner * s) * scale);
        }
    }
    /// The step of an optimiser in one launch, where the layers were prepared in one.
    pub fn ascend(&self, power: &PowerIteration, optimizer: &mut Optimizer, theta: &mut Flat, gradient: &Flat) -> bool {
        let (Past::Packed(divided), Vectors::Packed { layout, .. }, Flat::Device(theta), Flat::Device(g)) =
            (&self.past, &power.vectors, theta, gradient)
        else {
            return false;
        };
        optimizer.ascend_on_device(theta, g, Some((divided, layout)));
        true
    }
    /// The same wherever the network runs.
    pub fn pull_back(&self, power: &PowerIteration, gradient: Flat) -> Flat {
        match (gradient, &self.weights, &self.past, &power.vectors) {
            (Flat::Host(mut g), ..) => {
                self.pull_back_on_host(power, Arc::make_mut(&mut g).as_mut_slice());
                Flat::Host(g)
            }
            (Flat::Device(g), Weights::Tensors(layers), Past::Device(past), Vectors::Device { u, v }) => {
                let shape = layers.shape();
                let gradient = Layers::from_flat(&g, shape);
                let of_layer = |(l, (sigma, iterates)): (usize, &(Tensor<2>, Vec<Tensor<2>>))| {
                    let g = bjorck::pull_back_on_device(iterates, gradient.w[l].clone());
                    let inner = (g.clone() * iterates[0].clone()).sum().reshape([1, 1]);
                    let outer = shape.linears()[l].weights(u[l].clone(), v[l].clone() * inner);
                    (g - outer) / sigma.clone()
                };
                let w = past.iter().enumerate().map(of_layer).collect();
                Flat::Device(Layers { w, b: gradient.b.clone() }.flatten())
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
        for architecture in
            [Architecture { widths: vec![6, 4], images: None }, Architecture { widths: vec![4], images: Some(images) }]
        {
            let shape = architecture.reading(20, 0, 1, Activation::Relu, false).unwrap();
            let mut rng = crate::random::rng(4, 0);
            let mut draw = || -> Vec<f32> { (0..shape.len()).map(|_| rng.random_range(-1.0..1.0)).collect() };
            let (theta, g) = (draw(), draw());
            let converged = |theta: &[f32]| {
                let theta = Flat::host(theta.to_vec());
                let mut power = PowerIteration::new(&shape, 0, &mut crate::random::rng(5, 0), &device);
                (power.prepare(&theta, 300), power)
            };
            let value = |theta: &[f32]| {
                let Weights::Host(layers) = converged(theta).0.weights else { unreachable!() };
                dot(layers.theta(), &g)
            };
            let (normal, power) = converged(&theta);
            let exact = normal.pull_back(&power, Flat::host(g.clone())).to_vec().unwrap();
            let scale = exact.iter().fold(0.0f32, |m, v| m.max(v.abs()));
            for i in (0..theta.len()).step_by(5) {
                let moved = |h: f32| {
                    let mut t = theta.clone();
                    t[i] += h;
                    value(&t)
                };
                let slope = (moved(1e-2) - moved(-1e-2)) / 2e-2;
                assert!(
                    (slope - f64::from(exact[i])).abs() < 2e-2 * f64::from(scale),
                    "{i}: {slope} and {} of {scale}",
                    exact[i]
                );
            }
        }
    }
}
