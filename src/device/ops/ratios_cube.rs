//! The objective of an f-GAN on a GPU, summed by one cube.
use super::parts_cube::{room, total};
use super::ratios::RatioOps;
use burn::backend::tensor::FloatTensor;
use burn_cubecl::cubecl::{self, prelude::*};
use burn_cubecl::{CubeBackend, kernel::into_contiguous, tensor::CubeTensor};

/// Units of a cube.
const UNITS: usize = 256;

/// A column of the table at V, and its slope; beyond the ends the value stays and the slope is that of the end.
#[cube]
fn cubic(v: f32, table: &[f32], column: usize, largest: f32, out: &mut Array<f32>) {
    let nodes = table.len() / 4;
    let h = 2.0f32 * largest / f32::cast_from(nodes - 1);
    // NaN stays in u, and takes the first node
    let mut place = (v + largest) / h;
    if v < -largest {
        place = f32::new(0.0);
    }
    let end = f32::cast_from(nodes - 1);
    if place > end {
        place = end;
    }
    let mut cell = f32::new(0.0);
    if place > 0.0f32 {
        cell = place;
    }
    let last = f32::cast_from(nodes - 2);
    if cell > last {
        cell = last;
    }
    let i = usize::cast_from(cell);
    let u = place - f32::cast_from(i);
    let a = table[column * nodes + i];
    let rise = table[column * nodes + i + 1] - a;
    let m = table[(column + 1) * nodes + i];
    let n = table[(column + 1) * nodes + i + 1];
    out[0] = a + u * (m + u * (3.0f32 * rise - 2.0f32 * m - n + u * (m + n - 2.0f32 * rise)));
    out[1] = (m + u * (n - m)) / h;
}

#[allow(clippy::too_many_arguments)]
#[cube(launch)]
fn ratio_rows(
    values: &[f32],
    table: &[f32],
    slopes: &mut [f32],
    objective: &mut [f32],
    largest: f32,
    height: f32,
    first: u32,
    #[comptime] means_first: bool,
    #[comptime] units: usize,
) {
    let t = UNIT_POS as usize;
    let rows = slopes.len();
    let net = values.len() - rows;
    let split = first as usize;
    let mut shared = Shared::<[f32]>::new_slice(units);
    let mut all = Array::<f32>::new(2usize);
    let mut value = 0.0f32;
    let mut i = t;
    while i < rows {
        let mut count = f32::cast_from(split);
        let mut column = 0usize.runtime();
        let mut sign = f32::new(1.0);
        let mut means = i < split;
        if comptime!(!means_first) {
            means = i >= split;
        }
        if i >= split {
            count = f32::cast_from(rows - split);
        }
        if !means {
            column = 2usize.runtime();
            sign = f32::new(-1.0);
        }
        cubic(height * values[net + i], table, column, largest, &mut all);
        value += sign * all[0] / count;
        slopes[i] = sign * height * all[1] / count;
        i += units;
    }
    let sum = total(value, &mut shared, t, units);
    if t == 0 {
        objective[0] = sum;
    }
}

impl RatioOps for CubeBackend {
    fn ratio(
        values: FloatTensor<Self>,
        table: FloatTensor<Self>,
        largest: f32,
        height: f32,
        rows: u32,
        first: u32,
        means_first: u32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [values, table] = [values, table].map(into_contiguous);
        let (slopes, objective) = (room(&values, rows as usize), room(&values, 1));
        let [values, table, s, o] = [values, table, slopes.clone(), objective.clone()].map(CubeTensor::into_buffer_arg);
        ratio_rows::launch(
            &slopes.client,
            CubeCount::Static(1, 1, 1),
            CubeDim::new_1d(UNITS as u32),
            values,
            table,
            s,
            o,
            largest,
            height,
            first,
            means_first == 1,
            UNITS,
        );
        (slopes, objective)
    }
}
