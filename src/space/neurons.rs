//! The space of two-layer networks: neurons θ = (w, b, a) with the feature ψ(z, θ) = a σ(w·z + b) of the inputs z.
//!
//! Its kernel k(θ, θ') = E_z ψ(z, θ) ψ(z, θ') makes ½MMD² the regression loss ½E_z |f_P(z) − f_Q(z)|² of the networks
//! f_P(z) = E_P ψ(z, θ): gradient descent on the neurons is its flow. [arbel2019](crate::references#arbel2019)
use crate::error::{Error, Result};
use crate::interrupt::{self, Interrupt};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// The nonlinearity of the hidden layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hidden {
    /// max(u, 0)
    Relu,
    /// tanh u
    Tanh,
}

impl Hidden {
    /// σ and σ'.
    fn at(self, u: f64) -> (f64, f64) {
        match self {
            Hidden::Relu => (u.max(0.0), f64::from(u8::from(u > 0.0))),
            Hidden::Tanh => {
                let t = u.tanh();
                (t, 1.0 - t * t)
            }
        }
    }
}

/// Inputs, rows of k, and the nonlinearity; neurons are points of dimension k + 2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Neurons {
    /// z, row-major
    pub inputs: Vec<f64>,
    /// the dimension of an input
    pub k: usize,
    /// σ
    pub hidden: Hidden,
}

impl Neurons {
    /// The dimension of a neuron, k + 2.
    pub fn dim(&self) -> usize {
        self.k + 2
    }
    /// Errors unless points of this dimension are neurons of these inputs.
    pub fn check(&self, d: usize) -> Result<()> {
        if d == self.dim() {
            return Ok(());
        }
        Err(Error::Shape {
            what: "two_layer".into(),
            expected: format!("neurons of dimension {}: {} weights, a bias and an outer weight", self.dim(), self.k),
            got: format!("dimension {d}"),
        })
    }

    fn inner(&self, z: &[f64], theta: &[f64]) -> f64 {
        z.iter().zip(theta).map(|(z, w)| z * w).sum::<f64>() + theta[self.k]
    }

    /// f_P(z) at every input, for weighted neurons.
    pub fn network(&self, thetas: &[f64], weights: &[f64]) -> Vec<f64> {
        let stop = interrupt::current();
        let one = |z: &[f64]| {
            if stop.is_requested() {
                return 0.0;
            }
            thetas
                .chunks(self.dim())
                .zip(weights)
                .map(|(t, w)| w * t[self.k + 1] * self.hidden.at(self.inner(z, t)).0)
                .sum()
        };
        self.inputs.par_chunks(self.k).map(one).collect()
    }

    /// Σ_j r_j ψ(z_j, θ) and its gradient at every neuron.
    ///
    /// # Errors
    /// An interrupt.
    pub fn sum(&self, residuals: &[f64], thetas: &[f64], interrupt: &Interrupt) -> Result<(Vec<f64>, Vec<f64>)> {
        let d = self.dim();
        let one = |theta: &[f64]| {
            let (mut h, mut g) = (0.0, vec![0.0; d]);
            if interrupt.is_requested() {
                return (h, g);
            }
            let outer = theta[self.k + 1];
            for (z, r) in self.inputs.chunks(self.k).zip(residuals) {
                let (value, slope) = self.hidden.at(self.inner(z, theta));
                h += r * outer * value;
                let inner = r * outer * slope;
                g.iter_mut().zip(z).for_each(|(g, z)| *g += inner * z);
                g[self.k] += inner;
                g[self.k + 1] += r * value;
            }
            (h, g)
        };
        let found: Vec<(f64, Vec<f64>)> = thetas.par_chunks(d).map(one).collect();
        interrupt.check()?;
        let (h, g): (Vec<f64>, Vec<Vec<f64>>) = found.into_iter().unzip();
        Ok((h, g.concat()))
    }
}
