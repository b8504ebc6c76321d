//! Principal components: z = Wᵀ(x − m) with orthonormal columns, so that decoding is 1-Lipschitz.
use super::contract::Codec;
use crate::critic::Named;
use crate::device::{self, Points, rows, rows_f64};
use crate::error::{Error, Result};
use crate::{interrupt, memory};
use nalgebra::{DMatrix, SymmetricEigen};

/// Rows of a matrix up to which its eigenvectors take some milliseconds.
const AT_ONCE: usize = 160;
/// Multiplications between two looks at the interrupt.
const WORK: usize = 1 << 26;

/// MᵀM, some columns at a time where it is large.
fn gram(m: DMatrix<f64>) -> Result<DMatrix<f64>> {
    let (n, d) = m.shape();
    let width = (WORK / (n * d).max(1)).max(8);
    if width >= d {
        return Ok(m.transpose() * m);
    }
    let transposed = m.transpose();
    let mut out = DMatrix::zeros(d, d);
    for from in (0..d).step_by(width) {
        interrupt::poll()?;
        let columns = width.min(d - from);
        out.columns_mut(from, columns).copy_from(&(&transposed * m.columns(from, columns)));
    }
    Ok(out)
}

/// The mean and the leading principal directions of a sample.
#[derive(Clone)]
pub struct Pca {
    /// shape [1, d]
    mean: Points,
    /// shape [k, d], orthonormal rows
    components: Points,
}

impl Pca {
    /// k directions in the space of x, as a saved run left them. Errors unless they are there.
    pub fn saved(k: usize, x: &Points, state: &[Named]) -> Result<Pca> {
        let (d, device) = (x.dims()[1], x.device());
        let part = |name: &str, rows: usize| -> Result<Points> {
            let size = rows.checked_mul(d).filter(|s| *s > 0);
            match state.iter().find(|n| n.name == name && Some(n.data.len()) == size) {
                Some(n) => Ok(device::points(n.data.clone(), rows, d, &device)),
                None => Err(Error::data("saved codec", format!("`{name}` is missing or of another shape"))),
            }
        };
        Ok(Pca { mean: part("codec.mean", 1)?, components: part("codec.components", k)? })
    }

    /// The k directions of largest variance. With fewer points than dimensions by way of their Gram matrix. Errors unless the
    /// sample spans k dimensions, and when asked to stop.
    pub fn fit(x: &Points, k: usize) -> Result<Pca> {
        let [n, d] = x.dims();
        if k == 0 || k > n.min(d) {
            return Err(Error::data(
                "pca(k)",
                format!("k is {k}, expected 1 to {} for {n} points of dimension {d}", n.min(d)),
            ));
        }
        // the matrix that is taken apart, its vectors, and what the algorithm needs beside them
        let side = n.min(d);
        memory::check(&format!("pca of {n} points of dimension {d}"), memory::product(&[3, side, side, 8]))?;
        memory::check_points("pca", [n, d], 16)?;
        let rows = rows_f64(x)?;
        let mean: Vec<f64> = (0..d).map(|j| rows.iter().skip(j).step_by(d).sum::<f64>() / n as f64).collect();
        interrupt::poll()?;
        let centred = DMatrix::from_row_iterator(n, d, rows.iter().enumerate().map(|(i, v)| v - mean[i % d]));
        interrupt::poll()?;
        let small = if n < d { gram(centred.transpose()) } else { gram(centred.clone()) }?;
        let eigen = if small.nrows() > AT_ONCE {
            interrupt::aside(move || SymmetricEigen::new(small))?
        } else {
            SymmetricEigen::new(small)
        };
        let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
        order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
        let mut components = vec![];
        for &i in &order[..k] {
            interrupt::poll()?;
            let v = eigen.eigenvectors.column(i);
            let mut direction: Vec<f64> =
                if n < d { (centred.transpose() * v).iter().copied().collect() } else { v.iter().copied().collect() };
            let norm = direction.iter().map(|v| v * v).sum::<f64>().sqrt();
            if norm <= 1e-7 * eigen.eigenvalues[order[0]].abs().sqrt() {
                return Err(Error::data("pca(k)", format!("the sample spans fewer than {k} dimensions")));
            }
            // the sign that makes the largest entry positive, so that a fit does not depend on the algorithm
            let largest = direction.iter().copied().fold(0.0f64, |a, b| if b.abs() > a.abs() { b } else { a });
            direction.iter_mut().for_each(|v| *v /= norm * largest.signum());
            components.extend(direction.into_iter().map(|v| v as f32));
        }
        let device = x.device();
        Ok(Pca {
            mean: device::points(mean.into_iter().map(|v| v as f32).collect(), 1, d, &device),
            components: device::points(components, k, d, &device),
        })
    }
}

impl Codec for Pca {
    fn encode(&self, x: &Points) -> Result<Points> {
        Ok((x.clone() - self.mean.clone()).matmul(self.components.clone().transpose()))
    }
    fn decode(&self, z: &Points) -> Result<Points> {
        Ok(z.clone().matmul(self.components.clone()) + self.mean.clone())
    }
    fn pull(&self, _: &Points, v: &Points) -> Result<Points> {
        Ok(v.clone().matmul(self.components.clone().transpose()))
    }
    fn lipschitz(&self) -> Result<f64> {
        // orthonormal but for the rounding of f32: the norm itself, with a margin
        let [k, d] = self.components.dims();
        let m = DMatrix::from_row_slice(k, d, &rows_f64(&self.components)?);
        Ok((&m * m.transpose()).symmetric_eigenvalues().max().sqrt() * (1.0 + 1e-6))
    }
    fn state(&self) -> Result<Vec<Named>> {
        Ok(vec![
            Named { name: "codec.mean".into(), data: rows(&self.mean)? },
            Named { name: "codec.components".into(), data: rows(&self.components)? },
        ])
    }
    fn restore(&mut self, state: &[Named]) -> Result<()> {
        *self = Pca::saved(self.components.dims()[0], &self.mean, state)?;
        Ok(())
    }
    fn boxed_clone(&self) -> Box<dyn Codec> {
        Box::new(self.clone())
    }
}
