//! The convex conjugate of any convex f on (0, ∞), numerically in f64, with its exact effective domain.
//!
//! f*(y) = sup_{x ≥ 0} { x y − f(x) }. The maximiser x* solves f'(x*) = y by a bracketed Newton iteration in ln x,
//! started from a table of nodes; at a kink of f it stays put while y crosses the subdifferential.
use super::diff::diff;
use super::expr::{Expr, Kind, sub, x};
use super::scalar::Unary;
use super::tape::Tape;

/// f, f' and f'' at a point.
#[derive(Clone, Copy, Debug)]
pub struct Jet {
    pub f: f64,
    pub d1: f64,
    pub d2: f64,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    /// ln x
    t: f64,
    /// f'(x)
    h: f64,
    /// dh/dt
    s: f64,
}

/// A point where f' jumps from `left` to `right`.
#[derive(Clone, Copy, Debug)]
pub struct Kink {
    pub x: f64,
    pub left: f64,
    pub right: f64,
}

/// The numeric conjugate with everything it rests on.
#[derive(Debug)]
pub struct NumericConjugate {
    tape: Tape,
    /// f(0⁺)
    pub f0: f64,
    /// f'(0⁺): below it the maximiser is x = 0
    pub d0: f64,
    /// f'(∞): above it f* is +∞
    pub dinf: f64,
    /// f*(f'(∞)), finite or not
    pub f_at_dinf: f64,
    pub kinks: Vec<Kink>,
    /// every place where f changes its formula, kink or not
    pub breaks: Vec<f64>,
    /// f has parts known by their values alone
    pub by_values: bool,
    nodes: Vec<Node>,
}

/// The limit of f' at 0⁺ or ∞. It falls towards 0 and rises towards ∞: where it turns back, numbers have overflowed.
fn limit_of_slope(g: &dyn Fn(f64) -> f64, at_zero: bool) -> f64 {
    let turns = |v: &[f64]| {
        if at_zero { v[2] > v[1] + 1e-9 * (1.0 + v[1].abs()) } else { v[2] < v[1] - 1e-9 * (1.0 + v[1].abs()) }
    };
    limit_unless(g, at_zero, &turns)
}

/// The limit of g at 0⁺ or ∞ from three far-out values: a finite number, ±∞, or NaN when undecidable.
fn limit(g: &dyn Fn(f64) -> f64, at_zero: bool) -> f64 {
    limit_unless(g, at_zero, &|_| false)
}

/// The same, from nearer values where those further out are no good.
fn limit_unless(g: &dyn Fn(f64) -> f64, at_zero: bool, spoilt: &dyn Fn(&[f64]) -> bool) -> f64 {
    for base in [20.0f64, 8.0, 4.0] {
        let v: Vec<f64> = (0..3)
            .map(|k| {
                let e = base * 3f64.powi(k);
                g(10f64.powf(if at_zero { -e } else { e }))
            })
            .collect();
        if v.iter().any(|q| q.is_nan()) || spoilt(&v) {
            continue;
        }
        if v[1].is_infinite() || v[2].is_infinite() {
            return if v[1].is_infinite() { v[1] } else { v[2] };
        }
        let (d1, d2) = (v[1] - v[0], v[2] - v[1]);
        if d2.abs() <= 1e-12 * (1.0 + v[2].abs()) {
            return if v[2].abs() < 1e-50 { 0.0 } else { v[2] };
        }
        // Aitken is exact for limits approached like 1/ln x (ratio 1/3 at these exponents); ln x itself has ratio 3
        if d2.abs() < 0.6 * d1.abs() {
            return v[2] + d2 * d2 / (d1 - d2);
        }
        return if d2 > 0.0 { f64::INFINITY } else { f64::NEG_INFINITY };
    }
    f64::NAN
}

