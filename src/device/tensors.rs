//! Tensors and the numbers in them.
use super::choice::{host, is_cpu};
use crate::error::{Error, Result};
use crate::{interrupt, memory};
use burn::tensor::{DType, Device, Element, FloatDType, Tensor, TensorData};
use std::cell::Cell;

/// Rows of shape `[n, d]`: f32 on the device of networks and flows, where they move; wide, f64 in host memory, for whoever
/// made them or looks at them.
pub type Points = Tensor<2>;
/// One value per particle, shape `[n]`; wide where the points are.
pub type Values = Tensor<1>;

/// Numbers between two looks at the interrupt: a millisecond.
const PART: usize = 1 << 20;

/// Numbers that are copied while the interrupt is watched.
const AT_ONCE: usize = 1 << 22;

/// Rows in row-major order as wide points.
pub fn wide(rows: Vec<f64>, n: usize, d: usize) -> Points {
    Tensor::from_data(TensorData::new(rows, [n, d]), (&host(), DType::F64))
}

/// Whether points are wide.
pub fn is_wide<const D: usize>(x: &Tensor<D>) -> bool {
    x.dtype() == DType::F64
}

/// The same numbers as wide points.
///
/// # Errors
/// Points that cannot be read from their device.
pub fn widened(x: &Points) -> Result<Points> {
    let [n, d] = x.dims();
    if is_wide(x) { Ok(x.clone()) } else { Ok(wide(rows_f64(x)?, n, d)) }
}

/// Wide points rounded to f32 on a device; others as they are, where they are.
pub fn narrowed(x: &Points, device: &Device) -> Points {
    if is_wide(x) { x.clone().cast(FloatDType::F32).to_device(device) } else { x.clone() }
}

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

/// The rows of points in row-major order, rounded to f32.
pub fn rows(points: &Points) -> Result<Vec<f32>> {
    memory::check_points("reading", points.dims(), if is_wide(points) { 12 } else { 4 })?;
    if is_wide(points) {
        return converted(&read::<f64>(points)?, |v| v as f32);
    }
    read(points)
}

/// The rows of points that nobody else has any more, rounded to f32: not copied, where they are f32 in host memory.
pub fn taken(points: Points) -> Result<Vec<f32>> {
    if is_wide(&points) || !is_cpu(&points.device()) {
        return rows(&points);
    }
    points.try_into_vec_as::<f32>().map_err(Error::read)
}

/// The rows in f64, for solvers, metrics and figures.
pub fn rows_f64(points: &Points) -> Result<Vec<f64>> {
    memory::check_points("reading", points.dims(), if is_wide(points) { 8 } else { 12 })?;
    if is_wide(points) {
        return read(points);
    }
    converted(&read::<f32>(points)?, f64::from)
}

/// Wide points as they were read: the bytes of their f64, row by row.
#[derive(Clone, Debug)]
pub struct Reading {
    data: TensorData,
    /// how many rows
    pub n: usize,
    /// numbers a row
    pub d: usize,
}

impl Reading {
    /// Of wide points, copied once; of others none.
    ///
    /// # Errors
    /// Points that cannot be read; no memory for them.
    pub fn of(points: &Points) -> Result<Option<Reading>> {
        if !is_wide(points) {
            return Ok(None);
        }
        let [n, d] = points.dims();
        memory::check_points("reading", [n, d], 8)?;
        let points = points.clone();
        let of = move || points.try_into_data().map_err(Error::read);
        let data = if n * d > AT_ONCE { interrupt::aside(of)?? } else { of()? };
        Ok(Some(Reading { data, n, d }))
    }
    /// The bytes, in the order of this machine.
    pub fn bytes(&self) -> &[u8] {
        self.data.as_bytes()
    }
    /// The numbers as rows.
    pub fn rows(&self) -> Vec<f64> {
        self.bytes().as_chunks::<8>().0.iter().map(|b| f64::from_ne_bytes(*b)).collect()
    }
}

/// The numbers as they are kept.
fn read<E: Element>(points: &Points) -> Result<Vec<E>> {
    wait_for(&points.device());
    // what is taken out of its tensor is not copied once more
    let of = |points: Points| points.try_into_vec_as::<E>().map_err(Error::read);
    let points = points.clone();
    if is_cpu(&points.device()) && points.dims().iter().product::<usize>() > AT_ONCE {
        // a copy cannot be divided, and new memory may come slowly
        return interrupt::aside(move || of(points))?;
    }
    of(points)
}

fn converted<A: Copy, B>(from: &[A], to: impl Fn(A) -> B) -> Result<Vec<B>> {
    let mut out = Vec::with_capacity(from.len());
    for part in from.chunks(PART) {
        interrupt::poll()?;
        out.extend(part.iter().map(|v| to(*v)));
    }
    Ok(out)
}

/// The values of a vector on the host.
pub fn values(v: &Values) -> Result<Vec<f32>> {
    wait_for(&v.device());
    v.try_to_vec_as::<f32>().map_err(Error::read)
}

/// The same in f64.
pub fn values_f64(v: &Values) -> Result<Vec<f64>> {
    wait_for(&v.device());
    v.try_to_vec_as::<f64>().map_err(Error::read)
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
    let bad = |row: usize, column: usize, v: f64| {
        Err(Error::data(what, format!("{name} has {v} in row {row}, column {column}")))
    };
    let found = if is_wide(points) {
        not_finite(&rows_f64(points)?, f64::is_finite)?
    } else {
        not_finite(&rows(points)?, f32::is_finite)?.map(|(i, v)| (i, f64::from(v)))
    };
    found.map_or(Ok(()), |(i, v)| bad(i / d, i % d, v))
}

/// The first number that is not finite, and where it is.
fn not_finite<T: Copy>(rows: &[T], finite: fn(T) -> bool) -> Result<Option<(usize, T)>> {
    for (i, part) in rows.chunks(PART).enumerate() {
        interrupt::poll()?;
        if let Some(k) = part.iter().position(|v| !finite(*v)) {
            return Ok(Some((i * PART + k, part[k])));
        }
    }
    Ok(None)
}
