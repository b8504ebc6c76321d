//! Sums over a sample, h(x) = Σ_j w_j k(x, y_j), with gradients, in O(N) memory and any number of pairs.
use super::centre::centre;
use super::kernel::Kernel;
use super::radial;
use crate::error::Result;
use crate::interrupt::{self, Interrupt};
use crate::matrix::{columns, product, scaled_product, view};
use crate::ranks::Rows;
use crate::simd::{self, Coordinates, LANES, Real};
use rayon::prelude::*;

/// Rows that share a block of the sample while it is in the first cache.
const ROWS: usize = 32;
/// What a pair of points takes besides its coordinates, in multiplications.
const PAIR: usize = 10;

/// A weighted sample to sum over. f32 for velocities, f64 for values that cancel.
pub struct KernelSum<T> {
    kernel: Kernel,
    y: Coordinates<T>,
    /// none: all one
    weights: Option<Vec<T>>,
    centre: Vec<f64>,
    /// |y_j − centre|², in many dimensions and where matrix products are accurate enough
    norms: Vec<T>,
}

impl<T: Real> KernelSum<T> {
    /// Rows in row-major order; without weights all are one.
    pub fn new(kernel: &Kernel, y: &[f64], d: usize, weights: Option<&[f64]>) -> KernelSum<T> {
        let centre = centre(y, d);
        let weights = weights.map(|w| w.iter().map(|v| T::of(*v)).collect());
        let norm = |r: &[f64]| T::of(r.iter().zip(&centre).map(|(v, c)| (v - c) * (v - c)).sum());
        let mut norms: Vec<T> = if d >= 8 { y.chunks(d).map(norm).collect() } else { vec![] };
        // |x|² + |y|² − 2xy keeps r² to a rounding of |y|²: too little where samples are many widths wide
        let relative = if T::ROUNDING < 1e-10 { 1e-11 } else { 1e-4 };
        let widest = norms.iter().map(|v| v.wide()).fold(0.0, f64::max);
        if widest * T::ROUNDING > relative * kernel.smallest_width().powi(2) {
            norms.clear();
        }
        KernelSum { kernel: kernel.clone(), y: Coordinates::new(y, d, &centre, 1.0), weights, centre, norms }
    }

    /// h at rows, and ∇h in row-major order.
    ///
    /// # Errors
    /// An interrupt; those of a team of ranks.
    pub fn at(&self, x: &[f64], interrupt: &Interrupt) -> Result<(Vec<f64>, Vec<f64>)> {
        let d = self.y.d;
        let x: Coordinates<T> = Coordinates::new(x, d, &self.centre, 1.0);
        let (mut h, mut gradient) = (vec![0.0; x.n], vec![0.0; x.n * d]);
        // blocks as they are on one rank: the products of a block are cut by its size
        let rows = Rows::of(x.n, ROWS, x.n.saturating_mul(self.y.n).saturating_mul(d + PAIR));
        let (mine, slopes) = (rows.mine(1, &mut h), rows.mine(d, &mut gradient));
        mine.par_chunks_mut(ROWS).zip(slopes.par_chunks_mut(ROWS * d)).enumerate().for_each(|(block, (h, g))| {
            self.rows(&x, rows.here.start + block * ROWS, (h, g), interrupt);
        });
        interrupt.check()?;
        rows.fill("kernel values", 1, &mut h)?;
        rows.fill("kernel gradients", d, &mut gradient)?;
        Ok((h, gradient))
    }

    fn rows(&self, x: &Coordinates<T>, from: usize, (h, g): (&mut [f64], &mut [f64]), interrupt: &Interrupt) {
        let d = self.y.d;
        if !self.norms.is_empty() {
            return self.tiles(x, from, (h, g), interrupt);
        }
        // a block of the sample with its buffers fits the first cache, and partial sums of f32 stay short
        let chunk = if self.in_registers() { 4096 } else { 1024 };
        let mut row = vec![T::ZERO; d];
        let mut buffer = vec![T::ZERO; 5 * chunk];
        for start in (0..self.y.n).step_by(chunk) {
            if interrupt.is_requested() {
                return;
            }
            let n = chunk.min(self.y.n - start);
            for k in 0..h.len() {
                x.row(from + k, &mut row);
                self.block(&row, start, n, &mut buffer, &mut h[k], &mut g[k * d..(k + 1) * d]);
            }
        }
    }

