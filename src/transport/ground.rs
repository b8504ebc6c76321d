//! The ground cost c(x, y) = s·|x − y|^p between two samples: kept as a matrix while that is small, else computed where
//! it is needed, so that memory stays far below one number per pair.
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::simd;
pub use crate::space::Cost;
use crate::sums::ROUNDING;
use rayon::prelude::*;

/// Largest matrix that is kept, in entries of 8 bytes; beyond it costs are computed again and again.
const KEPT: usize = 4_000_000;
/// In many dimensions computing a cost is dearer than reading it from memory.
const KEPT_HIGH_DIMENSION: usize = 60_000_000;

/// Two samples and a cost between them.
pub struct Ground {
    /// row-major, M × d
    x: Vec<f64>,
    /// coordinate by coordinate, d × N
    y: Vec<f64>,
    d: usize,
    cols: usize,
    /// c
    pub cost: Cost,
    matrix: Option<Vec<f64>>,
}

impl Ground {
    /// From rows in row-major order.
    ///
    /// # Errors
    /// An interrupt.
    pub fn new(x: &[f64], y: &[f64], d: usize, cost: Cost, interrupt: &Interrupt) -> Result<Ground> {
        let mut g = Ground::lazy(x, y, d, cost);
        let cols = g.cols;
        let entries = g.rows().saturating_mul(cols);
        if entries <= if d > 6 { KEPT_HIGH_DIMENSION } else { KEPT } {
            let mut matrix = vec![0.0; entries];
            let zeros = vec![0.0; cols];
            matrix.par_chunks_mut(cols.max(1)).enumerate().for_each(|(i, row)| {
                if !interrupt.is_requested() {
                    g.compute(i, 0, 0.0, &zeros, row);
                }
            });
            interrupt.check()?;
            g.matrix = Some(matrix);
        }
        Ok(g)
    }
    /// Without a matrix, whatever the size: for one pass.
    pub fn lazy(x: &[f64], y: &[f64], d: usize, cost: Cost) -> Ground {
        let by_coordinate = (0..d).flat_map(|k| y.iter().skip(k).step_by(d).copied()).collect();
        Ground { x: x.to_vec(), y: by_coordinate, d, cols: y.len() / d, cost, matrix: None }
    }
    /// The same costs, and behind the columns one of its own for each row, at its place, which it alone reaches, for nothing.
    pub(super) fn with_exits(&self) -> Ground {
        let (n, m) = (self.rows(), self.cols);
        let mut matrix = vec![f64::INFINITY; n * (m + n)];
        for (i, row) in matrix.chunks_mut(m + n).enumerate() {
            row[..m].iter_mut().enumerate().for_each(|(j, c)| *c = self.at(i, j));
            row[m + i] = 0.0;
        }
        let coordinate =
            |k: usize| (0..m).map(move |j| self.target(j, k)).chain((0..n).map(move |i| self.x[i * self.d + k]));
        let y = (0..self.d).flat_map(coordinate).collect();
        Ground { x: self.x.clone(), y, d: self.d, cols: m + n, cost: self.cost, matrix: Some(matrix) }
    }
    /// M
    pub fn rows(&self) -> usize {
        self.x.len() / self.d
    }
    /// N
    pub fn cols(&self) -> usize {
        self.cols
    }
    /// No cost is larger: that of the diagonal of the box around both samples.
    pub fn largest(&self) -> f64 {
        let wide =
            |k: usize| spread(self.x.iter().skip(k).step_by(self.d).chain(&self.y[k * self.cols..(k + 1) * self.cols]));
        self.cost.of_squared((0..self.d).map(wide).sum())
    }
    /// How far off a cost may be, relative to itself: differences, squares, their sum and the power are rounded.
    pub fn relative_error(&self) -> f64 {
        (0.5 * self.cost.power).max(1.0) * 2.0 * (self.d as f64 + 6.0) * ROUNDING
    }
    /// x_i
    pub fn source(&self, i: usize) -> &[f64] {
        &self.x[i * self.d..(i + 1) * self.d]
    }
    /// Coordinate k of y_j.
    pub fn target(&self, j: usize, k: usize) -> f64 {
        self.y[k * self.cols + j]
    }
    /// c(i, j)
    pub fn at(&self, i: usize, j: usize) -> f64 {
        match &self.matrix {
            Some(m) => m[i * self.cols + j],
            None => {
                self.cost.of_squared((0..self.d).map(|k| (self.x[i * self.d + k] - self.target(j, k)).powi(2)).sum())
            }
        }
    }
    /// Writes c(i, j) + base − p_j for the columns from `start` on; returns the least of them.
    pub fn reduced(&self, i: usize, start: usize, base: f64, p: &[f64], out: &mut [f64]) -> f64 {
        match &self.matrix {
            Some(m) => {
                let row = &m[i * self.cols + start..][..out.len()];
                simd::run(
                    #[inline(always)]
                    || add(row, base, p, out),
                )
            }
            None => self.compute(i, start, base, p, out),
        }
    }
    fn compute(&self, i: usize, start: usize, base: f64, p: &[f64], out: &mut [f64]) -> f64 {
        simd::run(
            #[inline(always)]
            || {
                squares(self.source(i), &self.y, self.cols, start, out);
                transform(&self.cost, base, p, out)
            },
        )
    }
    /// min over the columns of c(i, j) − v_j, and where it is attained.
    pub fn transform(&self, i: usize, v: &[f64], buffer: &mut Vec<f64>) -> (f64, usize) {
        buffer.resize(self.cols, 0.0);
        let least = self.reduced(i, 0, 0.0, v, buffer);
        (least, buffer.iter().position(|b| *b == least).unwrap_or(0))
    }
    /// The nearest column of every row.
    ///
    /// # Errors
    /// An interrupt.
    pub fn nearest(&self, interrupt: &Interrupt) -> Result<Vec<usize>> {
        let zeros = vec![0.0; self.cols];
        let found = (0..self.rows())
            .into_par_iter()
            .map_init(
                Vec::new,
                |buffer, i| if interrupt.is_requested() { 0 } else { self.transform(i, &zeros, buffer).1 },
            )
            .collect();
        interrupt.check()?;
        Ok(found)
    }
    /// ψ_j = max_i (a_i − c(i, j)) for every column: the least ψ with a_i ≤ ψ_j + c(i, j).
    ///
    /// # Errors
    /// An interrupt.
    pub fn envelope(&self, a: &[f64], interrupt: &Interrupt) -> Result<Vec<f64>> {
        let block = self.rows().div_ceil(4 * rayon::current_num_threads()).max(16);
        let parts: Vec<Vec<f64>> = (0..self.rows().div_ceil(block))
            .into_par_iter()
            .map(|b| {
                let (mut best, mut buffer) = (vec![f64::INFINITY; self.cols], vec![0.0; self.cols]);
                let zeros = vec![0.0; self.cols];
                for (i, a) in a.iter().enumerate().take(self.rows()).skip(b * block).take(block) {
                    if interrupt.is_requested() {
                        break;
                    }
                    self.reduced(i, 0, -a, &zeros, &mut buffer);
                    simd::run(
                        #[inline(always)]
                        || lower(&mut best, &buffer),
                    );
                }
                best
            })
            .collect();
        interrupt.check()?;
        let mut best = vec![f64::INFINITY; self.cols];
        parts.iter().for_each(|p| lower(&mut best, p));
        Ok(best.into_iter().map(|v| -v).collect())
    }
}

