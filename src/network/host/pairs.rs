//! Groupsort [anil2019](crate::references#anil2019): the first half of a row's units against the second, pair by pair, the larger first.
use pulp::{Arch, Simd, WithSimd};

/// Sorts the pairs of every row; `order` gets 1 where a pair kept its order, 0 elsewhere.
pub fn sort(z: &mut [f32], order: &mut [f32], channels: usize) {
    Arch::new().dispatch(Sort { z, order, channels });
}

/// Swaps the pairs of every row that did not keep their order: the Jacobian of the sorting, and its transpose.
pub fn unsort(d: &mut [f32], order: &[f32], channels: usize) {
    Arch::new().dispatch(Unsort { d, order, channels });
}

struct Sort<'a> {
    z: &'a mut [f32],
    order: &'a mut [f32],
    channels: usize,
}

impl WithSimd for Sort<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, s: S) {
        let half = self.channels / 2;
        let (one, zero) = (s.splat_f32s(1.0), s.splat_f32s(0.0));
        for (row, order) in self.z.chunks_exact_mut(self.channels).zip(self.order.chunks_exact_mut(half)) {
            let (first, second) = row.split_at_mut(half);
            let ((a, a_rest), (b, b_rest), (k, k_rest)) =
                (S::as_mut_simd_f32s(first), S::as_mut_simd_f32s(second), S::as_mut_simd_f32s(order));
            for ((a, b), k) in a.iter_mut().zip(b).zip(k) {
                let stays = s.greater_than_or_equal_f32s(*a, *b);
                *k = s.select_f32s(stays, one, zero);
                (*a, *b) = (s.select_f32s(stays, *a, *b), s.select_f32s(stays, *b, *a));
            }
            for ((a, b), k) in a_rest.iter_mut().zip(b_rest).zip(k_rest) {
                let stays = *a >= *b;
                *k = if stays { 1.0 } else { 0.0 };
                (*a, *b) = if stays { (*a, *b) } else { (*b, *a) };
            }
        }
    }
}

struct Unsort<'a> {
    d: &'a mut [f32],
    order: &'a [f32],
    channels: usize,
}

impl WithSimd for Unsort<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, s: S) {
        let half = self.channels / 2;
        let middle = s.splat_f32s(0.5);
        for (row, order) in self.d.chunks_exact_mut(self.channels).zip(self.order.chunks_exact(half)) {
            let (first, second) = row.split_at_mut(half);
            let ((a, a_rest), (b, b_rest), (k, k_rest)) =
                (S::as_mut_simd_f32s(first), S::as_mut_simd_f32s(second), S::as_simd_f32s(order));
            for ((a, b), k) in a.iter_mut().zip(b).zip(k) {
                let stays = s.greater_than_f32s(*k, middle);
                (*a, *b) = (s.select_f32s(stays, *a, *b), s.select_f32s(stays, *b, *a));
            }
            for ((a, b), k) in a_rest.iter_mut().zip(b_rest).zip(k_rest) {
                (*a, *b) = if *k > 0.5 { (*a, *b) } else { (*b, *a) };
            }
        }
    }
}
