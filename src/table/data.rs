//! The table itself: its columns by name, rows chosen and put in order, tables under each other.
use super::column::Column;
use super::{keys, order};
use crate::catalogue::nearest;
use crate::error::{Error, Result};
use crate::input::clip;
use crate::interrupt;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Named columns of equal length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    columns: Vec<(Arc<str>, Column)>,
    rows: usize,
}

/// Names of columns in a message, a few of them.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<&str> = names.collect();
    let shown: Vec<String> = all.iter().take(12).map(|n| clip(n, 40)).collect();
    let more = if all.len() > shown.len() { format!(", … ({} in all)", all.len()) } else { String::new() };
    if all.is_empty() { "there are none".into() } else { format!("the columns are {}{more}", shown.join(", ")) }
}

impl Table {
    /// A table of columns.
    ///
    /// # Errors
    /// Two columns of one name, a name that is empty, columns of different lengths, more rows than are counted.
    pub fn new(columns: Vec<(Arc<str>, Column)>) -> Result<Table> {
        let rows = columns.first().map_or(0, |c| c.1.len());
        let mut seen = HashSet::with_capacity(columns.len());
        for (name, column) in &columns {
            let shown = clip(name, 40);
            if name.is_empty() {
                return Err(Error::data("a table", "a column has no name"));
            }
            if !seen.insert(name) {
                return Err(Error::data("a table", format!("two columns are called \"{shown}\"")));
            }
            if column.len() != rows {
                let (n, first) = (column.len(), clip(&columns[0].0, 40));
                let why = format!("column \"{shown}\" has {n} rows, column \"{first}\" has {rows}");
                return Err(Error::data("a table", why));
            }
        }
        if u32::try_from(rows).is_err() {
            return Err(Error::data("a table", format!("{rows} rows are more than 4,294,967,295")));
        }
        Ok(Table { columns, rows })
    }
    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }
    /// The names of the columns, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(|c| &*c.0)
    }
    /// The columns with their names, in order.
    pub fn columns(&self) -> &[(Arc<str>, Column)] {
        &self.columns
    }
    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| &*c.0 == name).map(|c| &c.1)
    }
    /// The columns of some names; quick for many.
    ///
    /// # Errors
    /// A name that there is not, with the nearest that there is; `what` names who asks.
    pub fn find(&self, what: &str, names: &[&str]) -> Result<Vec<usize>> {
        let mut places: HashMap<&str, usize> = HashMap::new();
        if names.len() > 8 {
            places.extend(self.names().enumerate().map(|(i, n)| (n, i)));
        }
        let one = |name: &&str| {
            let found =
                if places.is_empty() { self.names().position(|n| n == *name) } else { places.get(name).copied() };
            found.ok_or_else(|| self.unknown(what, name))
        };
        names.iter().map(one).collect()
    }
    /// The error of a name that there is not.
    pub fn unknown(&self, what: &str, name: &str) -> Error {
        let hint = nearest(name, self.names().take(1000)).map_or(String::new(), |n| format!("; did you mean \"{n}\"?"));
        Error::data(what, format!("no column \"{}\": {}{hint}", clip(name, 40), listed(self.names())))
    }
    /// Some columns, in this order.
    ///
    /// # Errors
    /// A name that there is not, or that is there twice.
    pub fn select(&self, names: &[&str]) -> Result<Table> {
        let found = self.find("select", names)?;
        let columns: Vec<_> = found.into_iter().map(|i| self.columns[i].clone()).collect();
        Ok(Table { rows: self.rows, ..Table::new(columns)? })
    }
    /// All columns but some.
    ///
    /// # Errors
    /// A name that there is not.
    pub fn without(&self, names: &[&str]) -> Result<Table> {
        let left_out: HashSet<usize> = self.find("drop", names)?.into_iter().collect();
        let kept = self.columns.iter().enumerate().filter(|(i, _)| !left_out.contains(i)).map(|(_, c)| c.clone());
        Ok(Table { columns: kept.collect(), rows: self.rows })
    }
    /// With other names for some columns, `(old, new)`.
    ///
    /// # Errors
    /// An old name that there is not, a new one that another column has.
    pub fn renamed(&self, names: &[(&str, &str)]) -> Result<Table> {
        let old: Vec<&str> = names.iter().map(|n| n.0).collect();
        let mut columns = self.columns.clone();
        for (i, (_, new)) in self.find("rename", &old)?.into_iter().zip(names) {
            columns[i].0 = (*new).into();
        }
        Ok(Table { rows: self.rows, ..Table::new(columns)? })
    }
    /// With a column in the place of the one of its name, or behind all others.
    ///
    /// # Errors
    /// A column of another length.
    pub fn with(&self, name: &str, column: Column) -> Result<Table> {
        let mut columns = self.columns.clone();
        match columns.iter_mut().find(|c| &*c.0 == name) {
            Some(there) => there.1 = column,
            None => columns.push((name.into(), column)),
        }
        Table::new(columns)
    }
    /// Some rows, in this order; one of [`super::MISSING`] has nothing but gaps.
    ///
    /// # Errors
    /// An interrupt.
    pub fn take(&self, rows: &[u32]) -> Result<Table> {
        let one = |(name, column): &(Arc<str>, Column)| Ok((name.clone(), column.take(rows)?));
        Ok(Table { columns: self.columns.iter().map(one).collect::<Result<_>>()?, rows: rows.len() })
    }
    /// The rows from..to, as far as there are such.
    ///
    /// # Errors
    /// An interrupt.
    pub fn slice(&self, from: usize, to: usize) -> Result<Table> {
        let to = to.min(self.rows);
        self.take(&(from.min(to) as u32..to as u32).collect::<Vec<u32>>())
    }
    /// The rows for which a list has true.
    ///
    /// # Errors
    /// A list of another length; an interrupt.
    pub fn filter(&self, mask: &[bool]) -> Result<Table> {
        if mask.len() != self.rows {
            let expected = format!("{} of true and false, one a row", self.rows);
            return Err(Error::Shape { what: "filter".into(), expected, got: mask.len().to_string() });
        }
        interrupt::poll()?;
        let rows: Vec<u32> = (0..self.rows as u32).zip(mask).filter(|(_, kept)| **kept).map(|(i, _)| i).collect();
        self.take(&rows)
    }
    /// The rows that have a value in each of some columns; in all where none is named.
    ///
    /// # Errors
    /// A name that there is not; an interrupt.
    pub fn complete(&self, names: &[&str]) -> Result<Table> {
        let columns = match names {
            [] => (0..self.columns.len()).collect(),
            _ => self.find("drop_missing", names)?,
        };
        let mut mask = vec![true; self.rows];
        for column in columns.into_iter().map(|i| &self.columns[i].1).filter(|c| c.gaps() > 0) {
            interrupt::poll()?;
            mask.iter_mut().enumerate().for_each(|(i, kept)| *kept &= !column.is_missing(i));
        }
        self.filter(&mask)
    }
    /// The rows in the order of some columns, each ascending or (true) descending; what is missing comes last, and rows that
    /// are equal stay in their order.
    ///
    /// # Errors
    /// A name that there is not; an interrupt.
    pub fn sorted(&self, by: &[(&str, bool)]) -> Result<Table> {
        let names: Vec<&str> = by.iter().map(|b| b.0).collect();
        let found = self.find("sort", &names)?;
        let keys = found.iter().zip(by).map(|(i, b)| order::keys(&self.columns[*i].1, b.1));
        let keys = keys.collect::<Result<Vec<_>>>()?;
        if keys.is_empty() { Ok(self.clone()) } else { self.take(&order::order(&keys)?) }
    }
    /// The rows without those that have been there before, in some columns or, where none is named, in all.
    ///
    /// # Errors
    /// A name that there is not; an interrupt.
    pub fn distinct(&self, names: &[&str]) -> Result<Table> {
        let columns = match names {
            [] => (0..self.columns.len()).collect(),
            _ => self.find("distinct", names)?,
        };
        let by: Vec<Vec<&Column>> = columns.into_iter().map(|i| vec![&self.columns[i].1]).collect();
        let coded = keys::coded(&by, keys::Gaps::Equal)?;
        let Some(codes) = coded.codes.first() else { return Ok(self.clone()) };
        let mut seen = vec![false; coded.most];
        let first = |code: &u32| !std::mem::replace(&mut seen[*code as usize], true);
        self.filter(&codes.iter().map(first).collect::<Vec<bool>>())
    }
    /// The rows of this table and of another below them; a column that one of them lacks has gaps there.
    ///
    /// # Errors
    /// A column of two kinds; too little memory; an interrupt.
    pub fn concat(&self, other: &Table) -> Result<Table> {
        let theirs: HashMap<&str, &Column> = other.columns.iter().map(|(n, c)| (&**n, c)).collect();
        let mut columns = vec![];
        let joined = |name: &Arc<str>, a: &Column, b: &Column| {
            interrupt::poll()?;
            let both = a.concat(b);
            Ok((name.clone(), both.map_err(|e| Error::data("concat", format!("column \"{}\" {e}", clip(name, 40))))?))
        };
        for (name, column) in &self.columns {
            let gaps = Column::missing(other.rows);
            columns.push(joined(name, column, theirs.get(&**name).copied().unwrap_or(&gaps))?);
        }
        let ours: HashSet<&str> = self.names().collect();
        for (name, column) in other.columns.iter().filter(|c| !ours.contains(&*c.0)) {
            columns.push(joined(name, &Column::missing(self.rows), column)?);
        }
        Table::new(columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let g = Column::texts([Some("b"), None, Some("a"), Some("b")]).unwrap();
        Table::new(vec![("x".into(), Column::numbers(vec![1.0, 2.0, f64::NAN, 1.0])), ("g".into(), g)]).unwrap()
    }

    #[test]
    fn rows_and_columns() {
        let t = table();
        let x = |t: &Table| t.column("x").and_then(Column::as_numbers).map(|v| v.to_vec()).unwrap();
        assert_eq!(x(&t.sorted(&[("g", false), ("x", true)]).unwrap())[1..], [1.0, 1.0, 2.0]);
        assert_eq!((t.complete(&[]).unwrap().rows(), t.complete(&["x"]).unwrap().rows()), (2, 3));
        assert_eq!((t.distinct(&[]).unwrap().rows(), t.distinct(&["g"]).unwrap().rows()), (3, 3));
        assert_eq!((t.slice(3, 9).unwrap().rows(), t.slice(9, 3).unwrap().rows()), (1, 0));
        assert_eq!(t.concat(&t.without(&["x"]).unwrap()).unwrap().column("x").unwrap().gaps(), 5);
        assert_eq!(t.renamed(&[("x", "y")]).unwrap().names().collect::<Vec<_>>(), ["y", "g"]);
        let said = |t: Result<Table>| t.unwrap_err().to_string();
        assert_eq!(said(t.select(&["X"])), "select: no column \"X\": the columns are x, g; did you mean \"x\"?");
        assert_eq!(said(t.renamed(&[("x", "g")])), "a table: two columns are called \"g\"");
        assert!(said(t.with("y", Column::missing(2))).contains("column \"y\" has 2 rows, column \"x\" has 4"));
        assert!(said(t.filter(&[true])).starts_with("filter: expected 4 of true and false"));
        let numbers = Table::new(vec![("g".into(), Column::numbers(vec![1.0]))]).unwrap();
        assert_eq!(said(t.concat(&numbers)), "concat: column \"g\" holds texts here and numbers there");
    }
}
