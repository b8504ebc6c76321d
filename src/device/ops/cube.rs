//! The fields on a GPU: one unit per row, the sample through shared memory tile by tile. [charlier2021]
use super::pairs::{PairOps, field_shape};
use burn::backend::{TensorMetadata, tensor::FloatTensor};
use burn_cubecl::cubecl::{self, prelude::*};
use burn_cubecl::{CubeBackend, kernel::into_contiguous, ops::numeric::empty_device_contiguous_dtype};

/// Units of a cube, and points of a tile.
const TILE: usize = 64;

#[allow(unused_assignments)] // the branches on the kind are resolved when the kernel is compiled
#[cube(launch)]
fn kernel_rows(
    x: &[f32],
    y: &[f32],
    w: &[f32],
    out: &mut [f32],
    c: f32,
    #[comptime] d: usize,
    #[comptime] kind: u32,
    #[comptime] tile: usize,
) {
    let i = ABSOLUTE_POS;
    let n = x.len() / d;
    let m = w.len();
    let u = UNIT_POS as usize;
    let mut points = Shared::<[f32]>::new_slice(tile * d);
    let mut weights = Shared::<[f32]>::new_slice(tile);
    let mut own = Array::<f32>::new(d);
    let mut gradient = Array::<f32>::new(d);
    for k in 0..d {
        own[k] = 0.0f32;
        gradient[k] = 0.0f32;
        if i < n {
            own[k] = x[i * d + k];
        }
    }
    let mut sum = 0.0f32;
    let tiles = (m + tile - 1) / tile;
    for t in 0..tiles {
        let j = t * tile + u;
        // beyond the sample weights are zero, and points are the row's own
        weights[u] = 0.0f32;
        for k in 0..d {
            points[u * d + k] = 0.0f32;
        }
        if j < m {
            weights[u] = w[j];
            for k in 0..d {
                points[u * d + k] = y[j * d + k];
            }
        }
        sync_cube();
        for v in 0..tile {
            let mut r2 = 0.0f32;
            for k in 0..d {
                let e = own[k] - points[v * d + k];
                r2 += e * e;
            }
            let mut value = 0.0f32;
            // the slope in r², twice: what multiplies x − y
            let mut slope = 0.0f32;
            if comptime!(kind == 0) {
                value = f32::exp(c * r2);
                slope = 2.0f32 * c * value;
            } else if comptime!(kind == 1) {
                let r = f32::sqrt(r2);
                value = f32::exp(c * r);
                if r > 0.0f32 {
                    slope = c * value / r;
                }
            } else if comptime!(kind == 2) {
                let q = 1.0f32 / (1.0f32 + c * r2);
                value = f32::sqrt(q);
                slope = -c * value * q;
            } else {
                let r = f32::sqrt(r2);
                value = -r;
                if r > 0.0f32 {
                    slope = -1.0f32 / r;
                }
            }
            sum += weights[v] * value;
            let pull = weights[v] * slope;
            for k in 0..d {
                gradient[k] += pull * (own[k] - points[v * d + k]);
            }
        }
        sync_cube();
    }
    if i < n {
        out[i * (d + 1)] = sum;
        for k in 0..d {
            out[i * (d + 1) + 1 + k] = gradient[k];
        }
    }
}

#[cube(launch)]
fn soft_rows(
    x: &[f32],
    y: &[f32],
    h: &[f32],
    out: &mut [f32],
    s: f32,
    #[comptime] d: usize,
    #[comptime] power: u32,
    #[comptime] tile: usize,
) {
    let i = ABSOLUTE_POS;
    let n = x.len() / d;
    let m = h.len();
    let u = UNIT_POS as usize;
    let mut points = Shared::<[f32]>::new_slice(tile * d);
    let mut heights = Shared::<[f32]>::new_slice(tile);
    let mut own = Array::<f32>::new(d);
    let mut gradient = Array::<f32>::new(d);
    for k in 0..d {
        own[k] = 0.0f32;
        gradient[k] = 0.0f32;
        if i < n {
            own[k] = x[i * d + k];
        }
    }
    let mut top = f32::new(-1.0e30);
    let mut sum = 0.0f32;
    let tiles = (m + tile - 1) / tile;
    for t in 0..tiles {
        let j = t * tile + u;
        heights[u] = f32::new(-1.0e30);
        for k in 0..d {
            points[u * d + k] = 0.0f32;
        }
        if j < m {
            heights[u] = h[j];
            for k in 0..d {
                points[u * d + k] = y[j * d + k];
            }
        }
        sync_cube();
        for v in 0..tile {
            let mut r2 = 0.0f32;
            for k in 0..d {
                let e = own[k] - points[v * d + k];
                r2 += e * e;
            }
            let mut cost = s * r2;
            let mut pull = 2.0f32 * s;
            if comptime!(power == 1) {
                let r = f32::sqrt(r2);
                cost = s * r;
                pull = 0.0f32;
                if r > 0.0f32 {
                    pull = s / r;
                }
            }
            let e = heights[v] - cost;
            // the largest exponent so far is kept up, and what was summed is scaled with it
            if e > top {
                let shrink = f32::exp(top - e);
                sum *= shrink;
                for k in 0..d {
                    gradient[k] *= shrink;
                }
                top = e;
            }
            let p = f32::exp(e - top);
            sum += p;
            for k in 0..d {
                gradient[k] += p * pull * (own[k] - points[v * d + k]);
            }
        }
        sync_cube();
    }
    if i < n {
        out[i * (d + 1)] = top + f32::ln(sum);
        for k in 0..d {
            out[i * (d + 1) + 1 + k] = gradient[k] / sum;
        }
    }
}

impl PairOps for CubeBackend {
    fn kernel_field(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        w: FloatTensor<Self>,
        c: f32,
        kind: u32,
    ) -> FloatTensor<Self> {
        let (x, y, w) = (into_contiguous(x), into_contiguous(y), into_contiguous(w));
        let (n, d) = (x.shape()[0], x.shape()[1]);
        let out = empty_device_contiguous_dtype(x.client.clone(), x.device.clone(), field_shape(&x.shape()), x.dtype);
        let (count, dim) = (CubeCount::Static(n.div_ceil(TILE) as u32, 1, 1), CubeDim::new_1d(TILE as u32));
        kernel_rows::launch(
            &out.client,
            count,
            dim,
            x.into_buffer_arg(),
            y.into_buffer_arg(),
            w.into_buffer_arg(),
            out.clone().into_buffer_arg(),
            c,
            d,
            kind,
            TILE,
        );
        out
    }
    fn soft_field(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        h: FloatTensor<Self>,
        s: f32,
        power: u32,
    ) -> FloatTensor<Self> {
        let (x, y, h) = (into_contiguous(x), into_contiguous(y), into_contiguous(h));
        let (n, d) = (x.shape()[0], x.shape()[1]);
        let out = empty_device_contiguous_dtype(x.client.clone(), x.device.clone(), field_shape(&x.shape()), x.dtype);
        let (count, dim) = (CubeCount::Static(n.div_ceil(TILE) as u32, 1, 1), CubeDim::new_1d(TILE as u32));
        soft_rows::launch(
            &out.client,
            count,
            dim,
            x.into_buffer_arg(),
            y.into_buffer_arg(),
            h.into_buffer_arg(),
            out.clone().into_buffer_arg(),
            s,
            d,
            power,
            TILE,
        );
        out
    }
}
