//! f* with two derivatives, smoothed where f has kinks, and the ν that makes a mass one.
use crate::generator::Generator;
use rayon::prelude::*;

/// f* with its first two derivatives, of f + δ/2 (x − 1)².
pub struct Conjugate<'a> {
    /// f before it is smoothed
    pub f: &'a Generator,
    /// δ ≥ 0
    pub delta: f64,
}

impl Conjugate<'_> {
    /// f*(y), f*'(y) and f*''(y).
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
