//! f'' ≥ 0 on a smooth piece: leading terms at its ends, intervals between.
use super::jet::Jet;
use super::pieces::Piece;
use super::refute::Refuter;
use super::series::{REACHES, Series};
use super::study::Study;
use crate::generator::interval::Interval;
use crate::generator::tape::Tape;
use crate::interrupt;
use std::collections::VecDeque;

/// Where the search ends if leading terms say nothing.
const END: f64 = 1e-12;
/// How much of a piece next to a place is looked at first.
const BESIDE: f64 = 1e-3;

/// Where leading terms are taken.
#[derive(Clone, Copy)]
enum End {
    Zero,
    Infinity,
    /// to the right (1) or to the left (−1) of a place
    Place(f64, f64),
}

impl End {
    fn x(self, reach: f64) -> Series {
        match self {
            End::Zero => Series::x(0.0, 1.0, 1.0, reach),
            End::Infinity => Series::x(0.0, 1.0, -1.0, reach),
            End::Place(b, side) => Series::x(b, side, 1.0, reach),
        }
    }
    /// f'' ≥ 0 up to `reach`, and why.
    fn proves(self, tape: &Tape, reach: f64) -> Option<String> {
        // whoever was asked to stop takes no verdict home
        interrupt::poll().ok()?;
        let j = tape.over(&Jet::variable(self.x(reach))).remove(0);
        let (place, name) = match self {
            End::Zero => (format!("(0, {reach:e}]"), "x".to_string()),
            End::Infinity => (format!("[{:e}, inf)", 1.0 / reach), "(1/x)".to_string()),
            End::Place(b, side) if side > 0.0 => (format!("({b}, {b} + {reach:e}]"), format!("|x - {b}|")),
            End::Place(b, _) => (format!("[{b} - {reach:e}, {b})"), format!("|x - {b}|")),
        };
        if !j.0.is_defined() {
            return None;
        }
        j.2.nonnegative(&name).map(|why| format!("on {place}: f'' {why}"))
    }
    /// How far leading terms reach, at most `within`; what does not hold very near to the end is not tried far from it.
    fn reach(self, tape: &Tape, within: f64, s: &mut Study) -> Option<f64> {
        let mut reaches: Vec<f64> = REACHES.into_iter().filter(|r| *r < within).collect();
        if matches!(self, End::Place(..)) {
            reaches.retain(|r| *r >= 1e-12);
        }
        let most = reaches.first().copied()?;
        if let Some(step) = self.proves(tape, most) {
            s.steps.push(step);
            return Some(most);
        }
        self.proves(tape, reaches.last().copied()?)?;
        let (reach, step) = reaches[1..].iter().find_map(|r| Some((*r, self.proves(tape, *r)?)))?;
        s.steps.push(step);
        Some(reach)
    }
}

/// f'' ≥ 0 for certain on an interval.
fn holds(tape: &Tape, x: Interval) -> bool {
    let j = tape.over(&Jet::variable(x)).remove(0);
    j.0.defined && j.2.defined && j.2.lo >= 0.0
}

/// f'' ≥ 0 on a piece.
pub fn smooth(p: &Piece, tape: &Tape, refuter: &Refuter, s: &mut Study) {
    // f often has its least value at 1, and f'' with it
    let (from, to) = (p.from.lo, p.to.hi);
    let beside = Interval::new(1.0 - BESIDE, 1.0 + BESIDE);
    let one = Interval::point(1.0);
    let at = tape.over(&Jet::variable(one)).remove(0);
    let differentiable = at.0.defined && at.1.defined;
    if from < beside.lo && to > beside.hi && differentiable && !holds(tape, beside) {
        between(p.from, one, tape, refuter, s);
        if s.violation.is_none() {
            between(one, p.to, tape, refuter, s);
        }
    } else {
        between(p.from, p.to, tape, refuter, s);
    }
}

