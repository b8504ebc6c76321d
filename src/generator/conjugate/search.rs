//! f*(y) = sup_{x ≥ 0} { x y − f(x) } of any convex f on (0, ∞), numerically in f64.
//!
//! The maximiser x* solves f'(x*) = y by a bracketed Newton iteration in ln x, started from a table of nodes; at a kink of f it stays
//! put while y crosses the subdifferential.
use super::jet::{CLOSE, cubic};
use super::numeric::{FAR, NumericConjugate};

/// A maximiser beyond this is beyond all numbers.
const FARTHEST: f64 = 5e307;

/// As far below what it is at least f* was read where a formula has no digits.
const LOST: f64 = 1e-6;

impl NumericConjugate {
    /// (f*(y), x*) with x* = f*'(y); (∞, ∞) outside the effective domain. No f* is −∞ or below y − f(1): where the formula leaves the range of
    /// numbers or cancels it is not known, and bounds rest on it from above.
    pub fn eval(&self, y: f64, regs: &mut Vec<f64>) -> (f64, f64) {
        if y.is_nan() {
            return (f64::NAN, f64::NAN);
        }
        let (value, x) = self.maximum(y, regs);
        let least = y - self.at_one;
        if value >= least || !y.is_finite() {
            return (value, x);
        }
        if value < least - LOST * (self.unit + y.abs() + least.abs()) {
            return self.interpolated(y, regs).unwrap_or((f64::INFINITY, x));
        }
        // rounding
        (least, x)
    }

    fn maximum(&self, y: f64, regs: &mut Vec<f64>) -> (f64, f64) {
        if y <= self.d0 {
            return (-self.f0, 0.0);
        }
        if y > self.dinf {
            return (f64::INFINITY, f64::INFINITY);
        }
        for k in &self.kinks {
            if y >= k.left && y <= k.right {
                return (k.x * y - self.value(k.x), k.x);
            }
        }
        if y == self.dinf {
            return (self.f_at_dinf, f64::INFINITY);
        }
        let Some((lo, hi, start)) = self.bracket(y, regs) else {
            let v = self.nodes.last().map_or(1.0, |n| n.t.exp());
            return (v * y - self.jet(v, regs).f, v);
        };
        if self.patched.blurs(lo.exp(), hi.exp())
            && let Some(found) = self.interpolated(y, regs)
        {
            return found;
        }
        let (value, x) = self.newton(y, lo, hi, start, regs);
        if value.is_nan() && x < 1.0 / FAR {
            // 0 ln 0: so near to 0 f is f(0) to all digits
            return (-self.f0, x);
        }
        let mut lost = || value.is_nan() || self.overflows(y, x, regs);
        if x > FARTHEST || (x > 1.0 && lost()) {
            // the formula has left the range of numbers before f did
            return (f64::INFINITY, x);
        }
        if self.clamped && value < -self.f0 {
            // a constant below a small ratio, beside which f falls
            return (-self.f0, 0.0);
        }
        (value, x)
    }

    /// Whether the search for f' = y ended at x only because the formula has no numbers beyond.
    fn overflows(&self, y: f64, x: f64, regs: &mut Vec<f64>) -> bool {
        let behind = self.nodes.last().is_none_or(|n| y > n.h);
        let found = |d1: f64| (d1 - y).abs() <= 1e-6 * y.abs();
        behind
            && !self.by_values
            && self.bounds.high.is_infinite()
            && !found(self.jet(x, regs).d1)
            && !self.jet(x * (1.0 + 1e-6), regs).d1.is_finite()
    }

    /// The first and the last ratio inside the ends of f where its formula has numbers.
    fn within(&self) -> (f64, f64) {
        let (low, high) = (self.bounds.low * (1.0 + CLOSE), self.bounds.high * (1.0 - CLOSE));
        let first = self.kinks.first().filter(|k| k.left == f64::NEG_INFINITY && k.x > low);
        let last = self.kinks.last().filter(|k| k.right == f64::INFINITY && k.x < high);
        (first.map_or(low, |k| k.x), last.map_or(high, |k| k.x))
    }