    fn in_registers(&self) -> bool {
        let known = |k: &Kernel| {
            matches!(
                k,
                Kernel::Gaussian(_) | Kernel::Laplace(_) | Kernel::Imq(_) | Kernel::Energy | Kernel::RoundedEnergy(_)
            )
        };
        self.y.d == 2 && known(&self.kernel)
    }

    /// In many dimensions both the distances and the gradients are matrix products.
    fn tiles(&self, x: &Coordinates<T>, from: usize, (h, g): (&mut [f64], &mut [f64]), interrupt: &Interrupt) {
        const CHUNK: usize = 512;
        let (d, rows) = (self.y.d, h.len());
        let mut xs = vec![T::ZERO; rows * d];
        xs.chunks_mut(d).enumerate().for_each(|(k, row)| x.row(from + k, row));
        let norms: Vec<T> = xs.chunks(d).map(|r| T::of(r.iter().map(|v| v.wide() * v.wide()).sum())).collect();
        let (mut r2, mut slopes) = (vec![T::ZERO; rows * CHUNK], vec![T::ZERO; rows * CHUNK]);
        let (mut k, mut scratch) = (vec![T::ZERO; CHUNK], vec![T::ZERO; 2 * CHUNK]);
        let mut moved = vec![T::ZERO; rows * d];
        for start in (0..self.y.n).step_by(CHUNK) {
            if interrupt.is_requested() {
                return;
            }
            let n = CHUNK.min(self.y.n - start);
            let y = columns(&self.y, start);
            scaled_product((rows, n, d), &mut r2, n, false, T::of(-2.0), view(&xs, d), y);
            let w = self.weights.as_ref().map(|w| &w[start..start + n]);
            for i in 0..rows {
                let (r2, slope) = (&mut r2[i * n..(i + 1) * n], &mut slopes[i * n..(i + 1) * n]);
                let (k, scratch) = (&mut k[..n], &mut scratch[..2 * n]);
                let (value, sum) = simd::run(
                    #[inline(always)]
                    || {
                        complete(norms[i], &self.norms[start..start + n], r2);
                        self.kernel.evaluate(r2, k, slope, scratch);
                        weigh(w, k, slope);
                        (simd::sum_of(k, |v| v), simd::sum_of(slope, |v| v))
                    },
                );
                h[i] += value;
                for (g, x) in g[i * d..(i + 1) * d].iter_mut().zip(&xs[i * d..(i + 1) * d]) {
                    *g += 2.0 * sum * x.wide();
                }
            }
            product((rows, d, n), &mut moved, false, view(&slopes, n), y.transpose());
            g.iter_mut().zip(&moved).for_each(|(g, m)| *g -= 2.0 * m.wide());
        }
    }

    fn block(&self, x: &[T], start: usize, n: usize, buffer: &mut [T], h: &mut f64, g: &mut [f64]) {
        let w = self.weights.as_ref().map(|w| &w[start..start + n]);
        let at = |k: usize| &self.y.along(k)[start..start + n];
        match (x, g, &self.kernel) {
            (&[a, b], [g0, g1], simple) if self.in_registers() => {
                let mut sums = [0.0; 3];
                let y = [at(0), at(1)];
                let (c, factor) = simple.constants();
                let c = T::of(c);
                simd::run(
                    #[inline(always)]
                    || match simple {
                        Kernel::Gaussian(_) => planar([a, b], y, w, c, radial::gaussian, &mut sums),
                        Kernel::Laplace(_) => planar([a, b], y, w, c, radial::laplace, &mut sums),
                        Kernel::Imq(_) => planar([a, b], y, w, c, radial::imq, &mut sums),
                        Kernel::RoundedEnergy(_) => planar([a, b], y, w, c, radial::rounded_energy, &mut sums),
                        _ => planar([a, b], y, w, c, radial::energy, &mut sums),
                    },
                );
                *h += sums[0];
                *g0 += factor * sums[1];
                *g1 += factor * sums[2];
            }
            (x, g, kernel) => {
                let (r2, rest) = buffer.split_at_mut(n);
                let (k, rest) = rest.split_at_mut(n);
                let (slope, scratch) = rest.split_at_mut(n);
                simd::run(
                    #[inline(always)]
                    || {
                        self.y.squares(x, start, r2);
                        kernel.evaluate(r2, k, slope, &mut scratch[..2 * n]);
                        weigh(w, k, slope);
                        *h += simd::sum_of(k, |v| v);
                        for (i, g) in g.iter_mut().enumerate() {
                            *g += 2.0 * simd::weighted_differences(x[i], &self.y.along(i)[start..start + n], slope);
                        }
                    },
                );
            }
        }
    }
}

