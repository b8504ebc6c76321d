//! Conjugates on a GPU: a table in global memory, and one cube that seeks ν.
use super::conjugates::{ATTAINED, ConjugateOps, HIGH, LOW, NUMBERS};
use super::parts_cube::{room, total};
use burn::backend::{TensorMetadata, tensor::FloatTensor};
use burn_cubecl::cubecl::{self, calculate_cube_count_elemwise, prelude::*};
use burn_cubecl::{CubeBackend, kernel::into_contiguous, tensor::CubeTensor};

/// Units of a cube.
const UNITS: usize = 256;

#[cube]
fn arsinh(z: f32) -> f32 {
    let s = f32::abs(z);
    let r = f32::ln(s + f32::sqrt(s * s + 1.0f32));
    let mut out = r;
    if z < 0.0f32 {
        out = -r;
    }
    out
}

/// Where y lies among the nodes, before it is counted in nodes.
#[cube]
fn position(y: f32, a: f32, b: f32, #[comptime] growth: u32) -> f32 {
    let mut v = y;
    if comptime!(growth == 1) {
        v = f32::ln((y - a) / (b - y));
    }
    if comptime!(growth == 2) {
        v = f32::ln(y - a);
    }
    if comptime!(growth == 3) {
        v = -f32::ln(b - y);
    }
    if comptime!(growth == 4) {
        v = arsinh(y - a);
    }
    if comptime!(growth == 5) {
        v = -arsinh(b - y);
    }
    if comptime!(growth == 6) {
        v = arsinh(y);
    }
    v
}

/// f*, f*' and f*'' at y: cubic between the nodes, with the slopes x*; beyond them f* goes on with the slope of its end.
#[cube]
fn conjugate_at(y: f32, table: &[f32], out: &mut Array<f32>, #[comptime] flags: u32) {
    let nodes = (table.len() - NUMBERS) / 3;
    let numbers = nodes * 3;
    let v = (position(y, table[numbers], table[numbers + 1], comptime!(flags & 7)) - table[numbers + 2])
        * table[numbers + 3];
    // NaN, outside the domain, stays at the first node
    let mut cell = f32::new(0.0);
    let last = f32::cast_from(nodes - 2);
    if v > 0.0f32 {
        cell = v;
    }
    if v > last {
        cell = last;
    }
    let i = usize::cast_from(cell);
    let y0 = table[i];
    let f0 = table[nodes + i];
    let x0 = table[2 * nodes + i];
    let h = table[i + 1] - y0;
    let offset = y - y0;
    // neighbours near an open end can be one number: such a cell has no inside
    let width = f32::max(h, 1.0e-30f32);
    let mut u = offset / width;
    if u < 0.0f32 {
        u = f32::new(0.0);
    }
    if u > 1.0f32 {
        u = f32::new(1.0);
    }
    let rise = table[2 * nodes + i + 1] - x0;
    let m0 = h * x0;
    let a = table[nodes + i + 1] - f0 - m0;
    let b = h * rise;
    let inside = f0 + u * (m0 + u * (3.0f32 * a - b + u * (b - 2.0f32 * a)));
    let gradient = x0 + rise * u;
    out[0] = inside + (offset - u * h) * gradient;
    out[1] = gradient;
    out[2] = rise / width;
    if comptime!(flags & LOW > 0) {
        if y <= table[numbers + 4] {
            out[0] = -table[numbers + 5];
            out[1] = f32::new(0.0);
            out[2] = f32::new(0.0);
        }
    }
    if comptime!(flags & HIGH > 0) {
        let end = table[numbers + 6];
        let mut above = y > end;
        if comptime!(flags & ATTAINED == 0) {
            above = y >= end;
        }
        if above {
            out[0] = table[numbers + 9];
            out[1] = table[numbers + 9];
            out[2] = f32::new(0.0);
        }
    }
}

#[cube(launch)]
fn conjugate_rows(
    y: &[f32],
    table: &[f32],
    value: &mut [f32],
    gradient: &mut [f32],
    curvature: &mut [f32],
    #[comptime] flags: u32,
) {
    let i = ABSOLUTE_POS;
    if i < y.len() {
        let mut all = Array::<f32>::new(3usize);
        conjugate_at(y[i], table, &mut all, flags);
        value[i] = all[0];
        gradient[i] = all[1];
        curvature[i] = all[2];
    }
}

