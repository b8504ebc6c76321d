//! Where samples are moved to before sums over pairs: differences do not change, their rounding does.

/// How many times farther than a typical point an outlier lies that would carry the mean away.
const FAR: f64 = 1e5;
/// Rows that are looked at first.
const FEW: usize = 16;

/// The mean of the rows, `[d]`; where few far points carry it away from all others, the median of every coordinate, so
/// that those others keep their digits.
pub fn centre(rows: &[f64], d: usize) -> Vec<f64> {
    middle(rows, d).0
}

/// The same, and whether it is the median.
pub(super) fn middle(rows: &[f64], d: usize) -> (Vec<f64>, bool) {
    let n = rows.len() / d;
    let mean = mean(rows, d);
    let farthest = |c: &[f64]| rows.chunks(d).map(|r| distance(r, c)).fold(0.0, f64::max);
    let far = farthest(&mean);
    // neighbours among a few rows, spread over all: a cheap look that clears almost every sample
    let few: Vec<&[f64]> = rows.chunks(d).step_by(n.div_ceil(FEW).max(1)).collect();
    let typical = median(few.windows(2).map(|w| distance(w[0], w[1])).collect());
    if far <= FAR * typical || far == 0.0 {
        return (mean, false);
    }
    let medians: Vec<f64> = (0..d).map(|k| median(rows.iter().skip(k).step_by(d).copied().collect())).collect();
    let apart = rows.chunks(d).map(|r| distance(r, &medians)).filter(|r| *r > 0.0);
    let typical = median(apart.collect());
    if farthest(&medians) > FAR * typical { (medians, true) } else { (mean, false) }
}

/// The mean of every coordinate; sums that leave the range of numbers are made of parts.
fn mean(rows: &[f64], d: usize) -> Vec<f64> {
    let n = (rows.len() / d) as f64;
    let mut total = vec![0.0; d];
    rows.chunks(d).for_each(|r| total.iter_mut().zip(r).for_each(|(t, v)| *t += v));
    let whole: Vec<f64> = total.iter().map(|t| t / n).collect();
    if whole.iter().all(|m| m.is_finite()) {
        return whole;
    }
    total.fill(0.0);
    rows.chunks(d).for_each(|r| total.iter_mut().zip(r).for_each(|(t, v)| *t += v / n));
    total
}

/// The largest difference of a coordinate.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// The lower median, an entry of the list; 0 of none.
pub(super) fn median(mut v: Vec<f64>) -> f64 {
    if v.is_empty() {
        return 0.0;
    }
    let middle = (v.len() - 1) / 2;
    *v.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_far_point_does_not_carry_it_away() {
        assert_eq!(centre(&[0.0, 1.0, 2.0, 5.0], 1), [2.0]);
        assert_eq!(centre(&[0.0, 1.0, 2.0, 1e12], 1), [1.0]);
        assert_eq!(centre(&[1.0, 0.0, 1.0, 0.0, 1.0, 0.001, 1e12, 7.0], 2), [1.0, 0.0]);
        // two far halves have no others between them, and points that coincide no digits to lose
        assert_eq!(centre(&[0.0, 1e12], 1), [5e11]);
        assert_eq!(centre(&[1.0, 1.0, 1.0, 1e12 + 1.0], 1), [2.5e11 + 1.0]);
        assert_eq!(centre(&[3.0, 3.0], 1), [3.0]);
    }
}
