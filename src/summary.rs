//! What numbers of a list have in common: spread, quantiles, order, covariances. Names and definitions are those of NumPy.
use crate::error::{Error, Result};
use crate::interrupt;
use crate::sorting::sort_by;
use crate::sums::Sum;

/// Sizes whose squares are numbers that keep their digits.
const SQUARED: std::ops::Range<f64> = 1e-140..1e140;

/// A power of two by which numbers are divided whose squares would leave the range of numbers.
fn unit(values: impl Iterator<Item = f64>) -> f64 {
    let largest = values.fold(0.0, |m: f64, v| m.max(v.abs()));
    if SQUARED.contains(&largest) || !largest.is_normal() { 1.0 } else { largest.log2().floor().exp2() }
}

/// Errors if the numbers are too few to divide by n − ddof.
fn enough(what: &str, n: usize, ddof: usize) -> Result<()> {
    if n > ddof {
        return Ok(());
    }
    Err(Error::data(what, format!("{n} numbers are too few to divide by n - {ddof}")))
}

/// The mean, its sum in twice the digits.
pub fn mean(v: &[f64]) -> f64 {
    let mut sum = Sum::default();
    interrupt::until_asked(v).for_each(|x| sum.add(*x));
    sum.value() / v.len() as f64
}

/// Σ (x − mean)² / (n − ddof).
///
/// # Errors
/// Fewer than ddof + 1 numbers.
pub fn variance(what: &str, v: &[f64], ddof: usize) -> Result<f64> {
    enough(what, v.len(), ddof)?;
    Ok(covariances(what, &[v], ddof)?[0])
}

/// The root of the variance, of numbers whose squares leave the range of numbers, too.
///
/// # Errors
/// As [`variance`].
pub fn deviation(what: &str, v: &[f64], ddof: usize) -> Result<f64> {
    let unit = unit(v.iter().copied());
    let scaled: Vec<f64> = v.iter().map(|x| x / unit).collect();
    Ok(variance(what, &scaled, ddof)?.sqrt() * unit)
}

/// Σ (x − mean x)(y − mean y)/(n − ddof) for every pair of columns, row by row.
///
/// # Errors
/// Columns of different lengths; fewer than ddof + 1 entries.
pub fn covariances(what: &str, columns: &[&[f64]], ddof: usize) -> Result<Vec<f64>> {
    let n = columns.first().map_or(0, |c| c.len());
    enough(what, n, ddof)?;
    if let Some(other) = columns.iter().find(|c| c.len() != n) {
        let got = format!("{n} and {}", other.len());
        return Err(Error::Shape { what: what.into(), expected: "lists of equal lengths".into(), got });
    }
    let units: Vec<f64> = columns.iter().map(|c| unit(c.iter().copied())).collect();
    let centred: Vec<Vec<f64>> = columns
        .iter()
        .zip(&units)
        .map(|(c, u)| {
            let scaled: Vec<f64> = c.iter().map(|v| v / u).collect();
            let centre = mean(&scaled);
            scaled.into_iter().map(|v| v - centre).collect()
        })
        .collect();
    let d = columns.len();
    let mut out = vec![0.0; d * d];
    for i in 0..d {
        for j in i..d {
            interrupt::poll()?;
            let mut sum = Sum::default();
            let pairs = centred[i].iter().zip(&centred[j]);
            interrupt::until_asked(pairs).for_each(|(a, b)| sum.add_product(*a, *b));
            let value = sum.value() / (n - ddof) as f64 * units[i] * units[j];
            (out[i * d + j], out[j * d + i]) = (value, value);
        }
    }
    Ok(out)
}

/// Covariances over the roots of the variances; NaN beside a constant column.
///
/// # Errors
/// As [`covariances`].
pub fn correlations(what: &str, columns: &[&[f64]]) -> Result<Vec<f64>> {
    let units: Vec<f64> = columns.iter().map(|c| unit(c.iter().copied())).collect();
    let scaled: Vec<Vec<f64>> = columns.iter().zip(&units).map(|(c, u)| c.iter().map(|v| v / u).collect()).collect();
    let views: Vec<&[f64]> = scaled.iter().map(Vec::as_slice).collect();
    let (c, d) = (covariances(what, &views, 0)?, columns.len());
    let entry = |e: usize| {
        let (i, j) = (e / d, e % d);
        if i == j && c[e] > 0.0 { 1.0 } else { (c[e] / (c[i * d + i].sqrt() * c[j * d + j].sqrt())).clamp(-1.0, 1.0) }
    };
    Ok((0..d * d).map(entry).collect())
}

/// The numbers in ascending order, what is no number last.
pub fn sorted(v: &[f64]) -> Vec<f64> {
    let mut out = v.to_vec();
    sort_by(&mut out, last_nan);
    out
}

fn last_nan(a: &f64, b: &f64) -> std::cmp::Ordering {
    a.is_nan().cmp(&b.is_nan()).then(a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal))
}

/// The places of the numbers in ascending order; equal ones keep theirs, what is no number comes last.
pub fn order(v: &[f64]) -> Vec<usize> {
    let mut out: Vec<usize> = (0..v.len()).collect();
    sort_by(&mut out, |i, j| last_nan(&v[*i], &v[*j]));
    out
}

/// The quantile of numbers in ascending order: between two of them on a straight line, where q (n − 1) lies.
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let at = q * (sorted.len() - 1) as f64;
    let (low, part) = (at.floor() as usize, at.fract());
    let (a, b) = (sorted[low], sorted[(low + 1).min(sorted.len() - 1)]);
    if part == 0.0 || a == b { a } else { a + (b - a) * part }
}

/// Sums of the first, the first two, …, each in twice the digits.
pub fn cumulative(v: &[f64]) -> Vec<f64> {
    let mut sum = Sum::default();
    let next = |x: &f64| {
        sum.add(*x);
        sum.value()
    };
    interrupt::until_asked(v).map(next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_places_cost_no_digits() {
        assert_eq!(variance("var", &[1e300, 3e300], 0).ok(), Some(f64::INFINITY));
        for size in [1e300, 1.0, 1e-300] {
            let off =
                deviation("std", &[size, 2.0 * size, 4.0 * size], 0).map_or(1.0, |s| s / size - (14.0f64 / 9.0).sqrt());
            assert!(off.abs() < 1e-15, "{size}: {off}");
        }
        assert_eq!(variance("var", &[1e9 + 0.25, 1e9 + 0.75], 0).ok(), Some(0.0625));
        assert_eq!(
            correlations("corr", &[&[1e300, 2e300, 4e300], &[1e-300, 2e-300, 4e-300]]).ok().map(|c| c[1]),
            Some(1.0)
        );
        assert_eq!(cumulative(&[1e16, 1.0, -1e16]), [1e16, 1e16, 1.0]);
        assert!(variance("var", &[1.0], 1).is_err() && covariances("cov", &[&[1.0, 2.0], &[1.0]], 0).is_err());
    }

    #[test]
    fn order_is_stable_and_nan_comes_last() {
        assert_eq!(order(&[2.0, f64::NAN, 1.0, 2.0, -0.0, 0.0]), [4, 5, 2, 0, 3, 1]);
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), 3.0);
    }
}
