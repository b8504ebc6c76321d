//! The dual of a penalised f-divergence on the points of Q: its value, its Newton direction, and both bounds.
//!
//! max_h E_P h − E_Q f*(h) − λ/2 ‖h‖² = min_{α ≥ 0} Σ b_j f(α_j/b_j) + ‖Σ α_j k(x_j, ·) − μ_P‖²/(2λ), with
//! h = (μ_P − Σ α_j k(x_j, ·))/λ and α_j = b_j f*'(h(x_j)). [glaser2021](crate::references#glaser2021), [stein2024](crate::references#stein2024) Where the mass Σ α must be one, f*(h)
//! becomes f*(h − ν) + ν.
use super::conjugate::Conjugate;
use crate::generator::Generator;
use crate::generator::infimum::double::infimum;
use crate::matrix::{Cholesky, times};
use crate::sums::{ROUNDING, Sum};
use crate::transport::dual::mean;
use rayon::prelude::*;

/// Whether the minimising measure is a probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mass {
    /// Σ α = 1: the f-divergence of [birrell2022](crate::references#birrell2022) with a kernel space
    One,
    /// Σ α is free, f'(1) = 0: KALE and its relatives [glaser2021](crate::references#glaser2021)
    Free,
}

impl Mass {
    /// inf_ν { ν + E_Q f*(t h − ν) } for a mass of one, E_Q f*(t h) for a free one; b weighs the points of Q.
    pub fn conjugate_mean(self, f: &Generator, h: &[f64], t: f64, b: &[f64]) -> f64 {
        match self {
            Mass::Free => h.iter().zip(b).map(|(h, b)| b * f.conjugate(t * h)).sum::<f64>(),
            Mass::One => infimum(f, &h.iter().map(|h| t * h).collect::<Vec<f64>>(), b).0,
        }
    }

    /// The same from above, whatever is rounded on the way; t h is as large as it may be.
    pub fn conjugate_mean_above(self, f: &Generator, h: &[f64], t: f64, b: &[f64]) -> f64 {
        let h: Vec<f64> = h.iter().map(|h| t * h).collect();
        let nu = if self == Mass::One { infimum(f, &h, b).1 } else { 0.0 };
        let mut sum = Sum::default();
        sum.add(nu);
        h.iter().zip(b).filter(|e| *e.1 > 0.0).for_each(|(h, b)| sum.add_product(*b, f.conjugate_above(h - nu)));
        sum.value() + 4.0 * ROUNDING * sum.size()
    }

    /// By how much values h, each up to `off` larger than it seems, may exceed the end of the domain of f*, for margins to try;
    /// none where they do not, or where ν takes them back.
    pub fn excesses(self, f: &Generator, h: &[f64], off: f64) -> Vec<Vec<f64>> {
        let (end, closed) = f.domain();
        let top = h.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let beyond = if closed { top + off > end } else { top + off >= end };
        if self == Mass::One || !end.is_finite() || !beyond {
            return vec![];
        }
        // f* is infinite at an open end, and large next to it
        let margins: &[f64] = if closed { &[0.0] } else { &[1e-12, 1e-9, 1e-6, 1e-3] };
        let size = h.iter().fold(end.abs(), |m: f64, h| m.max(h.abs()));
        let excess = |m: &f64| h.iter().map(|h| (h + 2.0 * off + (m + 1e-15) * size - end).max(0.0)).collect();
        margins.iter().map(excess).collect()
    }
}

/// The problem on the points of Q.
pub struct Dual<'a> {
    /// convex, f(1) = 0
    pub f: &'a Generator,
    /// what Σ α is
    pub mass: Mass,
    /// k(x_i, x_j), n × n
    pub k: &'a [f64],
    /// μ_P at the points of Q
    pub on_q: &'a [f64],
    /// ‖μ_P‖²
    pub own: f64,
    /// weights of the points of Q
    pub b: &'a [f64],
    /// λ of the penalty on ‖h‖²
    pub lambda: f64,
    /// relative gap to stop at
    pub tolerance: f64,
    /// how far off a sum of kernels may be, per unit of |weight|
    pub rounding: f64,
}

/// Where the iteration is: α, Kα, and what follows from them.
pub(super) struct State {
    pub alpha: Vec<f64>,
    pub k_alpha: Vec<f64>,
    pub h: Vec<f64>,
    pub nu: f64,
    /// f*'(h − ν)
    pub x: Vec<f64>,
    /// f*''(h − ν)
    pub curvature: Vec<f64>,
    pub value: f64,
}

