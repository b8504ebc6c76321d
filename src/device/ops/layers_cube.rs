//! The steps around a pass on a GPU: one cube per layer.
use super::group_cube::{UNITS, cubes, group_sum, shared_numbers, units, vector_beside};
use super::layer_cube::{Factor, Layer, Layers, LayersLaunch};
use super::layers::{LayerOps, Update};
use super::layout::FIELDS;
use burn::backend::{TensorMetadata, tensor::FloatTensor};
use burn_cubecl::cubecl::{self, calculate_cube_count_elemwise, prelude::*};
use burn_cubecl::{CubeBackend, kernel::into_contiguous, tensor::CubeTensor};

/// Where u and v of a layer lie in one vector of all u and then all v.
#[cube]
fn singular(layers: &Layers, layer: &Layer) -> (usize, usize) {
    let last = layers.last();
    (layer.ins_before, last.ins_before + last.ins + layer.outs_before)
}

/// Σₛ vector[s] · M[s, j]: an entry of a product.
#[cube]
fn entry(theta: &[f32], m: &Factor, vector: &Shared<[f32]>, j: usize) -> f32 {
    let mut z = 0.0f32;
    for s in 0..m.terms {
        z += vector[s] * theta[m.at + j * m.apart + s * m.by];
    }
    z
}

/// to = Mᵀfrom/|Mᵀfrom|.
#[cube]
fn turn(theta: &[f32], m: &Factor, from: &Shared<[f32]>, to: &mut Shared<[f32]>, shared: &mut Shared<[f32]>) {
    let mut square = 0.0f32;
    let mut j = UNIT_POS as usize;
    while j < m.columns {
        let z = entry(theta, m, from, j);
        to[j] = z;
        square += z * z;
        j += UNITS;
    }
    let scale = 1.0f32 / (f32::sqrt(group_sum(square, shared)) + 1.0e-12f32);
    let mut i = UNIT_POS as usize;
    while i < m.columns {
        to[i] *= scale;
        i += UNITS;
    }
    sync_cube();
}

/// Numbers of a tensor from `at` on, to where all units see them.
#[cube]
fn load(to: &mut Shared<[f32]>, from: &[f32], at: usize, count: usize) {
    let mut i = UNIT_POS as usize;
    while i < count {
        to[i] = from[at + i];
        i += UNITS;
    }
}

/// And back.
#[cube]
fn store(to: &mut [f32], at: usize, from: &Shared<[f32]>, count: usize) {
    let mut i = UNIT_POS as usize;
    while i < count {
        to[at + i] = from[i];
        i += UNITS;
    }
}

#[cube(launch)]
fn divide_layers(
    theta: &[f32],
    uv: &[f32],
    layers: &Layers,
    out: &mut [f32],
    next: &mut [f32],
    #[comptime] iterations: u32,
    #[comptime] widest: usize,
) {
    let l = CUBE_POS;
    let layer = layers.layer(l);
    let (u0, v0) = singular(layers, &layer);
    let mut u = Shared::<[f32]>::new_slice(widest);
    let mut v = Shared::<[f32]>::new_slice(widest);
    let mut shared = shared_numbers();
    load(&mut u, uv, u0, layer.ins);
    load(&mut v, uv, v0, layer.outs);
    sync_cube();
    for _step in 0..iterations {
        turn(theta, &layer.forth(), &u, &mut v, &mut shared);
        turn(theta, &layer.back(), &v, &mut u, &mut shared);
    }
    let mut along = 0.0f32;
    let mut j = UNIT_POS as usize;
    while j < layer.outs {
        along += entry(theta, &layer.forth(), &u, j) * v[j];
        j += UNITS;
    }
    let sigma = group_sum(along, &mut shared);
    let inverse = 1.0f32 / sigma;
    let mut e = layer.weights + UNIT_POS as usize;
    while e < layer.end() {
        let mut value = theta[e];
        if e < layer.biases() {
            value *= inverse;
        }
        out[e] = value;
        e += UNITS;
    }
    store(next, u0, &u, layer.ins);
    store(next, v0, &v, layer.outs);
    if UNIT_POS == 0 {
        out[theta.len() + l] = sigma;
    }
}

/// Parameters and moments before a step, and its rule.
#[derive(CubeType, CubeLaunch)]
struct Ascent {
    theta: Box<[f32]>,
    /// the first, then the second
    moments: Box<[f32]>,
    beta1: f32,
    beta2: f32,
    rate: f32,
    epsilon: f32,
    #[cube(comptime)]
    adam: bool,
}

