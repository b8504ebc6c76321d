//! Rows of which every rank holds some: who has which, and what all of them come to.
use super::ambient::current;
use super::team::Team;
use super::tree;
use crate::error::Result;
use crate::interrupt;
use bytemuck::Pod;
use std::ops::Range;
use std::sync::Arc;

/// Rows whose numbers are summed in their order before they are added to those of others, so that who holds which rows changes no bit.
pub const LEAF: usize = 128;

/// How many times as many numbers a sample has that is split wherever it is, a megabyte or more: functions that look at it put it together.
const LARGE: usize = 4;

/// Which rows of a sample are on which rank: whole blocks of it, in their order.
pub struct Split {
    team: Arc<Team>,
    /// where the rows of a rank begin, and the end of all
    begins: Vec<usize>,
}

impl Split {
    /// So many rows in blocks of so many, which are whole leaves, on the ranks of a team.
    pub fn new(team: Arc<Team>, rows: usize, block: usize) -> Split {
        debug_assert!(block.is_multiple_of(LEAF) && block > 0, "blocks of {block} rows");
        let blocks = rows.div_ceil(block);
        let begin = |rank: usize| rows.min(tree::share(blocks, rank, team.size()).start * block);
        let begins = (0..team.size()).map(begin).chain([rows]).collect();
        Split { team, begins }
    }
    /// Of a sample that is large enough to be split wherever it is made, on the ranks of this thread, in blocks of so many rows.
    pub fn large(rows: usize, d: usize, block: usize) -> Option<Split> {
        let team = current().filter(|t| rows * d / LARGE >= t.splits())?;
        Some(Split::new(team, rows, block)).filter(Split::is_everywhere)
    }
    /// The ranks.
    pub fn team(&self) -> &Arc<Team> {
        &self.team
    }
    /// Rows of all ranks.
    pub fn rows(&self) -> usize {
        self.begins[self.team.size()]
    }
    /// Whether every rank has some.
    pub fn is_everywhere(&self) -> bool {
        self.begins.windows(2).all(|w| w[0] < w[1])
    }
    /// Whether ranks have the same rows.
    pub fn is_as(&self, other: &Split) -> bool {
        self.begins == other.begins
    }
    fn of(&self, rank: usize) -> Range<usize> {
        self.begins[rank]..self.begins[rank + 1]
    }
    /// Those of this rank.
    pub fn here(&self) -> Range<usize> {
        self.of(self.team.rank())
    }
    fn lengths(&self, width: usize) -> Vec<usize> {
        (0..self.team.size()).map(|r| self.of(r).len() * width).collect()
    }

