//! Rows in blocks that a device can hold, and what comes of them put together again.
use crate::device::Points;
use crate::network::shape::Shape;
use burn::tensor::Tensor;

/// Entries of the widest layer of a block: 256 MiB.
const ENTRIES: usize = 1 << 26;

/// Rows in blocks: splitting costs launches, so as many at once as fit.
pub fn blocks(x: &Points, shape: &Shape) -> Vec<Points> {
    pieces(x, ENTRIES / shape.widest())
}

/// Rows in pieces of at most so many.
pub fn pieces(x: &Points, most: usize) -> Vec<Points> {
    let (n, most) = (x.dims()[0], most.max(1));
    if n <= most {
        return vec![x.clone()];
    }
    (0..n.div_ceil(most)).map(|i| x.clone().narrow(0, i * most, most.min(n - i * most))).collect()
}

/// Tensors of several blocks, one below the other.
pub fn concat<const D: usize>(mut parts: Vec<Tensor<D>>) -> Tensor<D> {
    if parts.len() == 1 { parts.remove(0) } else { Tensor::cat(parts, 0) }
}
