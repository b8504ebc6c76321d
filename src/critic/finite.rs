//! Numbers that an estimate may hand out: NaN is an error where it first shows, not a value.
use crate::error::{Error, Result};

/// What to try where a critic leaves the range of its numbers.
const ADVICE: &str = "multiply both samples by a factor that brings them to a moderate size, or take a smaller lr, a smaller L, or an f that grows more slowly";

/// The error for a number that was lost, and where.
pub fn lost(what: impl Into<String>, reason: impl Into<String>) -> Error {
    Error::NotANumber { what: what.into(), reason: reason.into(), advice: ADVICE.into() }
}

/// The value, unless it is NaN; infinities are values of divergences.
///
/// # Errors
/// NaN.
pub fn defined(what: &str, value: f64) -> Result<f64> {
    if value.is_nan() { Err(lost(what, "a sum of its terms has no value")) } else { Ok(value) }
}

/// The value of something trained, unless it is NaN or infinite: no network has an infinite value that means anything.
///
/// # Errors
/// NaN and infinities.
pub fn finite(what: &str, value: f64) -> Result<f64> {
    if value.is_finite() {
        return Ok(value);
    }
    Err(lost(what, format!("it came out as {value}: values or gradients left the range of single precision")))
}
