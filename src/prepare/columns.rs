//! Where a column lies and how wide it is, whatever its size and however far from 0.
use crate::space::origin::fits;
use crate::sums::Sum;
use serde::{Deserialize, Serialize};

/// The standard deviation of a normal law over the median distance from its median, 1/Φ⁻¹(3/4).
const OF_MEDIAN: f64 = 1.482_602_218_505_602;

/// The standard deviation of a normal law over the mean distance from its centre, √(π/2).
const OF_MEAN: f64 = 1.253_314_137_315_500_3;

/// By what a column is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// mean and standard deviation
    #[default]
    Std,
    /// median and the median distance from it, in units in which both measures agree for normal laws
    Robust,
}

/// One column: its centre is m + rest, because m alone has no digits left where its spread is far below its size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// m
    pub centre: f64,
    /// what the centre is beyond m
    pub rest: f64,
    /// its width; 1 where it is constant
    pub scale: f64,
    /// whether all of its numbers are the same
    pub constant: bool,
}

/// What finite numbers say of their column.
pub fn column(values: &[f64], by: By) -> Column {
    let first = values.first().copied().unwrap_or(0.0);
    if values.iter().all(|v| *v == first) {
        return Column { centre: first, rest: 0.0, scale: 1.0, constant: true };
    }
    let unit = unit(values);
    let scaled: Vec<f64> = values.iter().map(|v| v / unit).collect();
    let (centre, rest, scale) = match by {
        By::Std => moments(scaled),
        By::Robust => medians(scaled),
    };
    // what is no number, or 0 by rounding, divides nothing
    let width = unit * scale;
    let scale = if width.is_finite() && width > 0.0 { width } else { 1.0 };
    Column { centre: unit * centre, rest: unit * rest, scale, constant: false }
}

/// 1, or a power of two where squares of the numbers leave the range of numbers.
fn unit(values: &[f64]) -> f64 {
    let largest = values.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    if fits(largest) || !largest.is_normal() { 1.0 } else { largest.log2().floor().exp2() }
}

fn mean(values: &[f64], of: impl Fn(f64) -> f64) -> f64 {
    let mut sum = Sum::default();
    values.iter().for_each(|v| sum.add(of(*v)));
    sum.value() / values.len() as f64
}

/// The mean in two parts, and the standard deviation.
fn moments(values: Vec<f64>) -> (f64, f64, f64) {
    let centre = mean(&values, |v| v);
    let rest = mean(&values, |v| v - centre);
    // differences may be far below the numbers themselves
    let apart: Vec<f64> = values.iter().map(|v| (v - centre) - rest).collect();
    let own = unit(&apart);
    (centre, rest, own * mean(&apart, |v| (v / own) * (v / own)).sqrt())
}

/// The median, and the median distance from it; where more than half of the numbers are one, the mean distance.
fn medians(mut values: Vec<f64>) -> (f64, f64, f64) {
    let centre = median(&mut values);
    let mut apart: Vec<f64> = values.iter().map(|v| (v - centre).abs()).collect();
    match median(&mut apart) {
        0.0 => (centre, 0.0, OF_MEAN * mean(&apart, |v| v)),
        width => (centre, 0.0, OF_MEDIAN * width),
    }
}

/// The middle of the numbers; of an even number of them, half way between the two in the middle.
fn median(values: &mut [f64]) -> f64 {
    let (n, half) = (values.len(), values.len() / 2);
    let (below, upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let upper = *upper;
    if n % 2 == 1 {
        return upper;
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    lower + (upper - lower) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_few() {
        let c = column(&[1.0, 2.0, 3.0, 6.0], By::Std);
        assert_eq!((c.centre, c.scale), (3.0, 3.5f64.sqrt()));
        // ten centimetres at a million metres: doubles there are 1.2e-10 apart, the centre is known to 1e-16 of the spread
        let far = column(&[1e6, 1e6 + 0.125, 1e6 + 0.125], By::Std);
        assert!((far.centre + far.rest - (1e6 + 0.25 / 3.0)).abs() < 1e-9);
        let of = |v: f64| (v - far.centre) - far.rest;
        assert!((of(1e6) + 2.0 * of(1e6 + 0.125)).abs() < 1e-17, "{far:?}");
        assert!((far.scale / (0.125 * 2f64.sqrt() / 3.0) - 1.0).abs() < 1e-15);
        for size in [1e300, 1e-300] {
            let c = column(&[size, 2.0 * size, 3.0 * size], By::Std);
            assert!((c.scale / size / (2.0f64 / 3.0).sqrt() - 1.0).abs() < 1e-15, "{c:?}");
        }
    }

    #[test]
    fn medians_do_not_see_what_is_far() {
        let c = column(&[0.0, 1.0, 2.0, 3.0, 1e9], By::Robust);
        assert_eq!((c.centre, c.scale), (2.0, OF_MEDIAN));
        assert_eq!(column(&[1.0, 2.0, 4.0, 8.0], By::Robust).centre, 3.0);
        // more than half are one number
        let c = column(&[0.0, 0.0, 0.0, 4.0], By::Robust);
        assert_eq!((c.centre, c.scale), (0.0, OF_MEAN));
    }

    #[test]
    fn constants_are_told_from_rounding() {
        let c = column(&[0.1; 7], By::Std);
        assert_eq!(c, Column { centre: 0.1, rest: 0.0, scale: 1.0, constant: true });
        let jitter = column(&[1.0, 1.0 + f64::EPSILON], By::Std);
        assert!(!jitter.constant && jitter.scale == f64::EPSILON / 2.0, "{jitter:?}");
    }
}
