//! Functions that are no generator, whatever convexity says: what changes from call to call, what is no number on an interval, what
//! is finite at 1 alone, what is a line.
use super::conjugate::numeric::NumericConjugate;
use super::diff::diff;
use super::expr::{Expr, x};
use super::interval::Interval;
use crate::error::GeneratorError;

/// Where values are compared.
const PLACES: [f64; 6] = [0.01, 0.3, 0.7, 1.5, 3.0, 50.0];
/// As near to 1 as no ratio of densities needs to be.
const NEAR: f64 = 1e-9;

/// A function known by its values that gives others when it is asked again.
///
/// # Errors
/// [`GeneratorError::Unsteady`].
pub(super) fn unsteady(f: &Expr, numeric: &NumericConjugate) -> Result<(), GeneratorError> {
    if !f.has_native() {
        return Ok(());
    }
    let value = |x: f64| numeric.jet(x, &mut vec![]).f;
    for x in PLACES.into_iter().chain([1.0]) {
        let (first, then) = (value(x), value(x));
        if first != then && !(first.is_nan() && then.is_nan()) {
            return Err(GeneratorError::Unsteady { x, first, then });
        }
    }
    Ok(())
}

/// An f with a condition beside which it is NaN, between its ends.
///
/// # Errors
/// [`GeneratorError::NotANumber`].
pub(super) fn not_a_number(numeric: &NumericConjugate) -> Result<(), GeneratorError> {
    let within = |x: f64| x > numeric.bounds.low && x < numeric.bounds.high;
    // overflow on the way to a number is NaN, too, and none of somebody's
    let overflows = |x: f64| numeric.tape().over(&Interval::point(x))[0].defined;
    let is_nan = |x: f64| within(x) && numeric.jet(x, &mut vec![]).f.is_nan() && !overflows(x);
    for x in &numeric.breaks {
        for (side, k) in [("below", -NEAR), ("above", NEAR)] {
            if is_nan(x * (1.0 + k)) {
                return Err(GeneratorError::NotANumber { x: *x, side });
            }
        }
    }
    Ok(())
}

/// An f that is infinite beside 1. The ratio of two densities has mean 1: where it cannot be below 1, or cannot be above, it is 1.
///
/// # Errors
/// [`GeneratorError::OnlyAtOne`].
pub(super) fn only_at_one(numeric: &NumericConjugate) -> Result<(), GeneratorError> {
    let infinite = |places: &[f64]| places.iter().all(|x| numeric.jet(*x, &mut vec![]).f == f64::INFINITY);
    let (low, high) = (numeric.bounds.low > 1.0 - NEAR, numeric.bounds.high < 1.0 + NEAR);
    let place = match (low || infinite(&[0.01, 0.5, 1.0 - NEAR]), high || infinite(&[1.0 + NEAR, 2.0, 50.0])) {
        (true, true) => "everywhere but at x = 1",
        (true, false) => "for x < 1",
        (false, true) => "for x > 1",
        (false, false) => return Ok(()),
    };
    Err(GeneratorError::OnlyAtOne { place })
}

/// What is wrong with an f without x.
pub(super) fn constant(f: &Expr) -> GeneratorError {
    match f.as_const() {
        Some(value) if !value.is_finite() => GeneratorError::UndefinedAtOne { value },
        _ => GeneratorError::Constant,
    }
}

/// A convex f that is a line through (1, 0); one that ends somewhere is none.
///
/// # Errors
/// [`GeneratorError::Linear`]; where the line is 0, [`GeneratorError::Constant`].
pub(super) fn line(f: &Expr, numeric: &NumericConjugate) -> Result<(), GeneratorError> {
    // a slope that is a number is that of a line, whatever rounding the values have
    if numeric.bounds.is_bounded() {
        return Ok(());
    }
    let constant = if f.has_native() || numeric.is_long { None } else { diff(f, &x()).as_const() };
    let slope = constant.unwrap_or_else(|| numeric.jet(2.0, &mut vec![]).f);
    let on_it = |x: &f64| {
        let (f, line) = (numeric.jet(*x, &mut vec![]).f, slope * (x - 1.0));
        (f - line).abs() <= 16.0 * f64::EPSILON * (f.abs() + line.abs())
    };
    if constant.is_some() || numeric.d0 == numeric.dinf && PLACES.iter().all(on_it) {
        return Err(if slope == 0.0 { GeneratorError::Constant } else { GeneratorError::Linear { slope } });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::Generator;
    use crate::generator::expr::{add, constant, ln, mul, native, scale, sub};
    use crate::generator::native::NativeFunction;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn known_by_values(f: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Result<Generator, GeneratorError> {
        Generator::new("f", native(NativeFunction::new("f", Arc::new(f)), &x()))
    }

    #[test]
    fn values_that_change_are_noticed() {
        let calls = AtomicU32::new(0);
        let counts = move |x: f64| (x - 1.0).powi(2) + 1e-12 * f64::from(calls.fetch_add(1, Ordering::SeqCst));
        assert!(matches!(known_by_values(counts), Err(GeneratorError::Unsteady { .. })));
        assert!(known_by_values(|x| (x - 1.0).powi(2)).is_ok());
    }

    #[test]
    fn lines_and_points_are_told_from_convex_functions() {
        assert!(matches!(known_by_values(|x| 2.0 * (x - 1.0)), Err(GeneratorError::Linear { slope: 2.0 })));
        assert!(matches!(known_by_values(|_| 0.0), Err(GeneratorError::Constant)));
        let only = |x: f64| if x == 1.0 { 0.0 } else { f64::INFINITY };
        assert!(matches!(known_by_values(only), Err(GeneratorError::OnlyAtOne { .. })));
        // a small KL beside a large line is no line
        let kl = sub(&mul(&x(), &ln(&x())), &sub(&x(), &constant(1.0)));
        let line = scale(3.0, &sub(&x(), &constant(1.0)));
        assert!(Generator::new("f", add(&scale(1e-12, &kl), &line)).is_ok());
    }
}
