//! What passes of a cube are made of: activations, and sums of products of four rows by four columns.
use super::passes::{GATE, TANH};
use burn_cubecl::cubecl::{self, prelude::*};

/// Rows and columns of the sums that a unit makes together: every number it reads counts four times.
pub const SIDE: usize = 4;

/// tanh at what its neighbours in f32 are 1 for: some drivers make infinities of larger arguments.
#[cube]
pub fn tanh(z: f32) -> f32 {
    let mut c = z;
    if z > 10.0f32 {
        c = f32::new(10.0);
    }
    if z < -10.0f32 {
        c = f32::new(-10.0);
    }
    f32::tanh(c)
}

/// An activation of one unit; NaN stays NaN.
#[cube]
pub fn activated(z: f32, leak: f32, #[comptime] kind: u32) -> f32 {
    let mut h = z;
    if comptime!(kind == GATE) {
        if z <= 0.0f32 {
            // 0 · −∞ would be NaN
            h = f32::new(0.0);
            if leak > 0.0f32 {
                h = leak * z;
            }
        }
    }
    if comptime!(kind == TANH) {
        h = tanh(z);
    }
    h
}

/// Its derivative.
#[cube]
pub fn slope(z: f32, leak: f32, #[comptime] kind: u32) -> f32 {
    let mut s = f32::new(1.0);
    if comptime!(kind == GATE) {
        s = leak;
        if z > 0.0f32 {
            s = f32::new(1.0);
        }
    }
    if comptime!(kind == TANH) {
        let h = tanh(z);
        s = 1.0f32 - h * h;
    }
    s
}

/// Where four series begin that lie `apart` from each other, without those behind the last.
#[cube]
pub fn series(out: &mut Array<usize>, base: usize, one: usize, apart: usize, count: usize, by: usize) {
    #[unroll]
    for p in 0..SIDE {
        let mut i = one + p * apart;
        if i >= count {
            i = count - 1;
        }
        out[p] = base + i * by;
    }
}

/// Adds Σₛ left[p + s·by_left] · right[q + s·by_right] for four series p of the buffer and four q, of the buffer too or of θ.
#[cube]
#[allow(unused_assignments, clippy::too_many_arguments)] // the branch is resolved when the kernel is compiled
pub fn add_products(
    sums: &mut Array<f32>,
    buffer: &Shared<[f32]>,
    theta: &[f32],
    left: &Array<usize>,
    by_left: usize,
    right: &Array<usize>,
    by_right: usize,
    terms: usize,
    #[comptime] within: bool,
) {
    let mut a = Array::<f32>::new(SIDE);
    for s in 0..terms {
        #[unroll]
        for p in 0..SIDE {
            a[p] = buffer[left[p] + s * by_left];
        }
        #[unroll]
        for q in 0..SIDE {
            let mut b = 0.0f32;
            if comptime!(within) {
                b = buffer[right[q] + s * by_right];
            } else {
                b = theta[right[q] + s * by_right];
            }
            #[unroll]
            for p in 0..SIDE {
                sums[p * SIDE + q] += a[p] * b;
            }
        }
    }
}

/// The larger of every pair of units to the front; the pairs of row r are those of k numbers that begin at base + r·k.
#[cube]
pub fn sort_pairs(buffer: &mut Shared<[f32]>, base: usize, rows: usize, k: usize, t: usize, #[comptime] units: usize) {
    let half = k / 2;
    let mut p = t;
    while p < rows * half {
        let one = base + p / half * k + p % half;
        let a = buffer[one];
        let b = buffer[one + half];
        if b > a {
            buffer[one] = b;
            buffer[one + half] = a;
        }
        p += units;
    }
}

/// The same exchanges for other numbers: where the values z from `at` on are in the wrong order.
#[cube]
#[allow(clippy::too_many_arguments)]
pub fn exchange_pairs(
    buffer: &mut Shared<[f32]>,
    base: usize,
    values: &[f32],
    at: usize,
    rows: usize,
    k: usize,
    t: usize,
    #[comptime] units: usize,
) {
    let half = k / 2;
    let mut p = t;
    while p < rows * half {
        let one = p / half * k + p % half;
        if values[at + one + half] > values[at + one] {
            let a = buffer[base + one];
            buffer[base + one] = buffer[base + one + half];
            buffer[base + one + half] = a;
        }
        p += units;
    }
}

