//! Columns as whole numbers in whose order they are: one way to sort numbers, texts and truths, and several of them.
use super::column::{Column, MISSING, Texts};
use crate::error::Result;
use crate::{interrupt, sorting};
use std::cmp::Ordering;

/// What is missing comes last, whichever way.
const LAST: u64 = u64::MAX;

/// A number as a whole one in the same order; 0 and −0 are one.
fn number(x: f64) -> u64 {
    if x.is_nan() {
        return LAST;
    }
    let bits = (x + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// The place of every word in the order of the alphabet, by code points, from 1: turned round, 0 would be [`LAST`].
fn ranks(t: &Texts) -> Vec<u64> {
    let mut order: Vec<u32> = (0..t.words.len() as u32).collect();
    sorting::sort_by(&mut order, |a, b| t.words.get(*a).cmp(t.words.get(*b)));
    let mut out = vec![0; order.len()];
    order.iter().enumerate().for_each(|(rank, code)| out[*code as usize] = rank as u64 + 1);
    out
}

/// Keys of all entries, in the order in which they are to come.
///
/// # Errors
/// An interrupt.
pub fn keys(column: &Column, descending: bool) -> Result<Vec<u64>> {
    let turned = |key: u64| if descending && key != LAST { !key } else { key };
    let out = match column {
        Column::Numbers(v) => v.iter().map(|x| turned(number(*x))).collect(),
        Column::Truths(v) => v.iter().map(|t| turned(t.map_or(LAST, |t| 1 + u64::from(t)))).collect(),
        Column::Texts(t) => {
            let ranks = ranks(t);
            let key = |c: &u32| if *c == MISSING { LAST } else { ranks[*c as usize] };
            t.codes.iter().map(|c| turned(key(c))).collect()
        }
    };
    interrupt::poll()?;
    Ok(out)
}

/// Rows in the order of their keys, the first list first; rows whose keys are equal stay as they are.
///
/// # Errors
/// An interrupt.
pub fn order(keys: &[Vec<u64>]) -> Result<Vec<u32>> {
    let n = keys.first().map_or(0, Vec::len) as u32;
    let out = match keys {
        [only] => {
            let mut pairs: Vec<(u64, u32)> = only.iter().copied().zip(0..n).collect();
            sorting::sort_by(&mut pairs, |a, b| a.0.cmp(&b.0));
            pairs.into_iter().map(|p| p.1).collect()
        }
        _ => {
            let mut rows: Vec<u32> = (0..n).collect();
            let compare = |a: &u32, b: &u32| {
                let each = keys.iter().map(|k| k[*a as usize].cmp(&k[*b as usize]));
                each.into_iter().find(|o| *o != Ordering::Equal).unwrap_or(Ordering::Equal)
            };
            sorting::sort_by(&mut rows, compare);
            rows
        }
    };
    interrupt::poll()?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_texts_and_gaps_in_order() {
        let x = Column::numbers(vec![0.0, f64::NAN, -1.0, f64::INFINITY, -0.0, f64::NEG_INFINITY, 2.5]);
        let rising = keys(&x, false).unwrap();
        assert_eq!(order(&[rising]).unwrap(), [5, 2, 0, 4, 6, 3, 1]);
        assert_eq!(order(&[keys(&x, true).unwrap()]).unwrap(), [3, 6, 0, 4, 2, 5, 1]);
        let t = Column::texts([Some("b"), Some("a"), None, Some("é"), Some("a")]).unwrap();
        assert_eq!(order(&[keys(&t, false).unwrap()]).unwrap(), [1, 4, 0, 3, 2]);
        assert_eq!(order(&[keys(&t, true).unwrap()]).unwrap(), [3, 0, 1, 4, 2]);
        let second = Column::truths(vec![None, Some(true), None, None, Some(false)]);
        let both = [keys(&t, false).unwrap(), keys(&second, false).unwrap()];
        assert_eq!(order(&both).unwrap(), [4, 1, 0, 3, 2]);
    }
}
