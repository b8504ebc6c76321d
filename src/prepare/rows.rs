//! Rows: those that are not finite, all in random order, and two parts of them.
use super::transform::listed;
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::random::Rng;
use crate::sorting::sort_by;
use crate::{interrupt, memory};
use rand::Rng as _;
use std::collections::BTreeMap;

/// One number that is not finite: its row, its column, and what it is.
pub type Gap = (usize, usize, f64);

/// Rows that are named in a message.
const SHOWN: usize = 5;

/// Hands over every number that is not finite, row after row.
///
/// # Errors
/// An interrupt.
pub fn each_gap(rows: &[f64], d: usize, mut of: impl FnMut(Gap)) -> Result<()> {
    for (i, row) in rows.chunks(d).enumerate() {
        interrupt::poll_each(i)?;
        row.iter().enumerate().filter(|(_, v)| !v.is_finite()).for_each(|(k, v)| of((i, k, *v)));
    }
    Ok(())
}

/// Every number that is not finite, row after row.
///
/// # Errors
/// An interrupt, and more of them than memory holds.
pub fn gaps(rows: &[f64], d: usize) -> Result<Vec<Gap>> {
    let mut count = 0;
    each_gap(rows, d, |_| count += 1)?;
    memory::check("not_finite", memory::product(&[count, 2, size_of::<Gap>()]))?;
    let mut out = Vec::with_capacity(count);
    each_gap(rows, d, |g| out.push(g))?;
    Ok(out)
}

/// How many rows are not finite, and the gaps of the first of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gaps {
    /// rows with a gap
    pub rows: usize,
    first: Vec<Gap>,
}

impl Gaps {
    /// What a look at all rows finds.
    ///
    /// # Errors
    /// An interrupt.
    pub fn of(rows: &[f64], d: usize) -> Result<Gaps> {
        let (mut out, mut last) = (Gaps::default(), usize::MAX);
        each_gap(rows, d, |g| {
            out.rows += usize::from(g.0 != last);
            last = g.0;
            if out.rows <= SHOWN {
                out.first.push(g);
            }
        })?;
        Ok(out)
    }

    /// "2 of 500 rows are not finite: row 4 (column 1), row 17 (columns 0 and 2)".
    pub fn described(&self, [n, d]: [usize; 2]) -> String {
        let mut rows: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        self.first.iter().for_each(|g| rows.entry(g.0).or_default().push(g.1));
        let one = |(row, columns): (&usize, &Vec<usize>)| format!("row {row} ({})", listed(columns, d));
        let shown: Vec<String> = rows.iter().map(one).collect();
        let more = if self.rows > SHOWN { ", …" } else { "" };
        let verb = if self.rows == 1 { "is" } else { "are" };
        format!("{} of {n} rows {verb} not finite: {}{more}", self.rows, shown.join(", "))
    }
}

/// Errors unless all numbers are finite.
///
/// # Errors
/// Says how many rows are not, and where the first number is.
pub fn check_finite(what: &str, rows: &[f64], d: usize) -> Result<()> {
    let found = Gaps::of(rows, d)?;
    let Some((row, column, v)) = found.first.first() else { return Ok(()) };
    let rows = if found.rows == 1 { "1 row is".to_string() } else { format!("{} rows are", found.rows) };
    Err(Error::Unsupported {
        what: what.into(),
        reason: format!("needs numbers, and {rows} not finite: the first has {v} in row {row}, column {column}"),
        advice: "finite_rows(x) leaves such rows out, not_finite(x) lists them".into(),
    })
}

/// 0 to n − 1 in random order.
///
/// # Errors
/// An interrupt.
pub fn shuffled(n: usize, rng: &mut Rng) -> Result<Vec<usize>> {
    memory::check("shuffle", memory::product(&[n, 8]))?;
    let mut out: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        interrupt::poll_each(i)?;
        out.swap(i, rng.random_range(0..=i));
    }
    Ok(out)
}

/// The rows of a list in two parts, the first with a share of them; neither is empty. With classes, numbered from 0, of every
/// class the same share, as near as whole rows allow.
///
/// # Errors
/// Fewer than two rows; an interrupt.
pub fn parted(order: &[usize], share: f64, classes: Option<&[usize]>) -> Result<(Vec<usize>, Vec<usize>)> {
    let n = order.len();
    if n < 2 {
        return Err(Error::data("split", format!("{n} row has no two parts: at least 2 are needed")));
    }
    let first = ((share * n as f64).round() as usize).clamp(1, n - 1);
    let Some(classes) = classes else {
        return Ok((order[..first].to_vec(), order[first..].to_vec()));
    };
    let mut quotas = quotas(first, classes)?;
    let (mut train, mut held) = (vec![], vec![]);
    for (k, i) in order.iter().enumerate() {
        interrupt::poll_each(k)?;
        let quota = &mut quotas[classes[*i]];
        if *quota > 0 {
            *quota -= 1;
            train.push(*i);
        } else {
            held.push(*i);
        }
    }
    Ok((train, held))
}

