//! What tests measure derivatives against; the integration tests include this file too.
use std::ops::{Add, Neg};

/// ∂f/∂vᵢ at v by the central difference (f(v + h eᵢ) − f(v − h eᵢ))/(2h), in the precision of v.
pub fn partial<T>(v: &[T], i: usize, h: T, mut f: impl FnMut(&[T]) -> f64) -> f64
where
    T: Copy + Add<Output = T> + Neg<Output = T> + Into<f64>,
{
    let mut moved = |by: T| {
        let mut v = v.to_vec();
        v[i] = v[i] + by;
        f(&v)
    };
    (moved(h) - moved(-h)) / (2.0 * h.into())
}
