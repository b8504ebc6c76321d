//! An iteration: soft minima over the columns for the rows, then over the rows for the columns.
use super::half::Half;
use super::problem::Problem;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::simd::Real;
use crate::transport::softmin::Pairs;

/// Both directions of streaming, in one precision.
pub(super) struct Streams<T> {
    over_columns: Pairs<T>,
    over_rows: Pairs<T>,
}

impl<T: Real> Streams<T> {
    pub(super) fn new(p: &Problem) -> Streams<T> {
        Streams { over_columns: Pairs::new(p.x, p.y, p.d, p.cost), over_rows: Pairs::new(p.y, p.x, p.d, p.cost) }
    }
    /// Rows, then columns. The marginal error is that of the columns, seen before they are mended, and of the rows too
    /// when a step was over-relaxed.
    pub(super) fn iterate(
        &self,
        rows: &mut Half,
        columns: &mut Half,
        epsilon: f64,
        omega: f64,
        interrupt: &Interrupt,
    ) -> Result<f64> {
        let near = |h: &Half| h.potential.iter().map(|p| -p).collect::<Vec<f64>>();
        let m = self.over_columns.softmin(epsilon, &columns.exponents(epsilon), &near(rows), interrupt)?;
        let before = rows.update(&m, epsilon, omega);
        let m = self.over_rows.softmin(epsilon, &rows.exponents(epsilon), &near(columns), interrupt)?;
        let after = columns.update(&m, epsilon, omega);
        Ok(if omega == 1.0 { after } else { before.max(after) })
    }
}
