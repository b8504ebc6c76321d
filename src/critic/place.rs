//! Where a critic works: the one place of this room that asks.
use crate::device::{Points, is_cpu};

/// Whether points lie in host memory, so that forms for slices are the shorter way.
pub fn is_on_host(x: &Points) -> bool {
    is_cpu(&x.device())
}
