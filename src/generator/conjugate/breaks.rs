//! Where f changes its formula: the zeros of what abs, max, min and comparisons look at, and of what is divided by.
use crate::generator::expr::{Expr, Kind, sub};
use crate::generator::long;
use crate::generator::scalar::Unary;
use crate::generator::tape::Tape;
use crate::interrupt;
use std::collections::HashSet;

/// What abs, max, min and comparisons look at, and what f is divided by.
pub(super) fn kink_arguments(e: &Expr, out: &mut Vec<Expr>) {
    match e.kind() {
        // lgamma and digamma have a pole where their argument is 0
        Kind::Unary(Unary::Abs | Unary::Sign | Unary::LnGamma | Unary::Polygamma(..), u) => out.push(u.clone()),
        Kind::Binary(_, a, b) | Kind::Compare(_, a, b) => out.push(sub(a, b)),
        // and so has a power below 0
        Kind::Prod(v) => {
            let below = |p: &Expr| p.as_const().is_some_and(|p| p < 0.0);
            out.extend(v.iter().filter(|(b, p)| below(p) && b.has_x() && !b.is_positive()).map(|(b, _)| b.clone()));
        }
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
    zeros(&arguments, &mut out);
    if interrupt::poll().is_err() {
        return vec![];
    }
    out.sort_by(f64::total_cmp);
    out.dedup_by(|a, b| (*a - *b).abs() <= 1e-14 * b.abs());
    out
}

/// Steps of the grid in ln x, and where it ends.
const STEPS: usize = 4000;
const END: f64 = 40.0;
/// How often zeros that were found become points of the grid, and how many of them.
const ROUNDS: usize = 4;
const MOST: usize = 200;
/// What rounding makes of ln x.
const SAME: f64 = 1e-12;

/// Where neighbours on a way have values of different signs, with the first of these: of each expression. A change of sign around a known
/// zero is that one. None where somebody wants to stop.
fn changes(
    way: &[f64],
    values: &mut dyn FnMut(f64) -> Vec<f64>,
    known: &[Vec<f64>],
    found: &mut [Vec<(f64, f64, f64)>],
) -> Option<()> {
    let mut last: Option<(f64, Vec<f64>)> = None;
    for t in way {
        interrupt::poll().ok()?;
        let here = values(*t);
        for (k, (p, q)) in last.iter().flat_map(|l| l.1.iter().zip(&here)).enumerate() {
            let from = last.as_ref().map_or(*t, |l| l.0);
            let new = || known[k].iter().all(|z| *z < from - SAME || *z > t + SAME);
            if (*p == 0.0 || p * q < 0.0) && new() {
                found[k].push((from, *t, *p));
            }
        }
        last = Some((*t, here));
    }
    Some(())
}

/// Zeros in x of expressions at which they change their signs. What they share is computed once for all.
pub(super) fn zeros(all: &[Expr], out: &mut Vec<f64>) {
    let mut seen = HashSet::new();
    let all: Vec<&Expr> = all.iter().filter(|a| seen.insert(*a)).collect();
    let tape = Tape::new(&all.iter().map(|a| (*a).clone()).collect::<Vec<Expr>>());
    let mut regs = vec![];
    let mut values = |t: f64| -> Vec<f64> {
        tape.eval(t.exp(), &mut regs);
        (0..all.len()).map(|i| tape.out(i, &regs)).collect()
    };
    let n = long::points(STEPS, 8, &tape);
    let place = |i: usize| -END + 2.0 * END * i as f64 / n as f64;
    let mut ways: Vec<Vec<f64>> = vec![(0..=n).map(place).collect()];
    // ln x of the zeros of each
    let mut known: Vec<Vec<f64>> = vec![vec![]; all.len()];
    for _ in 0..ROUNDS {
        let mut found: Vec<Vec<(f64, f64, f64)>> = vec![vec![]; all.len()];
        for way in &ways {
            if changes(way, &mut values, &known, &mut found).is_none() {
                return;
            }
        }
        let first = out.len();
        for (k, a) in all.iter().enumerate().filter(|(k, _)| !found[*k].is_empty()) {
            let tape = Tape::new(std::slice::from_ref(*a));
            let mut regs = vec![];
            let mut g = |v: f64| {
                tape.eval(v, &mut regs);
                tape.out(0, &regs)
            };
            for p in found[k].iter().take_while(|_| interrupt::poll().is_ok()) {
                let z = zero(*p, &mut g);
                known[k].push(z.ln());
                if !out.contains(&z) {
                    out.push(z);
                }
            }
        }
        // where one argument has a zero another may have a peak between two points of the grid, as max(0, 1 − 1e6 |x − c|) has
        let cell = |z: &f64| {
            let t = z.ln();
            let i = ((t + END) / (2.0 * END) * n as f64).floor();
            (i >= 0.0 && i < n as f64).then(|| vec![place(i as usize), t, place(i as usize + 1)])
        };
        ways = out[first..].iter().filter_map(cell).take(MOST).collect();
        if ways.is_empty() {
            break;
        }
    }
}

/// The zero of g between two places in ln x, of which the first has the value p.
fn zero((t0, t, p): (f64, f64, f64), g: &mut dyn FnMut(f64) -> f64) -> f64 {
    if p == 0.0 {
        return snap(t0.exp(), g);
    }
    let (mut lo, mut hi) = (t0, t);
    for _ in 0..80 {
        let m = 0.5 * (lo + hi);
        if m == lo || m == hi {
            break;
        }
        if (g(m.exp()) > 0.0) == (p > 0.0) { lo = m } else { hi = m }
    }
    let zero = nearest(lo.exp() * (1.0 - 1e-13), hi.exp() * (1.0 + 1e-13), p > 0.0, g);
    snap(zero, g)
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