/// The limit of f' at 0⁺ or ∞ for an f known by its values: differences are trustworthy from 1e-6 on only, so four
/// points have evenly spaced exponents. Steps that shrink by a constant ratio, however near to one, sum to a finite limit
/// (f' ~ c + x^p); a ratio that is one (ln x) or rises to it (ln ln x) has none.
fn limit_by_differences(g: &dyn Fn(f64) -> f64, at_zero: bool) -> f64 {
    let points = |reach: f64| -> Vec<f64> {
        (1..=4).map(|k| g(10f64.powf(reach * f64::from(k) / if at_zero { -4.0 } else { 4.0 }))).collect()
    };
    // f itself may leave the range of numbers: exp(x) does at 710
    let reaches: &[f64] = if at_zero { &[6.0, 3.0] } else { &[9.0, 4.0, 2.0, 1.0] };
    let Some(v) = reaches.iter().map(|r| points(*r)).find(|v| v.iter().all(|q| q.is_finite())) else { return f64::NAN };
    let short = |limit: f64, digits: f64| {
        let short = (limit * digits).round() / digits;
        if (limit - short).abs() < 1e-7 * (1.0 + limit.abs()) { short } else { limit }
    };
    let (d1, d2, d3) = (v[1] - v[0], v[2] - v[1], v[3] - v[2]);
    if d3.abs() <= 1e-7 * (1.0 + v[3].abs()) {
        // what is left of the step is rounding: a short number nearby is meant
        return short(v[3], 1e6);
    }
    let (r1, r2) = (d2 / d1, d3 / d2);
    let shrinks = r2 > 0.0 && (r2 < 0.6 || r2 < 0.985 && (r2 - r1).abs() < 0.01);
    if shrinks {
        return short(v[3] + d3 * r2 / (1.0 - r2), 1e5);
    }
    if d3 > 0.0 { f64::INFINITY } else { f64::NEG_INFINITY }
}

fn kink_arguments(e: &Expr, out: &mut Vec<Expr>) {
    match e.kind() {
        Kind::Unary(Unary::Abs | Unary::Sign, u) => out.push(u.clone()),
        Kind::Binary(_, a, b) | Kind::Compare(_, a, b) => out.push(sub(a, b)),
        _ => {}
    }
    for q in e.children() {
        kink_arguments(&q, out);
    }
}

/// Zeros in x of the arguments of abs, max, min and comparisons, found by sign changes on a log grid.
fn find_breaks(f: &Expr) -> Vec<f64> {
    let mut arguments = vec![];
    kink_arguments(f, &mut arguments);
    let mut out: Vec<f64> = vec![];
    let mut regs = vec![];
    for a in &arguments {
        let tape = Tape::new(std::slice::from_ref(a));
        let mut g = |v: f64| {
            tape.eval(v, &mut regs);
            tape.out(0, &regs)
        };
        let n = 4000;
        let (mut t0, mut p) = (-40.0f64, g(f64::exp(-40.0)));
        for i in 1..=n {
            let t = -40.0f64 + 80.0 * i as f64 / n as f64;
            let q = g(t.exp());
            if p == 0.0 {
                out.push(snap(t0.exp(), &mut g));
            } else if p * q < 0.0 {
                let (mut lo, mut hi) = (t0, t);
                for _ in 0..80 {
                    let m = 0.5 * (lo + hi);
                    if (g(m.exp()) > 0.0) == (p > 0.0) { lo = m } else { hi = m }
                }
                out.push(snap(hi.exp(), &mut g));
            }
            (t0, p) = (t, q);
        }
    }
    out.sort_by(f64::total_cmp);
    out.dedup_by(|a, b| (*a - *b).abs() <= 1e-14 * b.abs());
    out
}

/// A nearby short decimal when it is an exact zero: the kink of |x − 1| is at 1, not at 1 + 1e-16.
fn snap(v: f64, g: &mut dyn FnMut(f64) -> f64) -> f64 {
    let short = (v * 1e6).round() / 1e6;
    if g(short) == 0.0 { short } else { v }
}

