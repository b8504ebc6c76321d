//! Sorting by comparisons that may contradict each other.
use std::cmp::Ordering;

/// In falling order, equal ones as they were. Exponents that were rounded may be equal in pairs and not in threes, which a sort of the
/// standard library takes for a fault.
pub(super) fn sorted<T>(all: Vec<T>, compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let mut out: Vec<T> = Vec::with_capacity(all.len());
    for one in all {
        let at = out.partition_point(|other| compare(other, &one) != Ordering::Less);
        out.insert(at, one);
    }
    out
}
