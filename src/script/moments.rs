//! Means and standard deviations of coordinates, whatever their sizes and wherever they lie.
use crate::interrupt;
use crate::space::origin::fits;
use crate::sums::Sum;

/// The mean and the standard deviation of each of the first so many coordinates of rows of d numbers. Asked to stop it ends
/// early, as does the call that makes it.
pub fn moments(rows: &[f64], d: usize, columns: usize) -> (Vec<f64>, Vec<f64>) {
    (0..columns).take_while(|_| interrupt::poll().is_ok()).map(|k| of_column(rows, k, d)).unzip()
}

/// In a unit of its own where squares leave the range of numbers; sums keep what cancels.
fn of_column(rows: &[f64], k: usize, d: usize) -> (f64, f64) {
    let column = || rows.iter().skip(k).step_by(d);
    let n = (rows.len() / d) as f64;
    let largest = column().fold(0.0, |m: f64, v| m.max(v.abs()));
    let unit = if fits(largest) || !largest.is_normal() { 1.0 } else { largest.log2().floor().exp2() };
    let mean_of = |of: &dyn Fn(f64) -> f64| {
        let mut sum = Sum::default();
        column().for_each(|v| sum.add(of(v / unit)));
        sum.value() / n
    };
    let mean = mean_of(&|v| v);
    (unit * mean, unit * mean_of(&|v| (v - mean) * (v - mean)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_size_nor_place_costs_digits() {
        let (mean, std) = moments(&[1e300, 1e9 + 0.25, 3e300, 1e9 + 0.75], 2, 2);
        assert_eq!((mean[1], std[1]), (1e9 + 0.5, 0.25));
        assert!((mean[0] / 2e300 - 1.0).abs() < 1e-15 && (std[0] / 1e300 - 1.0).abs() < 1e-15, "{mean:?} {std:?}");
        assert_eq!(moments(&[5e-324, 5e-324], 1, 1).0, [5e-324]);
        assert_eq!(moments(&[0.0, 0.0], 1, 1), (vec![0.0], vec![0.0]));
    }
}