/// |x|² + |y|² − 2 x·y from the last, not below 0.
#[inline(always)]
fn complete<T: Real>(x: T, y: &[T], r2: &mut [T]) {
    for (r, y) in r2.iter_mut().zip(y) {
        *r = (*r + (x + *y)).greater(T::ZERO);
    }
}

#[inline(always)]
fn weigh<T: Real>(w: Option<&[T]>, k: &mut [T], slope: &mut [T]) {
    if let Some(w) = w {
        for ((k, s), w) in k.iter_mut().zip(slope).zip(w) {
            (*k, *s) = (*k * *w, *s * *w);
        }
    }
}

/// The plane, in registers from the coordinates to the sums: Σ w k, 2 Σ w k' (x − y).
#[inline(always)]
fn planar<T: Real>(x: [T; 2], y: [&[T]; 2], w: Option<&[T]>, c: T, k: impl Fn(T, T) -> (T, T), out: &mut [f64; 3]) {
    let (mut s, mut g0, mut g1) = ([T::ZERO; LANES], [T::ZERO; LANES], [T::ZERO; LANES]);
    let ((a, a_rest), (b, b_rest)) = (y[0].as_chunks::<LANES>(), y[1].as_chunks::<LANES>());
    match w {
        None => {
            for (a, b) in a.iter().zip(b) {
                for l in 0..LANES {
                    let (d0, d1) = (x[0] - a[l], x[1] - b[l]);
                    let (v, slope) = k(d0.fma(d0, d1 * d1), c);
                    s[l] = s[l] + v;
                    g0[l] = slope.fma(d0, g0[l]);
                    g1[l] = slope.fma(d1, g1[l]);
                }
            }
        }
        Some(w) => {
            for ((a, b), w) in a.iter().zip(b).zip(w.as_chunks::<LANES>().0) {
                for l in 0..LANES {
                    let (d0, d1) = (x[0] - a[l], x[1] - b[l]);
                    let (v, slope) = k(d0.fma(d0, d1 * d1), c);
                    s[l] = w[l].fma(v, s[l]);
                    g0[l] = (w[l] * slope).fma(d0, g0[l]);
                    g1[l] = (w[l] * slope).fma(d1, g1[l]);
                }
            }
        }
    }
    *out = [simd::total(s), 2.0 * simd::total(g0), 2.0 * simd::total(g1)];
    let done = y[0].len() - a_rest.len();
    for (i, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
        let (d0, d1) = (x[0] - *a, x[1] - *b);
        let (v, slope) = k(d0.fma(d0, d1 * d1), c);
        let w = w.map_or(1.0, |w| w[done + i].wide());
        out[0] += w * v.wide();
        out[1] += 2.0 * w * (slope * d0).wide();
        out[2] += 2.0 * w * (slope * d1).wide();
    }
}

/// The kernel matrix, row-major, in f64.
pub fn matrix(kernel: &Kernel, x: &[f64], y: &[f64], d: usize) -> Vec<f64> {
    let m = y.len() / d;
    let y: Coordinates<f64> = Coordinates::new(y, d, &vec![0.0; d], 1.0);
    let mut out = vec![0.0; x.len() / d * m];
    let stop = interrupt::current();
    out.par_chunks_mut(m.max(1)).zip(x.par_chunks(d)).for_each(|(row, x)| {
        if stop.is_requested() {
            return;
        }
        let mut buffer = vec![0.0; 4 * m];
        let (r2, rest) = buffer.split_at_mut(m);
        let (slope, scratch) = rest.split_at_mut(m);
        simd::run(
            #[inline(always)]
            || {
                y.squares(x, 0, r2);
                kernel.evaluate(r2, row, slope, scratch);
            },
        );
    });
    out
}
