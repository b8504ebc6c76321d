//! Whitening: z = R^(−1/2) (x − m)/s with the correlations R, so that z has mean 0 and covariance 1. Among all maps that do,
//! this one leaves every column as close to itself as can be, and does not depend on the units of any.
//! [kessy2018](crate::references#kessy2018)
use super::columns::By;
use super::fit::measured;
use super::transform::{How, Mix, Transform};
use crate::device::Points;
use crate::error::{Error, Result};
use crate::matrix::{product, transposed, view};
use crate::{interrupt, memory};
use nalgebra::{DMatrix, SymmetricEigen};

/// Eigenvalues of the correlations below this share of the largest are 0 but for rounding, or leave too few digits.
const LEAST: f64 = 1e-13;

/// Most corrections of the inverse root; each squares what is left.
const CORRECTIONS: usize = 6;

/// Mean 0 and covariance 1. `shrink` s replaces the correlations R by (1 − s) R + s, which samples of fewer rows than columns
/// need: at 1 columns are only standardised.
///
/// # Errors
/// As [`standardise`](super::fit::standardise); correlations that are singular and not shrunk.
pub fn whiten(x: &Points, shrink: f64) -> Result<Transform> {
    let [n, d] = x.dims();
    // correlations, their vectors, roots and inverses
    memory::check(&format!("whiten, {d} columns"), memory::product(&[8, d, d, 8]))?;
    let (columns, mut rows) = measured("whiten", x, By::Std)?;
    let transform = Transform::of_columns(How::Whitened(shrink), n, &columns);
    for (i, row) in rows.chunks_mut(d).enumerate() {
        interrupt::poll_each(i)?;
        row.iter_mut().zip(&columns).for_each(|(v, c)| *v = ((*v - c.centre) - c.rest) / c.scale);
    }
    let constant: Vec<bool> = columns.iter().map(|c| c.constant).collect();
    let free = constant.iter().filter(|c| !**c).count();
    if shrink == 0.0 && n <= free {
        return Err(singular(n, free, n - 1));
    }
    let mut r = correlations(&rows, &constant)?;
    for (e, v) in r.iter_mut().enumerate() {
        *v = (1.0 - shrink) * *v + if e / d == e % d { shrink } else { 0.0 };
    }
    let forward = inverse_root(r, d).map_err(|rank| match rank {
        Failure::Rank(rank) => singular(n, free, rank - (d - free).min(rank)),
        Failure::Stopped(e) => e,
    })?;
    let forward = if shrink == 0.0 { corrected(&rows, forward, &constant)? } else { forward };
    let back = inverse(&forward, d)?;
    Ok(transform.mixed(Mix { forward, back }))
}

fn singular(n: usize, columns: usize, rank: usize) -> Error {
    Error::Unsupported {
        what: "whiten".into(),
        reason: format!(
            "would divide by 0: the covariance of {n} rows in {columns} columns that are not constant has rank {rank}"
        ),
        advice: "shrink the correlations, as in whiten(x, #{ shrink: 0.1 }), leave out columns that follow from others, or use standardise(x)"
            .into(),
    }
}

/// UᵀU/n; 1 for columns that are constant.
fn correlations(rows: &[f64], constant: &[bool]) -> Result<Vec<f64>> {
    let d = constant.len();
    let n = rows.len() / d;
    let mut out = vec![0.0; d * d];
    product((d, d, n), &mut out, false, transposed(rows, d), view(rows, d));
    interrupt::poll()?;
    out.iter_mut().for_each(|v| *v /= n as f64);
    constant.iter().enumerate().filter(|(_, c)| **c).for_each(|(k, _)| out[k * d + k] = 1.0);
    Ok(out)
}

/// Why there is no inverse root.
enum Failure {
    /// so many eigenvalues are above 0
    Rank(usize),
    /// an interrupt
    Stopped(Error),
}

