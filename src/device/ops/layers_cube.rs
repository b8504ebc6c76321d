//! The steps around a pass on a GPU: one cube per layer.
use super::layers::LayerOps;
use super::parts_cube::{room, total};
use burn::backend::{TensorMetadata, tensor::FloatTensor};
use burn_cubecl::cubecl::{self, calculate_cube_count_elemwise, prelude::*};
use burn_cubecl::{CubeBackend, kernel::into_contiguous, tensor::CubeTensor};

/// Units of a cube.
const UNITS: usize = 256;

#[cube(launch)]
fn divide_layers(
    theta: &[f32],
    uv: &[f32],
    table: &[f32],
    out: &mut [f32],
    next: &mut [f32],
    #[comptime] iterations: u32,
    #[comptime] widest: usize,
    #[comptime] units: usize,
) {
    let l = CUBE_POS as usize;
    let t = UNIT_POS as usize;
    let len = theta.len();
    let k = usize::cast_from(table[l * 5]);
    let n = usize::cast_from(table[l * 5 + 1]);
    let w = usize::cast_from(table[l * 5 + 2]);
    let last = table.len() - 5;
    let all_u = usize::cast_from(table[last + 3]) + usize::cast_from(table[last]);
    let u0 = usize::cast_from(table[l * 5 + 3]);
    let v0 = all_u + usize::cast_from(table[l * 5 + 4]);
    let mut left = Shared::<[f32]>::new_slice(widest);
    let mut right = Shared::<[f32]>::new_slice(widest);
    let mut parts = Shared::<[f32]>::new_slice(units);
    let mut a = t;
    while a < k {
        left[a] = uv[u0 + a];
        a += units;
    }
    let mut b = t;
    while b < n {
        right[b] = uv[v0 + b];
        b += units;
    }
    sync_cube();
    for _step in 0..iterations {
        let mut square = 0.0f32;
        let mut j = t;
        while j < n {
            let mut z = 0.0f32;
            for i in 0..k {
                z += left[i] * theta[w + i * n + j];
            }
            right[j] = z;
            square += z * z;
            j += units;
        }
        let scale = 1.0f32 / (f32::sqrt(total(square, &mut parts, t, units)) + 1.0e-12f32);
        let mut j2 = t;
        while j2 < n {
            right[j2] = right[j2] * scale;
            j2 += units;
        }
        sync_cube();
        let mut square_u = 0.0f32;
        let mut i2 = t;
        while i2 < k {
            let mut z = 0.0f32;
            for j3 in 0..n {
                z += right[j3] * theta[w + i2 * n + j3];
            }
            left[i2] = z;
            square_u += z * z;
            i2 += units;
        }
        let scale_u = 1.0f32 / (f32::sqrt(total(square_u, &mut parts, t, units)) + 1.0e-12f32);
        let mut i3 = t;
        while i3 < k {
            left[i3] = left[i3] * scale_u;
            i3 += units;
        }
        sync_cube();
    }
    let mut part = 0.0f32;
    let mut j4 = t;
    while j4 < n {
        let mut z = 0.0f32;
        for i in 0..k {
            z += left[i] * theta[w + i * n + j4];
        }
        part += z * right[j4];
        j4 += units;
    }
    let sigma = total(part, &mut parts, t, units);
    let inverse = 1.0f32 / sigma;
    let mut e = t;
    while e < k * n + n {
        let mut value = theta[w + e];
        if e < k * n {
            value = value * inverse;
        }
        out[w + e] = value;
        e += units;
    }
    let mut a2 = t;
    while a2 < k {
        next[u0 + a2] = left[a2];
        a2 += units;
    }
    let mut b2 = t;
    while b2 < n {
        next[v0 + b2] = right[b2];
        b2 += units;
    }
    if t == 0 {
        out[len + l] = sigma;
    }
}

/// One parameter up its gradient, with its moments.
#[cube]
#[allow(clippy::too_many_arguments)]
fn move_one(
    theta: &[f32],
    moments: &[f32],
    g: f32,
    out: &mut [f32],
    kept: &mut [f32],
    at: usize,
    beta1: f32,
    beta2: f32,
    rate: f32,
    epsilon: f32,
    #[comptime] adam: u32,
) {
    let second = theta.len() + at;
    let square = beta2 * moments[second] + (1.0f32 - beta2) * g * g;
    let mut along = g;
    kept[at] = moments[at];
    if comptime!(adam == 1) {
        along = beta1 * moments[at] + (1.0f32 - beta1) * g;
        kept[at] = along;
    }
    out[at] = theta[at] + rate * along / (f32::sqrt(square) + epsilon);
    kept[second] = square;
}

