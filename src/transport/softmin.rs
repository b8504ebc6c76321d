//! Soft minima of costs over a sample, streamed: −ε ln Σ_j w_j exp((v_j − c(x_i, y_j))/ε) for every i, O(M + N) memory.
use super::ground::Cost;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::ranks::Rows;
use crate::simd::{self, Coordinates, LANES, Real};
use crate::space::centre::centre;
use rayon::prelude::*;

/// Points in a pass: squares, costs and exponents stay in the first cache.
const CHUNK: usize = 1024;
/// Rows per task.
const ROWS: usize = 32;
/// What a pair of points takes besides its coordinates, in multiplications.
const PAIR: usize = 10;
/// Columns whose sums one task takes: few enough that two thousand points keep eight threads busy.
const COLUMNS: usize = 256;

/// Two samples ready for streaming in one direction: sources outside, targets inside.
pub struct Pairs<T> {
    x: Coordinates<T>,
    y: Coordinates<T>,
    cost: Cost,
}

/// A row of a plan: p_j = exp(h_j + shift − c(x, y_j)/ε), counted r times.
struct Row<'a, T> {
    x: &'a [T],
    shift: T,
    r: f64,
}

impl<T: Real> Pairs<T> {
    /// Rows in row-major order; both are moved to the centre of the second sample, which changes no difference.
    pub fn new(x: &[f64], y: &[f64], d: usize, cost: Cost) -> Pairs<T> {
        let centre = centre(y, d);
        Pairs { x: Coordinates::new(x, d, &centre, 1.0), y: Coordinates::new(y, d, &centre, 1.0), cost }
    }
    /// M
    pub fn rows(&self) -> usize {
        self.x.n
    }
    /// N
    pub fn cols(&self) -> usize {
        self.y.n
    }

    /// So many rows in blocks of so many, shared by ranks.
    fn shared(&self, rows: usize, block: usize) -> Rows {
        let pairs = self.rows().saturating_mul(self.cols());
        Rows::of(rows, block, pairs.saturating_mul(self.x.d + PAIR))
    }

    /// −ε ln Σ_j exp(h_j − c(x_i, y_j)/ε) with h_j = v_j/ε + ln w_j; `guess` is near the answer, or empty.
    ///
    /// # Errors
    /// An interrupt.
    pub fn softmin(&self, epsilon: f64, h: &[f64], guess: &[f64], interrupt: &Interrupt) -> Result<Vec<f64>> {
        let h: Vec<T> = h.iter().map(|v| T::of(*v)).collect();
        let mut out = vec![0.0; self.rows()];
        let rows = self.shared(self.rows(), ROWS);
        rows.mine(1, &mut out).par_chunks_mut(ROWS).enumerate().for_each(|(block, out)| {
            if interrupt.is_requested() {
                return;
            }
            let (mut x, mut buffer) = (vec![T::ZERO; self.x.d], vec![T::ZERO; CHUNK]);
            for (k, o) in out.iter_mut().enumerate() {
                let i = rows.here.start + block * ROWS + k;
                self.x.row(i, &mut x);
                let near = guess.get(i).map(|g| g / epsilon);
                *o = -epsilon * self.log_sum(&x, epsilon, &h, near, &mut buffer);
            }
        });
        interrupt.check()?;
        rows.fill("soft minima", 1, &mut out)?;
        Ok(out)
    }

