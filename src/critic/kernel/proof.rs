//! What masses α on the points of Q prove about a penalised f-divergence, rounding included.
//!
//! Both bounds hold differences of kernel sums, divided by λ: a small λ makes a rounding of these sums a large one of the
//! bounds. Where that may hide a part of 1e-9 they are computed once more from the signed measure P − α, in which points
//! that lie in both samples count once: as λ → 0 and P lives on the points of Q its weights vanish, and with them what
//! rounding can do.
use super::dual::Mass;
use super::newton::Optimum;
use crate::critic::sample::Sample;
use crate::error::Result;
use crate::generator::Generator;
use crate::interrupt::Interrupt;
use crate::space::Penalty;
use crate::space::embedding::{Signed, rounding};
use crate::sums::{ROUNDING, dot};
use crate::transport::semi::{discrepancy_above, discrepancy_size};
use std::collections::HashMap;

/// The problem whose bounds are proved.
pub struct Claim<'a> {
    /// k and λ
    pub space: &'a Penalty,
    /// f, with f'(1) = 0 where the mass is free
    pub f: &'a Generator,
    /// what Σ α is
    pub mass: Mass,
    /// P
    pub p: &'a Sample,
    /// Q
    pub q: &'a Sample,
    /// asks it to stop
    pub interrupt: &'a Interrupt,
}

/// lower ≤ D ≤ upper, and the value between them.
#[derive(Clone, Copy, Debug)]
pub struct Proved {
    /// by weak duality
    pub lower: f64,
    /// of a feasible measure
    pub upper: f64,
    /// the middle
    pub value: f64,
}

/// The best of E_P[t h] − inf_ν { ν + E_Q f*(t h − ν) } − t² λ/2 ‖h‖² over shares t of a potential, from h on Q with its
/// weights, E_P h and λ/2 ‖h‖², each as unfavourable as it may be; sums are rounded downwards. No value is below that of
/// h = 0.
pub fn lower_bound(f: &Generator, mass: Mass, (h, b): (&[f64], &[f64]), on_p: f64, half_norm: f64) -> f64 {
    let largest = h.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
    let value = |t: &f64| {
        let cost = mass.conjugate_mean_above(f, h, *t, b);
        let squares = t * t * half_norm;
        t * on_p - cost - squares - 16.0 * ROUNDING * (t * on_p.abs() + cost.abs() + squares + t * largest)
    };
    SHARES.iter().map(value).filter(|v| v.is_finite()).fold(0.0, f64::max)
}

impl Proved {
    /// For flows, which take the potential and look at no bound.
    pub fn as_found(s: &Optimum) -> Proved {
        let (lower, upper) = (s.lower.min(s.upper), s.upper.max(s.lower));
        Proved { lower, upper, value: 0.5 * (s.lower + s.upper) }
    }
}

/// Shares of a potential that are tried: a little less of it may stay inside the domain of f*.
const SHARES: [f64; 9] = [1.0, 1.0 - 1e-12, 1.0 - 1e-9, 1.0 - 1e-6, 0.999, 0.99, 0.9, 0.5, 0.1];