    /// Fills in the rows of the other ranks, `width` numbers each.
    ///
    /// # Errors
    /// Those of the team.
    pub fn fill<T: Pod>(&self, place: &str, width: usize, all: &mut [T]) -> Result<()> {
        self.team.gather(place, &self.lengths(width), all)
    }
    /// The numbers of the rows of this rank among those of all.
    pub fn mine<'a, T>(&self, width: usize, all: &'a mut [T]) -> &'a mut [T] {
        &mut all[self.here().start * width..self.here().end * width]
    }
    /// All rows on every rank, `width` numbers each, from those of this one.
    ///
    /// # Errors
    /// Those of the team.
    pub fn whole<T: Pod>(&self, place: &str, width: usize, mine: &[T]) -> Result<Vec<T>> {
        let mut all = vec![T::zeroed(); self.rows() * width];
        self.mine(width, &mut all).copy_from_slice(mine);
        self.fill(place, width, &mut all)?;
        Ok(all)
    }

    /// Those of some rows in a row that are here.
    pub fn within(&self, rows: &Range<usize>) -> Range<usize> {
        overlap(&self.here(), rows)
    }

    /// Rows in a row, on every rank, from those of them that are here.
    ///
    /// # Errors
    /// Those of the team.
    pub fn piece<T: Pod>(&self, place: &str, width: usize, mine: &[T], rows: Range<usize>) -> Result<Vec<T>> {
        let lengths: Vec<usize> = (0..self.team.size()).map(|r| overlap(&self.of(r), &rows).len() * width).collect();
        let mut all = vec![T::zeroed(); rows.len() * width];
        let first: usize = lengths[..self.team.rank()].iter().sum();
        all[first..first + mine.len()].copy_from_slice(mine);
        self.team.gather(place, &lengths, &mut all)?;
        Ok(all)
    }

    /// The rows of these numbers in the order of the numbers, on every rank, from those of them that are here.
    ///
    /// # Errors
    /// Those of the team.
    pub fn pick<T: Pod>(&self, place: &str, width: usize, mine: &[T], at: &[usize]) -> Result<Vec<T>> {
        let on = |rank: usize| at.iter().filter(|i| self.of(rank).contains(i)).count() * width;
        let lengths: Vec<usize> = (0..self.team.size()).map(on).collect();
        let first: usize = lengths[..self.team.rank()].iter().sum();
        let mut by_rank = vec![T::zeroed(); at.len() * width];
        by_rank[first..first + mine.len()].copy_from_slice(mine);
        self.team.gather(place, &lengths, &mut by_rank)?;
        // rank after rank, each in the order of the numbers
        let mut next: Vec<usize> = (0..self.team.size()).map(|r| lengths[..r].iter().sum()).collect();
        let mut out = Vec::with_capacity(by_rank.len());
        for i in at {
            let rank = (self.begins.partition_point(|b| b <= i) - 1).min(self.team.size() - 1);
            out.extend_from_slice(&by_rank[next[rank]..next[rank] + width]);
            next[rank] += width;
        }
        Ok(out)
    }

    /// The rows of this rank under another split.
    ///
    /// # Errors
    /// Those of the team.
    pub fn moved<T: Pod>(&self, to: &Split, width: usize, mine: &[T]) -> Result<Vec<T>> {
        let ranks = || 0..self.team.size();
        let sent: Vec<usize> = ranks().map(|r| overlap(&self.here(), &to.of(r)).len() * width).collect();
        let received: Vec<usize> = ranks().map(|r| overlap(&self.of(r), &to.here()).len() * width).collect();
        let mut out = vec![T::zeroed(); to.here().len() * width];
        self.team.exchange("moved", mine, &sent, &received, &mut out)?;
        Ok(out)
    }

    /// The numbers of all ranks, as many of each.
    ///
    /// # Errors
    /// Those of the team.
    pub fn each<T: Pod>(&self, place: &str, mine: &[T]) -> Result<Vec<T>> {
        let (size, n) = (self.team.size(), mine.len());
        let mut all = vec![T::zeroed(); size * n];
        all[self.team.rank() * n..][..n].copy_from_slice(mine);
        self.team.gather(place, &vec![n; size], &mut all)?;
        Ok(all)
    }
}

/// The rows of both; where there are none, an empty range.
fn overlap(a: &Range<usize>, b: &Range<usize>) -> Range<usize> {
    let begin = a.start.max(b.start);
    begin..a.end.min(b.end).max(begin)
}

impl std::fmt::Debug for Split {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "rows {:?} of {}", self.here(), self.rows())
    }
}

/// Who has which rows of both samples of a flow.
#[derive(Clone, Debug)]
pub struct Splits {
    /// of the source and of the particles
    pub source: Arc<Split>,
    /// of the target
    pub target: Arc<Split>,
}

/// Sums over the rows of a sample, `width` of them, in leaves: `add(row, sums)` adds what a row of this rank comes to, counted from the first
/// that is here.
///
/// # Errors
/// An interrupt; those of the team.
pub fn sums(
    split: Option<&Split>,
    rows: usize,
    width: usize,
    mut add: impl FnMut(usize, &mut [f64]),
) -> Result<Vec<f64>> {
    let mut leaves = vec![0.0; rows.div_ceil(LEAF) * width];
    for (i, leaf) in leaves.chunks_exact_mut(width.max(1)).enumerate() {
        interrupt::poll()?;
        (i * LEAF..rows.min((i + 1) * LEAF)).for_each(|row| add(row, leaf));
    }
    let leaves = match split {
        None => leaves,
        Some(split) => {
            let parts = |rank: usize| split.of(rank).len().div_ceil(LEAF) * width;
            let lengths: Vec<usize> = (0..split.team.size()).map(parts).collect();
            let first: usize = lengths[..split.team.rank()].iter().sum();
            let mut all = vec![0.0; lengths.iter().sum()];
            all[first..first + leaves.len()].copy_from_slice(&leaves);
            split.team.gather("leaves", &lengths, &mut all)?;
            all
        }
    };
    let mut total = vec![0.0; width];
    leaves.chunks_exact(width.max(1)).for_each(|leaf| total.iter_mut().zip(leaf).for_each(|(t, v)| *t += v));
    Ok(total)
}