/// R^(−1/2), symmetric.
fn inverse_root(r: Vec<f64>, d: usize) -> std::result::Result<Vec<f64>, Failure> {
    let r = DMatrix::from_row_slice(d, d, &r);
    let e = interrupt::aside(move || SymmetricEigen::new(r)).map_err(Failure::Stopped)?;
    let largest = e.eigenvalues.max();
    let rank = e.eigenvalues.iter().filter(|v| **v > LEAST * largest * d as f64).count();
    if rank < d {
        return Err(Failure::Rank(rank));
    }
    let vectors = &e.eigenvectors;
    let mut scaled = vectors.clone();
    for (k, v) in e.eigenvalues.iter().enumerate() {
        scaled.column_mut(k).scale_mut(1.0 / v.sqrt());
    }
    let (v, s) = (row_major(vectors), row_major(&scaled));
    multiply(&s, &v, d, true).map_err(Failure::Stopped)
}

/// Where columns nearly follow from each other, the root of their correlations has few digits: what the covariance of the
/// result lacks to 1 corrects it, C^(−1/2) ≈ 1 − E/2 + 3E²/8 for C = 1 + E.
fn corrected(rows: &[f64], mut m: Vec<f64>, constant: &[bool]) -> Result<Vec<f64>> {
    let (d, mut before) = (constant.len(), f64::INFINITY);
    for _ in 0..CORRECTIONS {
        let mut z = vec![0.0; rows.len()];
        product((rows.len() / d, d, d), &mut z, false, view(rows, d), transposed(&m, d));
        let mut e = correlations(&z, constant)?;
        (0..d).for_each(|k| e[k * d + k] -= 1.0);
        let error = e.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        if error <= 4.0 * f64::EPSILON || error > 0.5 * before || error > 0.1 {
            break;
        }
        before = error;
        let square = multiply(&e, &e, d, false)?;
        let by: Vec<f64> = e.iter().zip(&square).map(|(e, s)| 0.375 * s - 0.5 * e).collect();
        let step = multiply(&by, &m, d, false)?;
        m.iter_mut().zip(step).for_each(|(m, s)| *m += s);
    }
    Ok(m)
}

/// M⁻¹, and one step of Newton for its last digits.
fn inverse(m: &[f64], d: usize) -> Result<Vec<f64>> {
    let matrix = DMatrix::from_row_slice(d, d, m);
    let found = interrupt::aside(move || matrix.try_inverse())?;
    let b = row_major(&found.ok_or_else(|| Error::data("whiten", "the correlations have no inverse"))?);
    let mut rest = multiply(m, &b, d, false)?;
    rest.iter_mut().for_each(|v| *v = -*v);
    (0..d).for_each(|k| rest[k * d + k] += 1.0);
    let step = multiply(&b, &rest, d, false)?;
    Ok(b.iter().zip(step).map(|(b, s)| b + s).collect())
}

fn row_major(m: &DMatrix<f64>) -> Vec<f64> {
    m.transpose().as_slice().to_vec()
}

