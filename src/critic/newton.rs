//! Penalised f-divergences in a reproducing kernel Hilbert space, by semismooth Newton steps with a duality gap.
//!
//! max_h E_P h − E_Q f*(h) − λ/2 ‖h‖² = min_{α ≥ 0} Σ b_j f(α_j/b_j) + ‖Σ α_j k(x_j, ·) − μ_P‖²/(2λ), with
//! h = (μ_P − Σ α_j k(x_j, ·))/λ and α_j = b_j f*'(h(x_j)). [glaser2021], [stein2024] Where the mass Σ α must be one, f*(h)
//! becomes f*(h − ν) + ν. A kinked f, or one with f'(∞) < ∞ at a far start, is followed from f + δ/2 (x − 1)² as δ → 0.
use crate::error::{Error, Result};
use crate::generator::Generator;
use crate::interrupt::Interrupt;
use crate::matrix::{Cholesky, times};
use crate::transport::dual::mean;
use rayon::prelude::*;

/// Whether the minimising measure is a probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mass {
    One,
    Free,
}

/// The problem on the points of Q.
pub struct Dual<'a> {
    pub f: &'a Generator,
    pub mass: Mass,
    /// k(x_i, x_j), n × n
    pub k: &'a [f64],
    /// μ_P at the points of Q
    pub on_q: &'a [f64],
    /// ‖μ_P‖²
    pub own: f64,
    pub b: &'a [f64],
    pub lambda: f64,
    /// relative gap to stop at
    pub tolerance: f64,
}

pub struct Solution {
    pub alpha: Vec<f64>,
    pub lower: f64,
    pub upper: f64,
    pub iterations: usize,
    pub history: Vec<(f64, f64)>,
}

const MOST_STEPS: usize = 200;

/// f* with its first two derivatives, of f + δ/2 (x − 1)².
pub struct Conjugate<'a> {
    pub f: &'a Generator,
    pub delta: f64,
}

impl Conjugate<'_> {
    pub fn at(&self, y: f64) -> (f64, f64, f64) {
        if self.delta == 0.0 {
            let (value, x) = self.f.conjugate_pair(y);
            let curvature = if x > 0.0 && x.is_finite() { 1.0 / self.f.slopes_at(x).1 } else { 0.0 };
            return (value, x, if curvature.is_finite() { curvature } else { 0.0 });
        }
        let slope = |x: f64| self.f.slopes_at(x).0 + self.delta * (x - 1.0) - y;
        let value = |x: f64| x * y - self.f.f(x) - 0.5 * self.delta * (x - 1.0) * (x - 1.0);
        if slope(0.0) >= 0.0 {
            return (value(0.0), 0.0, 0.0);
        }
        let (mut low, mut high) = (0.0, 1.0);
        while slope(high) < 0.0 && high < 1e300 {
            (low, high) = (high, 4.0 * high);
        }
        for _ in 0..200 {
            // geometric while far from zero, so that small x keep their digits
            let middle = if low > 0.0 && high > 2.0 * low { (low * high).sqrt() } else { 0.5 * (low + high) };
            if middle <= low || middle >= high || high - low <= 1e-16 * high {
                break;
            }
            if slope(middle) < 0.0 { low = middle } else { high = middle }
        }
        let x = 0.5 * (low + high);
        // at a kink x stays put while y moves
        let at_kink = self.f.kinks().iter().any(|k| (x - k).abs() <= 1e-12 * k);
        (value(x), x, if at_kink { 0.0 } else { 1.0 / (self.f.slopes_at(x).1 + self.delta) })
    }

    /// ν with Σ b f*'(h − ν) = 1, by bisection inside a bracket as wide as the range of h, with Newton steps.
    pub fn balance(&self, h: &[f64], b: &[f64], start: f64) -> f64 {
        let (left, right) = self.f.slope_at_one();
        let low_h = h.iter().copied().fold(f64::INFINITY, f64::min);
        let high_h = h.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mut low, mut high) = (low_h - right, high_h - left);
        if low.is_nan() || high.is_nan() || low > high {
            return f64::NAN;
        }
        let mut nu = start.clamp(low, high);
        for _ in 0..100 {
            let all: Vec<(f64, f64)> =
                h.par_iter().with_min_len(256).map(|v| self.at(v - nu)).map(|(_, x, s)| (x, s)).collect();
            let excess: f64 = all.iter().zip(b).map(|(a, w)| w * a.0).sum::<f64>() - 1.0;
            let slope: f64 = all.iter().zip(b).map(|(a, w)| w * a.1).sum();
            if excess.abs() <= 1e-14 || high - low <= 1e-15 * (1.0 + nu.abs()) {
                break;
            }
            if excess > 0.0 {
                low = nu
            } else {
                high = nu
            }
            let newton = nu + excess / slope;
            nu = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        }
        nu
    }
}

/// Where the iteration is: α, Kα, and what follows from them.
struct State {
    alpha: Vec<f64>,
    k_alpha: Vec<f64>,
    h: Vec<f64>,
    nu: f64,
    /// f*'(h − ν), f*''(h − ν)
    x: Vec<f64>,
    curvature: Vec<f64>,
    value: f64,
}