/// How many rows of each class are among the first: its share, and the rows left over to those that are farthest behind.
fn quotas(first: usize, classes: &[usize]) -> Result<Vec<usize>> {
    let mut members = vec![0usize; classes.iter().max().map_or(0, |c| c + 1)];
    classes.iter().for_each(|c| members[*c] += 1);
    interrupt::poll()?;
    let exact: Vec<f64> = members.iter().map(|m| first as f64 * *m as f64 / classes.len() as f64).collect();
    let mut out: Vec<usize> = exact.iter().map(|e| e.floor() as usize).collect();
    let left = first.saturating_sub(out.iter().sum());
    let mut behind: Vec<usize> = (0..out.len()).collect();
    sort_by(&mut behind, |a, b| exact[*b].fract().total_cmp(&exact[*a].fract()));
    interrupt::poll()?;
    behind.iter().take(left).for_each(|c| out[*c] += 1);
    Ok(out)
}

/// Some rows of points, in the order of the list.
///
/// # Errors
/// Rows that there are not, and more than memory holds.
pub fn taken(x: &Points, at: &[usize]) -> Result<Points> {
    let [n, d] = x.dims();
    memory::check_points("rows of points", [at.len() + n, d], 8)?;
    let rows = device::rows_f64(x)?;
    let mut out = Vec::with_capacity(at.len() * d);
    for (k, i) in at.iter().enumerate() {
        interrupt::poll_each(k)?;
        let row = rows.get(i * d..(i + 1) * d);
        out.extend(row.ok_or_else(|| Error::data("points", format!("there is no row {i}: there are {n}")))?);
    }
    Ok(device::wide(out, at.len(), d))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random;

    #[test]
    fn gaps_are_counted_by_rows() {
        let (nan, inf) = (f64::NAN, f64::INFINITY);
        let rows = [1.0, 2.0, nan, inf, 3.0, 4.0, 5.0, nan];
        let found = Gaps::of(&rows, 2).unwrap();
        assert_eq!(found.described([4, 2]), "2 of 4 rows are not finite: row 1 (columns 0 and 1), row 3 (column 1)");
        assert_eq!(gaps(&rows, 2).unwrap().iter().map(|g| (g.0, g.1)).collect::<Vec<_>>(), [(1, 0), (1, 1), (3, 1)]);
        assert!(Gaps::of(&[nan; 9], 1).unwrap().described([9, 1]).ends_with("row 4 (column 0), …"));
        assert_eq!(Gaps::of(&rows[..2], 2).unwrap().rows, 0);
    }

    /// Every row once, neither part empty, the share rounded.
    #[test]
    fn parts_share_the_rows() {
        for (n, share, train) in [(10, 0.8, 8), (3, 0.5, 2), (2, 0.999, 1), (2, 1e-9, 1), (7, 0.1, 1)] {
            let order = shuffled(n, &mut random::rng(n as u64, 0)).unwrap();
            let (a, b) = parted(&order, share, None).unwrap();
            assert_eq!(a.len(), train, "{n} × {share}");
            let mut all = [a, b].concat();
            all.sort_unstable();
            assert_eq!(all, (0..n).collect::<Vec<_>>());
        }
        assert!(parted(&[0], 0.5, None).is_err());
    }

    /// 50, 30 and 5 of a class at a share of 0.8: 40, 24 and 4, and of 7 and 6 at a half the sum is right.
    #[test]
    fn classes_keep_their_shares() {
        let classes = [(0, 50), (1, 30), (2, 5)].map(|(c, n)| vec![c; n]).concat();
        let order = shuffled(85, &mut random::rng(3, 0)).unwrap();
        let (train, held) = parted(&order, 0.8, Some(&classes)).unwrap();
        let of = |rows: &[usize], c: usize| rows.iter().filter(|i| classes[**i] == c).count();
        assert_eq!([0, 1, 2].map(|c| (of(&train, c), of(&held, c))), [(40, 10), (24, 6), (4, 1)]);
        let classes = [(0, 7), (1, 6)].map(|(c, n)| vec![c; n]).concat();
        let (train, held) = parted(&(0..13).collect::<Vec<_>>(), 0.5, Some(&classes)).unwrap();
        assert_eq!((train.len(), held.len()), (7, 6));
        assert_eq!(train.iter().filter(|i| **i < 7).count().abs_diff(3), 1);
    }
}
