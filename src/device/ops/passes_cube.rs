//! Passes on a GPU: a few rows per cube, two layers of them in the memory its units share.
use super::parts_cube::{room, total};
use super::passes::{GROUPSORT, INPUTS, PARAMETERS, PassOps};
use super::products_cube::{
    SIDE, activated, add_biases, add_products, add_weights, exchange_pairs, pull, series, slope, sort_pairs,
};
use burn::backend::{TensorMetadata, tensor::FloatTensor};
use burn_cubecl::cubecl::{self, prelude::*};
use burn_cubecl::{CubeBackend, kernel::into_contiguous, tensor::CubeTensor};

/// Units of a cube that passes, and of one that sums.
const PASSING: usize = 64;
const UNITS: usize = 256;
/// Parameters that a cube of sums adds up.
const COLUMNS: usize = 32;

/// A pass forward; with `tangent` that of a direction x beside the pass that left `values`, without biases.
#[allow(unused_assignments, clippy::too_many_arguments)]
#[cube(launch)]
fn forward_rows(
    theta: &[f32],
    table: &[f32],
    x: &[f32],
    values: &[f32],
    out: &mut [f32],
    leak: f32,
    #[comptime] tangent: bool,
    #[comptime] kind: u32,
    #[comptime] tile: usize,
    #[comptime] widest: usize,
    #[comptime] units: usize,
) {
    let t = UNIT_POS as usize;
    let layers = table.len() / 5;
    let ins = usize::cast_from(table[0]);
    let rows = x.len() / ins;
    let mut buffer = Shared::<[f32]>::new_slice(2 * tile * widest);
    let mut sums = Array::<f32>::new(SIDE * SIDE);
    let mut left = Array::<usize>::new(SIDE);
    let mut right = Array::<usize>::new(SIDE);
    let mut first = CUBE_POS as usize * tile;
    while first < rows {
        let mut here = tile.runtime();
        if rows - first < tile {
            here = rows - first;
        }
        let mut e = t;
        while e < here * ins {
            buffer[e] = x[first * ins + e];
            e += units;
        }
        sync_cube();
        let mut from = 0usize.runtime();
        let mut to = (tile * widest).runtime();
        let mut at = 0usize.runtime();
        for l in 0..layers {
            let k = usize::cast_from(table[l * 5]);
            let n = usize::cast_from(table[l * 5 + 1]);
            let w = usize::cast_from(table[l * 5 + 2]);
            let hidden = l + 1 < layers;
            let apart = (n + SIDE - 1) / SIDE;
            let mut c = t;
            while c < (here + SIDE - 1) / SIDE * apart {
                let j = c % apart;
                let r = c / apart * SIDE;
                series(&mut left, from, r, 1usize, tile, k);
                series(&mut right, w, j, apart, n, 1usize);
                #[unroll]
                for q in 0..SIDE {
                    let mut bias = 0.0f32;
                    if comptime!(!tangent) {
                        bias = theta[right[q] + k * n];
                    }
                    #[unroll]
                    for p in 0..SIDE {
                        sums[p * SIDE + q] = bias;
                    }
                }
                add_products(&mut sums, &buffer, theta, &left, 1usize, &right, n, k, false);
                #[unroll]
                for q in 0..SIDE {
                    let column = j + q * apart;
                    #[unroll]
                    for p in 0..SIDE {
                        if column < n && r + p < here {
                            let z = sums[p * SIDE + q];
                            let entry = at + (first + r + p) * n + column;
                            out[entry] = z;
                            if hidden {
                                let mut h = z;
                                if comptime!(tangent) {
                                    h = z * slope(values[entry], leak, kind);
                                } else {
                                    h = activated(z, leak, kind);
                                }
                                buffer[to + (r + p) * n + column] = h;
                            }
                        }
                    }
                }
                c += units;
            }
            sync_cube();
            if comptime!(kind == GROUPSORT) {
                if hidden {
                    if comptime!(tangent) {
                        exchange_pairs(&mut buffer, to, values, at + first * n, here, n, t, units);
                    } else {
                        sort_pairs(&mut buffer, to, here, n, t, units);
                    }
                }
                sync_cube();
            }
            at += rows * n;
            let swap = from;
            from = to;
            to = swap;
        }
        first += CUBE_COUNT as usize * tile;
    }
}

