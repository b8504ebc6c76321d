//! Layers of norm 1 by tensor operations: power iteration, division, Björck's iterations and the way back through all of them.
use super::bjorck;
use super::layers::TensorLayers;
use super::matrices::Matrices;
use super::normaliser::Normaliser;
use super::optimizer::TensorOptimizer;
use crate::device::{Values, points, rows};
use crate::error::Result;
use crate::network::shape::Shape;
use crate::network::spectral::SingularVectors;
use burn::tensor::{Device, Tensor};

/// Singular vectors of every layer, `[1, ins]` and `[1, outs]`, and what its weights were on their way.
#[derive(Clone)]
pub struct PowerIteration {
    shape: Shape,
    u: Vec<Tensor<2>>,
    v: Vec<Tensor<2>>,
    /// Björck's iterations behind the division
    bjorck: usize,
    past: Option<Vec<Past>>,
}

/// σ of a layer, `[1, 1]`, and its iterates from W/σ on.
#[derive(Clone)]
struct Past {
    sigma: Tensor<2>,
    iterates: Vec<Tensor<2>>,
}

fn unit(v: Tensor<2>) -> Tensor<2> {
    let norm = (v.clone() * v.clone()).sum_dim(1).sqrt().add_scalar(1e-12);
    v / norm
}

impl PowerIteration {
    /// From vectors that are known.
    pub fn new(shape: &Shape, vectors: SingularVectors, bjorck: usize, device: &Device) -> PowerIteration {
        let row = |v: Vec<f32>| {
            let n = v.len();
            points(v, 1, n, device)
        };
        let [u, v] = [vectors.u, vectors.v].map(|all| all.into_iter().map(row).collect());
        PowerIteration { shape: shape.clone(), u, v, bjorck, past: None }
    }
    fn advance_on(&mut self, raw: &Matrices, iterations: usize) {
        for (l, (linear, w)) in self.shape.linears().iter().zip(&raw.w).enumerate() {
            // where nothing is read back, the same number for every step
            for _ in 0..if self.bjorck > 0 { iterations.max(10) } else { iterations } {
                self.v[l] = unit(linear.apply(self.u[l].clone(), w));
                self.u[l] = unit(linear.back(self.v[l].clone(), w));
            }
        }
    }
    /// Every W divided by σ = ⟨v, Au⟩, and made orthonormal where that is asked for.
    fn normalise(&self, raw: &Matrices) -> Vec<Past> {
        let of_layer = |(l, w): (usize, &Tensor<2>)| {
            let linear = &self.shape.linears()[l];
            let sigma = (linear.apply(self.u[l].clone(), w) * self.v[l].clone()).sum_dim(1);
            Past { iterates: bjorck::iterates(w.clone() / sigma.clone(), self.bjorck), sigma }
        };
        raw.w.iter().enumerate().map(of_layer).collect()
    }
    /// The gradient in the raw parameters from the one in the prepared layers, as in `host/power.rs`.
    fn pull_back(&self, past: &[Past], gradient: &Values) -> Values {
        let gradient = Matrices::from_flat(gradient, &self.shape);
        let of_layer = |(l, Past { sigma, iterates }): (usize, &Past)| {
            let g = bjorck::pull_back(iterates, gradient.w[l].clone());
            let inner = (g.clone() * iterates[0].clone()).sum().reshape([1, 1]);
            let outer = self.shape.linears()[l].weights(self.u[l].clone(), self.v[l].clone() * inner);
            (g - outer) / sigma.clone()
        };
        let w = past.iter().enumerate().map(of_layer).collect();
        Matrices { w, b: gradient.b.clone() }.flatten()
    }
}

impl Normaliser for PowerIteration {
    fn advance(&mut self, theta: &Values, iterations: usize) {
        self.advance_on(&Matrices::from_flat(theta, &self.shape), iterations);
    }
    fn prepare(&mut self, theta: &Values, iterations: usize) -> TensorLayers {
        let raw = Matrices::from_flat(theta, &self.shape);
        self.advance_on(&raw, iterations);
        let past = self.normalise(&raw);
        let w = past.iter().map(|p| p.iterates[self.bjorck].clone()).collect();
        self.past = Some(past);
        TensorLayers::of(Matrices { w, b: raw.b }, &self.shape)
    }
    fn ascend(&mut self, theta: &mut Values, gradient: Values, optimizer: &mut TensorOptimizer) {
        let past = self.past.take().unwrap_or_else(|| self.normalise(&Matrices::from_flat(theta, &self.shape)));
        optimizer.ascend(theta, &self.pull_back(&past, &gradient), None);
    }
    fn vectors(&self) -> Result<SingularVectors> {
        let read = |all: &[Tensor<2>]| all.iter().map(rows).collect::<Result<_>>();
        Ok(SingularVectors { u: read(&self.u)?, v: read(&self.v)? })
    }
    fn boxed_clone(&self) -> Box<dyn Normaliser> {
        Box::new(self.clone())
    }
}
