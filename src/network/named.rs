//! Vectors of numbers with names: what saved runs are made of.
use crate::error::{Error, Result};

/// A vector of numbers with a name, for saving what was trained.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// what it is, dots between the parts
    pub name: String,
    /// its entries
    pub data: Vec<f32>,
}

impl Named {
    /// A vector under a name.
    pub fn new(name: impl Into<String>, data: Vec<f32>) -> Named {
        Named { name: name.into(), data }
    }
    /// A count under a name: numbers of 24 bits, which f32 holds exactly, the low one first.
    pub fn count(name: impl Into<String>, count: u64) -> Named {
        let digits = if count < DIGIT { vec![count] } else { vec![count % DIGIT, count / DIGIT] };
        Named::new(name, digits.into_iter().map(|d| d as f32).collect())
    }
}

/// Whole numbers below it are f32 numbers.
const DIGIT: u64 = 1 << 24;

/// A count that was saved under a name; 0 if there is none.
pub fn count(state: &[Named], name: &str) -> u64 {
    let digits = state.iter().find(|n| n.name == name).map_or(&[] as &[f32], |n| &n.data);
    digits.iter().rev().fold(0, |n: u64, d| n.wrapping_mul(DIGIT).wrapping_add(*d as u64))
}

/// Numbers as sums of two or, where that keeps not all of their digits, of three in f32 each; of numbers that are too small or too large
/// for f32, as three parts and a power of two.
pub fn parted(all: &[f64]) -> Vec<f32> {
    let of = |parts: usize| -> Vec<f32> { all.iter().flat_map(|v| of_one(*v, parts)).collect() };
    let exact = |parts: &[f32], each: usize| {
        let bits = |v: &f64| v.to_bits();
        parts.chunks(each).zip(all).all(|(v, number)| bits(&sum(v)) == bits(number))
    };
    for parts in [2, 3] {
        let sums = of(parts);
        if exact(&sums, parts) {
            return sums;
        }
    }
    let scaled = |v: &f64| {
        let power = if v.is_normal() || v.is_subnormal() { v.abs().log2().floor() } else { 0.0 };
        of_one(times_power(*v, -power as i32), 3).chain([power as f32])
    };
    all.iter().flat_map(scaled).collect()
}

/// A number as a sum of so many.
fn of_one(v: f64, parts: usize) -> impl Iterator<Item = f32> {
    let mut rest = v;
    (0..parts).map(move |_| {
        let part = rest as f32;
        // a zero keeps its sign in all parts
        rest = match part.is_finite() {
            true if v == 0.0 => v,
            true => rest - f64::from(part),
            false => 0.0,
        };
        part
    })
}

fn sum(parts: &[f32]) -> f64 {
    // a sum that begins with 0 has no zero below it
    parts.iter().map(|v| f64::from(*v)).reduce(|a, b| a + b).unwrap_or_default()
}

/// v 2^power, in two steps: one alone could leave the range of numbers.
fn times_power(v: f64, power: i32) -> f64 {
    let half = power / 2;
    v * 2f64.powi(half) * 2f64.powi(power - half)
}

/// So many numbers out of their parts; none where there are no parts of all of them.
pub fn whole(parted: &[f32], numbers: usize) -> Vec<f64> {
    let one = |v: &[f32]| match v {
        [parts @ .., power] if v.len() == 4 => times_power(sum(parts), *power as i32),
        parts => sum(parts),
    };
    if parted.len() < numbers { vec![] } else { parted.chunks(parted.len() / numbers).map(one).collect() }
}

/// The vectors saved under a prefix, without it.
pub fn under(state: &[Named], prefix: &str) -> Vec<Named> {
    let mine = |n: &Named| {
        n.name.strip_prefix(prefix)?.strip_prefix('.').map(|rest| Named { name: rest.into(), data: n.data.clone() })
    };
    state.iter().filter_map(mine).collect()
}

/// Vectors put under a prefix.
pub fn prefixed(state: Vec<Named>, prefix: &str) -> Vec<Named> {
    state.into_iter().map(|n| Named { name: format!("{prefix}.{}", n.name), data: n.data }).collect()
}

/// A saved vector as long as the parameters of its network; an error if there is none.
pub fn parameters(state: &[Named], name: &str, len: usize) -> Result<Vec<f32>> {
    match state.iter().find(|n| n.name == name && n.data.len() == len) {
        Some(n) => Ok(n.data.clone()),
        None => Err(Error::data("saved network", format!("`{name}` does not fit the network described beside it"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What two parts do not hold, three do.
    #[test]
    fn parts_keep_all_digits() {
        let all: [f64; 6] = [0.1, 1.0, -1.0 / 3.0, 1e-30, 0.0, 5e30 / 7.0];
        // a share that falls by a fifth again and again ends below all numbers of f32
        let small = [1e-42, 0.8f64.powi(600), -f64::MIN_POSITIVE / 3.0, f64::MAX / 3.0, -0.0, 2.2250738585072014e-308];
        for (given, parts) in [(&all[..], 3), (&[1.5, -2.0, 0.0][..], 2), (&small[..], 4)] {
            let parted = parted(given);
            assert_eq!(parted.len(), parts * given.len());
            let again = whole(&parted, given.len());
            assert_eq!(
                again.iter().map(|v| v.to_bits()).collect::<Vec<_>>(),
                given.iter().map(|v| v.to_bits()).collect::<Vec<_>>()
            );
        }
        assert!(whole(&[1.0], 3).is_empty());
    }

    /// f32 alone holds whole numbers to 2^24.
    #[test]
    fn counts_are_exact() {
        for n in [0, 1, 5, (1 << 24) - 1, 1 << 24, (1 << 24) + 1, 123_456_789_012, (1 << 48) - 1] {
            assert_eq!(count(&[Named::new("other", vec![3.0]), Named::count("draws", n)], "draws"), n);
        }
        assert_eq!(Named::count("draws", 7).data, [7.0]);
        assert_eq!(count(&[], "draws"), 0);
    }
}
