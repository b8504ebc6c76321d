//! f where its formula says something else: exactly at a place where it changes, and beside one where it is 0/0 and cancels on the way:
//! (cosh(x − 1) − 1)/(x − 1)² is 0 or anything within 1e-8 of 1.
use super::bounds::Bounds;
use super::jet::{AROUND, Jet, beside, jet_of};
use super::kinks::Kink;
use crate::generator::interval::Interval;
use crate::generator::tape::Tape;

/// The value and the slope that f has at the place, with f'' and f''' from where the formula still has digits.
#[derive(Clone, Copy, Debug)]
struct Patch {
    at: f64,
    reach: f64,
    f: f64,
    d1: f64,
    d2: f64,
    d3: f64,
}

/// What rounding may make of f'' where it is read, relative to it: the series is wrong by less in f, by a product with reach² at least.
const DIGITS: f64 = 1e-4;
/// Relative distances at which f'' is looked at, from 10^−0.75 on, each 10^0.25 nearer.
const STEPS: std::ops::RangeInclusive<i32> = 3..=24;
/// What rounding may make of a slope that others are ordered by, and most places that are looked at for that.
const SLOPE: f64 = 1e-8;
const MOST: usize = 64;
/// A formula that has digits as near as this needs no series.
const NEAR: f64 = 2e-6;

impl Patch {
    /// f with two derivatives at x, if it is near enough.
    fn jet(&self, x: f64) -> Option<Jet> {
        let t = x - self.at;
        let Patch { f, d1, d2, d3, .. } = *self;
        self.holds(x).then(|| Jet {
            f: f + t * (d1 + t * (0.5 * d2 + t * d3 / 6.0)),
            d1: d1 + t * (d2 + 0.5 * t * d3),
            d2: d2 + t * d3,
        })
    }
    /// Whether x is near enough.
    fn holds(&self, x: f64) -> bool {
        (x - self.at).abs() <= self.reach
    }
}

/// What is known of such places.
#[derive(Debug, Default)]
pub(super) struct Patched {
    /// where f changes its formula and its slopes are not those of the formula exactly there: the place, f' and f''
    hidden: Vec<(f64, f64, f64)>,
    /// where it is 0/0
    series: Vec<Patch>,
    /// places where a formula that cancels begins, and as far beside them its slopes are rounding
    blurred: Vec<(f64, f64)>,
}

impl Patched {
    /// Of the places where f changes its formula, those where it has a value of its own, and those where f' jumps, by the code of f, f' and
    /// f''; f that are too long are taken at their word beside 0/0.
    pub(super) fn of(
        tape: &Tape,
        (breaks, guarded, kinks): (&[f64], &[f64], &[Kink]),
        bounds: &Bounds,
        is_long: bool,
    ) -> Patched {
        let inside = |at: &&f64| **at > bounds.low && **at < bounds.high && **at > 0.0;
        let apart = |at: &&f64| inside(at) && !guarded.contains(at);
        let found = |b: &f64| beside(tape, *b).map(|(d1, d2)| (*b, d1, d2));
        let smooth = |at: &&f64| inside(at) && !is_long && kinks.iter().all(|k| k.x != **at);
        Patched {
            hidden: breaks.iter().filter(apart).filter_map(found).collect(),
            series: guarded.iter().filter(smooth).filter_map(|at| patch(tape, *at)).collect(),
            blurred: if is_long || breaks.len() > MOST {
                vec![]
            } else {
                breaks.iter().filter(apart).filter_map(|at| blurred(tape, *at)).collect()
            },
        }
    }
    /// f at x with its derivatives, from what the formula has.
    pub(super) fn jet(&self, x: f64, formula: impl FnOnce() -> Jet) -> Jet {
        if let Some(jet) = self.series.iter().find_map(|p| p.jet(x)) {
            return jet;
        }
        match self.hidden.iter().find(|h| (x - h.0).abs() <= AROUND * h.0) {
            Some((_, d1, d2)) => Jet { d1: *d1, d2: *d2, ..formula() },
            None => formula(),
        }
    }
    /// Whether slopes are rounding somewhere between two ratios.
    pub(super) fn blurs(&self, low: f64, high: f64) -> bool {
        self.blurred.iter().any(|(at, reach)| at - reach < high && at + reach > low)
    }
    /// Whether the formula says something else at x, or nothing.
    pub(super) fn covers(&self, x: f64) -> bool {
        if self.blurred.iter().any(|(at, reach)| (x - at).abs() <= *reach) {
            return true;
        }
        self.series.iter().any(|p| p.holds(x)) || self.hidden.iter().any(|h| (x - h.0).abs() <= AROUND * h.0)
    }
}

/// How far beside a place slopes are rounding, if they are.
fn blurred(tape: &Tape, at: f64) -> Option<(f64, f64)> {
    let sharp = |x: f64| {
        let slope = tape.over(&Interval::point(x)).get(1).copied();
        slope.is_none_or(|s| !s.defined || s.hi - s.lo <= SLOPE * (1.0 + s.magnitude()))
    };
    let both = |h: &f64| sharp(at * (1.0 - h)) && sharp(at * (1.0 + h));
    // from near to far: what is sharp beside the place is so farther out
    let h = STEPS.rev().map(|k| 10f64.powf(-0.25 * f64::from(k))).take_while(|h| !both(h)).last()?;
    Some((at, at * h))
}

fn patch(tape: &Tape, at: f64) -> Option<Patch> {
    let mut regs = vec![];
    let own = jet_of(tape, at, &mut regs);
    if !own.f.is_finite() || !own.d1.is_finite() {
        return None;
    }
    let sharp = |x: f64| {
        let bend = tape.over(&Interval::point(x)).get(2).copied();
        bend.is_some_and(|b| b.defined && b.hi - b.lo <= DIGITS * b.magnitude())
    };
    let distances = STEPS.map(|k| 10f64.powf(-0.25 * f64::from(k)));
    let both = |h: &f64| sharp(at * (1.0 - h)) && sharp(at * (1.0 + h));
    let h = distances.skip_while(|h| !both(h)).take_while(both).last()?;
    if h <= NEAR {
        return None;
    }
    let [left, right] = [1.0 - h, 1.0 + h].map(|k| jet_of(tape, at * k, &mut regs).d2);
    let reach = at * h;
    Some(Patch { at, reach, f: own.f, d1: own.d1, d2: 0.5 * (left + right), d3: 0.5 * (right - left) / reach })
}