    /// ln Σ_j exp(h_j − c/ε). With a good shift one pass is enough; without one the largest exponent is kept up.
    fn log_sum(&self, x: &[T], epsilon: f64, h: &[T], shift: Option<f64>, buffer: &mut [T]) -> f64 {
        if let Some(s) = shift {
            let sum = simd::run(
                #[inline(always)]
                || self.shifted_sum(x, epsilon, h, T::of(s), buffer),
            );
            if sum > 1e-20 && sum < 1e20 {
                return sum.ln() - s;
            }
        }
        let (mut top, mut sum) = (f64::NEG_INFINITY, 0.0);
        for start in (0..self.y.n).step_by(CHUNK) {
            let n = CHUNK.min(self.y.n - start);
            let out = &mut buffer[..n];
            let largest = simd::run(
                #[inline(always)]
                || {
                    self.exponents(x, epsilon, &h[start..start + n], T::ZERO, start, out);
                    simd::largest(out, T::of(-1e30)).wide()
                },
            );
            if largest > top {
                sum *= (top - largest).exp();
                top = largest;
            }
            let t = T::of(top);
            sum += simd::run(
                #[inline(always)]
                || simd::sum_of(out, |v| (v - t).exponential()),
            );
        }
        top + sum.ln()
    }

    #[inline(always)]
    fn shifted_sum(&self, x: &[T], epsilon: f64, h: &[T], shift: T, buffer: &mut [T]) -> f64 {
        let mut sum = 0.0;
        for start in (0..self.y.n).step_by(CHUNK) {
            let n = CHUNK.min(self.y.n - start);
            let out = &mut buffer[..n];
            self.exponents(x, epsilon, &h[start..start + n], shift, start, out);
            sum += simd::sum_of(out, |v| (if v < T::of(60.0) { v } else { T::of(60.0) }).exponential());
        }
        sum
    }

    /// h_j + shift − c(x, y_j)/ε
    #[inline(always)]
    fn exponents(&self, x: &[T], epsilon: f64, h: &[T], shift: T, start: usize, out: &mut [T]) {
        self.y.squares(x, start, out);
        let minus = T::of(-self.cost.scale / epsilon);
        if self.cost.power == 2.0 {
            out.iter_mut().zip(h).for_each(|(o, h)| *o = o.fma(minus, *h + shift));
        } else if self.cost.power == 1.0 {
            out.iter_mut().zip(h).for_each(|(o, h)| *o = o.root().fma(minus, *h + shift));
        } else {
            let p = T::of(0.5 * self.cost.power);
            out.iter_mut().zip(h).for_each(|(o, h)| *o = o.power(p).fma(minus, *h + shift));
        }
    }

    /// Σ_i r_i p_ij over the rows, for the plan with rows p_ij = exp(h_j + s_i − c_ij/ε), and Σ_i r_i Σ_j p_ij c_ij.
    ///
    /// # Errors
    /// An interrupt.
    pub fn column_sums(
        &self,
        epsilon: f64,
        h: &[f64],
        s: &[f64],
        r: &[f64],
        interrupt: &Interrupt,
    ) -> Result<(Vec<f64>, f64)> {
        let h: Vec<T> = h.iter().map(|v| T::of(*v)).collect();
        // a task has some columns and all rows, in order: sums do not depend on how many threads there are
        let (mut sums, mut costs) = (vec![0.0; self.cols()], vec![0.0; self.cols().div_ceil(COLUMNS)]);
        let (columns, tasks) = (self.shared(sums.len(), COLUMNS), self.shared(costs.len(), 1));
        let parts: Vec<(Vec<f64>, f64)> = tasks
            .here
            .clone()
            .into_par_iter()
            .map(|part| {
                let start = part * COLUMNS;
                let n = COLUMNS.min(self.y.n - start);
                let (mut sums, mut cost) = (vec![0.0; n], 0.0);
                let (mut x, mut out) = (vec![T::ZERO; self.x.d], vec![T::ZERO; n]);
                for (i, (s, r)) in s.iter().zip(r).enumerate() {
                    if interrupt.is_requested() {
                        break;
                    }
                    self.x.row(i, &mut x);
                    let row = Row { x: &x, shift: T::of(*s), r: *r };
                    cost += simd::run(
                        #[inline(always)]
                        || self.add_row(&row, epsilon, &h[start..start + n], start, &mut out, &mut sums),
                    );
                }
                (sums, cost)
            })
            .collect();
        interrupt.check()?;
        tasks.mine(1, &mut costs).iter_mut().zip(&parts).for_each(|(to, part)| *to = part.1);
        let found = parts.iter().flat_map(|p| &p.0);
        columns.mine(1, &mut sums).iter_mut().zip(found).for_each(|(to, sum)| *to = *sum);
        columns.fill("column sums", 1, &mut sums)?;
        tasks.fill("column costs", 1, &mut costs)?;
        Ok((sums, costs.iter().sum()))
    }