fn between(begin: Interval, end: Interval, tape: &Tape, refuter: &Refuter, s: &mut Study) {
    let (mut from, mut to) = (begin.lo, end.hi);
    if from == 0.0 {
        from = match End::Zero.reach(tape, to, s) {
            Some(reach) => reach,
            None => {
                s.from = END.min(0.5 * to);
                s.from
            }
        };
    } else if begin.lo == begin.hi
        && !holds(tape, Interval::new(from, (from * (1.0 + BESIDE)).min(to)))
        && let Some(reach) = End::Place(from, 1.0).reach(tape, 0.5 * from.min(to - from), s)
    {
        from = (from + reach).next_down();
    }
    if to == f64::INFINITY {
        to = match End::Infinity.reach(tape, 1.0 / from, s) {
            Some(reach) => 1.0 / reach * (1.0 + 1e-15),
            None => {
                s.to = (1.0 / END).max(2.0 * from);
                s.to
            }
        };
    } else if end.lo == end.hi
        && !holds(tape, Interval::new((to * (1.0 - BESIDE)).max(from), to))
        && let Some(reach) = End::Place(to, -1.0).reach(tape, 0.5 * (to - from), s)
    {
        to = (to - reach).next_up();
    }
    let mut boxes = VecDeque::new();
    let mut lo = from;
    while lo < to {
        let hi = (4.0 * lo).min(to);
        boxes.push_back((lo, hi));
        lo = hi;
    }
    let n = boxes.len();
    let left = s.left;
    let undecided = bisect(boxes, tape, refuter, s);
    if undecided == 0 {
        s.steps.push(format!("on [{from:.6e}, {to:.6e}]: f'' >= 0 on {} intervals", (left - s.left).max(n)));
    }
}

/// Halves intervals until f'' ≥ 0 on each is certain or work is used up; the number of those that are left.
fn bisect(mut boxes: VecDeque<(f64, f64)>, tape: &Tape, refuter: &Refuter, s: &mut Study) -> usize {
    let (mut undecided, mut strongest) = (0, 0.0);
    while let Some((lo, hi)) = boxes.pop_front() {
        // whoever was asked to stop takes no verdict home
        if interrupt::poll().is_err() {
            s.miss(1.0);
            return boxes.len() + 1;
        }
        let range = Interval::new(lo, hi);
        let j = tape.over(&Jet::third(range)).remove(0);
        s.left = s.left.saturating_sub(1);
        if j.0.defined && j.2.defined && j.2.lo >= 0.0 {
            continue;
        }
        let middle = (lo * hi).sqrt().clamp(lo, hi);
        let at = tape.over(&Jet::variable(Interval::point(middle))).remove(0);
        let mut least = if j.0.defined && j.2.defined { j.2.lo } else { f64::NAN };
        if let Some(third) = &j.3 {
            // f''(m) + f'''·(x − m) for all f''' and x there
            let mean = at.2.add(&third.mul(&range.sub(&Interval::point(middle))));
            if j.0.defined && j.2.defined && mean.defined {
                least = least.max(mean.lo);
            }
        }
        if least >= 0.0 {
            continue;
        }
        look(middle, &at, refuter, &mut strongest, s);
        if s.violation.is_some() {
            return boxes.len() + 1;
        }
        let narrow = hi - lo <= 4.0 * f64::EPSILON * hi || middle <= lo || middle >= hi;
        if !(narrow || s.left == 0) {
            boxes.extend([(lo, middle), (middle, hi)]);
            continue;
        }
        undecided += 1;
        if !j.0.defined {
            let shown = |x: &f64| refuter.around(*x).or_else(|| refuter.undefined(*x));
            s.violation = [lo, middle, hi].iter().find_map(shown);
        }
        s.miss(if least.is_nan() { 1.0 } else { -least * (hi - lo) * hi / refuter.scale(middle) });
        if s.violation.is_some() {
            return undecided;
        }
    }
    undecided
}

/// Is f'' < 0 at x, and do three points show it?
fn look(x: f64, at: &Jet<Interval>, refuter: &Refuter, strongest: &mut f64, s: &mut Study) {
    if at.0.defined && !(at.2.defined && at.2.hi < 0.0) {
        return;
    }
    let strength = if at.0.defined { -at.2.hi * x * x / refuter.scale(x) } else { 1e-3 };
    // where f leaves the range of numbers nothing can be shown, and what is nearer is no weaker for that
    if strength.is_finite() && strength > 4.0 * *strongest {
        *strongest = strength;
        s.violation = refuter.around(x).or_else(|| refuter.undefined(x));
    }
}
