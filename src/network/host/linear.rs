//! Linear maps on host memory, row-major: products with W, patches by copies.
use super::products::{self, Start};
use crate::network::linear::Linear;
use crate::scratch;

/// z ← start + A x; a row of `start` has one number per channel.
pub fn apply(linear: &Linear, rows: usize, x: &[f32], w: &[f32], start: Start, z: &mut [f32]) {
    let (matrix, n) = (linear.matrix(), rows * linear.positions());
    match linear {
        Linear::Dense { .. } => products::times(n, matrix, x, w, start, z),
        Linear::Convolution { window, .. } => products::times(n, matrix, &window.unfold(x), w, start, z),
        Linear::Transposed { window, .. } => {
            let mut patches = scratch::take(n * matrix.1);
            products::times(n, matrix, x, w, Start::Zero, &mut patches);
            match start {
                Start::Zero => z.fill(0.0),
                Start::Row(b) => z.chunks_exact_mut(b.len()).for_each(|pixel| pixel.copy_from_slice(b)),
                Start::Kept => {}
            }
            window.fold(&patches, z);
        }
    }
}

/// x ← Aᵀ d; `transposed` gives the transpose of W where it is asked for.
pub fn back<'a>(
    linear: &Linear,
    rows: usize,
    d: &[f32],
    w: &[f32],
    transposed: impl FnOnce() -> &'a [f32],
    x: &mut [f32],
) {
    let (matrix, n) = (linear.matrix(), rows * linear.positions());
    match linear {
        Linear::Dense { .. } => products::times_transposed(n, matrix, d, w, transposed, x),
        Linear::Convolution { window, .. } => {
            let mut patches = scratch::take(n * matrix.0);
            products::times_transposed(n, matrix, d, w, transposed, &mut patches);
            x.fill(0.0);
            window.fold(&patches, x);
        }
        Linear::Transposed { window, .. } => products::times_transposed(n, matrix, &window.unfold(d), w, transposed, x),
    }
}

/// into ← into + Σ over rows of ∂⟨d, A x⟩/∂W.
pub fn add_weights(linear: &Linear, rows: usize, x: &[f32], d: &[f32], into: &mut [f32]) {
    let (matrix, n) = (linear.matrix(), rows * linear.positions());
    match linear {
        Linear::Dense { .. } => products::add_outer(n, matrix, x, d, into),
        Linear::Convolution { window, .. } => products::add_outer(n, matrix, &window.unfold(x), d, into),
        Linear::Transposed { window, .. } => products::add_outer(n, matrix, x, &window.unfold(d), into),
    }
}