impl Dual<'_> {
    fn n(&self) -> usize {
        self.b.len()
    }
    pub(super) fn times_k(&self, v: &[f64]) -> Vec<f64> {
        times(self.k, v)
    }
    /// h at α = b
    pub(super) fn prices(&self) -> Vec<f64> {
        self.on_q.iter().zip(self.times_k(self.b)).map(|(p, k)| (p - k) / self.lambda).collect()
    }
    /// λ/2 ‖h‖²
    fn half_norm(&self, alpha: &[f64], k_alpha: &[f64]) -> f64 {
        (self.own - 2.0 * mean(alpha, self.on_q) + mean(alpha, k_alpha)).max(0.0) / (2.0 * self.lambda)
    }

    /// The dual value at α and what Newton's method needs there.
    pub(super) fn evaluate(&self, c: &Conjugate, alpha: Vec<f64>, k_alpha: Vec<f64>, nu: f64) -> State {
        let h: Vec<f64> = self.on_q.iter().zip(&k_alpha).map(|(p, k)| (p - k) / self.lambda).collect();
        let nu = if self.mass == Mass::One { c.balance(&h, self.b, nu) } else { 0.0 };
        c.look();
        let all: Vec<(f64, f64, f64)> =
            h.par_iter().enumerate().with_min_len(256).map(|(j, h)| c.at_point(j, h - nu)).collect();
        let penalty: f64 = nu + all.iter().zip(self.b).map(|(a, b)| b * a.0).sum::<f64>();
        let on_p = (self.own - mean(&alpha, self.on_q)) / self.lambda;
        let value = on_p - penalty - self.half_norm(&alpha, &k_alpha);
        State {
            alpha,
            k_alpha,
            h,
            nu,
            x: all.iter().map(|a| a.1).collect(),
            curvature: all.iter().map(|a| a.2).collect(),
            value,
        }
    }

    /// δ with (I + M K/λ) δ = −r, M = S Π Sᵀ, S² = diag(b f*''); Π takes the mean away where the mass is fixed.
    pub(super) fn newton_step(&self, s: &State) -> Option<Vec<f64>> {
        let n = self.n();
        let root: Vec<f64> = s.curvature.iter().zip(self.b).map(|(c, b)| (c * b).sqrt()).collect();
        let norm: f64 = root.iter().map(|v| v * v).sum::<f64>().sqrt();
        let project = |v: &mut [f64]| {
            if self.mass == Mass::One && norm > 0.0 {
                let dot = v.iter().zip(&root).map(|(v, s)| v * s).sum::<f64>() / (norm * norm);
                v.iter_mut().zip(&root).for_each(|(v, s)| *v -= dot * s);
            }
        };
        let mut a = vec![0.0; n * n];
        a.par_chunks_mut(n).with_min_len(256).enumerate().for_each(|(i, row)| {
            for (j, v) in row.iter_mut().enumerate() {
                *v = root[i] * self.k[i * n + j] * root[j];
            }
            project(row);
        });
        if self.mass == Mass::One {
            // and from the other side
            let means: Vec<f64> = (0..n)
                .map(|j| (0..n).map(|i| root[i] * a[i * n + j]).sum::<f64>() / (norm * norm).max(1e-300))
                .collect();
            a.par_chunks_mut(n)
                .enumerate()
                .for_each(|(i, row)| row.iter_mut().zip(&means).for_each(|(v, m)| *v -= root[i] * m));
        }
        (0..n).for_each(|i| a[i * n + i] += self.lambda);
        let factor = Cholesky::new(a, n)?;
        let r: Vec<f64> = s.alpha.iter().zip(&s.x).zip(self.b).map(|((a, x), b)| a - b * x).collect();
        let mut v: Vec<f64> = self.times_k(&r).iter().zip(&root).map(|(k, s)| k * s).collect();
        project(&mut v);
        let mut w = factor.solve(&v);
        project(&mut w);
        Some(r.iter().zip(&w).zip(&root).map(|((r, w), s)| s * w - r).collect())
    }

    /// Feasible masses from the first-order condition, and both bounds with the true f.
    pub(super) fn bounds(&self, s: &State) -> (Vec<f64>, f64, f64) {
        let mut alpha: Vec<f64> = s.x.iter().zip(self.b).map(|(x, b)| x * b).collect();
        if self.mass == Mass::One {
            let total: f64 = alpha.iter().sum();
            alpha.iter_mut().for_each(|a| *a /= total);
        }
        let upper = alpha.iter().zip(self.b).map(|(a, b)| b * self.f.f(a / b)).sum::<f64>()
            + self.half_norm(&alpha, &self.times_k(&alpha));
        (alpha, self.lower_bound(s), upper)
    }

    /// What h proves, or a little less of it if that is what keeps it inside the domain of f*.
    fn lower_bound(&self, s: &State) -> f64 {
        let on_p = (self.own - mean(&s.alpha, self.on_q)) / self.lambda;
        let half_norm = self.half_norm(&s.alpha, &s.k_alpha);
        let share = |t: f64| {
            let penalty = self.mass.conjugate_mean(self.f, &s.h, t, self.b);
            t * on_p - penalty - t * t * half_norm
        };
        let shares = || [1.0, 1.0 - 1e-12, 1.0 - 1e-9, 1.0 - 1e-6, 0.999, 0.9, 0.0].into_iter();
        let size = 1.0 + s.alpha.iter().map(|a| a.abs()).sum::<f64>();
        let off = self.rounding * size / self.lambda;
        let excesses = self.mass.excesses(self.f, &s.h, off);
        if excesses.is_empty() {
            return shares().map(share).find(|v| v.is_finite()).unwrap_or(f64::NEG_INFINITY);
        }
        // a share of h would leave too much of it: where it is too high it is pushed down by kernels of its own points
        let pushed = excesses.iter().map(|excess| {
            let w: Vec<f64> = (0..self.n()).map(|j| excess[j] / self.k[j * self.n() + j]).collect();
            let k_w = self.times_k(&w);
            let h: Vec<f64> = s.h.iter().zip(&k_w).map(|(h, k)| h - k).collect();
            let norm = half_norm + self.lambda * (0.5 * mean(&w, &k_w) - mean(&w, &s.h));
            on_p - mean(&w, self.on_q) - self.mass.conjugate_mean(self.f, &h, 1.0, self.b) - norm
        });
        pushed.chain(shares().skip(1).map(share)).filter(|v| v.is_finite()).fold(f64::NEG_INFINITY, f64::max)
    }
}
