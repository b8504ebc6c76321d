//! Soft constraints on a GPU.
use super::parts_cube::{room, total};
use super::passes::{GROUPSORT, TANH};
use super::products_cube::{add_biases, add_weights, exchange_pairs, pull, slope, tanh};
use super::tangents::TangentOps;
use burn::backend::{TensorMetadata, tensor::FloatTensor};
use burn_cubecl::cubecl::{self, prelude::*};
use burn_cubecl::{
    CubeBackend, kernel::into_contiguous, ops::numeric::empty_device_contiguous_dtype, tensor::CubeTensor,
};

/// Units of a cube that passes, and of the one that sums.
const PASSING: usize = 64;
const UNITS: usize = 256;

#[cube(launch)]
fn excess_rows(
    g: &[f32],
    v: &mut [f32],
    objective: &mut [f32],
    scale: f32,
    d: u32,
    #[comptime] kind: u32,
    #[comptime] units: usize,
) {
    let t = UNIT_POS as usize;
    let columns = d as usize;
    let rows = g.len() / columns;
    let mut shared = Shared::<[f32]>::new_slice(units);
    let mut value = 0.0f32;
    let mut i = t;
    while i < rows {
        let mut squared = 0.0f32;
        for j in 0..columns {
            squared += g[i * columns + j] * g[i * columns + j];
        }
        let norm = f32::sqrt(squared + 1.0e-12f32);
        // comparisons keep NaN, a maximum would not
        let mut over = norm - 1.0f32;
        if comptime!(kind == 0) {
            over = squared - 1.0f32;
        }
        if comptime!(kind < 2) {
            if over < 0.0f32 {
                over = f32::new(0.0);
            }
        }
        let mut r = 2.0f32 * over / norm;
        if comptime!(kind == 0) {
            value += over;
            r = f32::new(0.0);
            if squared > 1.0f32 {
                r = f32::new(2.0);
            }
        } else {
            value += over * over;
        }
        for j in 0..columns {
            v[i * columns + j] = scale * r * g[i * columns + j];
        }
        i += units;
    }
    let sum = total(value, &mut shared, t, units);
    if t == 0 {
        objective[0] = scale * sum;
    }
}

