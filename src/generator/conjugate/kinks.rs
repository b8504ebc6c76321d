//! Where f' jumps: the places where f changes its formula, less those where it does so smoothly.
use super::bounds::Bounds;
use super::breaks::kink_arguments;
use super::jet::{CLOSE, jet_of};
use crate::generator::asymptotics;
use crate::generator::expr::{Expr, add, condition_on, constant, scale, substitute, x};
use crate::generator::interval::Interval;
use crate::generator::scalar::Relation;
use crate::generator::tape::Tape;

/// A point where f' jumps from `left` to `right`.
#[derive(Clone, Copy, Debug)]
pub struct Kink {
    /// where
    pub x: f64,
    /// f'(x⁻)
    pub left: f64,
    /// f'(x⁺)
    pub right: f64,
}

/// A difference of slopes is one of more than so many times what f'' makes on the way.
const SMOOTH: f64 = 16.0;
/// A part of the difference that f'' does not make at a kink: of |x − 1|^p it makes p − 1, however near to 1.
const HARDLY: f64 = 1e-9;
/// A jump beside the slopes on both of its sides, at least.
const JUMP: f64 = 1e-10;

/// Where f' jumps between the ends.
pub(super) fn inner_kinks(tape: &Tape, breaks: &[f64], bounds: &Bounds) -> Vec<Kink> {
    let inside = |b: &&f64| {
        let near = |end: f64| (**b - end).abs() <= 1e-12 * **b;
        **b >= bounds.low && **b <= bounds.high && !near(bounds.low) && !near(bounds.high)
    };
    let mut arguments = vec![];
    if !breaks.is_empty() {
        kink_arguments(&bounds.inside, &mut arguments);
    }
    let arguments = Tape::new(&arguments);
    let mut guarded = vec![];
    guards(&bounds.inside, &mut guarded);
    let found = |b: &f64| kink(tape, *b, &arguments, bounds, guarded.contains(b));
    breaks.iter().filter(inside).filter_map(found).collect()
}

/// The places of conditions x = c and x ≠ c.
pub(super) fn guards(e: &Expr, out: &mut Vec<f64>) {
    if let Some((Relation::Eq | Relation::Ne, c)) = condition_on(e, &x()) {
        out.push(c);
    }
    e.children().iter().for_each(|c| guards(c, out));
}

/// As near to a place where a formula may be 0/0 as its slopes still have digits.
const BESIDE_GUARD: f64 = 1e-4;

fn kink(tape: &Tape, b: f64, arguments: &Tape, bounds: &Bounds, guarded: bool) -> Option<Kink> {
    let mut regs = vec![];
    let mut jump = |close: f64| {
        let before = jet_of(tape, b * (1.0 - close), &mut regs);
        let behind = jet_of(tape, b * (1.0 + close), &mut regs);
        let (left, right) = (before.d1, behind.d1);
        // a jump in units of f': more than rounding, and more than f'' explains on the way from one point to the other
        let smooth = close * b * (before.d2.abs() + behind.d2.abs());
        let seen = right - left > (JUMP * (left.abs() + right.abs())).max(SMOOTH * smooth);
        let certain =
            || right - left > SMOOTH * [1.0 - close, 1.0 + close].map(|k| rounded(tape, b * k)).iter().sum::<f64>();
        (seen && certain()).then_some((Kink { x: b, left, right }, smooth > HARDLY * (right - left)))
    };
    let jumps = |(left, right): (f64, f64)| {
        (right - left > JUMP * (left.abs() + right.abs())).then_some(Kink { x: b, left, right })
    };
    if guarded {
        // next to 0/0 slopes are rounding
        return match exact(b, arguments, &bounds.inside) {
            Some(slopes) => jumps(slopes),
            None => jump(BESIDE_GUARD).map(|k| k.0),
        };
    }
    // where the formula changes at a difference of large terms, rounding decides on which side near points are
    let (seen, doubtful) = (0..4).find_map(|k| jump(CLOSE * 64f64.powi(k)))?;
    // |x − 1|^1.01 has the slope 0 at 1, though no number beside 1 is near enough to see that
    match doubtful.then(|| exact(b, arguments, &bounds.inside)).flatten() {
        Some(slopes) => jumps(slopes),
        None => Some(seen),
    }
}

/// How far off f' may be at x, where its formula may cancel; 0 where that is not known.
fn rounded(tape: &Tape, x: f64) -> f64 {
    let slope = tape.over(&Interval::point(x)).get(1).copied();
    slope.filter(|s| s.defined).map_or(0.0, |s| s.hi - s.lo).min(f64::MAX)
}

/// The limits of f' on both sides of b, from its formula, if conditions change exactly there.
fn exact(b: f64, arguments: &Tape, f: &Expr) -> Option<(f64, f64)> {
    let near = arguments.over(&Interval::new(b * (1.0 - 1e-13), b * (1.0 + 1e-13)));
    let at = arguments.over(&Interval::point(b));
    let decided = |(near, at): (&Interval, &Interval)| at.is_zero() || (near.defined && !near.has_zero());
    if !near.iter().zip(&at).all(decided) {
        return None;
    }
    let limit = |side: f64| {
        let (_, slope) = asymptotics::at_zero(&substitute(f, &x(), &add(&constant(b), &scale(side, &x()))))?;
        Some(side * slope).filter(|s| s.is_finite())
    };
    Some((limit(-1.0)?, limit(1.0)?))
}
