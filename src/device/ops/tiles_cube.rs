//! Products of a cube: sums of four rows by four columns, one such block a unit.
use super::group_cube::Span;
use super::layer_cube::{Factor, Layer};
use super::network_cube::{Network, PASSING};
use burn_cubecl::cubecl::{self, prelude::*};

/// Rows and columns of the sums that a unit makes together: every number it reads counts four times.
const SIDE: usize = 4;

/// Four series of numbers.
#[derive(CubeType)]
struct Series {
    /// where each begins
    starts: Array<usize>,
    /// from a number to the next
    by: usize,
}

/// Where four series begin that lie `apart` from each other, without those behind the last of `count`.
#[cube]
fn starts(base: usize, first: usize, apart: usize, count: usize, step: usize) -> Array<usize> {
    let mut out = Array::<usize>::new(SIDE);
    #[unroll]
    for p in 0..SIDE {
        let mut i = first + p * apart;
        if i >= count {
            i = count - 1;
        }
        out[p] = base + i * step;
    }
    out
}

/// Adds Σₛ left[p, s] · right[q, s] for four series p of the buffer and four q, of the buffer too or of θ.
#[allow(unused_assignments)] // the branch is resolved when the kernel is compiled
#[cube]
fn add_products(
    sums: &mut Array<f32>,
    buffer: &Shared<[f32]>,
    net: &Network,
    left: &Series,
    right: &Series,
    terms: usize,
    #[comptime] within: bool,
) {
    let mut a = Array::<f32>::new(SIDE);
    for s in 0..terms {
        #[unroll]
        for p in 0..SIDE {
            a[p] = buffer[left.starts[p] + s * left.by];
        }
        #[unroll]
        for q in 0..SIDE {
            let mut b = 0.0f32;
            if comptime!(within) {
                b = buffer[right.starts[q] + s * right.by];
            } else {
                b = net.theta[right.starts[q] + s * right.by];
            }
            #[unroll]
            for p in 0..SIDE {
                sums[p * SIDE + q] += a[p] * b;
            }
        }
    }
}

/// Rows in the memory of a cube that become others.
#[derive(CubeType, Clone, Copy)]
pub struct Hop {
    /// where the rows begin, and where those they become
    pub from: usize,
    pub to: usize,
    pub rows: usize,
}

/// to = from · M, plus b where W and b are those of a layer, for rows of a tile.
#[cube]
pub fn multiply(
    buffer: &mut Shared<[f32]>,
    net: &Network,
    m: &Factor,
    hop: &Hop,
    #[comptime] tile: usize,
    #[comptime] biased: bool,
) {
    let mut sums = Array::<f32>::new(SIDE * SIDE);
    let apart = m.columns.div_ceil(SIDE);
    let mut c = UNIT_POS as usize;
    while c < hop.rows.div_ceil(SIDE) * apart {
        let j = c % apart;
        let r = c / apart * SIDE;
        let left = Series { starts: starts(hop.from, r, 1usize, tile, m.terms), by: 1usize.runtime() };
        let right = Series { starts: starts(m.at, j, apart, m.columns, m.apart), by: m.by };
        #[unroll]
        for q in 0..SIDE {
            let mut bias = 0.0f32;
            if comptime!(biased) {
                bias = net.theta[right.starts[q] + m.terms * m.by];
            }
            #[unroll]
            for p in 0..SIDE {
                sums[p * SIDE + q] = bias;
            }
        }
        add_products(&mut sums, &*buffer, net, &left, &right, m.terms, false);
        #[unroll]
        for q in 0..SIDE {
            let column = j + q * apart;
            #[unroll]
            for p in 0..SIDE {
                if column < m.columns && r + p < hop.rows {
                    buffer[hop.to + (r + p) * m.columns + column] = sums[p * SIDE + q];
                }
            }
        }
        c += PASSING;
    }
}

/// out += hᵀd for rows d of outputs and h of inputs of a layer: the gradient of its matrix. `fresh` forgets what was there.
#[cube]
pub fn add_weights(
    out: &mut [f32],
    base: usize,
    buffer: &Shared<[f32]>,
    net: &Network,
    layer: &Layer,
    back: &Hop,
    fresh: bool,
) {
    let mut sums = Array::<f32>::new(SIDE * SIDE);
    let (k, n) = (layer.ins, layer.outs);
    let tall = k.div_ceil(SIDE);
    let wide = n.div_ceil(SIDE);
    let mut e = UNIT_POS as usize;
    while e < tall * wide {
        let i = e / wide;
        let j = e % wide;
        let left = Series { starts: starts(back.to, i, tall, k, 1usize), by: k };
        let right = Series { starts: starts(back.from, j, wide, n, 1usize), by: n };
        #[unroll]
        for c in 0..SIDE * SIDE {
            sums[c] = 0.0f32;
        }
        add_products(&mut sums, buffer, net, &left, &right, back.rows, true);
        #[unroll]
        for p in 0..SIDE {
            #[unroll]
            for q in 0..SIDE {
                let row = i + p * tall;
                let column = j + q * wide;
                if row < k && column < n {
                    add_or_set(out, base + layer.weights + row * n + column, sums[p * SIDE + q], fresh);
                }
            }
        }
        e += PASSING;
    }
}

/// out += the sum of some of the rows d of outputs of a layer: the gradient of its biases.
#[cube]
pub fn add_biases(
    out: &mut [f32],
    base: usize,
    buffer: &Shared<[f32]>,
    layer: &Layer,
    d: usize,
    rows: &Span,
    fresh: bool,
) {
    let mut j = UNIT_POS as usize;
    while j < layer.outs {
        let mut sum = 0.0f32;
        for r in rows.from..rows.to {
            sum += buffer[d + r * layer.outs + j];
        }
        add_or_set(out, base + layer.biases() + j, sum, fresh);
        j += PASSING;
    }
}

/// Adds to what is there, unless that is to be forgotten.
#[cube]
fn add_or_set(out: &mut [f32], at: usize, number: f32, fresh: bool) {
    let mut sum = number;
    if !fresh {
        sum += out[at];
    }
    out[at] = sum;
}
