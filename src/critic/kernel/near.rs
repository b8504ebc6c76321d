//! Masses α near those of P on the points of Q, found as α = P + β: what both have in common never enters a sum.
//!
//! h = (μ_P − Σ α k)/λ is −Kβ/λ on the points of Q, so that rounding of kernel sums is relative to β, which vanishes with
//! λ, and not to P. The dual value −aᵀKβ/λ − Σ b f*(h) − βᵀKβ/(2λ) is climbed as in `newton`, along f + δ/2 (x − 1)² as
//! δ → 0.
use super::conjugate::Conjugate;
use super::dual::{Dual, Mass, State};
use super::proof::Claim;
use crate::error::Result;
use crate::space::kernel_sum::matrix;
use crate::transport::dual::mean;

/// Most points of Q: beyond it the steps would cost more than those that led here.
const MOST: usize = 1500;
/// Most steps for each δ.
const MOST_STEPS: usize = 50;

/// P's masses on the points of Q, and the problem without them.
struct Near<'a> {
    own: &'a [f64],
    dual: Dual<'a>,
}

/// β, its state in the form of the Newton step, and the dual value.
struct At {
    beta: Vec<f64>,
    state: State,
    value: f64,
}

impl Near<'_> {
    fn at(&self, c: &Conjugate, beta: Vec<f64>) -> At {
        let Dual { b, lambda, .. } = self.dual;
        let k_beta = self.dual.times_k(&beta);
        let h: Vec<f64> = k_beta.iter().map(|v| -v / lambda).collect();
        let all: Vec<(f64, f64, f64)> = h.iter().map(|h| c.at(*h)).collect();
        let penalty: f64 = all.iter().zip(b).map(|(a, b)| b * a.0).sum();
        let value = mean(self.own, &h) - penalty - 0.5 * mean(&beta, &k_beta) / lambda;
        let alpha = self.own.iter().zip(&beta).map(|(a, c)| a + c).collect();
        let (x, curvature) = all.iter().map(|a| (a.1, a.2)).unzip();
        At { state: State { alpha, k_alpha: vec![], h, nu: 0.0, x, curvature, value }, beta, value }
    }

    /// A Newton step, halved until the dual value rises; none where it does not.
    fn climb(&self, c: &Conjugate, from: &At) -> Option<At> {
        let step = self.dual.newton_step(&from.state)?;
        (0..50).map(|k| 0.5f64.powi(k)).find_map(|t| {
            let next = self.at(c, from.beta.iter().zip(&step).map(|(v, d)| v + t * d).collect());
            (next.value > from.value).then_some(next)
        })
    }
}

impl Claim<'_> {
    /// (β, α = b f*'(h)) at the maximum for P's own masses on the points of Q, a free mass and an f without kinks; none
    /// where there is another problem.
    pub(super) fn near(&self, own: &[f64]) -> Result<Option<(Vec<f64>, Vec<f64>)>> {
        let q = self.q;
        if self.mass != Mass::Free || self.f.has_kinks() || q.len() > MOST {
            return Ok(None);
        }
        let k = matrix(&self.space.kernel, &q.rows, &q.rows, q.d);
        let zeros = vec![0.0; q.len()];
        let (b, lambda) = (&q.weights[..], self.space.lambda);
        let (f, mass) = (self.f, self.mass);
        let dual = Dual { f, mass, k: &k, on_q: &zeros, own: 0.0, b, lambda, tolerance: 0.0, rounding: 0.0 };
        let near = Near { own, dual };
        let mut now: Option<At> = None;
        for delta in (-3..12).map(|k| 10f64.powi(-k)).chain([0.0]) {
            let c = Conjugate::new(self.f, delta);
            let mut here = near.at(&c, now.as_ref().map_or_else(|| zeros.clone(), |s| s.beta.clone()));
            if !here.value.is_finite() {
                break;
            }
            for _ in 0..MOST_STEPS {
                self.interrupt.check()?;
                let Some(next) = near.climb(&c, &here) else { break };
                let gained = next.value - here.value;
                here = next;
                if gained <= 1e-16 * here.value.abs() {
                    break;
                }
            }
            now = Some(here);
        }
        Ok(now.map(|s| {
            let alpha = s.state.x.iter().zip(b).map(|(x, b)| x * b).collect();
            (s.beta, alpha)
        }))
    }
}