/// The largest of the numbers that the ranks have of a kind, kind by kind; NaN where one is.
///
/// # Errors
/// Those of the team.
pub fn largest(split: Option<&Split>, mine: Vec<f64>) -> Result<Vec<f64>> {
    let Some(split) = split else { return Ok(mine) };
    let all = split.each("largest", &mine)?;
    let of = |k: usize| all.iter().skip(k).step_by(mine.len());
    let most =
        |k: usize| if of(k).any(|v| v.is_nan()) { f64::NAN } else { of(k).fold(f64::NEG_INFINITY, |m, v| m.max(*v)) };
    Ok((0..mine.len()).map(most).collect())
}

/// The least of the numbers that the ranks have of a kind, kind by kind.
///
/// # Errors
/// Those of the team.
pub fn least(split: Option<&Split>, mine: Vec<f64>) -> Result<Vec<f64>> {
    let negative = |v: Vec<f64>| v.into_iter().map(|v| -v).collect();
    Ok(negative(largest(split, negative(mine))?))
}

/// The number of a rank, from 0, in every column of rows of d numbers.
///
/// # Errors
/// As [`select`].
pub fn select_columns(split: Option<&Split>, rows: &[f64], d: usize, rank: usize) -> Result<Vec<f64>> {
    // one at a time takes less memory
    (0..d).map(|k| select(split, rows.iter().skip(k).step_by(d).copied().collect(), rank)).collect()
}

/// Numbers as whole ones in the order of `f64::total_cmp`.
fn key(v: f64) -> u64 {
    let bits = v.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

fn number(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

/// The number of a rank, from 0, among the numbers of all ranks: byte by byte of their bits, from the highest on.
///
/// # Errors
/// An interrupt; those of the team.
pub fn select(split: Option<&Split>, mut mine: Vec<f64>, rank: usize) -> Result<f64> {
    let Some(split) = split else { return Ok(*mine.select_nth_unstable_by(rank, f64::total_cmp).1) };
    let keys: Vec<u64> = mine.into_iter().map(key).collect();
    let (mut found, mut rank) = (0u64, rank as u64);
    for byte in (0..8).rev() {
        interrupt::poll()?;
        // those that begin as what was found, by their next byte
        let above = |k: u64| if byte == 7 { 0 } else { k >> (8 * (byte + 1)) };
        let mut counts = [0u64; 256];
        keys.iter().filter(|k| above(**k) == above(found)).for_each(|k| counts[(k >> (8 * byte) & 255) as usize] += 1);
        let all = split.each("select", &counts)?;
        let mut next = 0;
        loop {
            let count: u64 = all.iter().skip(next).step_by(256).sum();
            if rank < count || next == 255 {
                break;
            }
            rank -= count;
            next += 1;
        }
        found |= (next as u64) << (8 * byte);
    }
    Ok(number(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_the_order_of_numbers() {
        let all = [f64::NEG_INFINITY, -2.0, -1e-300, -0.0, 0.0, 1e-300, 3.0, f64::INFINITY, f64::NAN];
        assert!(all.windows(2).all(|w| key(w[0]) < key(w[1])));
        assert!(all.iter().all(|v| number(key(*v)).to_bits() == v.to_bits()));
    }

    /// 300 ones in three leaves, and no rows at all.
    #[test]
    fn sums_of_one_rank() {
        let counted = sums(None, 300, 2, |row, sums| {
            sums[0] += 1.0;
            sums[1] += row as f64;
        });
        assert_eq!(counted.unwrap(), [300.0, 44850.0]);
        assert_eq!(sums(None, 0, 1, |_, _| {}).unwrap(), [0.0]);
        assert_eq!(select(None, vec![3.0, 1.0, 2.0], 1).unwrap(), 2.0);
    }
}