#[cube(launch)]
#[allow(clippy::too_many_arguments)]
fn ascend_freely(
    theta: &[f32],
    moments: &[f32],
    gradient: &[f32],
    out: &mut [f32],
    kept: &mut [f32],
    beta1: f32,
    beta2: f32,
    rate: f32,
    epsilon: f32,
    #[comptime] adam: u32,
) {
    let at = ABSOLUTE_POS;
    if at < theta.len() {
        move_one(theta, moments, gradient[at], out, kept, at, beta1, beta2, rate, epsilon, adam);
    }
}

#[cube(launch)]
#[allow(clippy::too_many_arguments)]
fn ascend_layers(
    theta: &[f32],
    moments: &[f32],
    gradient: &[f32],
    divided: &[f32],
    uv: &[f32],
    table: &[f32],
    out: &mut [f32],
    kept: &mut [f32],
    beta1: f32,
    beta2: f32,
    rate: f32,
    epsilon: f32,
    #[comptime] adam: u32,
    #[comptime] units: usize,
) {
    let l = CUBE_POS as usize;
    let t = UNIT_POS as usize;
    let len = theta.len();
    let k = usize::cast_from(table[l * 5]);
    let n = usize::cast_from(table[l * 5 + 1]);
    let w = usize::cast_from(table[l * 5 + 2]);
    let last = table.len() - 5;
    let all_u = usize::cast_from(table[last + 3]) + usize::cast_from(table[last]);
    let u0 = usize::cast_from(table[l * 5 + 3]);
    let v0 = all_u + usize::cast_from(table[l * 5 + 4]);
    let sigma = divided[len + l];
    let mut parts = Shared::<[f32]>::new_slice(units);
    let mut part = 0.0f32;
    let mut e = t;
    while e < k * n {
        part += gradient[w + e] * divided[w + e];
        e += units;
    }
    let inner = total(part, &mut parts, t, units);
    let mut a = t;
    while a < k * n + n {
        let mut g = gradient[w + a];
        if a < k * n {
            g = (g - inner * uv[u0 + a / n] * uv[v0 + a % n]) / sigma;
        }
        move_one(theta, moments, g, out, kept, w + a, beta1, beta2, rate, epsilon, adam);
        a += units;
    }
}

impl LayerOps for CubeBackend {
    fn divide(
        theta: FloatTensor<Self>,
        uv: FloatTensor<Self>,
        table: FloatTensor<Self>,
        iterations: u32,
        widest: u32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [theta, uv, table] = [theta, uv, table].map(into_contiguous);
        let layers = table.shape()[0] / 5;
        let (out, next) = (room(&theta, theta.shape()[0] + layers), room(&uv, uv.shape()[0]));
        let (count, dim) = (CubeCount::Static(layers as u32, 1, 1), CubeDim::new_1d(UNITS as u32));
        let [theta, uv, table, o, n] = [theta, uv, table, out.clone(), next.clone()].map(CubeTensor::into_buffer_arg);
        divide_layers::launch(&out.client, count, dim, theta, uv, table, o, n, iterations, widest as usize, UNITS);
        (out, next)
    }
    fn ascend(
        theta: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        divided: FloatTensor<Self>,
        uv: FloatTensor<Self>,
        table: FloatTensor<Self>,
        beta1: f32,
        beta2: f32,
        rate: f32,
        epsilon: f32,
        adam: u32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [theta, moments, gradient, divided, uv, table] =
            [theta, moments, gradient, divided, uv, table].map(into_contiguous);
        let (out, kept) = (room(&theta, theta.shape()[0]), room(&theta, 2 * theta.shape()[0]));
        let (count, dim) = (CubeCount::Static((table.shape()[0] / 5) as u32, 1, 1), CubeDim::new_1d(UNITS as u32));
        let [theta, moments, gradient, divided, uv, table, o, k] =
            [theta, moments, gradient, divided, uv, table, out.clone(), kept.clone()].map(CubeTensor::into_buffer_arg);
        ascend_layers::launch(
            &out.client,
            count,
            dim,
            theta,
            moments,
            gradient,
            divided,
            uv,
            table,
            o,
            k,
            beta1,
            beta2,
            rate,
            epsilon,
            adam,
            UNITS,
        );
        (out, kept)
    }
    fn ascend_freely(
        theta: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        beta1: f32,
        beta2: f32,
        rate: f32,
        epsilon: f32,
        adam: u32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [theta, moments, gradient] = [theta, moments, gradient].map(into_contiguous);
        let (out, kept) = (room(&theta, theta.shape()[0]), room(&theta, 2 * theta.shape()[0]));
        let dim = CubeDim::new_1d(UNITS as u32);
        let count = calculate_cube_count_elemwise(&theta.client, theta.shape()[0], dim);
        let [theta, moments, gradient, o, k] =
            [theta, moments, gradient, out.clone(), kept.clone()].map(CubeTensor::into_buffer_arg);
        ascend_freely::launch(
            &out.client,
            count,
            dim,
            theta,
            moments,
            gradient,
            o,
            k,
            beta1,
            beta2,
            rate,
            epsilon,
            adam,
        );
        (out, kept)
    }
}
