//! Penalised f-divergences against many points: h is sought in the span of the kernel at landmarks (Nyström), with m
//! features where the exact problem has n unknowns.
//!
//! Restricting h makes the supremum smaller: the value reached is a true lower bound. The masses it implies are feasible
//! for the full dual, whose norm is a streamed double sum: a true upper bound. Their gap is the error of the features.
use super::conjugate::Conjugate;
use super::dual::Mass;
use super::interior::{Inside, Interior};
use super::patience::{PATIENCE, Patience};
use super::proof::{Claim, lower_bound};
use super::root::Root;
use crate::critic::sample::Sample;
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::interrupt::Interrupt;
use crate::matrix::{Cholesky, View, scaled_product, times, view};
use crate::memory;
use crate::random;
use crate::ranks::Rows;
use crate::space::Penalty;
use crate::space::embedding::{Signed, rounding};
use crate::space::kernel_sum::{KernelSum, matrix};
use crate::sums::dot;
use crate::transport::dual::mean;
use rand::seq::index;
use rayon::prelude::*;
use std::sync::Arc;

/// Landmarks: the factorisation of m × m and n·m features stay small.
const LANDMARKS: usize = 300;
const MOST_STEPS: usize = 100;
/// Rows of the Hessian that are computed at a time.
const STRIP: usize = 32;
/// A gap in the span of the features that is small beside what they miss, relative to the value.
const CLOSED: f64 = 1e-9;

/// The best potential among the features, and its bracket.
pub struct Featured {
    /// z, row-major
    pub landmarks: Vec<f64>,
    /// h = Σ β_z k(z, ·)
    pub beta: Vec<f64>,
    /// masses on the points of Q
    pub alpha: Vec<f64>,
    /// the value reached: a restricted supremum
    pub value: f64,
    /// what h proves, rounding included
    pub lower: f64,
    /// from the masses, which are feasible
    pub upper: f64,
    /// Newton steps
    pub iterations: usize,
}

/// φ(x) = L⁻¹ k_Z(x) for K_ZZ = L Lᵀ: rows for every point.
struct Features {
    landmarks: Vec<f64>,
    factor: Cholesky,
    on_q: Vec<f64>,
    /// the mean over P
    on_p: Vec<f64>,
    m: usize,
}

impl Features {
    fn new(space: &Penalty, p: &Sample, q: &Sample, interrupt: &Interrupt) -> Result<Features> {
        let (d, n) = (q.d, q.rows.len() / q.d);
        // the features, as they are and transposed, and as much again where they are weighed
        memory::check(&format!("features of {n} points"), memory::product(&[n, LANDMARKS, 24]))?;
        // both samples matter: h = (μ_P − …)/λ has its bumps at both
        let pool: Vec<f64> = p.rows.iter().chain(&q.rows).copied().collect();
        let m = LANDMARKS.min(pool.len() / d);
        let at = index::sample(&mut random::rng(0, 1 << 42), pool.len() / d, m);
        let landmarks: Vec<f64> = at.iter().flat_map(|i| pool[i * d..(i + 1) * d].to_vec()).collect();
        let k = matrix(&space.kernel, &landmarks, &landmarks, d);
        let top = (0..m).map(|i| k[i * m + i]).fold(0.0, f64::max);
        let factor = [1e-12, 1e-10, 1e-8, 1e-6].iter().find_map(|jitter| {
            let mut k = k.clone();
            (0..m).for_each(|i| k[i * m + i] += jitter * top);
            Cholesky::new(k, m)
        });
        let Some(factor) = factor else {
            return Err(Error::data(
                "penalised divergence",
                "the kernel matrix of the landmarks is singular; use another width",
            ));
        };
        let mut on_q = matrix(&space.kernel, &q.rows, &landmarks, d);
        on_q.par_chunks_mut(m).for_each(|row| {
            if !interrupt.is_requested() {
                factor.solve_lower(row);
            }
        });
        interrupt.check()?;
        let mut on_p = KernelSum::<f64>::new(&space.kernel, &p.rows, d, Some(&p.weights)).at(&landmarks, interrupt)?.0;
        factor.solve_lower(&mut on_p);
        Ok(Features { landmarks, factor, on_q, on_p, m })
    }
}