    /// Adds r p_j to the sums of some columns, and returns r Σ p_j c_j over them.
    #[inline(always)]
    fn add_row(&self, row: &Row<T>, epsilon: f64, h: &[T], start: usize, out: &mut [T], sums: &mut [f64]) -> f64 {
        let Row { x, shift, r } = *row;
        self.exponents(x, epsilon, h, shift, start, out);
        let mut lanes = [0.0; LANES];
        let (scale, n) = (T::of(-epsilon), out.len());
        for from in (0..n).step_by(LANES) {
            let to = n.min(from + LANES);
            for (l, j) in (from..to).enumerate() {
                let p = r * out[j].exponential().wide();
                // c = ε (h + s − exponent)
                lanes[l] += p * (scale * (out[j] - h[j] - shift)).wide();
                sums[j] += p;
            }
        }
        lanes.iter().sum()
    }

    /// Σ_j p_ij ∇_x c(x_i, y_j) for every row, row-major: the gradient of the soft minimum where p sums to one.
    ///
    /// # Errors
    /// An interrupt.
    pub fn mean_gradient(&self, epsilon: f64, h: &[f64], s: &[f64], interrupt: &Interrupt) -> Result<Vec<f64>> {
        let h: Vec<T> = h.iter().map(|v| T::of(*v)).collect();
        let d = self.x.d;
        let mut out = vec![0.0; self.rows() * d];
        let rows = self.shared(self.rows(), ROWS);
        rows.mine(d, &mut out).par_chunks_mut(d * ROWS).enumerate().for_each(|(block, out)| {
            if interrupt.is_requested() {
                return;
            }
            let (mut x, mut buffer, mut weights) = (vec![T::ZERO; d], vec![T::ZERO; CHUNK], vec![T::ZERO; CHUNK]);
            for (k, o) in out.chunks_mut(d).enumerate() {
                let i = rows.here.start + block * ROWS + k;
                self.x.row(i, &mut x);
                for start in (0..self.y.n).step_by(CHUNK) {
                    let n = CHUNK.min(self.y.n - start);
                    simd::run(
                        #[inline(always)]
                        || {
                            self.exponents(&x, epsilon, &h[start..start + n], T::of(s[i]), start, &mut buffer[..n]);
                            self.y.squares(&x, start, &mut weights[..n]);
                            self.steepen(&buffer[..n], &mut weights[..n]);
                            self.add_differences(&x, &weights[..n], start, o);
                        },
                    );
                }
            }
        });
        interrupt.check()?;
        rows.fill("mean gradients", d, &mut out)?;
        Ok(out)
    }

    /// Squares into p_ij c'(r)/r = p_ij s p r^(p−2), zero where the points coincide.
    #[inline(always)]
    fn steepen(&self, exponents: &[T], squares: &mut [T]) {
        let factor = T::of(self.cost.scale * self.cost.power);
        if self.cost.power == 2.0 {
            squares.iter_mut().zip(exponents).for_each(|(q, e)| *q = e.exponential() * factor);
        } else {
            let half = T::of(0.5 * self.cost.power - 1.0);
            for (q, e) in squares.iter_mut().zip(exponents) {
                *q = if *q > T::ZERO { e.exponential() * factor * q.power(half) } else { T::ZERO };
            }
        }
    }

    #[inline(always)]
    fn add_differences(&self, x: &[T], weights: &[T], start: usize, o: &mut [f64]) {
        let n = weights.len();
        for (k, o) in o.iter_mut().enumerate() {
            *o += simd::weighted_differences(x[k], &self.y.along(k)[start..start + n], weights);
        }
    }
}
