//! Tensors and the numbers in them.
use super::choice::is_cpu;
use crate::error::{Error, Result};
use crate::{interrupt, memory};
use burn::tensor::{Device, Tensor, TensorData};
use std::cell::Cell;

/// Particles, rows of shape `[n, d]`, f32.
pub type Points = Tensor<2>;
/// One value per particle, shape `[n]`.
pub type Values = Tensor<1>;

/// Numbers between two looks at the interrupt: a millisecond.
const PART: usize = 1 << 20;

/// Numbers that are copied while the interrupt is watched.
const AT_ONCE: usize = 1 << 22;

/// Rows in row-major order as points on a device.
pub fn points(rows: Vec<f32>, n: usize, d: usize, device: &Device) -> Points {
    Tensor::from_data(TensorData::new(rows, [n, d]), device)
}

/// A vector on a device.
pub fn vector(v: Vec<f32>, device: &Device) -> Values {
    let n = v.len();
    Tensor::from_data(TensorData::new(v, [n]), device)
}

thread_local! {
    static WAITS: Cell<usize> = const { Cell::new(0) };
}

/// How often this thread has waited for numbers of a device. A step should not: its launches could not run ahead.
pub fn waits() -> usize {
    WAITS.get()
}

fn wait_for(device: &Device) {
    if !is_cpu(device) {
        WAITS.set(WAITS.get() + 1);
    }
}

/// The rows of points in row-major order.
pub fn rows(points: &Points) -> Result<Vec<f32>> {
    memory::check_points("reading", points.dims(), 4)?;
    wait_for(&points.device());
    let of = |points: &Points| points.try_to_vec_as::<f32>().map_err(Error::read);
    if is_cpu(&points.device()) && points.dims().iter().product::<usize>() > AT_ONCE {
        // a copy cannot be divided, and new memory may come slowly
        let points = points.clone();
        return interrupt::aside(move || of(&points))?;
    }
    of(points)
}

/// The rows in f64, for exact solvers and figures.
pub fn rows_f64(points: &Points) -> Result<Vec<f64>> {
    memory::check_points("reading", points.dims(), 12)?;
    let rows = rows(points)?;
    let mut out = Vec::with_capacity(rows.len());
    for part in rows.chunks(PART) {
        interrupt::poll()?;
        out.extend(part.iter().map(|v| f64::from(*v)));
    }
    Ok(out)
}

/// The values of a vector on the host.
pub fn values(v: &Values) -> Result<Vec<f32>> {
    wait_for(&v.device());
    v.try_to_vec_as::<f32>().map_err(Error::read)
}

/// The only value of a vector.
pub fn number(v: &Values) -> Result<f64> {
    wait_for(&v.device());
    v.clone().try_into_scalar::<f32>().map(f64::from).map_err(Error::read)
}

/// Errors unless both samples are non-empty, finite and of one dimension.
pub fn check_samples(what: &str, p: &Points, q: &Points) -> Result<()> {
    let ([_, d], [_, e]) = (p.dims(), q.dims());
    if d != e {
        return Err(Error::Shape {
            what: what.into(),
            expected: "two samples of one dimension".into(),
            got: format!("dimensions {d} and {e}"),
        });
    }
    check_sample(what, "the first sample", p)?;
    check_sample(what, "the second sample", q)
}

/// Errors unless a sample is non-empty and finite.
pub fn check_sample(what: &str, name: &str, points: &Points) -> Result<()> {
    let [n, d] = points.dims();
    if n == 0 || d == 0 {
        return Err(Error::data(what, format!("{name} is empty")));
    }
    let rows = rows(points)?;
    let bad = |(i, part): (usize, &[f32])| {
        interrupt::poll()?;
        Ok(part.iter().position(|v| !v.is_finite()).map(|k| i * PART + k))
    };
    let found = rows.chunks(PART).enumerate().map(bad).find_map(Result::transpose).transpose()?;
    match found {
        Some(i) => Err(Error::data(what, format!("{name} has {} in row {}, column {}", rows[i], i / d, i % d))),
        None => Ok(()),
    }
}
