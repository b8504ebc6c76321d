//! What a grid says of an f that could be neither proved nor refuted by intervals.
use super::refute::{Kind, Refuter, Violation};
use super::study::Study;
use crate::generator::conjugate::numeric::NumericConjugate;
use crate::generator::long;
use crate::generator::native::rounding;
use crate::interrupt;

/// Points of the grid, evenly spaced in ln x, and the ends of it.
const POINTS: usize = 20000;
const REACH: f64 = 20.0;

/// Whether f' increases on the grid: the size of what may have been missed, from where, to where. What is not a number never passes.
pub fn look(numeric: &NumericConjugate, refuter: &Refuter, study: Study) -> Result<[f64; 3], Violation> {
    let mut regs = vec![];
    let mut before = f64::NEG_INFINITY;
    let (mut from, mut to) = (f64::NAN, f64::NAN);
    let mut missed = study.relative;
    let mut last = f64::NAN;
    let points = long::points(POINTS, 40, numeric.tape());
    for i in 0..=points {
        // whoever was asked to stop takes no verdict home
        if interrupt::poll().is_err() {
            break;
        }
        let v = (-REACH + 2.0 * REACH * i as f64 / points as f64).exp();
        if v <= numeric.bounds.low || v >= numeric.bounds.high {
            continue;
        }
        let j = numeric.jet(v, &mut regs);
        if j.f == f64::INFINITY && (before > 0.0 || before == f64::NEG_INFINITY) {
            // f rising beyond the largest number is no violation, and neither is a pole at 0
            if before > 0.0 {
                break;
            }
            continue;
        }
        if !j.f.is_finite() {
            if !numeric.by_values && refuter.at(v).defined {
                // overflow on the way to a number: nothing is said about this place
                continue;
            }
            return Err(broken(numeric, refuter, last, v));
        }
        if j.d1.is_nan() {
            // the slope of this formula cannot be computed here: nothing is said about this place
            missed = 1.0;
            continue;
        }
        let by_values = numeric.by_values;
        let slack = if by_values { 2e-6 * (1.0 + before.abs()) + 2.0 * rounding(1.0 + j.f.abs(), v) } else { 0.0 };
        if j.d1 < before - 1e-9 * (1.0 + before.abs()) - slack {
            if let Some(found) = refuter.around(v) {
                return Err(found);
            }
            missed = f64::max(missed, (before - j.d1) * v / refuter.scale(v)).min(1.0);
        }
        before = before.max(j.d1);
        from = from.min(v);
        to = v;
        last = v;
    }
    let within = |a: f64, b: f64| if a.is_nan() { b } else { a };
    Ok([missed.max(1e-16), within(from, study.from).max(study.from), within(to, study.to).min(study.to)])
}

/// f is no number at x: three points around it, or the place itself.
fn broken(numeric: &NumericConjugate, refuter: &Refuter, last: f64, x: f64) -> Violation {
    if let Some(v) = refuter.undefined(x).or_else(|| refuter.around(x)) {
        return v;
    }
    let f = |x: f64| numeric.jet(x, &mut vec![]).f;
    let left = if last.is_nan() { 0.5 * x } else { last };
    let points = [left, x, 2.0 * x];
    Violation { kind: Kind::Undefined, points, values: points.map(f), relative: 1.0 }
}
