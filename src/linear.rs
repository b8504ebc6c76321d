//! Small linear algebra on the host, by nalgebra: equations, eigenvalues, singular values, factors, inverses.
use crate::error::{Error, Result};
use crate::{interrupt, memory};
use nalgebra::{DMatrix, SymmetricEigen};

/// How far a matrix that is called symmetric may be from it, as a part of its largest entry.
const SYMMETRIC: f64 = 1e-10;

/// Rows of numbers, row after row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// rows·columns numbers
    pub data: Vec<f64>,
    /// how many rows
    pub rows: usize,
    /// how many columns
    pub columns: usize,
}

impl Matrix {
    fn of(m: &DMatrix<f64>) -> Matrix {
        Matrix { data: m.transpose().as_slice().to_vec(), rows: m.nrows(), columns: m.ncols() }
    }
    /// As nalgebra has it.
    ///
    /// # Errors
    /// An entry that is not finite; more entries than memory holds a few times.
    fn checked(&self, what: &str) -> Result<DMatrix<f64>> {
        memory::check(what, memory::product(&[self.rows, self.columns, 6, size_of::<f64>()]))?;
        if let Some(i) = self.data.iter().position(|v| !v.is_finite()) {
            let (row, column) = (i / self.columns, i % self.columns);
            return Err(Error::data(what, format!("row {row}, column {column} is {}", self.data[i])));
        }
        Ok(DMatrix::from_row_slice(self.rows, self.columns, &self.data))
    }
    fn square(&self, what: &str) -> Result<DMatrix<f64>> {
        if self.rows == self.columns {
            return self.checked(what);
        }
        let got = format!("{} × {}", self.rows, self.columns);
        Err(Error::Shape { what: what.into(), expected: "as many rows as columns".into(), got })
    }
}

fn singular(what: &str) -> Error {
    Error::Unsupported {
        what: what.into(),
        reason: "has no answer: the matrix is singular, or it cannot be told from one that is".into(),
        advice: "linalg::svd(a).s shows how singular it is".into(),
    }
}

/// X of A X = B, by elimination with pivots and one step of correction.
///
/// # Errors
/// Shapes that do not fit, a singular matrix, an interrupt.
pub fn solve(a: &Matrix, b: &Matrix) -> Result<Matrix> {
    const WHAT: &str = "linalg::solve";
    let m = a.square(WHAT)?;
    if b.rows != a.rows {
        let expected = format!("{} numbers on the right, one per row", a.rows);
        return Err(Error::Shape { what: WHAT.into(), expected, got: b.rows.to_string() });
    }
    let right = b.checked(WHAT)?;
    let found = interrupt::aside(move || {
        let lu = m.clone().lu();
        let pivots = lu.u().diagonal().map(f64::abs);
        if pivots.min() <= pivots.max() * f64::EPSILON * m.nrows() as f64 {
            return None;
        }
        let x = lu.solve(&right)?;
        let rest = &right - &m * &x;
        let step = lu.solve(&rest)?;
        Some(x + step)
    })?;
    let found = found.filter(|x| x.iter().all(|v| v.is_finite())).ok_or_else(|| singular(WHAT))?;
    Ok(Matrix::of(&found))
}

/// A singular matrix, in the words of the one that has no inverse.
fn without_inverse(e: Error) -> Error {
    match e {
        Error::Unsupported { advice, .. } => Error::data(
            "linalg::inverse",
            format!("the matrix is singular, or it cannot be told from one that is; {advice}"),
        ),
        Error::Shape { expected, got, .. } => Error::Shape { what: "linalg::inverse".into(), expected, got },
        e => e,
    }
}

/// A⁻¹.
///
/// # Errors
/// As [`solve`].
pub fn inverse(a: &Matrix) -> Result<Matrix> {
    let n = a.rows;
    let mut one = Matrix { data: vec![0.0; memory_of(n)?], rows: n, columns: n };
    (0..n).for_each(|k| one.data[k * n + k] = 1.0);
    solve(a, &one).map_err(without_inverse)
}

/// n², where there is memory for it.
fn memory_of(n: usize) -> Result<usize> {
    memory::check("linalg::inverse", memory::product(&[n, n, size_of::<f64>()]))?;
    Ok(n * n)
}

/// The determinant.
///
/// # Errors
/// A matrix that is not square, an interrupt.
pub fn determinant(a: &Matrix) -> Result<f64> {
    let m = a.square("linalg::det")?;
    interrupt::aside(move || m.determinant())
}