    fn bracket(&self, y: f64, regs: &mut Vec<f64>) -> Option<(f64, f64, f64)> {
        let nodes = &self.nodes;
        let i = nodes.partition_point(|k| k.h <= y);
        let last = nodes.last()?;
        // beside f'(∞) slopes are rounding, unless f* itself goes beyond all numbers on the way there
        let far = || {
            last.t.exp() > FAR && self.f_at_dinf == f64::INFINITY && last.t.exp() * y - self.value(last.t.exp()) > FAR
        };
        if i == nodes.len() && self.dinf.is_finite() && !self.by_values && !far() {
            return None;
        }
        if i == 0 && self.bounds.low > 0.0 {
            let (lo, hi) = (self.within().0.ln(), nodes[0].t);
            return Some((lo, hi, 0.5 * (lo + hi)));
        }
        if i == nodes.len() && self.bounds.high.is_finite() {
            let (lo, hi) = (nodes[i - 1].t, self.within().1.ln());
            return Some((lo, hi, 0.5 * (lo + hi)));
        }
        if i == 0 {
            let hi = nodes[0].t;
            let mut lo = hi;
            while lo > -745.0 {
                lo -= 1.0 + 0.1 * lo.abs();
                if self.jet(lo.exp(), regs).d1 < y {
                    break;
                }
            }
            return Some((lo, hi, 0.5 * (lo + hi)));
        }
        if i == nodes.len() {
            let lo = nodes[i - 1].t;
            let mut hi = lo;
            while hi < 709.0 {
                hi += 1.0 + 0.1 * hi.abs();
                if self.jet(hi.exp(), regs).d1 > y {
                    break;
                }
            }
            return Some((lo, hi, 0.5 * (lo + hi)));
        }
        let (p, q) = (nodes[i - 1], nodes[i]);
        let (dh, dt) = (q.h - p.h, q.t - p.t);
        let u = (y - p.h) / dh;
        // cubic Hermite of t(h), slopes limited so that it stays monotone
        let (m0, m1) = ((dh / p.s).min(3.0 * dt), (dh / q.s).min(3.0 * dt));
        let t = if m0.is_finite() && m1.is_finite() {
            let (u2, u3) = (u * u, u * u * u);
            (2.0 * u3 - 3.0 * u2 + 1.0) * p.t + (u3 - 2.0 * u2 + u) * m0 + (3.0 * u2 - 2.0 * u3) * q.t + (u3 - u2) * m1
        } else {
            p.t + u * dt
        };
        Some((p.t, q.t, t.clamp(p.t, q.t)))
    }

    /// f* and x* between two nodes from what they are there, where between them slopes are rounding: the cubic with the slopes x*.
    fn interpolated(&self, y: f64, regs: &mut Vec<f64>) -> Option<(f64, f64)> {
        let i = self.nodes.partition_point(|k| k.h <= y);
        if i == 0 || i == self.nodes.len() {
            return None;
        }
        let [(h0, v0, x0), (h1, v1, x1)] = [self.nodes[i - 1], self.nodes[i]].map(|n| {
            let x = n.t.exp();
            (n.h, x * n.h - self.jet(x, regs).f, x)
        });
        let between = cubic(h1 - h0, (v0, x0), (v1, x1), (y - h0) / (h1 - h0));
        between.f.is_finite().then(|| (between.f, between.d1.clamp(x0, x1)))
    }

    fn newton(&self, y: f64, mut lo: f64, mut hi: f64, mut t: f64, regs: &mut Vec<f64>) -> (f64, f64) {
        // inside whatever the rounding of ln x
        let (least, most) = self.within();
        let mut x = t.exp().max(least).min(most);
        let mut value = f64::NAN;
        for it in 0..100 {
            let j = self.jet(x, regs);
            value = j.f;
            let g = j.d1 - y;
            if g == 0.0 {
                break;
            }
            if g > 0.0 {
                hi = t
            } else {
                lo = t
            }
            let newton = t - g / (j.d2 * x);
            if j.d2 > 0.0 && (newton - t).abs() <= 4e-16 * (1.0 + t.abs()) {
                break;
            }
            let good = newton > lo && newton < hi && it <= 12;
            let next = if good { newton } else { 0.5 * (lo + hi) };
            let dt = next - t;
            t = next;
            // small updates of x directly: exp(ln x) would lose the last digits
            x = if dt.abs() < 1e-3 { x * (1.0 + dt.exp_m1()) } else { t.exp() };
            x = x.max(least).min(most);
            if dt.abs() <= 2e-16 * (1.0 + 1e-3 * t.abs()) || (dt.abs() < 3e-9 && good) {
                value = self.jet(x, regs).f;
                break;
            }
        }
        (x * y - value, x)
    }
}