impl Claim<'_> {
    /// The largest error of Σ w k per unit of Σ |w|.
    pub fn rounding(&self) -> f64 {
        let (p, q) = (self.p, self.q);
        rounding(&self.space.kernel, &p.rows, &q.rows, q.d, p.len() + q.len())
    }

    /// The bounds of Newton's method where rounding cannot hide more than 1e-9 of them, else better ones.
    ///
    /// # Errors
    /// An interrupt.
    pub fn prove(&self, s: &Optimum) -> Result<Proved> {
        // sums of 1 + Σ α in h, in E_P h, in E_Q f*(h) and twice in ‖h‖²
        let mass = 1.0 + s.alpha.iter().sum::<f64>();
        let error = 3.0 * self.rounding() * mass * mass / self.space.lambda + self.f_error(&s.alpha);
        let value = 0.5 * (s.lower + s.upper);
        if error <= 1e-9 * s.upper.abs() {
            return Ok(Proved { lower: (s.lower - error).max(0.0), upper: s.upper + error, value: value.max(0.0) });
        }
        let w = Signed::difference((&self.p.rows, &self.p.weights), (&self.q.rows, &s.alpha), self.q.d);
        let (lower, upper) = self.bounds_at(&w, &s.alpha)?;
        let (mut lower, mut upper) = (lower.max(s.lower - error), upper.min(s.upper + error));
        if let Some(own) = self.on_targets() {
            // P itself is a feasible measure, at no distance
            upper = upper.min(self.discrepancy(&own));
            if let Some((beta, alpha)) = self.near(&own)? {
                let minus: Vec<f64> = beta.iter().map(|v| -v).collect();
                let h = Signed { points: self.q.rows.clone(), weights: minus, d: self.q.d };
                let w = Signed::difference((&self.p.rows, &self.p.weights), (&self.q.rows, &alpha), self.q.d);
                lower = lower.max(self.bounds_at(&h, &alpha)?.0);
                upper = upper.min(self.bounds_at(&w, &alpha)?.1);
            }
        }
        // a value that rounding carried away gives way to the middle of what was proved
        let kept = s.upper - s.lower <= 1e-6 * s.upper.abs();
        let value = if kept && value.is_finite() { value } else { 0.5 * (lower + upper) };
        Ok(Proved { lower, upper, value: value.clamp(lower, upper.max(lower)) })
    }

    /// Rounding of Σ b f(α/b), and of f* where it is attained at α/b.
    fn f_error(&self, alpha: &[f64]) -> f64 {
        let b = &self.q.weights;
        let off: f64 = alpha.iter().zip(b).map(|(a, b)| b * self.f.rounding_at(a / b)).sum();
        off + 16.0 * ROUNDING * discrepancy_size(self.f, alpha, b)
    }

    /// Σ b f(α/b), from above.
    fn discrepancy(&self, alpha: &[f64]) -> f64 {
        discrepancy_above(self.f, alpha, &self.q.weights)
    }

    /// Both bounds from w = P − α and α.
    fn bounds_at(&self, w: &Signed, alpha: &[f64]) -> Result<(f64, f64)> {
        let Claim { p, q, space, .. } = *self;
        let (lambda, kernel) = (space.lambda, &space.kernel);
        let norm = w.norm_squared(kernel, self.interrupt)?.max(0.0);
        let off = self.rounding() * w.mass();
        let most = norm + off * w.mass();
        let upper = self.discrepancy(alpha) + most / (2.0 * lambda);
        let at = |x: &[f64], up: f64| -> Result<Vec<f64>> {
            Ok(w.at(kernel, x, self.interrupt)?.into_iter().map(|v| (v + up) / lambda).collect())
        };
        // h as large as it may be where it costs, as small where it pays: f* only rises
        let (h_q, h_p) = (at(&q.rows, off)?, at(&p.rows, -off)?);
        let on_p = dot(&h_p, &p.weights).value();
        let (b, half_norm) = (&q.weights[..], 0.5 * most / lambda);
        let mut lower = lower_bound(self.f, self.mass, (&h_q, b), on_p, half_norm);
        for excess in self.mass.excesses(self.f, &h_q, 0.0) {
            let (h, paid, more) = self.pushed(&h_q, 2.0 * off / lambda, &excess)?;
            lower = lower.max(lower_bound(self.f, self.mass, (&h, b), on_p - paid, half_norm + more));
        }
        Ok((lower, upper))
    }

    /// h on Q, which is up to `off` less than it seems, pushed down by kernels of its own points, which are nowhere negative, so
    /// that it is by `excess` lower where that is not 0; what E_P h loses, and what λ/2 ‖h‖² gains.
    pub(super) fn pushed(&self, h: &[f64], off: f64, excess: &[f64]) -> Result<(Vec<f64>, f64, f64)> {
        let (q, kernel, lambda) = (self.q, &self.space.kernel, self.space.lambda);
        let own = kernel.of_squared(0.0);
        let w = Signed { points: q.rows.clone(), weights: excess.iter().map(|e| e / own).collect(), d: q.d };
        let mass = w.mass();
        let rounded = 2.0 * self.rounding() * mass;
        let k_w = w.at(kernel, &q.rows, self.interrupt)?;
        let lower = h.iter().zip(&k_w).map(|(h, k)| h - (k - rounded).max(0.0)).collect();
        let paid = dot(&w.at(kernel, &self.p.rows, self.interrupt)?, &self.p.weights).value() + rounded;
        // −λ ⟨h, w⟩ + λ/2 ‖w‖²
        let least = h.iter().zip(excess).filter(|e| *e.1 > 0.0).fold(0.0, |m: f64, e| m.min(*e.0)) - off;
        Ok((lower, paid, lambda * mass * (0.5 * own * mass - least)))
    }

    /// P's own weights on the points of Q, shared among those that coincide; none if P has points that Q has not.
    fn on_targets(&self) -> Option<Vec<f64>> {
        let key = |r: &[f64]| r.iter().map(|v| (v + 0.0).to_bits()).collect::<Vec<u64>>();
        let (p, q) = (self.p, self.q);
        let mut places: HashMap<Vec<u64>, (f64, f64)> = HashMap::new();
        q.rows.chunks(q.d).zip(&q.weights).for_each(|(r, b)| places.entry(key(r)).or_default().1 += b);
        for (r, a) in p.rows.chunks(p.d).zip(&p.weights) {
            places.get_mut(&key(r))?.0 += a;
        }
        let share = |(r, b): (&[f64], &f64)| places.get(&key(r)).map(|(mass, all)| mass * (b / all));
        q.rows.chunks(q.d).zip(&q.weights).map(share).collect()
    }
}