/// out += hᵀd, from `rows` rows of k numbers at h and of n at d: the gradient of a matrix. `fresh` forgets what was there.
#[cube]
#[allow(clippy::too_many_arguments)]
pub fn add_weights(
    out: &mut [f32],
    base: usize,
    buffer: &Shared<[f32]>,
    theta: &[f32],
    h: usize,
    d: usize,
    k: usize,
    n: usize,
    rows: usize,
    fresh: bool,
    t: usize,
    #[comptime] units: usize,
) {
    let mut sums = Array::<f32>::new(SIDE * SIDE);
    let mut left = Array::<usize>::new(SIDE);
    let mut right = Array::<usize>::new(SIDE);
    let tall = (k + SIDE - 1) / SIDE;
    let wide = (n + SIDE - 1) / SIDE;
    let mut e = t;
    while e < tall * wide {
        let i = e / wide;
        let j = e % wide;
        series(&mut left, h, i, tall, k, 1usize);
        series(&mut right, d, j, wide, n, 1usize);
        #[unroll]
        for c in 0..SIDE * SIDE {
            sums[c] = 0.0f32;
        }
        add_products(&mut sums, buffer, theta, &left, k, &right, n, rows, true);
        #[unroll]
        for p in 0..SIDE {
            #[unroll]
            for q in 0..SIDE {
                let row = i + p * tall;
                let column = j + q * wide;
                if row < k && column < n {
                    let entry = base + row * n + column;
                    let mut sum = sums[p * SIDE + q];
                    if !fresh {
                        sum += out[entry];
                    }
                    out[entry] = sum;
                }
            }
        }
        e += units;
    }
}

/// out += the sum of the rows of d from one to another: the gradient of biases.
#[cube]
#[allow(clippy::too_many_arguments)]
pub fn add_biases(
    out: &mut [f32],
    base: usize,
    buffer: &Shared<[f32]>,
    d: usize,
    n: usize,
    from: usize,
    to: usize,
    fresh: bool,
    t: usize,
    #[comptime] units: usize,
) {
    let mut j = t;
    while j < n {
        let mut sum = 0.0f32;
        for r in from..to {
            sum += buffer[d + r * n + j];
        }
        if !fresh {
            sum += out[base + j];
        }
        out[base + j] = sum;
        j += units;
    }
}

/// h = d Wᵀ for `rows` rows of n numbers at d, and W of k × n at w in θ.
#[cube]
#[allow(clippy::too_many_arguments)]
pub fn pull(
    buffer: &mut Shared<[f32]>,
    theta: &[f32],
    h: usize,
    d: usize,
    k: usize,
    n: usize,
    w: usize,
    rows: usize,
    t: usize,
    #[comptime] tile: usize,
    #[comptime] units: usize,
) {
    let mut sums = Array::<f32>::new(SIDE * SIDE);
    let mut left = Array::<usize>::new(SIDE);
    let mut right = Array::<usize>::new(SIDE);
    let apart = (k + SIDE - 1) / SIDE;
    let mut c = t;
    while c < (rows + SIDE - 1) / SIDE * apart {
        let i = c % apart;
        let r = c / apart * SIDE;
        series(&mut left, d, r, 1usize, tile, n);
        series(&mut right, w, i, apart, k, n);
        #[unroll]
        for e in 0..SIDE * SIDE {
            sums[e] = 0.0f32;
        }
        add_products(&mut sums, &*buffer, theta, &left, 1usize, &right, 1usize, n, false);
        #[unroll]
        for q in 0..SIDE {
            let column = i + q * apart;
            #[unroll]
            for p in 0..SIDE {
                if column < k && r + p < rows {
                    buffer[h + (r + p) * k + column] = sums[p * SIDE + q];
                }
            }
        }
        c += units;
    }
}
