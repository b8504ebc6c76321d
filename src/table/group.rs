//! Rows in groups of equal keys.
use super::column::{Column, MISSING};
use super::data::Table;
use super::keys::{self, Gaps};
use super::order;
use super::statistic::{Members, Statistic};
use crate::error::{Error, Result};
use crate::input::clip;
use std::sync::Arc;

/// Rows of a table in groups, in the order of their keys. Rows without a key are in none of them.
#[derive(Clone, Debug)]
pub struct Groups {
    table: Table,
    keys: Vec<usize>,
    /// the group of each row, [`MISSING`] for none
    ids: Vec<u32>,
    /// the first row of each group
    first: Vec<u32>,
}

impl Table {
    /// The rows in groups that are equal in some columns.
    ///
    /// # Errors
    /// No name, or one that there is not; too little memory; an interrupt.
    pub fn group(&self, names: &[&str]) -> Result<Groups> {
        let found = self.find("group", names)?;
        if found.is_empty() {
            return Err(Error::data("group", "no column is named"));
        }
        let columns: Vec<Vec<&Column>> = found.iter().map(|i| vec![&self.columns()[*i].1]).collect();
        let coded = keys::coded(&columns, Gaps::Out)?;
        let codes = coded.codes.into_iter().next().unwrap_or_default();
        // numbered as they come
        let (mut number, mut first) = (vec![MISSING; coded.most], vec![]);
        let mut ids: Vec<u32> = vec![];
        for (row, code) in codes.into_iter().enumerate() {
            let id = match number.get_mut(code as usize) {
                None => MISSING,
                Some(id) => {
                    if *id == MISSING {
                        *id = first.len() as u32;
                        first.push(row as u32);
                    }
                    *id
                }
            };
            ids.push(id);
        }
        // and then as their keys are
        let heads = columns.iter().map(|c| order::keys(&c[0].take(&first)?, false)).collect::<Result<Vec<_>>>()?;
        let order = order::order(&heads)?;
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, old)| place[*old as usize] = new as u32);
        ids.iter_mut().filter(|id| **id != MISSING).for_each(|id| *id = place[*id as usize]);
        let first = order.iter().map(|old| first[*old as usize]).collect();
        Ok(Groups { table: self.clone(), keys: found, ids, first })
    }
}

impl Groups {
    /// How many groups.
    pub fn len(&self) -> usize {
        self.first.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }
    /// The table whose rows they are.
    pub fn whole(&self) -> &Table {
        &self.table
    }
    /// How many rows are in none, because a key is missing.
    pub fn left_out(&self) -> usize {
        self.ids.iter().filter(|id| **id == MISSING).count()
    }
    /// The names of the columns that are keys.
    pub fn keys(&self) -> Vec<&str> {
        self.keys.iter().map(|i| &*self.table.columns()[*i].0).collect()
    }
    /// The names of the columns that have numbers and are no keys.
    pub fn numeric(&self) -> Vec<&str> {
        let columns = self.table.columns().iter().enumerate();
        let numeric = columns.filter(|(i, c)| !self.keys.contains(i) && !matches!(c.1, Column::Texts(_)));
        numeric.map(|(_, c)| &*c.0).collect()
    }
    fn members(&self) -> Members<'_> {
        Members { ids: &self.ids, groups: self.len() }
    }
    /// The keys of every group.
    fn heads(&self) -> Result<Vec<(Arc<str>, Column)>> {
        let one = |i: &usize| {
            let (name, column) = &self.table.columns()[*i];
            Ok((name.clone(), column.take(&self.first)?))
        };
        self.keys.iter().map(one).collect()
    }
    /// A statistic of a column in every group. Texts are counted.
    ///
    /// # Errors
    /// A name that there is not; a column of texts; an interrupt.
    pub fn of(&self, statistic: Statistic, name: &str) -> Result<Vec<f64>> {
        let what = statistic.name();
        let column = self.table.column(name).ok_or_else(|| self.table.unknown(what, name))?;
        let there = |i: usize| if column.is_missing(i) { f64::NAN } else { 1.0 };
        let values = match (column.as_numbers(), statistic) {
            (Some(values), _) => values,
            (None, Statistic::Count) => Arc::new((0..column.len()).map(there).collect()),
            (None, _) => {
                let why = format!("column \"{}\" holds texts, which can be counted only", clip(name, 40));
                return Err(Error::data(what, why));
            }
        };
        self.members().of(statistic, &values)
    }
    /// A table with the keys and statistics of columns; a column that has several is called after them, `x_mean`.
    ///
    /// # Errors
    /// As [`Groups::of`]; two columns of one name.
    pub fn table(&self, wanted: &[(&str, Statistic)]) -> Result<Table> {
        let mut columns = self.heads()?;
        for (name, statistic) in wanted {
            let several = wanted.iter().filter(|w| w.0 == *name).count() > 1;
            let called = if several { format!("{name}_{}", statistic.name()) } else { (*name).into() };
            columns.push((called.into(), Column::numbers(self.of(*statistic, name)?)));
        }
        Table::new(columns)
    }
    /// How many rows every group has, as a column `count`.
    ///
    /// # Errors
    /// A key of that name; an interrupt.
    pub fn sizes(&self) -> Result<Table> {
        let mut columns = self.heads()?;
        let ones = vec![1.0; self.ids.len()];
        columns.push(("count".into(), Column::numbers(self.members().of(Statistic::Count, &ones)?)));
        Table::new(columns)
    }
    /// Mean ± standard deviation of columns, as texts of the digits that the deviation leaves.
    ///
    /// # Errors
    /// As [`Groups::of`].
    pub fn spread(&self, names: &[&str]) -> Result<Table> {
        let mut columns = self.heads()?;
        for name in names {
            let (means, stds) = (self.of(Statistic::Mean, name)?, self.of(Statistic::Std { ddof: 1 }, name)?);
            let texts: Vec<Option<String>> = means.iter().zip(&stds).map(|(m, s)| with_deviation(*m, *s)).collect();
            columns.push(((*name).into(), Column::texts(texts.iter().map(Option::as_deref))?));
        }
        Table::new(columns)
    }
    /// The rows of every group, as tables with the same columns.
    ///
    /// # Errors
    /// An interrupt.
    pub fn parts(&self) -> Result<Vec<Table>> {
        let mut rows: Vec<Vec<u32>> = vec![vec![]; self.len()];
        for (row, id) in self.ids.iter().enumerate().filter(|(_, id)| **id != MISSING) {
            rows[*id as usize].push(row as u32);
        }
        rows.iter().map(|r| self.table.take(r)).collect()
    }
    /// A table with the keys alone.
    ///
    /// # Errors
    /// An interrupt.
    pub fn names(&self) -> Result<Table> {
        Table::new(self.heads()?)
    }
}

