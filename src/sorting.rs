//! Sorting that hears an interrupt: pieces at once, then merged, so that no pass takes longer than some milliseconds.
use crate::interrupt;
use rayon::prelude::*;
use std::cmp::Ordering;

/// Entries that are sorted in one go: a few milliseconds.
const PIECE: usize = 1 << 16;

/// Sorts as `slice::sort_by` does, stably and with the same result. Asked to stop, it leaves the entries in some order:
/// whatever is made of them is no result any more.
pub fn sort_by<T: Copy + Send + Sync>(v: &mut [T], order: impl Fn(&T, &T) -> Ordering + Sync) {
    if v.len() <= PIECE {
        return v.sort_by(order);
    }
    let stop = interrupt::current();
    v.par_chunks_mut(PIECE).for_each(|piece| {
        if !stop.is_requested() {
            piece.sort_by(&order);
        }
    });
    let mut other = v.to_vec();
    let mut width = PIECE;
    let mut sorted_is_v = true;
    while width < v.len() {
        let (from, to): (&[T], &mut [T]) = if sorted_is_v { (&*v, &mut other) } else { (&other, &mut *v) };
        from.par_chunks(2 * width).zip(to.par_chunks_mut(2 * width)).for_each(|(pair, out)| {
            let (left, right) = pair.split_at(width.min(pair.len()));
            merge(left, right, out, &order, &|| stop.is_requested());
        });
        if stop.is_requested() {
            return;
        }
        sorted_is_v = !sorted_is_v;
        width *= 2;
    }
    if !sorted_is_v {
        v.copy_from_slice(&other);
    }
}

/// Numbers in IEEE's total order, ascending.
pub fn ascending(v: &mut [f64]) {
    sort_by(v, f64::total_cmp);
}

/// Two sorted lists as one, piece by piece.
fn merge<T: Copy>(
    left: &[T],
    right: &[T],
    out: &mut [T],
    order: &impl Fn(&T, &T) -> Ordering,
    stopped: &dyn Fn() -> bool,
) {
    let (mut i, mut j) = (0, 0);
    for piece in out.chunks_mut(PIECE) {
        if stopped() {
            return;
        }
        for o in piece {
            let second = i == left.len() || j < right.len() && order(&right[j], &left[i]) == Ordering::Less;
            if second {
                *o = right[j];
                j += 1;
            } else {
                *o = left[i];
                i += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interrupt::Interrupt;
    use rand::Rng;

    /// The same as the sort of the standard library around the sizes where pieces are merged, equal keys in their order.
    #[test]
    fn sorts_as_the_standard_library_does() {
        let mut rng = crate::random::rng(3, 0);
        for n in [0, 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7, 5 * PIECE - 1] {
            let v: Vec<(i32, usize)> = (0..n).map(|i| (rng.random_range(-300..300), i)).collect();
            let (mut ours, mut theirs) = (v.clone(), v);
            sort_by(&mut ours, |a, b| a.0.cmp(&b.0));
            theirs.sort_by_key(|v| v.0);
            assert!(ours == theirs, "{n} entries");
        }
        let mut v: Vec<f64> = (0..2 * PIECE).map(|i| -(i as f64)).collect();
        v[5] = f64::NAN;
        ascending(&mut v);
        assert!(v.is_sorted_by(|a, b| a.total_cmp(b) != Ordering::Greater) && v[2 * PIECE - 1].is_nan());
    }

    #[test]
    fn a_stopped_sort_ends() {
        let stop = Interrupt::default();
        stop.request();
        let _here = stop.enter();
        let mut v: Vec<f64> = (0..4 * PIECE).map(|i| -(i as f64)).collect();
        ascending(&mut v);
        assert_eq!(v[0], 0.0);
    }
}
