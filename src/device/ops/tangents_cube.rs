//! Soft constraints on a GPU.
use super::group_cube::{Span, UNITS, cubes, group_sum, shared_numbers, units, vector_beside};
use super::network_cube::{Network, PASSING, load_rows, network, passing_units, tanh, tile_at, two_layers};
use super::plan::{Activation, Blocking, Passing, Stored};
use super::tangents::{Excess, TangentOps};
use super::tiles_cube::{Hop, add_biases, add_weights, multiply};
use burn::backend::{TensorMetadata, tensor::FloatTensor};
use burn_cubecl::cubecl::{self, prelude::*};
use burn_cubecl::{
    CubeBackend, kernel::into_contiguous, ops::numeric::empty_device_contiguous_dtype, tensor::CubeTensor,
};

/// z above zero, and 0 below: a comparison keeps NaN, a maximum would not.
#[cube]
fn positive_part(z: f32) -> f32 {
    let mut out = z;
    if z < 0.0f32 {
        out = f32::new(0.0);
    }
    out
}

/// R at |g|², and r with ∂R/∂g = r·g.
#[cube]
fn excess(squared: f32, #[comptime] kind: Excess) -> (f32, f32) {
    let norm = f32::sqrt(squared + 1.0e-12f32);
    let mut over = norm - 1.0f32;
    if comptime!(kind == Excess::OneSided) {
        over = squared - 1.0f32;
    }
    if comptime!(kind != Excess::TwoSided) {
        over = positive_part(over);
    }
    let mut value = over * over;
    let mut r = 2.0f32 * over / norm;
    if comptime!(kind == Excess::OneSided) {
        value = over;
        r = f32::new(0.0);
        if squared > 1.0f32 {
            r = f32::new(2.0);
        }
    }
    (value, r)
}

#[cube(launch)]
fn excess_rows(g: &[f32], v: &mut [f32], value: &mut [f32], scale: f32, d: u32, #[comptime] kind: Excess) {
    let columns = d as usize;
    let rows = g.len() / columns;
    let mut shared = shared_numbers();
    let mut sum = 0.0f32;
    let mut i = UNIT_POS as usize;
    while i < rows {
        let mut squared = 0.0f32;
        for j in 0..columns {
            squared += g[i * columns + j] * g[i * columns + j];
        }
        let (own, r) = excess(squared, kind);
        sum += own;
        for j in 0..columns {
            v[i * columns + j] = scale * r * g[i * columns + j];
        }
        i += UNITS;
    }
    let total = group_sum(sum, &mut shared);
    if UNIT_POS == 0 {
        value[0] = scale * total;
    }
}

/// The seeds of rows of one output: 1 for a point, 0 for rows that stay zero all the way.
#[cube]
fn seed(buffer: &mut Shared<[f32]>, at: usize, ones: usize, rows: usize) {
    let mut e = UNIT_POS as usize;
    while e < rows {
        buffer[at + e] = f32::new(0.0);
        if e < ones {
            buffer[at + e] = f32::new(1.0);
        }
        e += PASSING;
    }
}

/// Zeros from one entry to another.
#[cube]
fn clear(buffer: &mut Shared<[f32]>, from: usize, to: usize) {
    let mut e = from + UNIT_POS as usize;
    while e < to {
        buffer[e] = f32::new(0.0);
        e += PASSING;
    }
}

/// What curvature adds to the cotangents ζ of what enters tanh: ζ ← σ'(z)(ζ − 2 ż tanh(z) δ), before δ goes through the activation.
#[cube]
fn bend(
    net: &Network,
    buffer: &mut Shared<[f32]>,
    delta: usize,
    zeta: usize,
    z: &[f32],
    tangents: &[f32],
    entries: &Span,
) {
    let count = entries.to - entries.from;
    let mut c = UNIT_POS as usize;
    while c < count {
        let entered = z[entries.from + c];
        let pulled = buffer[delta + c];
        let along = 2.0f32 * tangents[entries.from + c] * tanh(entered) * pulled;
        buffer[zeta + c] = net.slope(entered) * (buffer[zeta + c] - along);
        c += PASSING;
    }
}

