//! Linear maps on host memory, row-major: products by gemm, patches by copies.
use super::linear::Linear;
use crate::matrix::{product, transposed, view};
use crate::simd;
use std::borrow::Cow;

/// Rows [rows, ins] as the rows that W multiplies.
pub fn lift<'a>(linear: &Linear, x: &'a [f32]) -> Cow<'a, [f32]> {
    match linear {
        Linear::Convolution { window, .. } => Cow::Owned(window.unfold(x)),
        Linear::Dense { .. } | Linear::Transposed { .. } => Cow::Borrowed(x),
    }
}

/// Rows [rows, outs] as the rows that products with W are.
pub fn spread<'a>(linear: &Linear, d: &'a [f32]) -> Cow<'a, [f32]> {
    match linear {
        Linear::Transposed { window, .. } => Cow::Owned(window.unfold(d)),
        Linear::Dense { .. } | Linear::Convolution { .. } => Cow::Borrowed(d),
    }
}

/// z ← z + A x.
pub fn apply(linear: &Linear, rows: usize, x: &[f32], w: &[f32], z: &mut [f32]) {
    let ((a, b), n) = (linear.matrix(), rows * linear.positions());
    let x = lift(linear, x);
    match linear {
        Linear::Transposed { window, .. } => {
            let mut patches = vec![0.0; n * b];
            product((n, b, a), &mut patches, false, view(&x, a), view(w, b));
            window.fold(&patches, z);
        }
        Linear::Dense { .. } | Linear::Convolution { .. } => product((n, b, a), z, true, view(&x, a), view(w, b)),
    }
}

/// Aᵀ d, for d already spread.
pub fn back(linear: &Linear, rows: usize, spread: &[f32], w: &[f32]) -> Vec<f32> {
    let ((a, b), n) = (linear.matrix(), rows * linear.positions());
    let mut y = vec![0.0; n * a];
    product((n, a, b), &mut y, false, view(spread, b), transposed(w, b));
    match linear {
        Linear::Convolution { window, .. } => {
            let mut images = vec![0.0; rows * linear.ins()];
            window.fold(&y, &mut images);
            images
        }
        Linear::Dense { .. } | Linear::Transposed { .. } => y,
    }
}

/// into ← into + Σ over rows of ∂⟨d, A x⟩/∂W, for d already spread.
pub fn add_weights(linear: &Linear, rows: usize, x: &[f32], spread: &[f32], into: &mut [f32]) {
    let ((a, b), n) = (linear.matrix(), rows * linear.positions());
    product((a, b, n), into, true, transposed(&lift(linear, x), a), view(spread, b));
}

/// into ← into + Σ over rows and positions of d, by channel.
pub fn add_bias(d: &[f32], into: &mut [f32]) {
    simd::run(#[inline(always)] || {
        for row in d.chunks_exact(into.len()) {
            for (b, d) in into.iter_mut().zip(row) {
                *b += d;
            }
        }
    });
}