#[allow(unused_assignments, clippy::too_many_arguments)]
#[cube(launch)]
fn backward_rows(
    theta: &[f32],
    table: &[f32],
    x: &[f32],
    values: &[f32],
    seeds: &[f32],
    out: &mut [f32],
    leak: f32,
    #[comptime] wish: u32,
    #[comptime] kind: u32,
    #[comptime] tile: usize,
    #[comptime] widest: usize,
    #[comptime] units: usize,
) {
    let t = UNIT_POS as usize;
    let layers = table.len() / 5;
    let last = table.len() - 5;
    let ins = usize::cast_from(table[0]);
    let outs = usize::cast_from(table[last + 1]);
    let len = usize::cast_from(table[last + 2]) + (usize::cast_from(table[last]) + 1) * outs;
    let hidden = usize::cast_from(table[last + 4]);
    let rows = x.len() / ins;
    let own = CUBE_POS as usize * len;
    let mut inputs = 0usize.runtime();
    if comptime!(wish & PARAMETERS > 0) {
        inputs = CUBE_COUNT as usize * len;
    }
    let mut buffer = Shared::<[f32]>::new_slice(2 * tile * widest);
    let mut first = CUBE_POS as usize * tile;
    let mut fresh = true.runtime();
    while first < rows {
        let mut here = tile.runtime();
        if rows - first < tile {
            here = rows - first;
        }
        let mut d = 0usize.runtime();
        let mut h = (tile * widest).runtime();
        let mut e = t;
        while e < here * outs {
            buffer[e] = seeds[first * outs + e];
            e += units;
        }
        sync_cube();
        // where what enters the activation before the layer begins
        let mut at = rows * hidden;
        for back in 0..layers {
            let l = layers - 1 - back;
            let k = usize::cast_from(table[l * 5]);
            let n = usize::cast_from(table[l * 5 + 1]);
            let w = usize::cast_from(table[l * 5 + 2]);
            if l > 0 {
                at -= rows * k;
            }
            if comptime!(wish & PARAMETERS > 0) {
                let mut e1 = t;
                while e1 < here * k {
                    if l == 0 {
                        buffer[h + e1] = x[first * k + e1];
                    } else {
                        buffer[h + e1] = activated(values[at + first * k + e1], leak, kind);
                    }
                    e1 += units;
                }
                sync_cube();
                if comptime!(kind == GROUPSORT) {
                    if l > 0 {
                        sort_pairs(&mut buffer, h, here, k, t, units);
                    }
                    sync_cube();
                }
                add_weights(out, own + w, &buffer, theta, h, d, k, n, here, fresh, t, units);
                add_biases(out, own + w + k * n, &buffer, d, n, 0usize, here, fresh, t, units);
                sync_cube();
            }
            let mut goes_on = l > 0;
            if comptime!(wish & INPUTS > 0) {
                goes_on = true.runtime();
            }
            if goes_on {
                pull(&mut buffer, theta, h, d, k, n, w, here, t, tile, units);
                sync_cube();
                if l > 0 {
                    if comptime!(kind == GROUPSORT) {
                        exchange_pairs(&mut buffer, h, values, at + first * k, here, k, t, units);
                    } else {
                        let mut s = t;
                        while s < here * k {
                            buffer[h + s] = buffer[h + s] * slope(values[at + first * k + s], leak, kind);
                            s += units;
                        }
                    }
                } else {
                    let mut s = t;
                    while s < here * k {
                        out[inputs + first * k + s] = buffer[h + s];
                        s += units;
                    }
                }
                sync_cube();
            }
            let swap = d;
            d = h;
            h = swap;
        }
        fresh = false.runtime();
        first += CUBE_COUNT as usize * tile;
    }
}

#[cube(launch)]
fn sum_parts(parts: &[f32], out: &mut [f32], count: u32, #[comptime] columns: usize, #[comptime] units: usize) {
    let t = UNIT_POS as usize;
    let len = out.len();
    let e = CUBE_POS as usize * columns + t % columns;
    let slices = units / columns;
    let mut shared = Shared::<[f32]>::new_slice(units);
    let mut sum = 0.0f32;
    if e < len {
        let mut part = t / columns;
        while part < count as usize {
            sum += parts[part * len + e];
            part += slices;
        }
    }
    shared[t] = sum;
    sync_cube();
    if t < columns && e < len {
        let mut total = 0.0f32;
        for s in 0..slices {
            total += shared[s * columns + t];
        }
        out[e] = total;
    }
}

