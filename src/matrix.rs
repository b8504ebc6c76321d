//! Dense matrices on the host: products, and Cholesky factors by blocks.
use crate::interrupt;
use crate::simd::{self, Coordinates, Real};
use rayon::prelude::*;

/// A matrix as a slice with strides, so that transposes are free.
#[derive(Clone, Copy)]
pub struct View<'a, T> {
    /// the entries
    pub data: &'a [T],
    /// entries from one row to the next
    pub row: isize,
    /// entries from one column to the next
    pub column: isize,
}

impl<T> View<'_, T> {
    /// What lies from row i and column j on.
    fn from(self, i: usize, j: usize) -> Self {
        let at = i as isize * self.row + j as isize * self.column;
        View { data: self.data.get(at as usize..).unwrap_or(&[]), ..self }
    }
    /// The transpose, without moving an entry.
    pub fn transpose(self) -> Self {
        View { row: self.column, column: self.row, ..self }
    }
}

/// The points from `start` on as the columns of a d × n matrix.
pub fn columns<T: Real>(x: &Coordinates<T>, start: usize) -> View<'_, T> {
    View { data: &x.data()[start..], row: x.n as isize, column: 1 }
}

/// Row-major with this many columns.
pub fn view<T>(data: &[T], columns: usize) -> View<'_, T> {
    View { data, row: columns as isize, column: 1 }
}

/// The transpose of a row-major matrix with this many columns.
pub fn transposed<T>(data: &[T], columns: usize) -> View<'_, T> {
    View { data, row: 1, column: columns as isize }
}

/// dst ← lhs·rhs (+ dst), row-major m × n; nothing happens if a matrix does not have the entries it claims.
pub fn product<T: Real>((m, n, k): (usize, usize, usize), dst: &mut [T], add: bool, lhs: View<T>, rhs: View<T>) {
    scaled_product((m, n, k), dst, n, add, T::of(1.0), lhs, rhs);
}

/// Multiplications of a product between two looks at the interrupt: some milliseconds.
const WORK: usize = 1 << 27;

/// dst ← a·lhs·rhs (+ dst) into rows that are `stride` apart. Large ones hear the interrupt of the thread, which leaves the
/// rest as it was; every entry is the same sum in pieces as at once.
pub fn scaled_product<T: Real>(
    (m, n, k): (usize, usize, usize),
    dst: &mut [T],
    stride: usize,
    add: bool,
    a: T,
    lhs: View<T>,
    rhs: View<T>,
) {
    if m.saturating_mul(n).saturating_mul(k) <= WORK {
        return piece((m, n, k), dst, stride, add, a, lhs, rhs);
    }
    // wide enough for the tiles within
    let columns = (WORK / m.saturating_mul(k).max(1)).clamp(64, 4096).min(n);
    let rows = (WORK / columns.saturating_mul(k).max(1)).clamp(64, 4096).min(m);
    for i in (0..m).step_by(rows) {
        for j in (0..n).step_by(columns) {
            if interrupt::poll().is_err() {
                return;
            }
            let size = (rows.min(m - i), columns.min(n - j), k);
            let Some(dst) = dst.get_mut(i * stride + j..) else { return };
            piece(size, dst, stride, add, a, lhs.from(i, 0), rhs.from(0, j));
        }
    }
}