/// `1.25 ± 0.31`: two digits of the deviation, as many behind the point of the mean; a mean alone where nothing deviates.
fn with_deviation(mean: f64, std: f64) -> Option<String> {
    if mean.is_nan() {
        return None;
    }
    if std.is_nan() {
        return Some(super::show::digits(mean));
    }
    if std == 0.0 || !std.is_finite() || !mean.is_finite() {
        return Some(format!("{} ± {}", super::show::digits(mean), super::show::digits(std)));
    }
    let behind = 1 - std.log10().floor() as i32;
    let large = mean.abs().max(std);
    Some(match behind {
        0..=8 if large < 1e9 => {
            let behind = behind as usize;
            format!("{mean:.behind$} ± {std:.behind$}")
        }
        ..0 if large < 1e9 => format!("{mean:.0} ± {std:.0}"),
        _ => format!("{mean:.3e} ± {std:.1e}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_deviations_in_words() {
        for (mean, std, words) in [
            (1.2345, 0.314, "1.23 ± 0.31"),
            (1.2345, 0.0314, "1.234 ± 0.031"),
            (123.4, 56.7, "123 ± 57"),
            (123.4, 567.8, "123 ± 568"),
            (2.0, 0.0, "2 ± 0"),
            (2.5, f64::NAN, "2.5"),
            (1e-12, 2e-13, "1.000e-12 ± 2.0e-13"),
        ] {
            assert_eq!(with_deviation(mean, std).as_deref(), Some(words));
        }
        assert_eq!(with_deviation(f64::NAN, 1.0), None);
    }

    #[test]
    fn groups_in_the_order_of_their_keys() {
        let g = Column::texts([Some("b"), None, Some("a"), Some("b"), Some("a")]).unwrap();
        let x = Column::numbers(vec![1.0, 9.0, f64::NAN, 4.0, 3.0]);
        let t = Table::new(vec![("g".into(), g), ("x".into(), x)]).unwrap();
        let groups = t.group(&["g"]).unwrap();
        assert_eq!((groups.len(), groups.left_out(), groups.numeric()), (2, 1, vec!["x"]));
        for (statistic, a, b) in [
            (Statistic::Count, 1.0, 2.0),
            (Statistic::Sum, 3.0, 5.0),
            (Statistic::Mean, 3.0, 2.5),
            (Statistic::Std { ddof: 0 }, 0.0, 1.5),
            (Statistic::Median, 3.0, 2.5),
            (Statistic::Min, 3.0, 1.0),
            (Statistic::Max, 3.0, 4.0),
        ] {
            assert_eq!(groups.of(statistic, "x").unwrap(), [a, b], "{statistic:?}");
        }
        assert!(groups.of(Statistic::Std { ddof: 1 }, "x").unwrap()[0].is_nan());
        assert_eq!(groups.sizes().unwrap().column("count"), Some(&Column::numbers(vec![2.0, 2.0])));
        assert_eq!(groups.parts().unwrap()[1].column("x"), Some(&Column::numbers(vec![1.0, 4.0])));
        assert!(groups.of(Statistic::Mean, "g").unwrap_err().to_string().contains("holds texts"));
        assert_eq!(t.group(&["g", "x"]).unwrap().len(), 3);
    }
}