/// A·B, or A·Bᵀ.
fn multiply(a: &[f64], b: &[f64], d: usize, transpose: bool) -> Result<Vec<f64>> {
    let mut out = vec![0.0; d * d];
    product((d, d, d), &mut out, false, view(a, d), if transpose { transposed(b, d) } else { view(b, d) });
    interrupt::poll()?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{rows_f64, wide};
    use crate::random;
    use rand::Rng;

    /// n rows with columns of many sizes, each leaning on the one before by `lean`, far from 0.
    fn leaning(n: usize, d: usize, lean: f64) -> Points {
        let mut rng = random::rng(d as u64, 7);
        let mut rows = vec![];
        for _ in 0..n {
            let mut before = 0.0;
            for k in 0..d {
                before = lean * before + (1.0 - lean) * rng.random_range(-1.0..1.0);
                rows.push(before * 10f64.powi(k as i32 % 7 - 3));
            }
        }
        wide(rows, n, d)
    }

    /// The largest entry of mean and covariance less 0 and 1.
    fn error(z: &Points) -> f64 {
        let ([n, d], rows) = (z.dims(), rows_f64(z).unwrap());
        let mean = (0..d).map(|k| rows.iter().skip(k).step_by(d).sum::<f64>() / n as f64);
        let worst = mean.fold(0.0, |m: f64, v| m.max(v.abs()));
        let c = correlations(&rows, &vec![false; d]).unwrap();
        c.iter().enumerate().fold(worst, |m, (e, v)| m.max((v - if e / d == e % d { 1.0 } else { 0.0 }).abs()))
    }

    /// Columns of sizes 1e-3 to 1e3: 1e-13 is some hundred roundings. Where columns follow from each other up to 1e-4, the
    /// points themselves are known to 1e-16/1e-4.
    #[test]
    fn the_covariance_is_one() {
        for (n, d, lean, tolerance) in
            [(500, 2, 0.3, 1e-13), (300, 40, 0.9, 1e-12), (400, 170, 0.5, 1e-12), (90, 3, 0.9999, 1e-11)]
        {
            let x = leaning(n, d, lean);
            let t = whiten(&x, 0.0).unwrap();
            let z = t.apply(&x).unwrap();
            assert!(error(&z) < tolerance, "{n} × {d}: {:e}", error(&z));
            let (home, from) = (rows_f64(&t.back(&z).unwrap()).unwrap(), rows_f64(&x).unwrap());
            for (e, (a, b)) in home.iter().zip(&from).enumerate() {
                assert!((a - b).abs() < tolerance * t.scale()[e % d], "{n} × {d}, {e}: {a} and {b}");
            }
        }
    }

    /// Each column times a power of two: the same z, bit for bit.
    #[test]
    fn units_do_not_matter() {
        let x = leaning(60, 3, 0.5);
        let units = [8.0, 0.125, 1024.0];
        let y = wide(rows_f64(&x).unwrap().iter().enumerate().map(|(e, v)| v * units[e % 3]).collect(), 60, 3);
        let of = |x: &Points| rows_f64(&whiten(x, 0.0).unwrap().apply(x).unwrap()).unwrap();
        assert_eq!(of(&x), of(&y));
    }

    #[test]
    fn what_has_no_inverse_is_refused_or_shrunk() {
        let few = leaning(5, 10, 0.2);
        let said = whiten(&few, 0.0).unwrap_err().to_string();
        assert!(said.contains("5 rows in 10 columns") && said.contains("rank 4"), "{said}");
        let mut twice = rows_f64(&leaning(40, 2, 0.3)).unwrap();
        twice = twice.chunks(2).flat_map(|r| [r[0], r[1], r[0] - 3.0 * r[1], 7.0]).collect();
        let twice = wide(twice, 40, 4);
        let said = whiten(&twice, 0.0).unwrap_err().to_string();
        assert!(said.contains("40 rows in 3 columns") && said.contains("rank 2"), "{said}");
        for (x, shrink) in [(&few, 0.1), (&twice, 1e-3), (&few, 1.0)] {
            let t = whiten(x, shrink).unwrap();
            let (home, from) = (rows_f64(&t.back(&t.apply(x).unwrap()).unwrap()).unwrap(), rows_f64(x).unwrap());
            let worst = home.iter().zip(&from).fold(0.0, |m: f64, (a, b)| m.max((a - b).abs() / (1.0 + b.abs())));
            assert!(worst < 1e-12, "{worst:e}");
        }
        // a constant column lies beside the others
        let x = wide(vec![1.0, 5.0, 2.0, 5.0, 4.0, 5.0], 3, 2);
        let z = rows_f64(&whiten(&x, 0.0).unwrap().apply(&x).unwrap()).unwrap();
        assert!(z[1] == 0.0 && z[3] == 0.0 && (z[0] * z[0] + z[2] * z[2] + z[4] * z[4] - 3.0).abs() < 1e-14, "{z:?}");
    }
}
