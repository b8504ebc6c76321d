//! Products of tall matrices with small ones: what passes through networks spend their time in.
//!
//! Rows times weights, cotangents times transposed weights, activations times cotangents: in all three the right factor
//! has its rows in order and the left one is read number by number, so nothing has to be rearranged first. A tile of
//! the result stays in registers while the sum goes on; the instructions are chosen at run time. Weights too large for
//! the first-level cache are left to gemm, which rearranges.
use crate::matrix::{self, view};
use pulp::{Arch, Simd, WithSimd};

/// What a sum begins with.
#[derive(Clone, Copy)]
pub enum Start<'a> {
    /// nothing
    Zero,
    /// one number per column
    Row(&'a [f32]),
    /// what is there already
    Kept,
}

/// dst (m × n) ← start + Σₚ lhs(i, p)·rhs(p, j); lhs(i, p) is at i·row + p·column.
struct Job<'a> {
    size: (usize, usize, usize),
    lhs: &'a [f32],
    row: usize,
    column: usize,
    rhs: &'a [f32],
    start: Start<'a>,
    dst: &'a mut [f32],
}

/// Entries of a factor above which rearranging pays.
const SMALL: usize = 12_288;

fn is_small(k: usize, n: usize) -> bool {
    k * n <= SMALL || k.min(n) <= 16
}

/// dst (rows × n) ← start + x·w for x rows × k and w k × n, all row-major.
pub fn times(rows: usize, (k, n): (usize, usize), x: &[f32], w: &[f32], start: Start, dst: &mut [f32]) {
    if n == 1 {
        return Arch::new().dispatch(Dots { k, x, w, start, dst: &mut dst[..rows] });
    }
    if is_small(k, n) {
        return run(Job { size: (rows, n, k), lhs: x, row: k, column: 1, rhs: w, start, dst });
    }
    if let Start::Row(b) = start {
        dst.chunks_exact_mut(n).for_each(|row| row.copy_from_slice(b));
    }
    matrix::product((rows, n, k), dst, !matches!(start, Start::Zero), view(x, k), view(w, n));
}

/// dst (rows × k) ← d·wᵀ for d rows × n and w k × n; `transposed` gives wᵀ, row-major, where it is asked for.
pub fn times_transposed<'a>(
    rows: usize,
    (k, n): (usize, usize),
    d: &[f32],
    w: &[f32],
    transposed: impl FnOnce() -> &'a [f32],
    dst: &mut [f32],
) {
    if rows == 1 {
        Arch::new().dispatch(Dots { k: n, x: &w[..k * n], w: d, start: Start::Zero, dst });
    } else if n == 1 {
        run(Job { size: (rows, k, 1), lhs: d, row: 1, column: 1, rhs: w, start: Start::Zero, dst });
    } else if is_small(k, n) {
        run(Job { size: (rows, k, n), lhs: d, row: n, column: 1, rhs: transposed(), start: Start::Zero, dst });
    } else {
        matrix::product((rows, k, n), dst, false, view(d, n), matrix::transposed(w, n));
    }
}

/// into (k × n) ← into + xᵀ·d for x rows × k and d rows × n.
pub fn add_outer(rows: usize, (k, n): (usize, usize), x: &[f32], d: &[f32], into: &mut [f32]) {
    if n == 1 {
        run(Job { size: (1, k, rows), lhs: d, row: 0, column: 1, rhs: x, start: Start::Kept, dst: into });
    } else if is_small(k, n) {
        run(Job { size: (k, n, rows), lhs: x, row: 1, column: k, rhs: d, start: Start::Kept, dst: into });
    } else {
        matrix::product((k, n, rows), into, true, matrix::transposed(x, k), view(d, n));
    }
}

/// into ← into + the sum of the rows of d.
pub fn add_rows(d: &[f32], into: &mut [f32]) {
    Arch::new().dispatch(Sums { d, into });
}

/// Runs a job whose matrices have the entries it claims; nothing happens otherwise.
fn run(job: Job) {
    let (m, n, k) = job.size;
    if m == 0 || n == 0 {
        return;
    }
    if k == 0 {
        match job.start {
            Start::Zero => job.dst.fill(0.0),
            Start::Row(b) => job.dst.chunks_exact_mut(n).for_each(|row| row.copy_from_slice(b)),
            Start::Kept => {}
        }
        return;
    }
    let start = match job.start {
        Start::Row(b) => b.len() >= n,
        _ => true,
    };
    let last = (m - 1) * job.row + (k - 1) * job.column + 1;
    let fits = start && job.dst.len() >= m * n && job.rhs.len() >= k * n && job.lhs.len() >= last;
    debug_assert!(fits, "a matrix lacks the entries it claims");
    if fits {
        Arch::new().dispatch(job);
    }
}