fn spread<'a>(v: impl Iterator<Item = &'a f64>) -> f64 {
    let (low, high) = v.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
    (high - low) * (high - low)
}

/// No cost between rows of x and of y is larger.
pub fn largest(x: &[f64], y: &[f64], d: usize, cost: &Cost) -> f64 {
    cost.of_squared((0..d).map(|k| spread(x.iter().skip(k).step_by(d).chain(y.iter().skip(k).step_by(d)))).sum())
}

#[inline(always)]
fn lower(best: &mut [f64], v: &[f64]) {
    for (b, v) in best.iter_mut().zip(v) {
        *b = if *v < *b { *v } else { *b };
    }
}

/// The least of a list, eight at a time.
#[inline(always)]
fn least(v: &[f64]) -> f64 {
    let mut lanes = [f64::INFINITY; 8];
    let (whole, rest) = v.as_chunks::<8>();
    for c in whole {
        for (l, x) in lanes.iter_mut().zip(c) {
            *l = if *x < *l { *x } else { *l };
        }
    }
    lanes.iter().chain(rest).fold(f64::INFINITY, |a, b| if *b < a { *b } else { a })
}

#[inline(always)]
fn add(row: &[f64], base: f64, p: &[f64], out: &mut [f64]) -> f64 {
    for ((o, c), p) in out.iter_mut().zip(row).zip(p) {
        *o = c + base - p;
    }
    least(out)
}

#[inline(always)]
fn squares(x: &[f64], y: &[f64], cols: usize, start: usize, out: &mut [f64]) {
    let n = out.len();
    if let [a, b] = x {
        let (y0, y1) = (&y[start..][..n], &y[cols + start..][..n]);
        for ((o, u), v) in out.iter_mut().zip(y0).zip(y1) {
            *o = (a - u) * (a - u) + (b - v) * (b - v);
        }
        return;
    }
    out.fill(0.0);
    for (k, a) in x.iter().enumerate() {
        for (o, b) in out.iter_mut().zip(&y[k * cols + start..][..n]) {
            *o += (a - b) * (a - b);
        }
    }
}

#[inline(always)]
fn transform(c: &Cost, base: f64, p: &[f64], out: &mut [f64]) -> f64 {
    let (s, power) = (c.scale, c.power);
    if power == 2.0 {
        out.iter_mut().zip(p).for_each(|(o, p)| *o = s * *o + base - p);
    } else if power == 1.0 {
        out.iter_mut().zip(p).for_each(|(o, p)| *o = s * o.sqrt() + base - p);
    } else {
        out.iter_mut().zip(p).for_each(|(o, p)| *o = s * o.powf(0.5 * power) + base - p);
    }
    least(out)
}
