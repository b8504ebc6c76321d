//! Points of f' from which Newton's iteration for f* starts, and where near 0 a formula has lost its slopes.
use super::bounds::Bounds;
use super::jet::{CLOSE, jet_of};
use crate::generator::tape::Tape;
use crate::interrupt;

/// A point with its slope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// ln x
    pub t: f64,
    /// f'(x)
    pub h: f64,
    /// dh/dt
    pub s: f64,
}

/// ln x where f is looked at for the nodes, n of them: dense near 1 and beside the places where f changes or ends.
pub(super) fn places(n: usize, by_values: bool, breaks: &[f64], bounds: &Bounds) -> Vec<f64> {
    let reach = (2.0 * 650.0f64).ln();
    let mut ts: Vec<f64> = (0..=n).map(|i| (reach * (2.0 * i as f64 / n as f64 - 1.0)).sinh()).collect();
    if by_values {
        // below e^-16 differences drown in the rounding of f
        ts = (0..=n).map(|i| -16.0 + 56.0 * i as f64 / n as f64).collect();
    }
    for b in breaks {
        ts.extend([(b * (1.0 - CLOSE)).ln(), (b * (1.0 + CLOSE)).ln()]);
    }
    if bounds.is_bounded() {
        let nearer = (1..=48).map(|k| 0.5f64.powi(k));
        ts.extend(nearer.flat_map(|h| [(bounds.low * (1.0 + h)).ln(), (bounds.high * (1.0 - h)).ln()]));
        ts.retain(|t| t.exp() > bounds.low && t.exp() < bounds.high);
    }
    ts
}

/// ln x where a formula may begin to lose f': nearer to 1 it is no f.
const CANCELS: f64 = -7.0;

/// What f' may be beside a neighbour or a limit it should keep to, and have been rounded.
fn rounded(slope: f64) -> f64 {
    1e-9 * (1.0 + slope.abs())
}

/// Points at which f' rises, sought from 1 outwards: far out, and near 0 where terms cancel, a slope may be no number that means
/// anything. None lies below f'(0).
pub(super) fn nodes(tape: &Tape, ts: &[f64], d0: f64) -> Vec<Node> {
    let mut regs = vec![];
    let mut node = |t: f64| {
        let v = t.exp();
        let j = jet_of(tape, v, &mut regs);
        Node { t, h: j.d1, s: j.d2 * v }
    };
    let middle = ts.partition_point(|t| *t < 0.0);
    let (mut nodes, mut left): (Vec<Node>, Vec<Node>) = (vec![], vec![]);
    for t in &ts[middle..] {
        if interrupt::poll().is_err() {
            break;
        }
        let n = node(*t);
        if n.h.is_finite() && nodes.last().is_none_or(|l| n.h > l.h) {
            nodes.push(n);
        }
    }
    for t in ts[..middle].iter().rev() {
        if interrupt::poll().is_err() {
            break;
        }
        let n = node(*t);
        let last = left.last().or(nodes.first()).map_or(f64::INFINITY, |l| l.h);
        if !n.h.is_finite() || n.h < d0 - rounded(d0) {
            continue;
        }
        if n.h > last + rounded(last) {
            break;
        }
        if n.h == last {
            // the farthest of those with one slope
            left.pop();
        }
        if n.h <= last && left.last().or(nodes.first()).is_none_or(|l| n.h < l.h) {
            left.push(n);
        }
    }
    left.reverse();
    left.extend(nodes);
    left
}

/// Where near 0 the slopes of a formula are above those farther out or below f'(0), though f has a value and a slope at 0: below
/// which x, and f'' there.
pub(super) fn spoilt(tape: &Tape, ts: &[f64], nodes: &[Node], f0: f64, d0: f64) -> Option<(f64, f64)> {
    let first = nodes.first().filter(|n| n.t < CANCELS && f0.is_finite() && d0.is_finite())?;
    let mut regs = vec![];
    let is_wrong = |t: &f64| {
        let h = jet_of(tape, t.exp(), &mut regs).d1;
        !h.is_finite() || h > first.h + rounded(first.h) || h < d0 - rounded(d0)
    };
    let least = first.t.exp();
    ts.iter().filter(|t| **t < first.t).any(is_wrong).then_some((least, (first.h - d0) / least))
}