/// Eigenvalues of a symmetric matrix in ascending order, and their vectors as columns, each with its largest entry above 0.
///
/// # Errors
/// A matrix that is not symmetric, an interrupt.
pub fn eigen(a: &Matrix) -> Result<(Vec<f64>, Matrix)> {
    const WHAT: &str = "linalg::eigh";
    let m = a.square(WHAT)?;
    let (largest, apart) = (m.amax(), (&m - m.transpose()).amax());
    if apart > SYMMETRIC * largest {
        let reason = format!("the matrix is not symmetric: two entries across its diagonal differ by {apart:.3e}");
        return Err(Error::data(WHAT, reason));
    }
    let e = interrupt::aside(move || SymmetricEigen::new((&m + m.transpose()) * 0.5))?;
    let mut order: Vec<usize> = (0..a.rows).collect();
    order.sort_by(|i, j| e.eigenvalues[*i].total_cmp(&e.eigenvalues[*j]));
    let mut vectors = DMatrix::from_fn(a.rows, a.rows, |i, j| e.eigenvectors[(i, order[j])]);
    upward(&mut vectors);
    Ok((order.iter().map(|i| e.eigenvalues[*i]).collect(), Matrix::of(&vectors)))
}

/// Turns columns so that the largest entry of each is above 0; the signs by which they were turned.
fn upward(m: &mut DMatrix<f64>) -> Vec<f64> {
    let mut signs = vec![];
    for mut c in m.column_iter_mut() {
        let largest = c.iter().copied().fold(0.0, |m: f64, v| if v.abs() > m.abs() { v } else { m });
        let sign = if largest < 0.0 { -1.0 } else { 1.0 };
        c *= sign;
        signs.push(sign);
    }
    signs
}

/// A = U diag(s) V: U with orthonormal columns, s descending, V with orthonormal rows.
///
/// # Errors
/// An entry that is not finite, an interrupt.
pub fn svd(a: &Matrix) -> Result<(Matrix, Vec<f64>, Matrix)> {
    const WHAT: &str = "linalg::svd";
    let m = a.checked(WHAT)?;
    let found = interrupt::aside(move || m.svd(true, true))?;
    let (Some(mut u), Some(mut v)) = (found.u, found.v_t) else { return Err(singular(WHAT)) };
    for (k, sign) in upward(&mut u).into_iter().enumerate() {
        v.row_mut(k).scale_mut(sign);
    }
    Ok((Matrix::of(&u), found.singular_values.iter().copied().collect(), Matrix::of(&v)))
}

/// A = Q R: Q with orthonormal columns, R upper triangular with a diagonal that is not below 0.
///
/// # Errors
/// An entry that is not finite, an interrupt.
pub fn qr(a: &Matrix) -> Result<(Matrix, Matrix)> {
    let m = a.checked("linalg::qr")?;
    let (mut q, mut r) = interrupt::aside(move || {
        let f = m.qr();
        (f.q(), f.r())
    })?;
    for k in 0..r.nrows() {
        if r[(k, k)] < 0.0 {
            r.row_mut(k).neg_mut();
            q.column_mut(k).neg_mut();
        }
    }
    Ok((Matrix::of(&q), Matrix::of(&r)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: usize, data: &[f64]) -> Matrix {
        Matrix { data: data.to_vec(), rows, columns: data.len() / rows }
    }

    /// The matrix of Hilbert has a condition of 1e13 at ten rows; its determinant is a product of factorials.
    #[test]
    fn a_hard_matrix() {
        let hilbert = |n: usize| matrix(n, &(0..n * n).map(|e| 1.0 / (e / n + e % n + 1) as f64).collect::<Vec<f64>>());
        let det = determinant(&hilbert(5)).unwrap_or_default();
        assert!((det * 266_716_800_000.0 - 1.0).abs() < 1e-10, "{det}");
        let (values, _) = eigen(&hilbert(5)).unwrap_or_else(|e| panic!("{e}"));
        assert!((values[4] - 1.567_050_691_098_23).abs() < 1e-13, "{values:?}");
        assert!(solve(&matrix(2, &[1.0, 2.0, 2.0, 4.0]), &matrix(2, &[1.0, 1.0])).is_err());
        assert!(
            eigen(&matrix(2, &[1.0, 2.0, 3.0, 4.0])).is_err()
                && inverse(&matrix(2, &[1.0, f64::NAN, 0.0, 1.0])).is_err()
        );
        let x = solve(&matrix(2, &[2.0, 1.0, 1.0, 3.0]), &matrix(2, &[3.0, 5.0])).map(|x| x.data).unwrap_or_default();
        assert!((x[0] - 0.8).abs() < 1e-15 && (x[1] - 1.4).abs() < 1e-15, "{x:?}");
    }
}