impl WithSimd for Job<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, s: S) {
        let m = self.size.0;
        let mut job = self;
        let mut i = 0;
        // sixteen accumulators of two vectors a row need the thirty-two registers of the widest instructions
        if S::F32_LANES >= 16 {
            while i + 8 <= m {
                job.rows::<S, 8>(s, i);
                i += 8;
            }
        }
        while i + 4 <= m {
            job.rows::<S, 4>(s, i);
            i += 4;
        }
        if i + 2 <= m {
            job.rows::<S, 2>(s, i);
            i += 2;
        }
        if i < m {
            job.rows::<S, 1>(s, i);
        }
    }
}

impl Job<'_> {
    /// M rows of the result.
    #[inline(always)]
    fn rows<S: Simd, const M: usize>(&mut self, s: S, i: usize) {
        let (n, lanes) = (self.size.1, S::F32_LANES);
        let mut j = 0;
        // SAFETY: `run` has checked that the three matrices lie within their slices; i + M ≤ m, and the columns asked for
        // end at n
        unsafe {
            while j + 2 * lanes <= n {
                self.tile::<S, M, 2, false>(s, i, j);
                j += 2 * lanes;
            }
            while j + lanes <= n {
                self.tile::<S, M, 1, false>(s, i, j);
                j += lanes;
            }
            if j < n {
                self.tile::<S, M, 1, true>(s, i, j);
            }
        }
    }

    /// M rows and V vectors of the result; PART for a vector of which only what is left before column n exists.
    ///
    /// # Safety
    /// The rows i..i + M and the columns from j on lie within the result, and the factors have the entries for them.
    #[inline(always)]
    unsafe fn tile<S: Simd, const M: usize, const V: usize, const PART: bool>(&mut self, s: S, i: usize, j: usize) {
        let ((_, n, k), lanes) = (self.size, S::F32_LANES);
        let mask = s.mask_between_m32s(0, if PART { (n - j) as u32 } else { lanes as u32 });
        // SAFETY: the caller's promise; a masked access touches only the columns before n
        unsafe {
            let load = |p: *const f32| {
                if PART { s.mask_load_ptr_f32s(mask, p) } else { (p as *const S::f32s).read_unaligned() }
            };
            let (lhs, rhs, dst) =
                (self.lhs.as_ptr().add(i * self.row), self.rhs.as_ptr().add(j), self.dst.as_mut_ptr().add(i * n + j));
            let mut sums = [[s.splat_f32s(0.0); V]; M];
            match self.start {
                Start::Zero => {}
                Start::Row(b) => {
                    for v in 0..V {
                        let b = load(b.as_ptr().add(j + v * lanes));
                        for row in sums.iter_mut() {
                            row[v] = b;
                        }
                    }
                }
                Start::Kept => {
                    for (r, row) in sums.iter_mut().enumerate() {
                        for (v, sum) in row.iter_mut().enumerate() {
                            *sum = load(dst.add(r * n + v * lanes));
                        }
                    }
                }
            }
            for p in 0..k {
                let mut right = [s.splat_f32s(0.0); V];
                for (v, right) in right.iter_mut().enumerate() {
                    *right = load(rhs.add(p * n + v * lanes));
                }
                for (r, row) in sums.iter_mut().enumerate() {
                    let left = s.splat_f32s(*lhs.add(r * self.row + p * self.column));
                    for v in 0..V {
                        row[v] = s.mul_add_e_f32s(left, right[v], row[v]);
                    }
                }
            }
            for (r, row) in sums.iter().enumerate() {
                for (v, sum) in row.iter().enumerate() {
                    let to = dst.add(r * n + v * lanes);
                    if PART {
                        s.mask_store_ptr_f32s(mask, to, *sum)
                    } else {
                        (to as *mut S::f32s).write_unaligned(*sum)
                    }
                }
            }
        }
    }
}

/// dst ← start + x·w for one column.
struct Dots<'a> {
    k: usize,
    x: &'a [f32],
    w: &'a [f32],
    start: Start<'a>,
    dst: &'a mut [f32],
}

impl WithSimd for Dots<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, s: S) {
        let (w, w_rest) = S::as_simd_f32s(&self.w[..self.k]);
        let bias = match self.start {
            Start::Row(b) => b.first().copied().unwrap_or(0.0),
            _ => 0.0,
        };
        for (row, out) in self.x.chunks_exact(self.k).zip(self.dst) {
            let (x, rest) = S::as_simd_f32s(row);
            let ((x, x_last), (w, w_last)) = (x.as_chunks::<2>(), w.as_chunks::<2>());
            let mut sums = [s.splat_f32s(0.0); 2];
            for (x, w) in x.iter().zip(w) {
                sums[0] = s.mul_add_e_f32s(x[0], w[0], sums[0]);
                sums[1] = s.mul_add_e_f32s(x[1], w[1], sums[1]);
            }
            for (x, w) in x_last.iter().zip(w_last) {
                sums[0] = s.mul_add_e_f32s(*x, *w, sums[0]);
            }
            let mut sum = s.reduce_sum_f32s(s.add_f32s(sums[0], sums[1]));
            for (x, w) in rest.iter().zip(w_rest) {
                sum += x * w;
            }
            *out = sum + if matches!(self.start, Start::Kept) { *out } else { bias };
        }
    }
}

