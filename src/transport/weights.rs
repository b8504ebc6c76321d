//! Weights of samples: checked, and as whole numbers of one unit, so that pivots are exact.
use crate::error::{Error, Result};

/// Masses in whole units with equal sums.
pub struct Units {
    /// of the sources
    pub rows: Vec<f64>,
    /// of the targets
    pub columns: Vec<f64>,
    /// units of total mass one
    pub total: f64,
}

/// The same in units so small that the weights keep all their digits.
pub struct FineUnits {
    /// of the sources
    pub rows: Vec<i128>,
    /// of the targets
    pub columns: Vec<i128>,
    /// units of total mass one
    pub total: i128,
}

/// Errors unless there is one weight ≥ 0 per point and they sum to one within 1e-6; returns them summing to one.
pub fn checked(what: &str, weights: &[f64], points: usize) -> Result<Vec<f64>> {
    if weights.len() != points {
        return Err(Error::Shape {
            what: what.into(),
            expected: format!("{points} weights, one per point"),
            got: format!("{}", weights.len()),
        });
    }
    if let Some(i) = weights.iter().position(|w| !w.is_finite() || *w < 0.0) {
        return Err(Error::data(what, format!("weight {i} is {}, expected a number ≥ 0", weights[i])));
    }
    let sum: f64 = weights.iter().sum();
    if (sum - 1.0).abs() > 1e-6 {
        return Err(Error::data(what, format!("the weights sum to {sum}, expected 1; divide each by the sum")));
    }
    Ok(weights.iter().map(|w| w / sum).collect())
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A power of two, so that units divide evenly again and again.
fn exponent(smallest: f64) -> i32 {
    (50.0 - smallest.log2().ceil()).clamp(0.0, 40.0) as i32
}

/// Both weights in units of which f64 holds every multiple exactly: given ones to 2⁻⁵⁰ of the whole.
///
/// # Errors
/// None today: weights that [`checked`] let pass have units.
pub fn common_units(n: usize, m: usize, a: Option<&[f64]>, b: Option<&[f64]>) -> Result<Units> {
    if a.is_none() && b.is_none() {
        let least_common = (n / gcd(n, m)) as f64 * m as f64;
        let total = least_common * 2f64.powi(exponent(least_common));
        return Ok(Units { rows: vec![total / n as f64; n], columns: vec![total / m as f64; m], total });
    }
    let total = 2f64.powi(50);
    let whole = |w: Option<&[f64]>, n: usize| {
        let mut units: Vec<f64> = match w {
            Some(w) => w.iter().map(|w| if *w > 0.0 { (w * total).round().max(1.0) } else { 0.0 }).collect(),
            None => vec![(total / n as f64).round(); n],
        };
        // the largest takes what rounding left over: at most a unit per point
        let rest = total - units.iter().sum::<f64>();
        let largest = (0..units.len()).max_by(|i, j| units[*i].total_cmp(&units[*j])).unwrap_or(0);
        units[largest] += rest;
        units
    };
    Ok(Units { rows: whole(a, n), columns: whole(b, m), total })
}

/// Bits of the whole: weights down to 1e-20 keep every digit of f64, smaller ones those above 2⁻¹²⁰.
const FINE_BITS: i32 = 120;

/// Both weights in units that leave nothing of their digits out; what f64 sums of one are off is shared by all in
/// proportion.
pub fn fine_units(n: usize, m: usize, a: Option<&[f64]>, b: Option<&[f64]>) -> FineUnits {
    if a.is_none() && b.is_none() {
        let total = (n / gcd(n, m)) as i128 * m as i128;
        return FineUnits { rows: vec![total / n as i128; n], columns: vec![total / m as i128; m], total };
    }
    let total = 1i128 << FINE_BITS;
    FineUnits { rows: fine(a, n, total), columns: fine(b, m, total), total }
}

fn fine(w: Option<&[f64]>, n: usize, total: i128) -> Vec<i128> {
    // a product with a power of two is exact, and f64 to i128 cuts off what lies below a unit
    let unit = 2f64.powi(FINE_BITS);
    let mut units: Vec<i128> = match w {
        Some(w) => w.iter().map(|w| if *w > 0.0 { ((w * unit) as i128).max(1) } else { 0 }).collect(),
        None => vec![total / n as i128; n],
    };
    let share = (total - units.iter().sum::<i128>()) as f64 / total as f64;
    units.iter_mut().for_each(|u| *u += (*u as f64 * share) as i128);
    // the rounding of that product, 1e-32 of the whole, is the largest's
    let rest = total - units.iter().sum::<i128>();
    if let Some(largest) = units.iter_mut().max() {
        *largest += rest;
    }
    units
}
