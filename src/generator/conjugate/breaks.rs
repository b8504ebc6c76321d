//! Where f changes its formula: the zeros of what abs, max, min and comparisons look at.
use crate::generator::expr::{Expr, Kind, sub};
use crate::generator::scalar::Unary;
use crate::generator::tape::Tape;
use crate::interrupt;

/// What abs, max, min and comparisons look at.
pub(super) fn kink_arguments(e: &Expr, out: &mut Vec<Expr>) {
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
pub(super) fn find_breaks(f: &Expr) -> Vec<f64> {
    let mut arguments = vec![];
    kink_arguments(f, &mut arguments);
    let mut out: Vec<f64> = vec![];
    for a in &arguments {
        zeros(a, &mut out);
    }
    if interrupt::poll().is_err() {
        return vec![];
    }
    out.sort_by(f64::total_cmp);
    out.dedup_by(|a, b| (*a - *b).abs() <= 1e-14 * b.abs());
    out
}

/// Zeros in x of an expression at which it changes its sign.
pub(super) fn zeros(a: &Expr, out: &mut Vec<f64>) {
    let tape = Tape::new(std::slice::from_ref(a));
    let mut regs = vec![];
    let mut g = |v: f64| {
        tape.eval(v, &mut regs);
        tape.out(0, &regs)
    };
    let n = 4000;
    let (mut t0, mut p) = (-40.0f64, g(f64::exp(-40.0)));
    for i in 1..=n {
        if interrupt::poll().is_err() {
            return;
        }
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
            let zero = nearest(lo.exp() * (1.0 - 1e-13), hi.exp() * (1.0 + 1e-13), p > 0.0, &mut g);
            out.push(snap(zero, &mut g));
        }
        (t0, p) = (t, q);
    }
}

/// The number next to where g changes its sign, between two of which the first is as g is below.
fn nearest(mut lo: f64, mut hi: f64, above: bool, g: &mut dyn FnMut(f64) -> f64) -> f64 {
    // doubles of one sign are in the order of their bits
    while lo.to_bits() + 1 < hi.to_bits() {
        let middle = f64::from_bits(lo.to_bits() + (hi.to_bits() - lo.to_bits()) / 2);
        match g(middle) {
            0.0 => return middle,
            v if (v > 0.0) == above => lo = middle,
            _ => hi = middle,
        }
    }
    hi
}

/// A nearby short decimal when it is an exact zero: the kink of |x − 1| is at 1, not at 1 + 1e-16.
fn snap(v: f64, g: &mut dyn FnMut(f64) -> f64) -> f64 {
    let short = (v * 1e6).round() / 1e6;
    if g(short) == 0.0 {
        return short;
    }
    // 1e9 and 2e-9 are short, too
    let digits = |n: usize| format!("{v:.n$e}").parse::<f64>().ok();
    let mut close = |s: &f64| (s - v).abs() <= 1e-13 * v && g(*s) == 0.0;
    (0..12).filter_map(digits).find(|s| close(s)).unwrap_or(v)
}
