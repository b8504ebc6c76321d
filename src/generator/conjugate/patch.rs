//! f where its formula says something else: exactly at a place where it changes, and beside one where it is 0/0 and cancels on the way:
//! (cosh(x − 1) − 1)/(x − 1)² is 0 or anything within 1e-8 of 1.
use super::bounds::Bounds;
use super::jet::{AROUND, Jet, beside, cubic, jet_of};
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
/// The same for slopes.
const BLURRED: std::ops::RangeInclusive<i32> = 3..=48;
/// A window as narrow as this beside its place has no slope of its own.
const NARROW: f64 = 1e-6;
/// What rounding makes of a ratio.
const SAME: f64 = 1e-13;
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

/// From where to where slopes are rounding.
#[derive(Clone, Copy, Debug)]
struct Blur {
    from: f64,
    to: f64,
    /// the places where the formula begins, between which something else is written
    window: (f64, f64),
    /// f and f' at both ends, where what is written between is too narrow to have a slope of its own
    bridge: Option<[(f64, f64); 2]>,
}

impl Blur {
    /// f on the cubic between the ends.
    fn jet(&self, x: f64) -> Option<Jet> {
        let [left, right] = self.bridge?;
        let h = self.to - self.from;
        let t = (x - self.from) / h;
        (t > 0.0 && t < 1.0).then(|| cubic(h, left, right, t))
    }
    /// Both as one, if they are the sides of one window.
    fn joined(self, next: Blur) -> Option<Blur> {
        let apart = next.from - self.to;
        (apart <= (self.to - self.from).max(next.to - next.from)).then_some(Blur {
            from: self.from,
            to: self.to.max(next.to),
            window: (self.window.0, next.window.1),
            bridge: None,
        })
    }
}

/// What is known of such places.
#[derive(Debug, Default)]
pub(super) struct Patched {
    /// where f changes its formula and its slopes are not those of the formula exactly there: the place, f' and f''
    hidden: Vec<(f64, f64, f64)>,
    /// where it is 0/0
    series: Vec<Patch>,
    /// where the slopes of a formula that cancels are rounding, beside places where it begins
    blurred: Vec<Blur>,
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
                joined(tape, kinks, breaks.iter().filter(apart).filter_map(|at| blurred(tape, *at)))
            },
        }
    }
    /// f at x with its derivatives, from what the formula has.
    pub(super) fn jet(&self, x: f64, formula: impl FnOnce() -> Jet) -> Jet {
        if let Some(jet) = self.series.iter().find_map(|p| p.jet(x)) {
            return jet;
        }
        if let Some((blur, jet)) = self.blurred.iter().find_map(|b| Some((b, b.jet(x)?))) {
            let written = x >= blur.window.0 && x <= blur.window.1;
            return if written { Jet { f: formula().f, ..jet } } else { jet };
        }
        match self.hidden.iter().find(|h| (x - h.0).abs() <= AROUND * h.0) {
            Some((_, d1, d2)) => Jet { d1: *d1, d2: *d2, ..formula() },
            None => formula(),
        }
    }
    /// Whether slopes are rounding somewhere between two ratios.
    pub(super) fn blurs(&self, low: f64, high: f64) -> bool {
        self.blurred.iter().any(|b| b.from * (1.0 + SAME) < high && b.to * (1.0 - SAME) > low)
    }
    /// The ratios where slopes begin and end to be rounding.
    pub(super) fn edges(&self) -> impl Iterator<Item = f64> {
        self.blurred.iter().flat_map(|b| [b.from, b.to])
    }
    /// Whether the formula says something else at x, or nothing.
    pub(super) fn covers(&self, x: f64) -> bool {
        if self.blurs(x, x) {
            return true;
        }
        self.series.iter().any(|p| p.holds(x)) || self.hidden.iter().any(|h| (x - h.0).abs() <= AROUND * h.0)
    }
}

/// From where to where beside a place slopes are rounding, if they are.
fn blurred(tape: &Tape, at: f64) -> Option<Blur> {
    let sharp = |x: f64| {
        let slope = tape.over(&Interval::point(x)).get(1).copied();
        slope.is_none_or(|s| !s.defined || s.hi - s.lo <= SLOPE * (1.0 + s.magnitude()))
    };
    // from near to far: what is sharp beside the place is so farther out
    let end = |side: f64| {
        let distances = BLURRED.rev().map(|k| 10f64.powf(-0.25 * f64::from(k)));
        let last = distances.clone().take_while(|h| !sharp(at * (1.0 + side * h))).last();
        last.map_or(at, |last| at * (1.0 + side * distances.filter(|h| *h > last).fold(1.0, f64::min)))
    };
    let (from, to) = (end(-1.0), end(1.0));
    (from < to).then_some(Blur { from, to, window: (at, at), bridge: None })
}

/// In order, those of one window together.
fn joined(tape: &Tape, kinks: &[Kink], all: impl Iterator<Item = Blur>) -> Vec<Blur> {
    let mut out: Vec<Blur> = vec![];
    for blur in all {
        let both = out.last().and_then(|last| last.joined(blur));
        if both.is_some() {
            out.pop();
        }
        out.push(both.unwrap_or(blur));
    }
    let narrow = |b: &Blur| b.window.0 < b.window.1 && b.window.1 - b.window.0 <= NARROW * b.to;
    let smooth = |b: &Blur| !kinks.iter().any(|k| k.x >= b.window.0 && k.x <= b.window.1);
    for b in out.iter_mut().filter(|b| narrow(b) && smooth(b)) {
        let ends = [b.from, b.to].map(|x| jet_of(tape, x, &mut vec![])).map(|j| (j.f, j.d1));
        b.bridge = Some(ends).filter(|e| e.iter().all(|(f, d1)| f.is_finite() && d1.is_finite()));
    }
    out
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
