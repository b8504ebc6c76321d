//! Functionals of two samples on a GPU, each summed by one cube.
use super::functionals::{FunctionalOps, Order, Seek};
use super::group_cube::{UNITS, cubes, group_max, group_sum, shared_numbers, units, vector_beside};
use super::infimum_cube;
use super::samples_cube::{Samples, samples};
use super::tables_cube::{Pair, PairLaunch};
use burn::backend::tensor::FloatTensor;
use burn_cubecl::cubecl::{self, prelude::*};
use burn_cubecl::{CubeBackend, kernel::into_contiguous};

/// E x of the other sample, with the slopes of what it is taken from.
#[cube]
fn other_mean(samples: &Samples, slopes: &mut [f32], shared: &mut Shared<[f32]>) -> f32 {
    let others = samples.others();
    let n = others.count();
    let mut sum = 0.0f32;
    let mut j = others.own();
    while j < others.to {
        sum += samples.v(j);
        slopes[j] = -samples.height / n;
        j += UNITS;
    }
    samples.height * group_sum(sum, shared) / n
}

/// a ln E e^(x/a) of the other sample, with the slopes of what it is taken from.
#[cube]
fn log_mean_exp(samples: &Samples, a: f32, slopes: &mut [f32], shared: &mut Shared<[f32]>) -> f32 {
    let others = samples.others();
    let by = samples.height / a;
    let mut most = by * samples.v(others.from);
    let mut j = others.own();
    while j < others.to {
        most = f32::max(most, by * samples.v(j));
        j += UNITS;
    }
    let top = group_max(most, shared);
    let mut weight = 0.0f32;
    let mut k = others.own();
    while k < others.to {
        weight += f32::exp(by * samples.v(k) - top);
        k += UNITS;
    }
    let all = group_sum(weight, shared);
    let mut l = others.own();
    while l < others.to {
        slopes[l] = -samples.height * f32::exp(by * samples.v(l) - top) / all;
        l += UNITS;
    }
    a * (f32::ln(all / others.count()) + top)
}

#[cube(launch)]
fn mean_rows(samples: &Samples, a: f32, slopes: &mut [f32], value: &mut [f32], #[comptime] exponential: bool) {
    let mut shared = shared_numbers();
    let mean = samples.mean(slopes, &mut shared);
    let other = if comptime!(exponential) {
        log_mean_exp(samples, a, slopes, &mut shared)
    } else {
        other_mean(samples, slopes, &mut shared)
    };
    if UNIT_POS == 0 {
        value[0] = mean - other;
    }
}

#[cube(launch)]
fn pair_rows(samples: &Samples, table: &Pair, slopes: &mut [f32], value: &mut [f32]) {
    let mut shared = shared_numbers();
    let all = samples.all();
    let mut sum = 0.0f32;
    let mut i = all.own();
    while i < all.to {
        let mut n = samples.others().count();
        let mut function = 1usize.runtime();
        let mut sign = f32::new(-1.0);
        if samples.is_of_means(i) {
            n = samples.means().count();
            function = 0usize.runtime();
            sign = f32::new(1.0);
        }
        let jet = table.at(samples.x(i), function);
        sum += sign * jet.value / n;
        slopes[i] = sign * samples.height * jet.slope / n;
        i += UNITS;
    }
    let total = group_sum(sum, &mut shared);
    if UNIT_POS == 0 {
        value[0] = total;
    }
}

impl FunctionalOps for CubeBackend {
    fn means(
        values: FloatTensor<Self>,
        order: Order,
        exponential: Option<f32>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let values = into_contiguous(values);
        let (slopes, value) = (vector_beside(&values, order.rows), vector_beside(&values, 1));
        let [s, v] = [&slopes, &value].map(|t| t.clone().into_buffer_arg());
        let (a, is) = (exponential.unwrap_or(1.0), exponential.is_some());
        mean_rows::launch(&slopes.client, cubes(1), units(), samples(values, order), a, s, v, is);
        (slopes, value)
    }
    fn pair(
        values: FloatTensor<Self>,
        table: FloatTensor<Self>,
        order: Order,
        largest: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [values, table] = [values, table].map(into_contiguous);
        let (slopes, value) = (vector_beside(&values, order.rows), vector_beside(&values, 1));
        let [s, v] = [&slopes, &value].map(|t| t.clone().into_buffer_arg());
        let table = PairLaunch::new(table.into_buffer_arg(), largest);
        pair_rows::launch(&slopes.client, cubes(1), units(), samples(values, order), table, s, v);
        (slopes, value)
    }
    fn infimum(
        values: FloatTensor<Self>,
        table: FloatTensor<Self>,
        start: FloatTensor<Self>,
        order: Order,
        seek: Seek,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        infimum_cube::infimum([values, table, start].map(into_contiguous), order, seek)
    }
}
