//! Layers of norm 1 on slices: power iteration, division and the way back through both.
use super::bjorck;
use super::layers::HostLayers;
use super::linear::{add_weights, apply};
use super::products::Start;
use crate::interrupt;
use crate::network::constraint::Hard;
use crate::network::linear::Linear;
use crate::network::shape::Shape;
use crate::network::spectral::{SingularVectors, dot, make_unit};
use crate::random::Rng;
use crate::scratch::{self, Scratch};
use crate::simd;

/// Singular vectors of the linear map of every layer, what their matrices were divided by last, and how they are kept up.
#[derive(Clone)]
pub struct PowerIteration {
    vectors: SingularVectors,
    sigma: Vec<f32>,
    hard: Hard,
}

/// Layers one step is taken with.
pub struct Prepared {
    /// as points pass through them
    pub layers: HostLayers,
    /// under a hard constraint the weights before each of Björck's iterations, one parameter vector each
    before: Scratch,
}

impl Prepared {
    /// Layers without a constraint.
    pub fn free(layers: HostLayers) -> Prepared {
        Prepared { layers, before: scratch::take(0) }
    }
}

/// Power iterations at most where one step asks for as many as it takes.
const MOST: usize = 60;

/// A gradient with n columns, ⟨G, W/σ⟩, u, v and 1/σ.
type Rank1<'a> = (&'a mut [f32], f32, &'a [f32], &'a [f32], f32);

/// (G − ⟨G, W/σ⟩ u vᵀ)/σ.
#[inline(always)]
fn off_rank1((g, inner, u, v, scale): Rank1) {
    for (row, u) in g.chunks_exact_mut(v.len()).zip(u) {
        let along = inner * u;
        for (g, v) in row.iter_mut().zip(v) {
            *g = (*g - along * v) * scale;
        }
    }
}

impl PowerIteration {
    /// From random directions.
    pub fn new(shape: &Shape, hard: Hard, rng: &mut Rng) -> PowerIteration {
        PowerIteration::of(SingularVectors::new(shape, rng), hard)
    }
    /// From vectors that are known.
    pub fn of(vectors: SingularVectors, hard: Hard) -> PowerIteration {
        PowerIteration { sigma: vec![1.0; vectors.u.len()], vectors, hard }
    }
    /// The vectors, for saving.
    pub fn vectors(&self) -> &SingularVectors {
        &self.vectors
    }
    /// How the constraint is kept up.
    pub fn hard(&self) -> Hard {
        self.hard
    }

    /// v ← Au/|Au|, u ← Aᵀv/|Aᵀv|, a few times.
    pub fn advance(&mut self, layers: &HostLayers, iterations: usize) {
        let SingularVectors { u, v } = &mut self.vectors;
        let bjorck = self.hard.bjorck > 0;
        for (l, linear) in layers.shape().linears().iter().enumerate() {
            let mut last = 0.0;
            for i in 0..iterations.max(if bjorck { MOST } else { 0 }) {
                if interrupt::poll().is_err() {
                    return;
                }
                apply(linear, 1, &u[l], layers.w(l), Start::Zero, &mut v[l]);
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

    /// The layers after some iterations, with every W divided by σ = ⟨v, Au⟩, and made orthonormal where that is asked for.
    pub fn prepare(&mut self, mut layers: HostLayers, iterations: usize) -> Prepared {
        self.advance(&layers, iterations);
        for l in 0..=layers.last() {
            let mut z = scratch::take(self.vectors.v[l].len());
            apply(&layers.shape().linears()[l], 1, &self.vectors.u[l], layers.w(l), Start::Zero, &mut z);
            self.sigma[l] = dot(&z, &self.vectors.v[l]) as f32;
            layers.divide(l, self.sigma[l]);
        }
        let before = bjorck::orthonormalise(&mut layers, self.hard.bjorck);
        Prepared { layers, before }
    }

    /// The gradient in the raw parameters from the one in the prepared layers, in place: through Björck's iterations,
    /// then (G − ⟨G, W/σ⟩ ∂σ/∂W)/σ per layer, where ∂σ/∂W = ∂⟨v, Au⟩/∂W, uᵀv for a matrix.
    pub fn pull_back(&self, prepared: &Prepared, gradient: &mut [f32]) {
        let Prepared { layers, before } = prepared;
        bjorck::pull_back(layers, before, gradient);
        // W/σ, before the first iteration
        let divided = if before.is_empty() { layers.theta() } else { before };
        for (l, linear) in layers.shape().linears().iter().enumerate() {
            let at = layers.weights_at(l);
            let g = &mut gradient[at.clone()];
            let inner = dot(g, &divided[at]) as f32;
            let (u, v, scale) = (&self.vectors.u[l], &self.vectors.v[l], 1.0 / self.sigma[l]);
            if let Linear::Dense { .. } = linear {
                simd::run(
                    #[inline(always)]
                    || off_rank1((g, inner, &u[..], &v[..], scale)),
                );
                continue;
            }
            let mut slope = scratch::zeros(g.len());
            add_weights(linear, 1, u, v, &mut slope);
            g.iter_mut().zip(slope.iter()).for_each(|(g, s)| *g = (*g - inner * s) * scale);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::differences::partial;
    use crate::network::activation::Activation;
    use crate::network::architecture::{Architecture, Images};
    use rand::Rng as _;

    /// ⟨g, W/σ(W)⟩ differentiated in the raw parameters against central differences, with singular vectors that have
    /// converged, for dense and convolutional layers: step 1e-2 in f32 leaves 2 % of the largest entry.
    #[test]
    fn gradients_go_through_the_norm() {
        let images = Images { shape: vec![5, 4], channels: vec![4, 6], kernel: 3, stride: 2 };
        for architecture in
            [Architecture { widths: vec![6, 4], images: None }, Architecture { widths: vec![4], images: Some(images) }]
        {
            let shape = architecture.reading(20, 0, 1, Activation::Relu, false).unwrap();
            let mut rng = crate::random::rng(4, 0);
            let mut draw = || -> Vec<f32> { (0..shape.parameters()).map(|_| rng.random_range(-1.0..1.0)).collect() };
            let (theta, g) = (draw(), draw());
            let converged = |theta: &[f32]| {
                let hard = Hard { power: 1, bjorck: 0 };
                let mut power = PowerIteration::new(&shape, hard, &mut crate::random::rng(5, 0));
                (power.prepare(HostLayers::new(scratch::copy(theta), &shape), 300), power)
            };
            let value = |theta: &[f32]| dot(converged(theta).0.layers.theta(), &g);
            let (prepared, power) = converged(&theta);
            let mut exact = g.clone();
            power.pull_back(&prepared, &mut exact);
            let scale = exact.iter().fold(0.0f32, |m, v| m.max(v.abs()));
            for i in (0..theta.len()).step_by(5) {
                let slope = partial(&theta, i, 1e-2, &value);
                assert!(
                    (slope - f64::from(exact[i])).abs() < 2e-2 * f64::from(scale),
                    "{i}: {slope} and {} of {scale}",
                    exact[i]
                );
            }
        }
    }
}