/// into ← into + the sum of rows.
struct Sums<'a> {
    d: &'a [f32],
    into: &'a mut [f32],
}

impl WithSimd for Sums<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, s: S) {
        let n = self.into.len();
        if n == 0 {
            return;
        }
        let whole = n / S::F32_LANES;
        let (into, rest) = S::as_mut_simd_f32s(self.into);
        // four rows at a time, so that sums do not wait for each other
        let (four, last) = self.d.split_at(self.d.len() / (4 * n) * 4 * n);
        for (v, into) in into.iter_mut().enumerate() {
            let at = |row: &[f32]| S::as_simd_f32s(row).0[v];
            let mut sums = [s.splat_f32s(0.0); 4];
            for rows in four.chunks_exact(4 * n) {
                for (r, sum) in sums.iter_mut().enumerate() {
                    *sum = s.add_f32s(*sum, at(&rows[r * n..(r + 1) * n]));
                }
            }
            for row in last.chunks_exact(n) {
                sums[0] = s.add_f32s(sums[0], at(row));
            }
            *into = s.add_f32s(*into, s.add_f32s(s.add_f32s(sums[0], sums[1]), s.add_f32s(sums[2], sums[3])));
        }
        for (j, into) in rest.iter_mut().enumerate() {
            let mut sum = 0.0;
            for row in self.d.chunks_exact(n) {
                sum += row[whole * S::F32_LANES + j];
            }
            *into += sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    /// All products against sums in f64, in sizes that leave rows, columns and vectors over: 1e-5 of sums of hundreds.
    #[test]
    fn products_are_sums_of_products() {
        for seed in 0..3 {
            let mut rng = crate::random::rng(seed, 0);
            let mut draw = |n: usize| -> Vec<f32> { (0..n).map(|_| rng.random_range(-1.0..1.0)).collect() };
            for (rows, k, n) in [
                (1, 1, 1),
                (7, 2, 32),
                (128, 32, 32),
                (13, 5, 50),
                (3, 33, 1),
                (64, 1, 17),
                (9, 130, 140),
                (200, 48, 7),
                (6, 3, 20),
            ] {
                let (x, w, d, b) = (draw(rows * k), draw(k * n), draw(rows * n), draw(n));
                let transposed: Vec<f32> =
                    (0..n).flat_map(|j| w.iter().skip(j).step_by(n).copied().collect::<Vec<_>>()).collect();
                let close = |got: &[f32], exact: &dyn Fn(usize, usize) -> f64, columns: usize, what: &str| {
                    for (i, got) in got.iter().enumerate() {
                        let exact = exact(i / columns, i % columns);
                        assert!(
                            (f64::from(*got) - exact).abs() < 1e-5 * (1.0 + exact.abs()),
                            "{what} {rows}x{k}x{n} at {i}: {got} and {exact}"
                        );
                    }
                };
                let wide = |v: f32| f64::from(v);
                let product = |i: usize, j: usize| (0..k).map(|p| wide(x[i * k + p]) * wide(w[p * n + j])).sum::<f64>();
                let mut out = draw(rows * n);
                times(rows, (k, n), &x, &w, Start::Zero, &mut out);
                close(&out, &product, n, "times");
                times(rows, (k, n), &x, &w, Start::Row(&b), &mut out);
                close(&out, &|i, j| product(i, j) + wide(b[j]), n, "times with a bias");
                times(rows, (k, n), &x, &w, Start::Kept, &mut out);
                close(&out, &|i, j| 2.0 * product(i, j) + wide(b[j]), n, "times onto");
                let mut back = draw(rows * k);
                times_transposed(rows, (k, n), &d, &w, || &transposed, &mut back);
                close(&back, &|i, j| (0..n).map(|p| wide(d[i * n + p]) * wide(w[j * n + p])).sum(), k, "transposed");
                let mut outer = w.clone();
                add_outer(rows, (k, n), &x, &d, &mut outer);
                close(
                    &outer,
                    &|i, j| {
                        wide(w[i * n + j]) + (0..rows).map(|r| wide(x[r * k + i]) * wide(d[r * n + j])).sum::<f64>()
                    },
                    n,
                    "outer",
                );
                let mut sums = b.clone();
                add_rows(&d, &mut sums);
                close(&sums, &|_, j| wide(b[j]) + (0..rows).map(|r| wide(d[r * n + j])).sum::<f64>(), n, "rows");
            }
        }
    }
}