/// The same at once.
fn piece<T: Real>(
    (m, n, k): (usize, usize, usize),
    dst: &mut [T],
    stride: usize,
    add: bool,
    a: T,
    lhs: View<T>,
    rhs: View<T>,
) {
    let reach = |v: &View<T>, r: usize, c: usize| (r as isize - 1) * v.row + (c as isize - 1) * v.column;
    let fits = m > 0
        && n > 0
        && k > 0
        && dst.len() >= (m - 1) * stride + n
        && (reach(&lhs, m, k) as usize) < lhs.data.len()
        && (reach(&rhs, k, n) as usize) < rhs.data.len();
    if !fits {
        return;
    }
    // SAFETY: the three matrices lie within their slices (checked above), and dst is borrowed mutably, so it overlaps neither
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            dst.as_mut_ptr(),
            1,
            stride as isize,
            add,
            lhs.data.as_ptr(),
            lhs.column,
            lhs.row,
            rhs.data.as_ptr(),
            rhs.column,
            rhs.row,
            T::of(1.0),
            a,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

/// Σ uᵢ vᵢ, in lanes.
#[inline(always)]
fn dot(u: &[f64], v: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let ((us, u_rest), (vs, v_rest)) = (u.as_chunks::<8>(), v.as_chunks::<8>());
    for (u, v) in us.iter().zip(vs) {
        for l in 0..8 {
            lanes[l] += u[l] * v[l];
        }
    }
    lanes.iter().sum::<f64>() + u_rest.iter().zip(v_rest).map(|(u, v)| u * v).sum::<f64>()
}

/// M·v for a row-major matrix.
pub fn times(m: &[f64], v: &[f64]) -> Vec<f64> {
    // small ones are done before another thread could begin
    let least = if m.len() < 200_000 { usize::MAX } else { 64 };
    m.par_chunks(v.len())
        .with_min_len(least)
        .map(|row| {
            simd::run(
                #[inline(always)]
                || dot(row, v),
            )
        })
        .collect()
}

/// A = L Lᵀ for a symmetric positive definite A, n × n.
pub struct Cholesky {
    n: usize,
    l: Vec<f64>,
}

const BLOCK: usize = 32;
/// Rows of the matrix a task updates.
const STRIP: usize = 64;

/// The inverse of a small lower triangular matrix.
fn inverse_lower(l: &[f64], n: usize) -> Vec<f64> {
    let mut out = vec![0.0; n * n];
    for j in 0..n {
        out[j * n + j] = 1.0 / l[j * n + j];
        for i in j + 1..n {
            let sum: f64 = (j..i).map(|k| l[i * n + k] * out[k * n + j]).sum();
            out[i * n + j] = -sum / l[i * n + i];
        }
    }
    out
}

/// The Cholesky factor of the block on the diagonal from row `from` to row `to` of A (n × n): the diagonal, then every row below
/// it on its own. None where the block is not positive definite.
fn diagonal_block(a: &[f64], n: usize, from: usize, to: usize) -> Option<Vec<f64>> {
    let width = to - from;
    let mut block: Vec<f64> = (from..to).flat_map(|i| a[i * n + from..i * n + to].to_vec()).collect();
    for j in 0..width {
        let (above, rest) = block.split_at_mut((j + 1) * width);
        let pivot = &mut above[j * width..];
        let diagonal = pivot[j] - dot(&pivot[..j], &pivot[..j]);
        if !(diagonal > 0.0 && diagonal.is_finite()) {
            return None;
        }
        pivot[j] = diagonal.sqrt();
        for row in rest.chunks_mut(width) {
            row[j] = (row[j] - dot(&row[..j], &pivot[..j])) / pivot[j];
        }
    }
    Some(block)
}

impl Cholesky {
    /// Reads the lower triangle of a row-major matrix; None if it is not positive definite in f64.
    /// None, too, where it is asked to stop.
    pub fn new(mut a: Vec<f64>, n: usize) -> Option<Cholesky> {
        let stop = interrupt::current();
        for from in (0..n).step_by(BLOCK) {
            stop.check().ok()?;
            let to = n.min(from + BLOCK);
            let width = to - from;
            let block = diagonal_block(&a, n, from, to)?;
            for (i, row) in block.chunks(width).enumerate() {
                a[(from + i) * n + from..(from + i) * n + to].copy_from_slice(row);
            }
            let inverse = inverse_lower(&block, width);
            let mut panel = vec![0.0; (n - to) * width];
            panel
                .par_chunks_mut(STRIP * width)
                .zip(a[to * n..].par_chunks(STRIP * n))
                .with_min_len(if n < 512 { usize::MAX } else { 1 })
                .for_each(|(out, rows)| {
                    if stop.is_requested() {
                        return;
                    }
                    let lhs = View { data: &rows[from..], row: n as isize, column: 1 };
                    product((rows.len() / n, width, width), out, false, lhs, transposed(&inverse, width));
                });
            a[to * n..].chunks_mut(n).zip(panel.chunks(width)).for_each(|(row, p)| row[from..to].copy_from_slice(p));
            // the rest of the triangle: A ← A − L₂₁ L₂₁ᵀ, strip by strip
            a[to * n..]
                .par_chunks_mut(STRIP * n)
                .with_min_len(if n < 512 { usize::MAX } else { 1 })
                .enumerate()
                .for_each(|(s, strip)| {
                    if stop.is_requested() {
                        return;
                    }
                    let rows = strip.len() / n;
                    let columns = (s * STRIP + rows).min(n - to);
                    let lhs = View { data: &panel[s * STRIP * width..], row: width as isize, column: 1 };
                    scaled_product(
                        (rows, columns, width),
                        &mut strip[to..],
                        n,
                        true,
                        -1.0,
                        lhs,
                        transposed(&panel, width),
                    );
                });
        }
        Some(Cholesky { n, l: a })
    }

    /// x with A x = b.
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        self.solve_lower(&mut x);
        self.solve_upper(&mut x);
        x
    }

    /// x ← L⁻¹ x
    pub fn solve_lower(&self, x: &mut [f64]) {
        let n = self.n;
        for i in 0..n {
            let row = &self.l[i * n..i * n + i];
            x[i] = (x[i] - dot(row, &x[..i])) / self.l[i * n + i];
        }
    }

    /// x ← L⁻ᵀ x
    pub fn solve_upper(&self, x: &mut [f64]) {
        let n = self.n;
        for i in (0..n).rev() {
            x[i] /= self.l[i * n + i];
            let (before, at) = x.split_at_mut(i);
            before.iter_mut().zip(&self.l[i * n..i * n + i]).for_each(|(v, l)| *v -= l * at[0]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    /// Products that are made in pieces are the same bit by bit: sizes around the pieces', transposed factors, and sums.
    #[test]
    fn pieces_change_no_bit() {
        let mut rng = crate::random::rng(5, 0);
        for (m, n, k) in [(70, 5000, 600), (3000, 70, 900), (1, 1 << 14, 1 << 14)] {
            assert!(m * n * k > WORK);
            let mut draw = |len: usize| -> Vec<f32> { (0..len).map(|_| rng.random_range(-1.0..1.0)).collect() };
            let (a, b, start) = (draw(m * k), draw(k * n), draw(m * n));
            for (lhs, rhs) in [(view(&a, k), view(&b, n)), (transposed(&a, m), transposed(&b, k))] {
                let (mut whole, mut parts) = (start.clone(), start.clone());
                piece((m, n, k), &mut whole, n, true, 1.0, lhs, rhs);
                product((m, n, k), &mut parts, true, lhs, rhs);
                assert!(whole == parts, "{m} × {n} × {k}");
            }
        }
    }

    /// A x against b for matrices of sizes around the block's; 1e-11 is n ε times the condition number of 1e3.
    #[test]
    fn cholesky_solves() {
        for n in [1, 2, 47, 48, 49, 96, 131, 200] {
            let mut rng = crate::random::rng(n as u64, 0);
            let b: Vec<f64> = (0..n * n).map(|_| rng.random_range(-1.0..1.0)).collect();
            let mut a = vec![0.0; n * n];
            product((n, n, n), &mut a, false, view(&b, n), transposed(&b, n));
            (0..n).for_each(|i| a[i * n + i] += 0.3);
            let rhs: Vec<f64> = (0..n).map(|_| rng.random_range(-1.0..1.0)).collect();
            let x = Cholesky::new(a.clone(), n).unwrap().solve(&rhs);
            for i in 0..n {
                let back: f64 = a[i * n..(i + 1) * n].iter().zip(&x).map(|(u, v)| u * v).sum();
                assert!((back - rhs[i]).abs() < 1e-11 * n as f64, "n {n}, row {i}: {back} and {}", rhs[i]);
            }
        }
        assert!(Cholesky::new(vec![1.0, 2.0, 2.0, 1.0], 2).is_none());
        assert!(Cholesky::new(vec![f64::NAN], 1).is_none());
    }
}
