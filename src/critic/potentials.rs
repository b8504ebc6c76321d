//! Potentials that solvers return: c-transforms, soft minima, kernel expansions.
use super::sample::Sample;
use super::solution::Potential;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::space::Cost;
use crate::space::embedding::rounding;
use crate::space::kernel::Kernel;
use crate::space::kernel_sum::KernelSum;
use crate::transport::ground::Ground;
use crate::transport::softmin::Pairs;
use rayon::prelude::*;

/// ∇_x s|x − y|^p, zero where x = y.
pub fn cost_gradient(cost: &Cost, x: &[f64], y: &[f64], scale: f64, out: &mut [f64]) {
    let r2: f64 = x.iter().zip(y).map(|(a, b)| (a - b) * (a - b)).sum();
    if r2 > 0.0 {
        let factor =
            scale * cost.scale * cost.power * if cost.power == 2.0 { 1.0 } else { r2.powf(0.5 * cost.power - 1.0) };
        out.iter_mut().zip(x.iter().zip(y)).for_each(|(o, (a, b))| *o += factor * (a - b));
    }
}

/// The c-transform φ(x) = min_j ψ_j + c(x, y_j) of a potential on the targets.
pub struct Envelope {
    /// y, row-major, `[m, d]`
    pub targets: Vec<f64>,
    /// dimension of the points
    pub d: usize,
    /// c
    pub cost: Cost,
    /// ψ on the targets, `[m]`
    pub psi: Vec<f64>,
    /// no value is above this: 0 for Rényi potentials
    pub cap: f64,
    /// see [`Potential::scale`]
    pub scale: f64,
}

impl Potential for Envelope {
    fn at(&self, x: &[f64], interrupt: &Interrupt) -> Result<(Vec<f64>, Vec<f64>)> {
        let ground = Ground::lazy(x, &self.targets, self.d, self.cost);
        let minus: Vec<f64> = self.psi.iter().map(|v| -v).collect();
        let nearest: Vec<(f64, usize)> = (0..ground.rows())
            .into_par_iter()
            .map_init(
                Vec::new,
                |buffer, i| if interrupt.is_requested() { (0.0, 0) } else { ground.transform(i, &minus, buffer) },
            )
            .collect();
        interrupt.check()?;
        let mut gradient = vec![0.0; x.len()];
        for ((g, x), (v, j)) in gradient.chunks_mut(self.d).zip(x.chunks(self.d)).zip(&nearest) {
            if *v >= self.cap {
                continue;
            }
            cost_gradient(&self.cost, x, &self.targets[j * self.d..(j + 1) * self.d], 1.0, g);
        }
        Ok((nearest.into_iter().map(|f| f.0.min(self.cap)).collect(), gradient))
    }
    fn lipschitz(&self) -> Option<f64> {
        (self.cost.power == 1.0).then_some(self.cost.scale)
    }
    fn scale(&self) -> f64 {
        self.scale
    }
}

/// The soft c-transform φ(x) = −ε ln Σ_j b_j exp((−ψ_j − c(x, y_j))/ε), minus another such function for debiased costs.
pub struct Soft {
    /// (weight, sample, ψ on it); φ is the weighted sum of their soft minima
    pub parts: Vec<(f64, Sample, Vec<f64>)>,
    /// c
    pub cost: Cost,
    /// ε, in units of the cost
    pub epsilon: f64,
}

impl Soft {
    /// Values `[n]` and gradients `[n, d]` at x of one soft minimum over a sample with potential ψ.
    ///
    /// # Errors
    /// An interrupt.
    pub fn one(
        x: &[f64],
        over: &Sample,
        psi: &[f64],
        cost: Cost,
        epsilon: f64,
        interrupt: &Interrupt,
    ) -> Result<(Vec<f64>, Vec<f64>)> {
        let pairs = Pairs::<f64>::new(x, &over.rows, over.d, cost);
        let h: Vec<f64> = over.weights.iter().zip(psi).map(|(w, p)| w.ln() - p / epsilon).collect();
        let value = pairs.softmin(epsilon, &h, &[], interrupt)?;
        let s: Vec<f64> = value.iter().map(|v| v / epsilon).collect();
        let gradient = pairs.mean_gradient(epsilon, &h, &s, interrupt)?;
        Ok((value, gradient))
    }
}

impl Potential for Soft {
    fn at(&self, x: &[f64], interrupt: &Interrupt) -> Result<(Vec<f64>, Vec<f64>)> {
        let d = self.parts.first().map_or(1, |p| p.1.d);
        let (mut value, mut gradient) = (vec![0.0; x.len() / d], vec![0.0; x.len()]);
        for (weight, over, psi) in &self.parts {
            let (v, g) = Soft::one(x, over, psi, self.cost, self.epsilon, interrupt)?;
            value.iter_mut().zip(v).for_each(|(t, v)| *t += weight * v);
            gradient.iter_mut().zip(g).for_each(|(t, v)| *t += weight * v);
        }
        Ok((value, gradient))
    }
    fn lipschitz(&self) -> Option<f64> {
        (self.cost.power == 1.0).then(|| self.cost.scale * self.parts.iter().map(|p| p.0.abs()).sum::<f64>())
    }
}

/// h(x) = Σ_k w_k k(x, z_k), a function of the kernel's Hilbert space.
pub struct Expansion {
    /// k
    pub kernel: Kernel,
    /// z, row-major, `[n, d]`
    pub centres: Vec<f64>,
    /// dimension of the points
    pub d: usize,
    /// w, of both signs, `[n]`
    pub weights: Vec<f64>,
}

impl Expansion {
    /// Over the points of P and then those of Q, with weights of both signs in that order.
    pub fn over_both(kernel: &Kernel, p: &Sample, q: &Sample, weights: impl Iterator<Item = f64>) -> Expansion {
        let centres = p.rows.iter().chain(&q.rows).copied().collect();
        Expansion { kernel: kernel.clone(), centres, d: p.d, weights: weights.collect() }
    }
}

impl Potential for Expansion {
    fn at(&self, x: &[f64], interrupt: &Interrupt) -> Result<(Vec<f64>, Vec<f64>)> {
        KernelSum::<f64>::new(&self.kernel, &self.centres, self.d, Some(&self.weights)).at(x, interrupt)
    }
    fn lipschitz(&self) -> Option<f64> {
        None
    }
    fn rounding(&self, x: &[f64]) -> (f64, f64) {
        let mass: f64 = self.weights.iter().map(|w| w.abs()).sum();
        let one = rounding(&self.kernel, &self.centres, x, self.d, self.weights.len());
        (one * mass, one * mass * mass)
    }
    fn norm_squared(&self) -> Option<f64> {
        let (h, _) = self.at(&self.centres, &Interrupt::default()).ok()?;
        Some(h.iter().zip(&self.weights).map(|(h, w)| h * w).sum())
    }
}
