//! How the searches in f32 go on and end.
use crate::generator::Generator;

/// E f*'(φ − ν) − 1 from which on bisection is faster than Newton's method.
pub(super) const STEEP: f64 = 2.0;

/// |E f*'(φ − ν) − 1| from which on a Newton step too small to be seen in f32 is the end, and not a pole.
pub(super) const SETTLED: f64 = 1e-2;

/// Newton converges in a few steps from the previous ν; near the pole of a bounded domain bisection has to help, and a
/// step-like f*' needs it down to f32 resolution.
pub(super) fn iterations(f: &Generator, warm: bool) -> usize {
    match (f.has_kinks(), f.slopes().1.is_finite(), warm) {
        (true, _, _) => 26,
        (false, true, true) => 10,
        (false, true, false) => 28,
        (false, false, true) => 4,
        (false, false, false) => 22,
    }
}
