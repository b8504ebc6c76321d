//! Passes on a GPU: a few rows per cube, two layers of them in the memory its units share.
use super::group_cube::{Span, UNITS, cubes, shared_numbers, units, vector_beside};
use super::network_cube::{Network, load, network, passing_units, store, tile_at, two_layers};
use super::passes::{PassOps, Wish};
use super::plan::{Blocking, Passing, Stored};
use super::tiles_cube::{Hop, add_biases, add_weights, multiply};
use burn::backend::{TensorMetadata, tensor::FloatTensor};
use burn_cubecl::cubecl::{self, prelude::*};
use burn_cubecl::{CubeBackend, kernel::into_contiguous, tensor::CubeTensor};

/// Parameters that a cube of sums adds up.
const COLUMNS: usize = 32;

/// A pass forward; with `tangent` that of a direction x beside the pass that left `values`, without biases.
#[cube(launch)]
fn forward_rows(
    net: &Network,
    x: &[f32],
    values: &[f32],
    out: &mut [f32],
    #[comptime] tangent: bool,
    #[comptime] blocking: Blocking,
) {
    let layers = net.layers.count();
    let ins = net.layers.layer(0usize.runtime()).ins;
    let rows = x.len() / ins;
    let half = comptime!(blocking.tile * blocking.widest);
    let mut buffer = two_layers(blocking);
    let mut first = CUBE_POS * comptime!(blocking.tile);
    while first < rows {
        let tile = tile_at(rows, first, comptime!(blocking.tile));
        let mut from = 0usize.runtime();
        let mut to = half.runtime();
        load(&mut buffer, from, x, first * ins, tile.count * ins);
        sync_cube();
        for l in 0..layers {
            let layer = net.layers.layer(l);
            let hop = Hop { from, to, rows: tile.count };
            multiply(&mut buffer, net, &layer.forth(), &hop, comptime!(blocking.tile), comptime!(!tangent));
            sync_cube();
            let at = tile.leaving(&layer);
            store(out, at, &buffer, to, tile.count * layer.outs);
            net.before_pairs();
            if l + 1 < layers {
                if comptime!(tangent) {
                    net.differentiate(&mut buffer, to, values, at, tile.count, layer.outs);
                } else {
                    net.activate(&mut buffer, to, tile.count, layer.outs);
                }
            }
            sync_cube();
            // they change places
            from = half - from;
            to = half - to;
        }
        first += CUBE_COUNT * comptime!(blocking.tile);
    }
}

#[cube(launch)]
fn backward_rows(
    net: &Network,
    x: &[f32],
    values: &[f32],
    seeds: &[f32],
    out: &mut [f32],
    #[comptime] wish: Wish,
    #[comptime] blocking: Blocking,
) {
    let layers = net.layers.count();
    let last = net.layers.last();
    let rows = x.len() / net.layers.layer(0usize.runtime()).ins;
    let own = CUBE_POS * last.end();
    let mut inputs = 0usize.runtime();
    if comptime!(wish.parameters) {
        inputs = CUBE_COUNT * last.end();
    }
    let half = comptime!(blocking.tile * blocking.widest);
    let mut buffer = two_layers(blocking);
    let mut first = CUBE_POS * comptime!(blocking.tile);
    let mut fresh = true.runtime();
    while first < rows {
        let tile = tile_at(rows, first, comptime!(blocking.tile));
        let mut d = 0usize.runtime();
        let mut h = half.runtime();
        load(&mut buffer, d, seeds, first * last.outs, tile.count * last.outs);
        sync_cube();
        for back in 0..layers {
            let layer = net.layers.layer(layers - 1 - back);
            let at = tile.entering(&layer);
            let hop = Hop { from: d, to: h, rows: tile.count };
            if comptime!(wish.parameters) {
                net.load_inputs(&mut buffer, h, x, values, &tile, &layer);
                sync_cube();
                add_weights(out, own, &buffer, net, &layer, &hop, fresh);
                let all = Span { from: 0usize.runtime(), to: tile.count };
                add_biases(out, own, &buffer, &layer, d, &all, fresh);
                sync_cube();
            }
            let mut goes_on = !layer.is_first();
            if comptime!(wish.inputs) {
                goes_on = true.runtime();
            }
            if goes_on {
                multiply(&mut buffer, net, &layer.back(), &hop, comptime!(blocking.tile), false);
                sync_cube();
                if layer.is_first() {
                    store(out, inputs + at, &buffer, h, tile.count * layer.ins);
                } else {
                    net.differentiate(&mut buffer, h, values, at, tile.count, layer.ins);
                }
                sync_cube();
            }
            // they change places
            d = half - d;
            h = half - h;
        }
        fresh = false.runtime();
        first += CUBE_COUNT * comptime!(blocking.tile);
    }
}

/// Every unit adds up some of the parts of one column; the units of that column add those.
#[cube(launch)]
fn sum_parts(parts: &[f32], out: &mut [f32], count: u32) {
    let t = UNIT_POS as usize;
    let len = out.len();
    let e = CUBE_POS * COLUMNS + t % COLUMNS;
    let mut shared = shared_numbers();
    let mut sum = 0.0f32;
    if e < len {
        let mut part = t / COLUMNS;
        while part < count as usize {
            sum += parts[part * len + e];
            part += UNITS / COLUMNS;
        }
    }
    shared[t] = sum;
    sync_cube();
    if t < COLUMNS && e < len {
        let mut total = 0.0f32;
        for s in 0..UNITS / COLUMNS {
            total += shared[s * COLUMNS + t];
        }
        out[e] = total;
    }
}

/// Cubes of a forward pass at most: beyond, each takes more rows.
const MOST: usize = 1 << 14;

impl PassOps for CubeBackend {
    fn forward(
        theta: FloatTensor<Self>,
        table: FloatTensor<Self>,
        x: FloatTensor<Self>,
        values: FloatTensor<Self>,
        tangent: bool,
        size: usize,
        passing: Passing,
    ) -> FloatTensor<Self> {
        let [theta, table, x, values] = [theta, table, x, values].map(into_contiguous);
        let out = vector_beside(&theta, size);
        let count = cubes(x.shape()[0].div_ceil(passing.blocking.tile).clamp(1, MOST));
        let [x, values, o] = [x, values, out.clone()].map(CubeTensor::into_buffer_arg);
        let net = network(theta, table, passing);
        forward_rows::launch(&out.client, count, passing_units(), net, x, values, o, tangent, passing.blocking);
        out
    }
    fn backward(
        pass: Stored<Self>,
        seeds: FloatTensor<Self>,
        wish: Wish,
        count: usize,
        size: usize,
        passing: Passing,
    ) -> FloatTensor<Self> {
        let [theta, table, x, values, seeds] =
            [pass.theta, pass.table, pass.x, pass.values, seeds].map(into_contiguous);
        let out = vector_beside(&theta, size);
        let [x, values, seeds, o] = [x, values, seeds, out.clone()].map(CubeTensor::into_buffer_arg);
        let (net, units) = (network(theta, table, passing), passing_units());
        backward_rows::launch(&out.client, cubes(count), units, net, x, values, seeds, o, wish, passing.blocking);
        out
    }
    fn add_up(parts: FloatTensor<Self>, len: usize, count: usize) -> FloatTensor<Self> {
        let parts = into_contiguous(parts);
        let out = vector_beside(&parts, len);
        let [parts, o] = [parts, out.clone()].map(CubeTensor::into_buffer_arg);
        sum_parts::launch(&out.client, cubes(len.div_ceil(COLUMNS)), units(), parts, o, count as u32);
        out
    }
}