/// The steps of `generator/infimum/tensor.rs`, with sums over one cube.
#[allow(clippy::too_many_arguments)]
#[cube(launch)]
fn price_rows(
    values: &[f32],
    table: &[f32],
    start: &[f32],
    slopes: &mut [f32],
    objective: &mut [f32],
    found: &mut [f32],
    height: f32,
    first: u32,
    iterations: u32,
    steep: f32,
    settled: f32,
    #[comptime] means_first: bool,
    #[comptime] warm: bool,
    #[comptime] flags: u32,
    #[comptime] units: usize,
) {
    let t = UNIT_POS as usize;
    let rows = slopes.len();
    let net = values.len() - rows;
    let numbers = table.len() - NUMBERS;
    let mut means_from = 0usize.runtime();
    let mut means_to = first as usize;
    let mut from = means_to;
    let mut to = rows;
    if comptime!(!means_first) {
        means_from = first as usize;
        means_to = rows;
        to = from;
        from = 0usize.runtime();
    }
    let means = f32::cast_from(means_to - means_from);
    let others = f32::cast_from(to - from);
    let mut shared = Shared::<[f32]>::new_slice(units);
    let mut all = Array::<f32>::new(3usize);
    let mut sum = 0.0f32;
    let mut i = means_from + t;
    while i < means_to {
        sum += values[net + i];
        slopes[i] = height / means;
        i += units;
    }
    let mean = height * total(sum, &mut shared, t, units) / means;
    let mut least = height * values[net + from];
    let mut top = least;
    let mut middle_sum = 0.0f32;
    let mut j = from + t;
    while j < to {
        let phi = height * values[net + j];
        least = f32::min(least, phi);
        top = f32::max(top, phi);
        middle_sum += phi;
        j += units;
    }
    let centre = total(middle_sum, &mut shared, t, units) / others;
    sync_cube();
    shared[t] = top;
    sync_cube();
    for p in 0..units {
        top = f32::max(top, shared[p]);
    }
    sync_cube();
    shared[t] = least;
    sync_cube();
    for p in 0..units {
        least = f32::min(least, shared[p]);
    }
    let left = table[numbers + 7];
    let right = table[numbers + 8];
    let end = table[numbers + 6];
    let mut hi = top - left;
    let mut lo = least - right;
    if comptime!(flags & HIGH > 0) {
        // inside the domain whatever the rounding of φ − ν
        lo = f32::min(f32::max(lo, top - end + (f32::abs(top) + f32::abs(end)) * 4.8e-7f32), hi);
    }
    let least_nu = lo;
    let mut nu = centre - 0.5f32 * (left + right);
    if comptime!(warm) {
        nu = start[0];
    }
    nu = f32::min(f32::max(nu, lo), hi);
    for _step in 0..iterations {
        let mut mass = 0.0f32;
        let mut bend = 0.0f32;
        let mut k = from + t;
        while k < to {
            conjugate_at(height * values[net + k] - nu, table, &mut all, flags);
            mass += all[1];
            bend += all[2];
            k += units;
        }
        let slope = total(mass, &mut shared, t, units) / others - 1.0f32;
        let curvature = total(bend, &mut shared, t, units) / others;
        let mut candidate = nu + slope / curvature;
        if slope > 0.0f32 {
            lo = nu;
        } else {
            hi = nu;
        }
        let middle = 0.5f32 * (lo + hi);
        if slope > steep {
            candidate = f32::max(candidate, middle);
        }
        // NaN compares false, so that an overflowing step falls back on bisection; so does one of nothing, unless it is from the root
        let mut next = middle;
        if candidate > lo && candidate < hi {
            next = candidate;
        }
        if candidate >= lo && candidate <= hi && f32::abs(slope) < settled {
            next = candidate;
        }
        nu = next;
    }
    let mut paid = 0.0f32;
    let mut mass = 0.0f32;
    let mut largest = 0.0f32;
    let mut k = from + t;
    while k < to {
        let phi = height * values[net + k];
        conjugate_at(phi - nu, table, &mut all, flags);
        paid += all[0];
        mass += all[1];
        slopes[k] = -height * all[1] / others;
        if phi >= top {
            largest += 1.0f32;
        }
        k += units;
    }
    let price = total(paid, &mut shared, t, units) / others;
    if comptime!(flags & HIGH > 0 && flags & ATTAINED > 0) {
        // where the end of the domain stops ν, moving the largest φ moves ν: the rest of the mass is theirs
        let rest = 1.0f32 - total(mass, &mut shared, t, units) / others;
        let count = total(largest, &mut shared, t, units);
        if rest > 0.0f32 && nu - least_nu <= 1.0e-5f32 * (1.0f32 + f32::abs(nu)) {
            let mut m = from + t;
            while m < to {
                if height * values[net + m] >= top {
                    slopes[m] = slopes[m] - height * rest / count;
                }
                m += units;
            }
        }
    }
    if t == 0 {
        objective[0] = mean - nu - price;
        found[0] = nu;
    }
}

impl ConjugateOps for CubeBackend {
    fn conjugate(
        y: FloatTensor<Self>,
        table: FloatTensor<Self>,
        flags: u32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [y, table] = [y, table].map(into_contiguous);
        let n = y.shape()[0];
        let out = [0, 1, 2].map(|_| room(&y, n));
        let dim = CubeDim::new_1d(UNITS as u32);
        let count = calculate_cube_count_elemwise(&y.client, n, dim);
        let [value, gradient, curvature] = out.clone().map(CubeTensor::into_buffer_arg);
        conjugate_rows::launch(
            &out[0].client,
            count,
            dim,
            y.into_buffer_arg(),
            table.into_buffer_arg(),
            value,
            gradient,
            curvature,
            flags,
        );
        out.into()
    }
    fn price(
        values: FloatTensor<Self>,
        table: FloatTensor<Self>,
        start: FloatTensor<Self>,
        height: f32,
        rows: u32,
        first: u32,
        means_first: u32,
        warm: u32,
        iterations: u32,
        steep: f32,
        settled: f32,
        flags: u32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [values, table, start] = [values, table, start].map(into_contiguous);
        let out = [rows as usize, 1, 1].map(|n| room(&values, n));
        let (count, dim) = (CubeCount::Static(1, 1, 1), CubeDim::new_1d(UNITS as u32));
        let [slopes, objective, nu] = out.clone().map(CubeTensor::into_buffer_arg);
        let [values, table, start] = [values, table, start].map(CubeTensor::into_buffer_arg);
        price_rows::launch(
            &out[0].client,
            count,
            dim,
            values,
            table,
            start,
            slopes,
            objective,
            nu,
            height,
            first,
            iterations,
            steep,
            settled,
            means_first == 1,
            warm == 1,
            flags,
            UNITS,
        );
        out.into()
    }
}