impl Dual<'_> {
    fn n(&self) -> usize {
        self.b.len()
    }
    fn times_k(&self, v: &[f64]) -> Vec<f64> {
        times(self.k, v)
    }
    /// λ/2 ‖h‖²
    fn price(&self, alpha: &[f64], k_alpha: &[f64]) -> f64 {
        (self.own - 2.0 * mean(alpha, self.on_q) + mean(alpha, k_alpha)).max(0.0) / (2.0 * self.lambda)
    }

    /// The dual value at α and what Newton's method needs there.
    fn evaluate(&self, c: &Conjugate, alpha: Vec<f64>, k_alpha: Vec<f64>, nu: f64) -> State {
        let h: Vec<f64> = self.on_q.iter().zip(&k_alpha).map(|(p, k)| (p - k) / self.lambda).collect();
        let nu = if self.mass == Mass::One { c.balance(&h, self.b, nu) } else { 0.0 };
        let all: Vec<(f64, f64, f64)> = h.par_iter().with_min_len(256).map(|h| c.at(h - nu)).collect();
        let penalty: f64 = nu + all.iter().zip(self.b).map(|(a, b)| b * a.0).sum::<f64>();
        let on_p = (self.own - mean(&alpha, self.on_q)) / self.lambda;
        let value = on_p - penalty - self.price(&alpha, &k_alpha);
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
    fn newton_step(&self, s: &State) -> Option<Vec<f64>> {
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
    fn bounds(&self, s: &State) -> (Vec<f64>, f64, f64) {
        let mut alpha: Vec<f64> = s.x.iter().zip(self.b).map(|(x, b)| x * b).collect();
        if self.mass == Mass::One {
            let total: f64 = alpha.iter().sum();
            alpha.iter_mut().for_each(|a| *a /= total);
        }
        let upper = alpha.iter().zip(self.b).map(|(a, b)| b * self.f.f(a / b)).sum::<f64>()
            + self.price(&alpha, &self.times_k(&alpha));
        let on_p = (self.own - mean(&s.alpha, self.on_q)) / self.lambda;
        let price = self.price(&s.alpha, &s.k_alpha);
        // h itself, or a little less of it if that is what keeps it inside the domain of f*
        let mut lower = [1.0, 1.0 - 1e-12, 1.0 - 1e-9, 1.0 - 1e-6, 0.999, 0.9, 0.0].iter().map(|t| {
            let penalty = match self.mass {
                Mass::Free => s.h.iter().zip(self.b).map(|(h, b)| b * self.f.conjugate(t * h)).sum::<f64>(),
                Mass::One => {
                    crate::generator::infimum::double::infimum(
                        self.f,
                        &s.h.iter().map(|h| t * h).collect::<Vec<f64>>(),
                        self.b,
                    )
                    .0
                }
            };
            t * on_p - penalty - t * t * price
        });
        (alpha, lower.find(|v| v.is_finite()).unwrap_or(f64::NEG_INFINITY), upper)
    }
}

/// Solves the problem from α = b, or from a nearby solution.
pub fn newton(d: &Dual, start: Option<&[f64]>, interrupt: &Interrupt) -> Result<Solution> {
    let alpha = start.map_or_else(|| d.b.to_vec(), <[f64]>::to_vec);
    let k_alpha = d.times_k(&alpha);
    let smooth = Conjugate { f: d.f, delta: 0.0 };
    let mut state = d.evaluate(&smooth, alpha, k_alpha, 0.0);
    // far from the solution e^h says nothing but "much": there the quadratic term leads
    let near = state.x.iter().all(|x| *x < 1e3);
    let direct = !d.f.has_kinks() && state.value.is_finite() && near;
    let mut deltas: Vec<f64> = if direct { vec![] } else { (-3..12).map(|k| 10f64.powi(-k)).collect() };
    if !d.f.has_kinks() {
        deltas.push(0.0);
    }
    let (mut history, mut steps) = (vec![], 0);
    let mut best: Option<(Vec<f64>, f64, f64)> = None;
    for delta in deltas {
        let c = Conjugate { f: d.f, delta };
        let again = d.evaluate(&c, state.alpha.clone(), state.k_alpha.clone(), state.nu);
        if !again.value.is_finite() {
            break;
        }
        state = again;
        let mut done = 0;
        while done < MOST_STEPS {
            interrupt.check()?;
            let (alpha, lower, upper) = d.bounds(&state);
            history.push((lower, upper));
            let gap = upper - lower;
            if best.as_ref().is_none_or(|b| gap.max(0.0) <= f64::max(b.2 - b.1, 0.0)) {
                best = Some((alpha, lower, upper));
            }
            if gap <= d.tolerance * upper.abs() + 1e-15 {
                break;
            }
            let Some(next) = d.newton_step(&state).and_then(|step| climb(d, &c, &state, &step)) else { break };
            steps += 1;
            done += 1;
            let gained = next.value - state.value;
            let small = gained.abs() <= 1e-15 * (1.0 + next.value.abs());
            state = next;
            if small && done > 1 {
                break;
            }
        }
    }
    let (alpha, lower, upper) = best.ok_or_else(|| {
        Error::data(
            "penalised divergence",
            format!("no finite value: lambda {} is too small for this kernel", d.lambda),
        )
    })?;
    Ok(Solution { alpha, lower, upper, iterations: steps, history })
}

/// The Newton step, halved until the dual value rises by a tenth of what its slope promises.
fn climb(d: &Dual, c: &Conjugate, s: &State, step: &[f64]) -> Option<State> {
    let k_step = d.times_k(step);
    let r: Vec<f64> = s.alpha.iter().zip(&s.x).zip(d.b).map(|((a, x), b)| a - b * x).collect();
    let slope = -mean(&r, &k_step) / d.lambda;
    let mut t = 1.0;
    for _ in 0..50 {
        let move_by = |v: &[f64], w: &[f64]| v.iter().zip(w).map(|(v, w)| v + t * w).collect::<Vec<f64>>();
        let next = d.evaluate(c, move_by(&s.alpha, step), move_by(&s.k_alpha, &k_step), s.nu);
        if next.value >= s.value + 0.1 * t * slope.max(0.0) - 1e-15 * (1.0 + s.value.abs()) {
            return Some(next);
        }
        t *= 0.5;
    }
    None
}