/// Row a of a point carries what its tangent brings to the gradient of a matrix, ḣ ⊗ δ with net's own cotangents δ; under a curved
/// activation a row b behind all those carries h ⊗ ζ, where ζ are the cotangents of what enters the activations.
#[allow(clippy::too_many_arguments)]
#[cube(launch)]
fn tangent_rows(
    theta: &[f32],
    table: &[f32],
    x: &[f32],
    v: &[f32],
    values: &[f32],
    tangents: &[f32],
    out: &mut [f32],
    leak: f32,
    #[comptime] kind: u32,
    #[comptime] tile: usize,
    #[comptime] widest: usize,
    #[comptime] units: usize,
) {
    let t = UNIT_POS as usize;
    let layers = table.len() / 5;
    let last = table.len() - 5;
    let ins = usize::cast_from(table[0]);
    let len = usize::cast_from(table[last + 2]) + usize::cast_from(table[last]) + 1;
    let rows = x.len() / ins;
    let own = CUBE_POS as usize * len;
    let points = comptime!(if kind == TANH { tile / 2 } else { tile });
    let mut buffer = Shared::<[f32]>::new_slice(2 * tile * widest);
    let mut first = CUBE_POS as usize * points;
    let mut fresh = true.runtime();
    while first < rows {
        let mut here = points.runtime();
        if rows - first < points {
            here = rows - first;
        }
        let mut d = 0usize.runtime();
        let mut h = (tile * widest).runtime();
        let mut e = t;
        while e < tile {
            // rows of no point stay zero all the way
            buffer[e] = f32::new(0.0);
            if e < here {
                buffer[e] = f32::new(1.0);
            }
            e += units;
        }
        sync_cube();
        let mut at = rows * usize::cast_from(table[last + 4]);
        for back in 0..layers {
            let l = layers - 1 - back;
            let k = usize::cast_from(table[l * 5]);
            let n = usize::cast_from(table[l * 5 + 1]);
            let w = usize::cast_from(table[l * 5 + 2]);
            if l > 0 {
                at -= rows * k;
            }
            let mut a = t;
            while a < tile * k {
                let row = a / k;
                let mut number = 0.0f32;
                if row < here {
                    let entry = first * k + a;
                    if l == 0 {
                        number = v[entry];
                    } else {
                        number = tangents[at + entry] * slope(values[at + entry], leak, kind);
                    }
                }
                if comptime!(kind == TANH) {
                    if row >= points && row < points + here {
                        let entry = (first + row - points) * k + a % k;
                        if l == 0 {
                            number = x[entry];
                        } else {
                            number = tanh(values[at + entry]);
                        }
                    }
                }
                buffer[h + a] = number;
                a += units;
            }
            sync_cube();
            if comptime!(kind == GROUPSORT) {
                if l > 0 {
                    exchange_pairs(&mut buffer, h, values, at + first * k, here, k, t, units);
                }
                sync_cube();
            }
            add_weights(out, own + w, &buffer, theta, h, d, k, n, tile.runtime(), fresh, t, units);
            // of no rows where activations have no curvature: zero
            add_biases(out, own + w + k * n, &buffer, d, n, points.runtime(), tile.runtime(), fresh, t, units);
            sync_cube();
            if l > 0 {
                pull(&mut buffer, theta, h, d, k, n, w, tile.runtime(), t, tile, units);
                sync_cube();
                if comptime!(kind == GROUPSORT) {
                    exchange_pairs(&mut buffer, h, values, at + first * k, here, k, t, units);
                } else {
                    let mut c = t;
                    while c < here * k {
                        let z = values[at + first * k + c];
                        let s = slope(z, leak, kind);
                        let pulled = buffer[h + c];
                        buffer[h + c] = pulled * s;
                        if comptime!(kind == TANH) {
                            let other = h + points * k + c;
                            buffer[other] =
                                s * (buffer[other] - 2.0f32 * tangents[at + first * k + c] * tanh(z) * pulled);
                        }
                        c += units;
                    }
                }
                sync_cube();
            }
            let swap = d;
            d = h;
            h = swap;
        }
        fresh = false.runtime();
        first += CUBE_COUNT as usize * points;
    }
}

impl TangentOps for CubeBackend {
    fn excess(g: FloatTensor<Self>, scale: f32, kind: u32) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let g = into_contiguous(g);
        let (shape, objective) = (g.shape(), room(&g, 1));
        let d = shape[1] as u32;
        let v = empty_device_contiguous_dtype(g.client.clone(), g.device.clone(), shape, g.dtype);
        let [g, out, o] = [g, v.clone(), objective.clone()].map(CubeTensor::into_buffer_arg);
        excess_rows::launch(
            &v.client,
            CubeCount::Static(1, 1, 1),
            CubeDim::new_1d(UNITS as u32),
            g,
            out,
            o,
            scale,
            d,
            kind,
            UNITS,
        );
        (v, objective)
    }
    fn tangent(
        theta: FloatTensor<Self>,
        table: FloatTensor<Self>,
        x: FloatTensor<Self>,
        v: FloatTensor<Self>,
        values: FloatTensor<Self>,
        tangents: FloatTensor<Self>,
        leak: f32,
        cubes: u32,
        len: u32,
        kind: u32,
        tile: u32,
        widest: u32,
    ) -> FloatTensor<Self> {
        let [theta, table, x, v, values, tangents] = [theta, table, x, v, values, tangents].map(into_contiguous);
        let out = room(&theta, (cubes * len) as usize);
        let [theta, table, x, v, values, tangents, o] =
            [theta, table, x, v, values, tangents, out.clone()].map(CubeTensor::into_buffer_arg);
        let (count, dim) = (CubeCount::Static(cubes, 1, 1), CubeDim::new_1d(PASSING as u32));
        tangent_rows::launch(
            &out.client,
            count,
            dim,
            theta,
            table,
            x,
            v,
            values,
            tangents,
            o,
            leak,
            kind,
            tile as usize,
            widest as usize,
            PASSING,
        );
        out
    }
}
