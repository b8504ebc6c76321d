//! Two tables beside each other, by what they have in common.
use super::column::{Column, MISSING};
use super::data::Table;
use super::keys::{self, Gaps};
use crate::error::{Error, Result};
use crate::input::clip;
use crate::{interrupt, memory};
use std::collections::HashSet;
use std::sync::Arc;

/// What becomes of rows that have no partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// they are left out
    Inner,
    /// those of the left table stay, with gaps
    Left,
}

/// Rows of the right table by their numbers, one number behind the other.
struct Partners {
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Partners {
    fn of(codes: &[u32], most: usize) -> Partners {
        let mut starts = vec![0u32; most + 1];
        codes.iter().for_each(|c| starts[*c as usize + 1] += 1);
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let (mut next, mut rows) = (starts.clone(), vec![0; codes.len()]);
        for (row, code) in codes.iter().enumerate() {
            rows[next[*code as usize] as usize] = row as u32;
            next[*code as usize] += 1;
        }
        Partners { starts, rows }
    }
    fn with(&self, code: u32) -> &[u32] {
        let at = |i: usize| self.starts[i] as usize;
        &self.rows[at(code as usize)..at(code as usize + 1)]
    }
}

/// The key columns of both tables, each pair of one kind.
fn pairs(left: &Table, right: &Table, names: &[&str]) -> Result<Vec<[Column; 2]>> {
    let (ours, theirs) = (left.find("join, first table", names)?, right.find("join, second table", names)?);
    let one = |((i, k), name): ((usize, usize), &&str)| {
        let (a, b) = (&left.columns()[i].1, &right.columns()[k].1);
        let both = a.alike(b).map_err(|e| Error::data("join", format!("the key \"{}\" {e}", clip(name, 40))))?;
        Ok([both.0, both.1])
    };
    ours.into_iter().zip(theirs).zip(names).map(one).collect()
}

impl Table {
    /// Every row beside every row of another table that is equal to it in some columns, in the order of this table and then of
    /// the other. Gaps are equal to gaps. A column that both have and that is no key is called `name_x` and `name_y`.
    ///
    /// # Errors
    /// No key, one that a table has not, or of two kinds; two columns of one name; more rows than fit; an interrupt.
    pub fn join(&self, other: &Table, names: &[&str], how: How) -> Result<Table> {
        if names.is_empty() {
            return Err(Error::data("join", "no column is named"));
        }
        let keys = pairs(self, other, names)?;
        let coded = keys::coded(&keys.iter().map(|[a, b]| vec![a, b]).collect::<Vec<_>>(), Gaps::Equal)?;
        let [ours, theirs] = &coded.codes[..] else { return Err(Error::data("join", "no column is named")) };
        let partners = Partners::of(theirs, coded.most);
        let of = |code: &u32| partners.with(*code).len().max(usize::from(how == How::Left));
        let rows: u128 = ours.iter().map(|c| of(c) as u128).sum();
        let width = self.columns().len() + other.columns().len();
        memory::check(&format!("join, {rows} rows of {width} columns"), rows.saturating_mul(8 * width as u128 + 8))?;
        let (mut left, mut right) = (vec![], vec![]);
        for (row, code) in ours.iter().enumerate() {
            interrupt::poll_each(row)?;
            let found = partners.with(*code);
            left.extend(std::iter::repeat_n(row as u32, found.len()));
            right.extend_from_slice(found);
            if found.is_empty() && how == How::Left {
                left.push(row as u32);
                right.push(MISSING);
            }
        }
        self.beside(other, names, &left, &right)
    }

    /// Rows of both tables beside each other.
    fn beside(&self, other: &Table, keys: &[&str], left: &[u32], right: &[u32]) -> Result<Table> {
        let keys: HashSet<&str> = keys.iter().copied().collect();
        let ours: HashSet<&str> = self.names().filter(|n| !keys.contains(n)).collect();
        let theirs: HashSet<&str> = other.names().filter(|n| !keys.contains(n)).collect();
        let called = |name: &Arc<str>, both: bool, sign: &str| -> Arc<str> {
            if both { format!("{name}_{sign}").into() } else { name.clone() }
        };
        let mut columns = vec![];
        for (name, column) in self.columns() {
            columns.push((called(name, theirs.contains(&**name) && !keys.contains(&**name), "x"), column.take(left)?));
        }
        for (name, column) in other.columns().iter().filter(|c| !keys.contains(&*c.0)) {
            columns.push((called(name, ours.contains(&**name), "y"), column.take(right)?));
        }
        Table::new(columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_beside_their_partners() {
        let k = |v: &[Option<&str>]| Column::texts(v.iter().copied()).unwrap();
        let numbers = |v: &[f64]| Column::numbers(v.to_vec());
        let a = Table::new(vec![
            ("k".into(), k(&[Some("b"), Some("a"), None, Some("b"), Some("c")])),
            ("x".into(), numbers(&[1.0, 2.0, 3.0, 4.0, 5.0])),
        ]);
        let b = Table::new(vec![
            ("x".into(), numbers(&[10.0, 20.0, 30.0])),
            ("k".into(), k(&[Some("b"), None, Some("b")])),
        ]);
        let (a, b) = (a.unwrap(), b.unwrap());
        let inner = a.join(&b, &["k"], How::Inner).unwrap();
        assert_eq!(inner.names().collect::<Vec<_>>(), ["k", "x_x", "x_y"]);
        assert_eq!(inner.column("x_x"), Some(&numbers(&[1.0, 1.0, 3.0, 4.0, 4.0])));
        assert_eq!(inner.column("x_y"), Some(&numbers(&[10.0, 30.0, 20.0, 10.0, 30.0])));
        let left = a.join(&b, &["k"], How::Left).unwrap();
        assert_eq!(left.column("x_y").map(Column::gaps), Some(2));
        assert_eq!(left.rows(), 7);
        let said = |t: Result<Table>| t.unwrap_err().to_string();
        assert!(said(a.join(&b, &["y"], How::Inner)).starts_with("join, first table: no column \"y\""));
        let other = Table::new(vec![("k".into(), numbers(&[1.0]))]).unwrap();
        assert!(said(a.join(&other, &["k"], How::Left)).contains("the key \"k\" holds texts here and numbers there"));
        assert_eq!(a.join(&b, &["k", "x"], How::Inner).unwrap().rows(), 0);
    }
}