/// The objective at w, ν, and f*', f*'' at the points of Q.
struct State {
    w: Vec<f64>,
    nu: f64,
    x: Vec<f64>,
    curvature: Vec<f64>,
    value: f64,
}

/// The problem in the span of the features.
struct Restricted<'a> {
    features: &'a Features,
    f: &'a Generator,
    mass: Mass,
    b: &'a [f64],
    lambda: f64,
}

impl Restricted<'_> {
    fn evaluate(&self, c: &Conjugate, w: Vec<f64>, start: f64) -> State {
        let h = times(&self.features.on_q, &w);
        let nu = if self.mass == Mass::One { c.balance(&h, self.b, start) } else { 0.0 };
        let all: Vec<(f64, f64, f64)> = h.par_iter().with_min_len(256).map(|h| c.at(h - nu)).collect();
        let penalty: f64 = nu + all.iter().zip(self.b).map(|(a, b)| a.0 * b).sum::<f64>();
        let value = mean(&self.features.on_p, &w) - penalty - 0.5 * self.lambda * w.iter().map(|v| v * v).sum::<f64>();
        State { w, nu, x: all.iter().map(|a| a.1).collect(), curvature: all.iter().map(|a| a.2).collect(), value }
    }

    /// Newton's direction: (Φᵀ D Φ + λ) δ = mean φ over P − Φᵀ(b f*') − λ w; where the mass is fixed D loses its mean.
    /// None where that has no solution.
    ///
    /// # Errors
    /// Those of a team of ranks.
    fn direction(&self, s: &State) -> Result<Option<(Vec<f64>, f64)>> {
        let (m, n) = (self.features.m, self.b.len());
        let phi = &self.features.on_q;
        let alpha: Vec<f64> = s.x.iter().zip(self.b).map(|(x, b)| x * b).collect();
        // Φᵀ v, summed in an order that does not depend on threads
        let on_features = |v: &[f64]| -> Vec<f64> {
            let blocks: Vec<Vec<f64>> = phi
                .par_chunks(m * 1024)
                .zip(v.par_chunks(1024))
                .map(|(rows, v)| {
                    let mut out = vec![0.0; m];
                    rows.chunks(m).zip(v).for_each(|(row, v)| out.iter_mut().zip(row).for_each(|(o, r)| *o += v * r));
                    out
                })
                .collect();
            blocks.into_iter().fold(vec![0.0; m], |mut a, b| {
                a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
                a
            })
        };
        let spent = on_features(&alpha);
        let gradient: Vec<f64> = (0..m).map(|k| self.features.on_p[k] - spent[k] - self.lambda * s.w[k]).collect();
        let root: Vec<f64> = s.curvature.iter().zip(self.b).map(|(c, b)| (c * b).sqrt()).collect();
        let scaled: Vec<f64> =
            phi.par_chunks(m).zip(&root).flat_map_iter(|(row, r)| row.iter().map(move |v| v * r)).collect();
        let mut hessian = vec![0.0; m * m];
        // strips as they are on one rank
        let shared = Rows::of(m, STRIP, m.saturating_mul(m).saturating_mul(n));
        shared.mine(m, &mut hessian).par_chunks_mut(STRIP * m).enumerate().for_each(|(k, strip)| {
            let rows = strip.len() / m;
            let lhs = View { data: &scaled[shared.here.start + STRIP * k..], row: 1, column: m as isize };
            scaled_product((rows, m, n), strip, m, false, 1.0, lhs, view(&scaled, m));
        });
        shared.fill("Hessian", m, &mut hessian)?;
        if self.mass == Mass::One {
            let d: Vec<f64> = root.iter().map(|r| r * r).collect();
            let total: f64 = d.iter().sum();
            if total > 0.0 {
                let centre = on_features(&d);
                (0..m * m).for_each(|k| hessian[k] -= centre[k / m] * centre[k % m] / total);
            }
        }
        (0..m).for_each(|k| hessian[k * m + k] += self.lambda);
        let step = Cholesky::new(hessian, m).map(|factor| factor.solve(&gradient));
        Ok(step.map(|step| {
            let slope = mean(&gradient, &step);
            (step, slope)
        }))
    }

    /// Newton steps on (f + δ/2 (x − 1)²)* from s until it stops rising, and how many.
    fn climb(&self, c: &Conjugate, mut s: State, interrupt: &Interrupt) -> Result<(State, usize)> {
        for k in 0..MOST_STEPS {
            interrupt.check()?;
            let Some((step, slope)) = self.direction(&s)? else { return Ok((s, k)) };
            let mut t = 1.0;
            let next = loop {
                let moved = s.w.iter().zip(&step).map(|(w, d)| w + t * d).collect();
                let next = self.evaluate(c, moved, s.nu);
                if next.value >= s.value + 0.1 * t * slope.max(0.0) - 1e-15 * (1.0 + s.value.abs()) || t < 1e-9 {
                    break next;
                }
                t *= 0.5;
            };
            let gained = next.value - s.value;
            if gained.is_nan() || gained < 0.0 {
                return Ok((s, k + 1));
            }
            s = next;
            if gained <= 1e-12 * (1.0 + s.value.abs()) {
                return Ok((s, k + 1));
            }
        }
        Ok((s, MOST_STEPS))
    }

    /// The last state of a path of δ → 0, and the steps to it.
    fn solve(&self, interrupt: &Interrupt) -> Result<(State, usize)> {
        if self.f.has_kinks() {
            // a kinked f* has steps, which Newton's method cannot take mass from
            return self.inside(interrupt);
        }
        let (mut last, mut iterations): (Option<State>, usize) = (None, 0);
        for delta in (0..12).map(|k| 10f64.powi(-k)).chain([0.0]) {
            let c = Conjugate::new(self.f, delta);
            let (w, nu) = last.as_ref().map_or_else(|| (vec![0.0; self.features.m], 0.0), |s| (s.w.clone(), s.nu));
            let s = self.evaluate(&c, w, nu);
            if !s.value.is_finite() {
                break;
            }
            let (s, steps) = self.climb(&c, s, interrupt)?;
            iterations += steps;
            last = Some(s);
        }
        last.map(|s| (s, iterations)).ok_or_else(|| self.nothing())
    }

    fn nothing(&self) -> Error {
        let what = format!("no finite value: lambda {} is too small for this kernel", self.lambda);
        Error::data("penalised divergence", what)
    }

    /// The state of an interior-point method with the smallest gap in the span of the features, and the steps taken.
    fn inside(&self, interrupt: &Interrupt) -> Result<(State, usize)> {
        let (features, m, n) = (self.features, self.features.m, self.b.len());
        let mut rows = vec![0.0; m * n];
        rows.par_chunks_mut(n).enumerate().for_each(|(k, row)| {
            row.iter_mut().enumerate().for_each(|(j, v)| *v = features.on_q[j * m + k]);
        });
        let root = Arc::new(Root { rows, rank: m });
        let on_q = root.transposed_times(&features.on_p);
        let inside = Inside { f: self.f, mass: self.mass, b: self.b, on_q: &on_q, lambda: self.lambda, root, k: None };
        let mut point = Interior::new(inside.clone());
        let (mut best, mut patience): (Option<State>, Patience) = (None, Patience::new());
        let mut steps = 0;
        while steps < MOST_STEPS {
            interrupt.check()?;
            if !point.step() {
                break;
            }
            steps += 1;
            let s = point.state();
            let spent = inside.root.times(&s.alpha);
            let w: Vec<f64> = features.on_p.iter().zip(spent).map(|(p, a)| (p - a) / self.lambda).collect();
            let lower = self.lower_bound(&w);
            let norm: f64 = w.iter().map(|v| v * v).sum();
            let own: f64 = s.x.iter().zip(self.b).map(|(x, b)| b * self.f.f(*x)).sum();
            let upper = own + 0.5 * self.lambda * norm;
            let now = (upper - lower).abs();
            if now < patience.gap {
                best = Some(State { w, nu: s.nu, x: s.x, curvature: vec![], value: lower });
            }
            if patience.after(now) >= PATIENCE || now <= CLOSED * upper.abs() {
                break;
            }
        }
        best.map(|s| (s, steps)).ok_or_else(|| self.nothing())
    }

    /// E_P h − E_Q f*(h) − λ/2 ‖h‖² at the features' h, or a little less of it where that is outside the domain of f*.
    fn lower_bound(&self, w: &[f64]) -> f64 {
        let h = times(&self.features.on_q, w);
        let norm: f64 = w.iter().map(|v| v * v).sum();
        let at = |t: &f64| {
            t * mean(&self.features.on_p, w)
                - self.mass.conjugate_mean(self.f, &h, *t, self.b)
                - 0.5 * self.lambda * t * t * norm
        };
        [1.0, 1.0 - 1e-9, 1.0 - 1e-6, 0.999, 0.9, 0.0]
            .iter()
            .map(at)
            .find(|v| v.is_finite())
            .unwrap_or(f64::NEG_INFINITY)
    }

    /// D_f(α‖b) + ‖Σ α_j k(x_j, ·) − μ_P‖²/(2λ) in the full space: a feasible value of the dual.
    fn upper_bound(
        &self,
        space: &Penalty,
        alpha: &[f64],
        p: &Sample,
        q: &Sample,
        interrupt: &Interrupt,
    ) -> Result<f64> {
        let sum = |over: &Sample, weights: &[f64], at: &Sample| -> Result<Vec<f64>> {
            Ok(KernelSum::<f64>::new(&space.kernel, &over.rows, over.d, Some(weights)).at(&at.rows, interrupt)?.0)
        };
        let pp = mean(&sum(p, &p.weights, p)?, &p.weights);
        let pq = mean(&sum(p, &p.weights, q)?, alpha);
        let qq = mean(&sum(q, alpha, q)?, alpha);
        Ok(alpha.iter().zip(self.b).map(|(a, b)| b * self.f.f(a / b)).sum::<f64>()
            + (pp - 2.0 * pq + qq).max(0.0) / (2.0 * self.lambda))
    }
}