#[allow(clippy::too_many_arguments)]
#[cube(launch)]
fn weigh_rows(
    values: &[f32],
    out: &mut [f32],
    objective: &mut [f32],
    height: f32,
    scale: f32,
    first: u32,
    #[comptime] means_first: bool,
    #[comptime] exponential: bool,
    #[comptime] units: usize,
) {
    let t = UNIT_POS as usize;
    let rows = out.len();
    let net = values.len() - rows;
    let split = first as usize;
    let mut means_from = 0usize.runtime();
    let mut means_to = split;
    let mut others_from = split;
    let mut others_to = rows;
    if comptime!(!means_first) {
        means_from = split;
        means_to = rows;
        others_from = 0usize.runtime();
        others_to = split;
    }
    let means = f32::cast_from(means_to - means_from);
    let others = f32::cast_from(others_to - others_from);
    let mut shared = Shared::<[f32]>::new_slice(units);
    let mut sum = 0.0f32;
    let mut i = means_from + t;
    while i < means_to {
        sum += values[net + i];
        out[i] = height / means;
        i += units;
    }
    let mean = height * total(sum, &mut shared, t, units) / means;
    let mut value = mean;
    if comptime!(exponential) {
        let by = height / scale;
        let mut top = by * values[net + others_from];
        let mut j = others_from + t;
        while j < others_to {
            top = f32::max(top, by * values[net + j]);
            j += units;
        }
        sync_cube();
        shared[t] = top;
        sync_cube();
        for u in 0..units {
            top = f32::max(top, shared[u]);
        }
        let mut weight = 0.0f32;
        let mut j2 = others_from + t;
        while j2 < others_to {
            weight += f32::exp(by * values[net + j2] - top);
            j2 += units;
        }
        let all = total(weight, &mut shared, t, units);
        let mut j3 = others_from + t;
        while j3 < others_to {
            out[j3] = -height * f32::exp(by * values[net + j3] - top) / all;
            j3 += units;
        }
        value -= scale * (f32::ln(all / others) + top);
    } else {
        let mut sum2 = 0.0f32;
        let mut j = others_from + t;
        while j < others_to {
            sum2 += values[net + j];
            out[j] = -height / others;
            j += units;
        }
        value -= height * total(sum2, &mut shared, t, units) / others;
    }
    if t == 0 {
        objective[0] = value;
    }
}

fn cubes(count: usize) -> CubeCount {
    CubeCount::Static(count as u32, 1, 1)
}

/// Cubes of a forward pass at most: beyond, each takes more rows.
const MOST: usize = 1 << 14;

impl PassOps for CubeBackend {
    fn forward(
        theta: FloatTensor<Self>,
        table: FloatTensor<Self>,
        x: FloatTensor<Self>,
        values: FloatTensor<Self>,
        leak: f32,
        size: u32,
        tangent: u32,
        kind: u32,
        tile: u32,
        widest: u32,
    ) -> FloatTensor<Self> {
        let [theta, table, x, values] = [theta, table, x, values].map(into_contiguous);
        let (tile, out) = (tile as usize, room(&theta, size as usize));
        let count = cubes(x.shape()[0].div_ceil(tile).clamp(1, MOST));
        let dim = CubeDim::new_1d(PASSING as u32);
        let [theta, table, x, values, o] = [theta, table, x, values, out.clone()].map(CubeTensor::into_buffer_arg);
        forward_rows::launch(
            &out.client,
            count,
            dim,
            theta,
            table,
            x,
            values,
            o,
            leak,
            tangent == 1,
            kind,
            tile,
            widest as usize,
            PASSING,
        );
        out
    }
    fn backward(
        theta: FloatTensor<Self>,
        table: FloatTensor<Self>,
        x: FloatTensor<Self>,
        values: FloatTensor<Self>,
        seeds: FloatTensor<Self>,
        leak: f32,
        size: u32,
        count: u32,
        wish: u32,
        kind: u32,
        tile: u32,
        widest: u32,
    ) -> FloatTensor<Self> {
        let [theta, table, x, values, seeds] = [theta, table, x, values, seeds].map(into_contiguous);
        let (out, dim) = (room(&theta, size as usize), CubeDim::new_1d(PASSING as u32));
        let [theta, table, x, values, seeds, o] =
            [theta, table, x, values, seeds, out.clone()].map(CubeTensor::into_buffer_arg);
        backward_rows::launch(
            &out.client,
            cubes(count as usize),
            dim,
            theta,
            table,
            x,
            values,
            seeds,
            o,
            leak,
            wish,
            kind,
            tile as usize,
            widest as usize,
            PASSING,
        );
        out
    }
    fn add_up(parts: FloatTensor<Self>, len: u32, count: u32) -> FloatTensor<Self> {
        let parts = into_contiguous(parts);
        let out = room(&parts, len as usize);
        let dim = CubeDim::new_1d(UNITS as u32);
        sum_parts::launch(
            &out.client,
            cubes((len as usize).div_ceil(COLUMNS)),
            dim,
            parts.into_buffer_arg(),
            out.clone().into_buffer_arg(),
            count,
            COLUMNS,
            UNITS,
        );
        out
    }
    fn weigh(
        values: FloatTensor<Self>,
        height: f32,
        scale: f32,
        rows: u32,
        first: u32,
        means_first: u32,
        exponential: u32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let values = into_contiguous(values);
        let (out, objective) = (room(&values, rows as usize), room(&values, 1));
        let dim = CubeDim::new_1d(UNITS as u32);
        let [values, o, v] = [values, out.clone(), objective.clone()].map(CubeTensor::into_buffer_arg);
        weigh_rows::launch(
            &out.client,
            cubes(1),
            dim,
            values,
            o,
            v,
            height,
            scale,
            first,
            means_first == 1,
            exponential == 1,
            UNITS,
        );
        (out, objective)
    }
}