impl NumericConjugate {
    pub fn new(f: &Expr) -> NumericConjugate {
        let d1 = diff(f, &x());
        let d2 = diff(&d1, &x());
        let tape = Tape::new(&[f.clone(), d1, d2]);
        let jet = |v: f64| {
            let mut regs = vec![];
            jet_of(&tape, v, &mut regs)
        };
        let by_values = f.has_native();
        let slope_limit = if by_values { limit_by_differences } else { limit_of_slope };
        let d0 = slope_limit(&|v| jet(v).d1, true);
        let dinf = slope_limit(&|v| jet(v).d1, false);
        let f0 = limit(&|v| jet(v).f, true);
        let f_at_dinf = if dinf.is_finite() {
            // x f'(∞) − f(x) increases to the limit; far out it cancels, so the largest trustworthy x decides
            let at = |v: f64| v * dinf - jet(v).f;
            let (a, b, c) = (at(1e4), at(1e6), at(1e8));
            if (c - b).abs() <= 0.5 * (b - a).abs() || (c - b).abs() < 1e-6 * (1.0 + c.abs()) {
                c
            } else {
                f64::INFINITY
            }
        } else {
            f64::INFINITY
        };
        let breaks = find_breaks(f);
        let mut regs = vec![];
        let n = 1536;
        let reach = (2.0 * 650.0f64).ln();
        let mut ts: Vec<f64> = (0..=n).map(|i| (reach * (2.0 * i as f64 / n as f64 - 1.0)).sinh()).collect();
        if by_values {
            // below e^-16 differences drown in the rounding of f
            ts = (0..=n).map(|i| -16.0 + 56.0 * i as f64 / n as f64).collect();
        }
        let mut kinks = vec![];
        let eps = 4.0 * f64::EPSILON;
        for &b in &breaks {
            ts.push((b * (1.0 - eps)).ln());
            ts.push((b * (1.0 + eps)).ln());
            let left = jet_of(&tape, b * (1.0 - eps), &mut regs).d1;
            let right = jet_of(&tape, b * (1.0 + eps), &mut regs).d1;
            if right - left > 1e-10 * (1.0 + left.abs()) {
                kinks.push(Kink { x: b, left, right });
            }
        }
        ts.sort_by(f64::total_cmp);
        let mut nodes: Vec<Node> = vec![];
        for t in ts {
            let v = t.exp();
            let j = jet_of(&tape, v, &mut regs);
            if j.d1.is_finite() && nodes.last().is_none_or(|l| j.d1 > l.h) {
                nodes.push(Node { t, h: j.d1, s: j.d2 * v });
            }
        }
        NumericConjugate { tape, f0, d0, dinf, f_at_dinf, kinks, breaks, by_values, nodes }
    }

    /// f, f', f'' at x.
    pub fn jet(&self, x: f64, regs: &mut Vec<f64>) -> Jet {
        jet_of(&self.tape, x, regs)
    }

    pub fn tape(&self) -> &Tape {
        &self.tape
    }

    /// (f*(y), x*) with x* = f*'(y); (∞, ∞) outside the effective domain.
    pub fn eval(&self, y: f64, regs: &mut Vec<f64>) -> (f64, f64) {
        if y.is_nan() {
            return (f64::NAN, f64::NAN);
        }
        if y <= self.d0 {
            return (-self.f0, 0.0);
        }
        if y > self.dinf {
            return (f64::INFINITY, f64::INFINITY);
        }
        for k in &self.kinks {
            if y >= k.left && y <= k.right {
                return (k.x * y - self.jet(k.x, regs).f, k.x);
            }
        }
        if y == self.dinf {
            return (self.f_at_dinf, f64::INFINITY);
        }
        let Some((lo, hi, start)) = self.bracket(y, regs) else {
            let v = self.nodes.last().map_or(1.0, |n| n.t.exp());
            return (v * y - self.jet(v, regs).f, v);
        };
        self.newton(y, lo, hi, start, regs)
    }

    fn bracket(&self, y: f64, regs: &mut Vec<f64>) -> Option<(f64, f64, f64)> {
        let nodes = &self.nodes;
        let i = nodes.partition_point(|k| k.h <= y);
        if nodes.is_empty() || (i == nodes.len() && self.dinf.is_finite() && !self.by_values) {
            return None;
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

    fn newton(&self, y: f64, mut lo: f64, mut hi: f64, mut t: f64, regs: &mut Vec<f64>) -> (f64, f64) {
        let mut x = t.exp();
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
            if dt.abs() <= 2e-16 * (1.0 + 1e-3 * t.abs()) || (dt.abs() < 3e-9 && good) {
                value = self.jet(x, regs).f;
                break;
            }
        }
        (x * y - value, x)
    }
}

fn jet_of(tape: &Tape, x: f64, regs: &mut Vec<f64>) -> Jet {
    tape.eval(x, regs);
    Jet { f: tape.out(0, regs), d1: tape.out(1, regs), d2: tape.out(2, regs) }
}