/// Solves the restricted problem between two samples; `mass` as for the full one.
///
/// # Errors
/// A singular kernel matrix of the landmarks; no finite value; an interrupt.
pub fn featured(
    space: &Penalty,
    f: &Generator,
    mass: Mass,
    p: &Sample,
    q: &Sample,
    interrupt: &Interrupt,
) -> Result<Featured> {
    let features = Features::new(space, p, q, interrupt)?;
    let problem = Restricted { features: &features, f, mass, b: &q.weights, lambda: space.lambda };
    let (s, iterations) = problem.solve(interrupt)?;
    let value = problem.lower_bound(&s.w);
    let mut alpha: Vec<f64> = s.x.iter().zip(&q.weights).map(|(x, b)| x * b).collect();
    if mass == Mass::One {
        let total: f64 = alpha.iter().sum();
        alpha.iter_mut().for_each(|a| *a /= total);
    }
    let upper = problem.upper_bound(space, &alpha, p, q, interrupt)?;
    let mut beta = s.w;
    features.factor.solve_upper(&mut beta);
    let h = Signed { points: features.landmarks, weights: beta, d: q.d };
    // h itself, not its features: their factor is rounded, too
    let off = |n: usize, mass: f64| rounding(&space.kernel, &p.rows, &q.rows, q.d, n) * mass;
    let at_h = off(h.weights.len(), h.mass());
    let moved = |x: &[f64], by: f64| -> Result<Vec<f64>> {
        Ok(h.at(&space.kernel, x, interrupt)?.into_iter().map(|v| v + by).collect())
    };
    let (h_q, h_p) = (moved(&q.rows, at_h)?, moved(&p.rows, -at_h)?);
    let half_norm = 0.5 * space.lambda * (h.norm_squared(&space.kernel, interrupt)?.max(0.0) + at_h * h.mass());
    let on_p = dot(&h_p, &p.weights).value();
    let mut lower = lower_bound(f, mass, (&h_q, &q.weights), on_p, half_norm);
    let claim = Claim { space, f, mass, p, q, interrupt };
    for excess in mass.excesses(f, &h_q, 0.0) {
        let (h, paid, more) = claim.pushed(&h_q, 2.0 * at_h, &excess)?;
        lower = lower.max(lower_bound(f, mass, (&h, &q.weights), on_p - paid, half_norm + more));
    }
    let all = 1.0 + alpha.iter().sum::<f64>();
    let upper = upper + off(p.len() + q.len(), all * all) / space.lambda;
    Ok(Featured { landmarks: h.points, beta: h.weights, alpha, value, lower, upper, iterations })
}