/// Row a of a point carries what its tangent brings to the gradient of a matrix, ḣ ⊗ δ with net's own cotangents δ; under a curved
/// activation a row b behind all those carries h ⊗ ζ, where ζ are the cotangents of what enters the activations.
#[cube(launch)]
fn tangent_rows(
    net: &Network,
    x: &[f32],
    v: &[f32],
    values: &[f32],
    tangents: &[f32],
    out: &mut [f32],
    #[comptime] blocking: Blocking,
) {
    let layers = net.layers.count();
    let rows = x.len() / net.layers.layer(0usize.runtime()).ins;
    let own = CUBE_POS * net.layers.last().end();
    let curved = comptime!(net.activation == Activation::Tanh);
    let all = comptime!(blocking.tile);
    let points = comptime!(if curved { all / 2 } else { all });
    let half = comptime!(blocking.tile * blocking.widest);
    let mut buffer = two_layers(blocking);
    let mut first = CUBE_POS * points;
    let mut fresh = true.runtime();
    while first < rows {
        let tile = tile_at(rows, first, points);
        let mut d = 0usize.runtime();
        let mut h = half.runtime();
        seed(&mut buffer, d, tile.count, all.runtime());
        sync_cube();
        for back in 0..layers {
            let layer = net.layers.layer(layers - 1 - back);
            let k = layer.ins;
            let at = tile.entering(&layer);
            let entries = tile.count * k;
            let behind = h + points * k;
            let hop = Hop { from: d, to: h, rows: all.runtime() };
            clear(&mut buffer, h + entries, behind);
            load_rows(&mut buffer, h, v, tangents, &tile, &layer);
            if comptime!(curved) {
                clear(&mut buffer, behind + entries, h + all * k);
                net.load_inputs(&mut buffer, behind, x, values, &tile, &layer);
            }
            net.before_pairs();
            if !layer.is_first() {
                net.differentiate(&mut buffer, h, values, at, tile.count, k);
            }
            sync_cube();
            add_weights(out, own, &buffer, net, &layer, &hop, fresh);
            // of no rows where activations have no curvature: zero
            let curves = Span { from: points.runtime(), to: all.runtime() };
            add_biases(out, own, &buffer, &layer, d, &curves, fresh);
            sync_cube();
            if !layer.is_first() {
                multiply(&mut buffer, net, &layer.back(), &hop, all, false);
                sync_cube();
                if comptime!(curved) {
                    bend(net, &mut buffer, h, behind, values, tangents, &Span { from: at, to: at + entries });
                }
                net.differentiate(&mut buffer, h, values, at, tile.count, k);
                sync_cube();
            }
            // they change places
            d = half - d;
            h = half - h;
        }
        fresh = false.runtime();
        first += CUBE_COUNT * points;
    }
}

impl TangentOps for CubeBackend {
    fn excess(g: FloatTensor<Self>, scale: f32, kind: Excess) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let g = into_contiguous(g);
        let (shape, value) = (g.shape(), vector_beside(&g, 1));
        let d = shape[1] as u32;
        let v = empty_device_contiguous_dtype(g.client.clone(), g.device.clone(), shape, g.dtype);
        let [g, out, o] = [g, v.clone(), value.clone()].map(CubeTensor::into_buffer_arg);
        excess_rows::launch(&v.client, cubes(1), units(), g, out, o, scale, d, kind);
        (v, value)
    }
    fn tangent(
        pass: Stored<Self>,
        v: FloatTensor<Self>,
        tangents: FloatTensor<Self>,
        count: usize,
        len: usize,
        passing: Passing,
    ) -> FloatTensor<Self> {
        let [theta, table, x, values] = [pass.theta, pass.table, pass.x, pass.values].map(into_contiguous);
        let out = vector_beside(&theta, count * len);
        let [x, v, values, tangents, o] =
            [x, into_contiguous(v), values, into_contiguous(tangents), out.clone()].map(CubeTensor::into_buffer_arg);
        let (net, units) = (network(theta, table, passing), passing_units());
        tangent_rows::launch(&out.client, cubes(count), units, net, x, v, values, tangents, o, passing.blocking);
        out
    }
}
