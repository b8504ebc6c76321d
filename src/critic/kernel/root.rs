//! K = Gᵀ G for a kernel matrix, by Cholesky's method with pivots, as far as numbers tell K from it.
use crate::interrupt;

/// Of the largest diagonal entry: what is left of K is rounding.
const REST: f64 = 1e-15;

/// G, of as many rows as K has directions.
pub(super) struct Root {
    /// row-major, `[rank, n]`
    pub rows: Vec<f64>,
    /// how many there are
    pub rank: usize,
}

impl Root {
    /// G v
    pub fn times(&self, v: &[f64]) -> Vec<f64> {
        self.rows.chunks(v.len()).map(|g| g.iter().zip(v).map(|(g, v)| g * v).sum()).collect()
    }
    /// Gᵀ y
    pub fn transposed_times(&self, y: &[f64]) -> Vec<f64> {
        let n = self.rows.len() / self.rank.max(1);
        let mut out = vec![0.0; n];
        self.rows.chunks(n).zip(y).for_each(|(g, y)| out.iter_mut().zip(g).for_each(|(o, g)| *o += y * g));
        out
    }
}

/// The root of a row-major n × n matrix that is positive semidefinite, rounding aside.
pub(super) fn root(k: &[f64], n: usize) -> Root {
    let mut left: Vec<f64> = (0..n).map(|i| k[i * n + i]).collect();
    let top = left.iter().copied().fold(0.0, f64::max);
    let mut rows: Vec<f64> = vec![];
    let mut rank = 0;
    while rank < n {
        let pivot = (0..n).fold(0, |p, i| if left[i] > left[p] { i } else { p });
        if left[pivot] <= REST * top || interrupt::poll().is_err() {
            break;
        }
        let mut row = k[pivot * n..(pivot + 1) * n].to_vec();
        for g in rows.chunks(n) {
            let at = g[pivot];
            row.iter_mut().zip(g).for_each(|(r, g)| *r -= at * g);
        }
        let scale = 1.0 / left[pivot].sqrt();
        row.iter_mut().for_each(|r| *r *= scale);
        left.iter_mut().zip(&row).for_each(|(l, r)| *l -= r * r);
        left[pivot] = 0.0;
        rows.extend(row);
        rank += 1;
    }
    Root { rows, rank }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A kernel matrix of points that lie near each other has few directions; its root gives it back to rounding.
    #[test]
    fn roots_give_the_matrix_back() {
        let n = 60;
        let x: Vec<f64> = (0..n).map(|i| (i * 37 % 101) as f64 / 40.0).collect();
        let k: Vec<f64> = x.iter().flat_map(|a| x.iter().map(move |b| (-0.5 * (a - b) * (a - b)).exp())).collect();
        let g = root(&k, n);
        assert!(g.rank < 25, "{}", g.rank);
        for i in 0..n {
            let mut e = vec![0.0; n];
            e[i] = 1.0;
            let back = g.transposed_times(&g.times(&e));
            back.iter().zip(&k[i * n..]).for_each(|(b, k)| assert!((b - k).abs() < 1e-14, "{b} and {k}"));
        }
    }
}
