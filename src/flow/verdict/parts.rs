//! Rows of samples, and parts of them of one size.
use crate::device::{Points, rows_f64};
use crate::error::Result;
use crate::random::Rng;
use rand::seq::index;
use rayon::prelude::*;

/// Rows in row-major order.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub all: Vec<f64>,
    pub d: usize,
}

impl Rows {
    pub fn of(points: &Points) -> Result<Rows> {
        Ok(Rows { all: rows_f64(points)?, d: points.dims()[1] })
    }
    pub fn len(&self) -> usize {
        self.all.len() / self.d
    }
    pub fn row(&self, i: usize) -> &[f64] {
        &self.all[i * self.d..(i + 1) * self.d]
    }
    pub fn take(&self, which: &[usize]) -> Rows {
        Rows { all: which.iter().flat_map(|i| self.row(*i)).copied().collect(), d: self.d }
    }
    /// At most `n` random rows.
    pub fn some(&self, n: usize, rng: &mut Rng) -> Rows {
        if n >= self.len() { self.clone() } else { self.take(&index::sample(rng, self.len(), n).into_vec()) }
    }
    /// Two parts of n random rows each that share none.
    pub fn two(&self, n: usize, rng: &mut Rng) -> (Rows, Rows) {
        let drawn = index::sample(rng, self.len(), 2 * n).into_vec();
        (self.take(&drawn[..n]), self.take(&drawn[n..]))
    }
    /// The middle of every column.
    pub fn medians(&self) -> Vec<f64> {
        (0..self.d).map(|k| quantile(self.all.iter().skip(k).step_by(self.d).copied().collect(), 0.5)).collect()
    }
    /// The largest difference of a coordinate from a point.
    pub fn extent(&self, from: &[f64]) -> f64 {
        self.all.iter().enumerate().map(|(i, v)| (v - from[i % self.d]).abs()).fold(0.0, f64::max)
    }
    /// The width between quarters of the widest coordinate over that of the narrowest that has any.
    pub fn uneven(&self) -> f64 {
        let width = |k: usize| {
            let column: Vec<f64> = self.all.iter().skip(k).step_by(self.d).copied().collect();
            quantile(column.clone(), 0.75) - quantile(column, 0.25)
        };
        let widths = (0..self.d).map(width).filter(|w| *w > 0.0);
        let (least, most) = widths.fold((f64::INFINITY, 0.0f64), |(a, b), w| (a.min(w), b.max(w)));
        if most > 0.0 { most / least } else { 1.0 }
    }
    /// The same about another origin and in another unit.
    pub fn center(&mut self, origin: &[f64], unit: f64) {
        let d = self.d;
        self.all.iter_mut().enumerate().for_each(|(i, v)| *v = (*v - origin[i % d]) / unit);
    }
    /// The root of the mean squared distance from rows of another sample that stand at the same places.
    pub fn apart(&self, other: &Rows) -> f64 {
        let squares = self.all.iter().zip(&other.all).map(|(a, b)| (a - b) * (a - b));
        (squares.sum::<f64>() / self.len() as f64).sqrt()
    }
    /// The mean distance between rows of both.
    pub fn mean_distance(&self, other: &Rows) -> f64 {
        let d = self.d;
        let from = |x: &[f64]| -> f64 {
            let one = |y: &[f64]| x.iter().zip(y).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
            other.all.chunks(d).map(one).sum()
        };
        let sums: Vec<f64> = self.all.par_chunks(d).map(from).collect();
        sums.iter().sum::<f64>() / (self.len() as f64 * other.len() as f64)
    }
    /// ln |x|; of 0 that of a length that is none.
    pub fn log_norms(&self) -> Vec<f64> {
        self.all.chunks(self.d).map(|r| 0.5 * r.iter().map(|v| v * v).sum::<f64>().max(1e-24).ln()).collect()
    }
    /// Distances of at most `queries` rows from their k-th neighbours, or from the farthest of fewer.
    pub fn neighbours(&self, k: usize, queries: usize) -> Vec<f64> {
        let one = |i: usize| {
            let from = |(j, row): (usize, &[f64])| {
                let r2: f64 = row.iter().zip(self.row(i)).map(|(a, b)| (a - b) * (a - b)).sum();
                (j != i).then_some(r2)
            };
            let mut others: Vec<f64> = self.all.chunks(self.d).enumerate().filter_map(from).collect();
            let at = k.min(others.len()).max(1) - 1;
            others.select_nth_unstable_by(at, f64::total_cmp).1.sqrt()
        };
        if self.len() < 2 { vec![] } else { (0..queries.min(self.len())).into_par_iter().map(one).collect() }
    }
}

/// The root of the mean squared distance from the k-th neighbours.
pub(super) fn spread(rows: &Rows, k: usize) -> f64 {
    let found = rows.neighbours(k, usize::MAX);
    (found.iter().map(|r| r * r).sum::<f64>() / found.len() as f64).sqrt()
}

/// The value below which a share of them lies; NaN of none.
pub(crate) fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    let at = ((values.len() as f64 * share) as usize).min(values.len() - 1);
    *values.select_nth_unstable_by(at, f64::total_cmp).1
}
