//! Paces on a GPU: sums over particles by one cube, places by many.
use super::group_cube::{UNITS, cubes, group_sum, shared_numbers, units, vector_beside};
use super::paces::{NUMBERS, PaceOps, Place, Rule};
use burn::backend::{TensorMetadata, tensor::FloatTensor};
use burn_cubecl::cubecl::{self, prelude::*};
use burn_cubecl::{CubeBackend, kernel::into_contiguous};

/// Cubes that fill places at most; each goes on to further ones.
const MOST_CUBES: usize = 4096;

#[cube(launch)]
#[allow(clippy::too_many_arguments)]
fn look_rows(
    v: &[f32],
    d: &[f32],
    numbers: &[f32],
    out: &mut [f32],
    rows: f32,
    memory: f32,
    growth: f32,
    most: f32,
    falling: f32,
    shorter: f32,
    longer: f32,
    longest: f32,
    #[comptime] first: bool,
    #[comptime] ends: bool,
    #[comptime] judged: bool,
) {
    let mut shared = shared_numbers();
    let mut sum = 0.0f32;
    let mut i = UNIT_POS as usize;
    while i < v.len() {
        sum += v[i] * v[i];
        i += UNITS;
    }
    let total = group_sum(sum, &mut shared);
    if UNIT_POS == 0 {
        let fisher = f32::max(total / rows, 1e-37f32);
        let mut ratio = numbers[0];
        if d[0] > 0.0 {
            let quotient = d[0] / fisher;
            if ratio > 0.0 {
                ratio = memory * ratio + (1.0 - memory) * f32::min(quotient, growth * ratio);
            } else {
                ratio = quotient;
            }
        }
        let mut share = numbers[2];
        let mut level = memory * numbers[3] + (1.0 - memory) * d[0];
        let mut before = numbers[4];
        if comptime!(first) {
            level = d[0];
        }
        if comptime!(judged) {
            if level < falling * before {
                share = f32::min(longer * share, most);
            } else {
                share *= shorter;
            }
        }
        if comptime!(ends) {
            before = level;
        }
        out[0] = ratio;
        out[1] = numbers[1];
        out[2] = share;
        out[3] = level;
        out[4] = before;
        let mut length = f32::min(share * ratio / numbers[1], longest / f32::sqrt(fisher));
        if d[0] <= 0.0 && level <= 0.0 {
            length = 0.0f32;
        }
        out[5] = length;
    }
}

#[cube(launch)]
fn fill_places(y: &[f32], v: &[f32], numbers: &[f32], out: &mut [f32], stride: u32) {
    let dt = numbers[5];
    let size = y.len();
    let mut i = CUBE_POS * UNITS + UNIT_POS as usize;
    while i < out.len() {
        let block = i / size;
        let at = i - block * size;
        let mut h = dt;
        if block == 0 {
            h = 0.0f32.runtime();
        }
        let mut k = 1usize.runtime();
        while k < block {
            h *= 0.5;
            k += 1;
        }
        out[i] = y[at] + h * v[at];
        i += stride as usize;
    }
}

#[cube(launch)]
#[allow(clippy::too_many_arguments)]
fn choose_rows(
    levels: &[f32],
    v: &[f32],
    numbers: &[f32],
    own: &mut [f32],
    out: &mut [f32],
    halvings: u32,
    memory: f32,
    armijo: f32,
    rounding: f32,
) {
    let mut shared = shared_numbers();
    let n = own.len();
    let dim = v.len() / n;
    let dt = numbers[5];
    let mut promise = 0.0f32;
    let mut kept = 0.0f32;
    let mut i = UNIT_POS as usize;
    while i < n {
        let mut squared = 0.0f32;
        let mut c = 0usize.runtime();
        while c < dim {
            squared += v[i * dim + c] * v[i * dim + c];
            c += 1;
        }
        let here = levels[i];
        let slack = rounding * f32::abs(here);
        let mut h = dt;
        let mut far = 1u32.runtime();
        let mut k = 0usize.runtime();
        while k < halvings as usize {
            k += 1;
            if far == 1 {
                if levels[k * n + i] > here - armijo * h * squared + slack {
                    h *= 0.5;
                } else {
                    far = 0;
                }
            }
        }
        own[i] = h;
        promise += dt * squared;
        kept += h * squared;
        i += UNITS;
    }
    let all = group_sum(promise, &mut shared);
    let some = group_sum(kept, &mut shared);
    if UNIT_POS == 0 {
        let mut share = 1.0f32.runtime();
        if all > 0.0 {
            let least = f32::max(some / all, 0.01f32);
            share = f32::min(least, 1.0f32);
        }
        out[0] = numbers[0];
        out[1] = memory * numbers[1] + (1.0 - memory) * share;
        out[2] = numbers[2];
        out[3] = numbers[3];
        out[4] = numbers[4];
        out[5] = dt;
    }
}

impl PaceOps for CubeBackend {
    fn look(
        v: FloatTensor<Self>,
        d: FloatTensor<Self>,
        numbers: FloatTensor<Self>,
        rule: Rule,
        place: Place,
        rows: usize,
    ) -> FloatTensor<Self> {
        let [v, d, numbers] = [v, d, numbers].map(into_contiguous);
        let out = vector_beside(&numbers, NUMBERS);
        let [a, b, c, o] = [&v, &d, &numbers, &out].map(|t| t.clone().into_buffer_arg());
        let Rule { memory, growth, share, falling, shorter, longer, longest, .. } = rule;
        let Place { first, ends, judged } = place;
        #[rustfmt::skip]
        look_rows::launch(
            &out.client, cubes(1), units(), a, b, c, o, rows as f32, memory, growth, share, falling, shorter, longer,
            longest, first, ends, judged,
        );
        out
    }
    fn places(
        y: FloatTensor<Self>,
        v: FloatTensor<Self>,
        numbers: FloatTensor<Self>,
        halvings: usize,
    ) -> FloatTensor<Self> {
        let [y, v, numbers] = [y, v, numbers].map(into_contiguous);
        let size = (1 + halvings) * y.shape()[0] * y.shape()[1];
        let out = vector_beside(&y, size);
        let [a, b, c, o] = [&y, &v, &numbers, &out].map(|t| t.clone().into_buffer_arg());
        let count = size.div_ceil(UNITS).min(MOST_CUBES);
        fill_places::launch(&out.client, cubes(count), units(), a, b, c, o, (count * UNITS) as u32);
        out
    }
    fn choose(
        levels: FloatTensor<Self>,
        v: FloatTensor<Self>,
        numbers: FloatTensor<Self>,
        rule: Rule,
        rows: usize,
        halvings: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [levels, v, numbers] = [levels, v, numbers].map(into_contiguous);
        let (own, out) = (vector_beside(&v, rows), vector_beside(&v, NUMBERS));
        let [a, b, c, w, o] = [&levels, &v, &numbers, &own, &out].map(|t| t.clone().into_buffer_arg());
        let Rule { memory, armijo, rounding, .. } = rule;
        choose_rows::launch(&out.client, cubes(1), units(), a, b, c, w, o, halvings as u32, memory, armijo, rounding);
        (own, out)
    }
}
