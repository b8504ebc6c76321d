//! The fields on the embedded CPU backend, by plain vectorised loops over rows.
use super::pairs::{Form, PairOps, field_shape};
use crate::interrupt;
use crate::simd::{self, Coordinates, Real};
use burn::backend::{Flex, TensorMetadata, ops::FloatTensorOps, tensor::FloatTensor};
use burn::tensor::TensorData;
use rayon::prelude::*;

/// Points that share a pass: their squares and weights stay in the first cache.
const CHUNK: usize = 2048;

/// The entries of a tensor a field takes; what cannot be read as f32 is empty, and gives zeros.
fn read(x: &FloatTensor<Flex>) -> Vec<f32> {
    x.to_contiguous().as_slice::<f32>().map(<[f32]>::to_vec).unwrap_or_default()
}

/// The points of a sample, coordinate by coordinate.
fn coordinates(y: &FloatTensor<Flex>) -> Coordinates<f32> {
    let (wide, d): (Vec<f64>, _) = (read(y).into_iter().map(f64::from).collect(), y.shape()[1]);
    Coordinates::new(&wide, d, &vec![0.0; d], 1.0)
}

/// A row's squares turned into terms and pulls by `term(square, weight) → (term, pull)`, and added up.
#[inline(always)]
fn add_row(
    x: &[f32],
    y: &Coordinates<f32>,
    w: &[f32],
    start: usize,
    buffer: &mut [f32],
    out: &mut [f32],
    term: impl Fn(f32, f32) -> (f32, f32),
) {
    let n = w.len();
    let (squares, terms) = buffer.split_at_mut(CHUNK);
    y.squares(x, start, &mut squares[..n]);
    for ((q, t), w) in squares[..n].iter_mut().zip(&mut terms[..n]).zip(w) {
        (*t, *q) = term(*q, *w);
    }
    out[0] += simd::sum_of(&terms[..n], |v| v) as f32;
    for (k, o) in out[1..].iter_mut().enumerate() {
        *o += simd::weighted_differences(x[k], &y.along(k)[start..start + n], &squares[..n]) as f32;
    }
}

/// The rows of a field, each by `fill(row of x, its part of the field, room for two chunks)`.
fn rows(x: &FloatTensor<Flex>, fill: impl Fn(&[f32], &mut [f32], &mut [f32]) + Sync) -> FloatTensor<Flex> {
    let (shape, d) = (field_shape(&x.shape()), x.shape()[1]);
    let mut out = vec![0.0; shape.num_elements()];
    let stop = interrupt::current();
    out.par_chunks_mut(1 + d).zip(read(x).par_chunks(d)).for_each_init(
        || vec![0.0; 2 * CHUNK],
        |buffer, (out, x)| {
            if !stop.is_requested() {
                fill(x, out, buffer);
            }
        },
    );
    Flex::float_from_data(TensorData::new(out, shape), &Default::default())
}

/// Rows [Σ term, Σ pull · (x − y)] over the sample.
fn sums(
    x: &FloatTensor<Flex>,
    y: &Coordinates<f32>,
    w: &[f32],
    term: impl Fn(f32, f32) -> (f32, f32) + Copy + Sync,
) -> FloatTensor<Flex> {
    rows(x, |x, out, buffer| {
        for start in (0..w.len()).step_by(CHUNK) {
            let w = &w[start..w.len().min(start + CHUNK)];
            simd::run(
                #[inline(always)]
                || add_row(x, y, w, start, buffer, out, term),
            );
        }
    })
}

impl PairOps for Flex {
    fn kernel_field(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        w: FloatTensor<Self>,
        c: f32,
        form: Form,
    ) -> FloatTensor<Self> {
        let (y, w) = (coordinates(&y), read(&w));
        match form {
            Form::Gaussian => sums(
                &x,
                &y,
                &w,
                #[inline(always)]
                |r2, w| {
                    let k = w * (c * r2).exponential();
                    (k, 2.0 * c * k)
                },
            ),
            Form::Laplace => sums(
                &x,
                &y,
                &w,
                #[inline(always)]
                |r2, w| {
                    let r = r2.sqrt();
                    let k = w * (c * r).exponential();
                    (k, if r > 0.0 { c * k / r } else { 0.0 })
                },
            ),
            Form::Imq => sums(
                &x,
                &y,
                &w,
                #[inline(always)]
                |r2, w| {
                    let q = 1.0 / (1.0 + c * r2);
                    let k = w * q.sqrt();
                    (k, -c * k * q)
                },
            ),
            Form::Energy => sums(
                &x,
                &y,
                &w,
                #[inline(always)]
                |r2, w| {
                    let r = r2.sqrt();
                    (-w * r, if r > 0.0 { -w / r } else { 0.0 })
                },
            ),
        }
    }

    fn soft_field(
        x: FloatTensor<Self>,
        y: FloatTensor<Self>,
        h: FloatTensor<Self>,
        s: f32,
        power: u32,
    ) -> FloatTensor<Self> {
        let (y, h) = (coordinates(&y), read(&h));
        rows(&x, |x, out, buffer| soft_row(x, &y, &h, (s, power), out, buffer))
    }
}

/// [ln Σ e^{h − s|x − y|^p}, Σ p ∇(s|x − y|^p)] for one row: the largest exponent first, then sums of what is left of it.
fn soft_row(x: &[f32], y: &Coordinates<f32>, h: &[f32], (s, power): (f32, u32), out: &mut [f32], buffer: &mut [f32]) {
    let cost = move |r2: f32| if power == 1 { s * r2.sqrt() } else { s * r2 };
    let mut top = f32::MIN;
    for start in (0..h.len()).step_by(CHUNK) {
        let n = CHUNK.min(h.len() - start);
        simd::run(
            #[inline(always)]
            || {
                y.squares(x, start, &mut buffer[..n]);
                buffer[..n].iter_mut().zip(&h[start..]).for_each(|(q, h)| *q = h - cost(*q));
                top = top.greater(simd::largest(&buffer[..n], f32::MIN));
            },
        );
    }
    for start in (0..h.len()).step_by(CHUNK) {
        let h = &h[start..h.len().min(start + CHUNK)];
        simd::run(
            #[inline(always)]
            || {
                add_row(
                    x,
                    y,
                    h,
                    start,
                    buffer,
                    out,
                    #[inline(always)]
                    |r2, h| {
                        let p = (h - cost(r2) - top).exponential();
                        let pull = if power == 1 { if r2 > 0.0 { s / r2.sqrt() } else { 0.0 } } else { 2.0 * s };
                        (p, p * pull)
                    },
                );
            },
        );
    }
    let sum = out[0];
    out[0] = top + sum.ln();
    out[1..].iter_mut().for_each(|v| *v /= sum);
}