#[cube]
impl Ascent {
    /// One parameter up its gradient g, with its moments.
    fn step(&self, at: usize, g: f32, theta: &mut [f32], moments: &mut [f32]) {
        let second = self.theta.len() + at;
        let square = self.beta2 * self.moments[second] + (1.0f32 - self.beta2) * g * g;
        let mut along = g;
        let mut first = self.moments[at];
        if comptime!(self.adam) {
            along = self.beta1 * self.moments[at] + (1.0f32 - self.beta1) * g;
            first = along;
        }
        moments[at] = first;
        theta[at] = self.theta[at] + self.rate * along / (f32::sqrt(square) + self.epsilon);
        moments[second] = square;
    }
}

#[cube(launch)]
fn ascend_each(before: &Ascent, gradient: &[f32], theta: &mut [f32], moments: &mut [f32]) {
    let at = ABSOLUTE_POS;
    if at < before.theta.len() {
        before.step(at, gradient[at], theta, moments);
    }
}

#[cube(launch)]
fn ascend_layers(
    before: &Ascent,
    layers: &Layers,
    gradient: &[f32],
    divided: &[f32],
    uv: &[f32],
    theta: &mut [f32],
    moments: &mut [f32],
) {
    let l = CUBE_POS;
    let layer = layers.layer(l);
    let (u0, v0) = singular(layers, &layer);
    let sigma = divided[before.theta.len() + l];
    let mut shared = shared_numbers();
    let mut part = 0.0f32;
    let mut e = layer.weights + UNIT_POS as usize;
    while e < layer.biases() {
        part += gradient[e] * divided[e];
        e += UNITS;
    }
    let inner = group_sum(part, &mut shared);
    let mut a = UNIT_POS as usize;
    while a < layer.entries() + layer.outs {
        let at = layer.weights + a;
        let mut g = gradient[at];
        if a < layer.entries() {
            g = (g - inner * uv[u0 + a / layer.outs] * uv[v0 + a % layer.outs]) / sigma;
        }
        before.step(at, g, theta, moments);
        a += UNITS;
    }
}

/// What a launch takes for parameters and moments before a step.
fn ascent(theta: CubeTensor, moments: CubeTensor, update: Update) -> AscentLaunch {
    let Update { adam, beta1, beta2, rate, epsilon } = update;
    AscentLaunch::new(theta.into_buffer_arg(), moments.into_buffer_arg(), beta1, beta2, rate, epsilon, adam)
}

impl LayerOps for CubeBackend {
    fn divide(
        theta: FloatTensor<Self>,
        uv: FloatTensor<Self>,
        table: FloatTensor<Self>,
        iterations: u32,
        widest: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [theta, uv, table] = [theta, uv, table].map(into_contiguous);
        let layers = table.shape()[0] / FIELDS;
        let (out, next) = (vector_beside(&theta, theta.shape()[0] + layers), vector_beside(&uv, uv.shape()[0]));
        let [theta, uv, table, o, n] = [theta, uv, table, out.clone(), next.clone()].map(CubeTensor::into_buffer_arg);
        let table = LayersLaunch::new(table);
        divide_layers::launch(&out.client, cubes(layers), units(), theta, uv, table, o, n, iterations, widest);
        (out, next)
    }
    fn ascend(
        theta: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        divided: FloatTensor<Self>,
        uv: FloatTensor<Self>,
        table: FloatTensor<Self>,
        update: Update,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [theta, moments, gradient, divided, uv, table] =
            [theta, moments, gradient, divided, uv, table].map(into_contiguous);
        let layers = table.shape()[0] / FIELDS;
        let out = [1, 2].map(|n| vector_beside(&theta, n * theta.shape()[0]));
        let [t, m] = out.clone().map(CubeTensor::into_buffer_arg);
        let [gradient, divided, uv, table] = [gradient, divided, uv, table].map(CubeTensor::into_buffer_arg);
        let (before, table) = (ascent(theta, moments, update), LayersLaunch::new(table));
        ascend_layers::launch(&out[0].client, cubes(layers), units(), before, table, gradient, divided, uv, t, m);
        out.into()
    }
    fn ascend_freely(
        theta: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        update: Update,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [theta, moments, gradient] = [theta, moments, gradient].map(into_contiguous);
        let n = theta.shape()[0];
        let out = [1, 2].map(|k| vector_beside(&theta, k * n));
        let count = calculate_cube_count_elemwise(&theta.client, n, units());
        let [gradient, t, m] = [gradient, out[0].clone(), out[1].clone()].map(CubeTensor::into_buffer_arg);
        ascend_each::launch(&out[0].client, count, units(), ascent(theta, moments, update), gradient, t, m);
        out.into()
    }
}
