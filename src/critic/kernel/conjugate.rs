//! f* with two derivatives, smoothed where f has kinks or hardly rises any more, and the ν that makes a mass one.
use crate::generator::Generator;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Evaluations of f' that a value of f* takes where it is found by bisection, and by Newton's method around a centre.
const BY_BISECTION: usize = 100;
const BY_STEPS: usize = 10;

/// f* with its first two derivatives, of f + δ/2 (x − c)².
pub struct Conjugate<'a> {
    /// f before it is smoothed
    pub f: &'a Generator,
    /// δ ≥ 0
    pub delta: f64,
    /// c for each point; none is 1 for all
    centres: Option<&'a [f64]>,
    /// where f' jumps, from what, to what
    jumps: Vec<(f64, f64, f64)>,
    /// evaluations of f' so far, for each point
    work: AtomicUsize,
}

impl<'a> Conjugate<'a> {
    /// Of f + δ/2 (x − 1)².
    pub fn new(f: &'a Generator, delta: f64) -> Conjugate<'a> {
        Conjugate { f, delta, centres: None, jumps: vec![], work: AtomicUsize::new(0) }
    }
    /// Of f + δ/2 (x − c)² with a centre for each point, δ > 0.
    pub fn around(f: &'a Generator, delta: f64, centres: &'a [f64]) -> Conjugate<'a> {
        Conjugate { f, delta, centres: Some(centres), jumps: f.jumps(), work: AtomicUsize::new(0) }
    }

    /// Notes that f* is looked at for every point.
    pub fn look(&self) {
        let each = match self.centres {
            Some(_) => BY_STEPS,
            None if self.delta > 0.0 => BY_BISECTION,
            None => 1,
        };
        self.work.fetch_add(each, Relaxed);
    }
    /// Evaluations of f' for each point since this was last asked.
    pub fn work(&self) -> usize {
        self.work.swap(0, Relaxed)
    }

    /// f*, f*' and f*'' of y at point j.
    pub fn at_point(&self, j: usize, y: f64) -> (f64, f64, f64) {
        match self.centres {
            None => self.at(y),
            Some(c) => self.centred(y, c[j]),
        }
    }

    /// x with f'(x) + δ (x − c) = y, where f* of f + δ/2 (x − c)² is attained, and what that comes to.
    fn centred(&self, y: f64, c: f64) -> (f64, f64, f64) {
        let value = |x: f64| x * y - self.f.f(x) - 0.5 * self.delta * (x - c) * (x - c);
        let rising = |slope: f64, x: f64| slope + self.delta * (x - c) - y;
        if rising(self.f.slopes().0, 0.0) >= 0.0 {
            return (value(0.0), 0.0, 0.0);
        }
        let (mut low, mut high) = (0.0, f64::INFINITY);
        for &(k, left, right) in &self.jumps {
            let (before, behind) = (rising(left, k), rising(right, k));
            if before <= 0.0 && behind >= 0.0 {
                // x stays put while y moves
                return (value(k), k, 0.0);
            }
            if behind < 0.0 { low = k } else { high = f64::min(high, k) }
        }
        let x = self.root(y, c, (low, high));
        (value(x), x, 1.0 / (self.f.slopes_at(x).1.max(0.0) + self.delta))
    }

    /// The root of f'(x) + δ (x − c) − y between two kinks, by Newton's method in x, or in ln x, or else by bisection.
    fn root(&self, y: f64, c: f64, (mut low, mut high): (f64, f64)) -> f64 {
        let at = |x: f64| {
            let (d1, d2) = self.f.slopes_at(x);
            (d1 + self.delta * (x - c) - y, d2.max(0.0) + self.delta)
        };
        // f' rises: no root is farther from where it is looked at than what is missing there, by δ
        let mut x = if c > low && c < high { c } else { f64::max(low, 1.0).min(high) };
        let mut first = true;
        for _ in 0..200 {
            let (missing, slope) = at(x);
            if missing == 0.0 {
                return x;
            }
            if missing > 0.0 {
                high = x
            } else {
                low = x
            }
            if first {
                let reach = missing.abs() / self.delta;
                if reach.is_finite() {
                    low = f64::max(low, x - reach);
                    high = f64::min(high, (x + reach).next_up());
                }
                first = false;
            }
            let inside = |v: f64| v > low && v < high;
            let newton = x - missing / slope;
            let by_ratio = x * (-missing / (slope * x)).exp();
            let next = if inside(newton) {
                newton
            } else if inside(by_ratio) {
                by_ratio
            } else if high == f64::INFINITY {
                4.0 * x
            } else if low > 0.0 && high > 2.0 * low {
                (low * high).sqrt()
            } else {
                0.5 * (low + high)
            };
            if (next - x).abs() <= 2.0 * f64::EPSILON * x || high - low <= 2.0 * f64::EPSILON * high {
                return next;
            }
            x = next;
        }
        x
    }

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
        if let Some(c) = self.centres {
            // there the slope at 1 is another one for each point
            let level = || h.iter().zip(c).map(|(h, c)| h - self.delta * (1.0 - c));
            low = level().fold(f64::INFINITY, f64::min) - right;
            high = level().fold(f64::NEG_INFINITY, f64::max) - left;
        }
        if low.is_nan() || high.is_nan() || low > high {
            return f64::NAN;
        }
        let mut nu = start.clamp(low, high);
        for _ in 0..100 {
            self.look();
            let all: Vec<(f64, f64)> = h
                .par_iter()
                .enumerate()
                .with_min_len(256)
                .map(|(j, v)| self.at_point(j, v - nu))
                .map(|a| (a.1, a.2))
                .collect();
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
