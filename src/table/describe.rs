//! What the columns of a table hold, a row each.
use super::column::Column;
use super::data::Table;
use super::statistic::{Members, Statistic};
use crate::error::Result;

impl Table {
    /// A table with a row for every column: its name, what it holds, how many entries it has and how many are missing, and of
    /// numbers and truths the mean, the standard deviation (by n − 1), the least, the median and the largest.
    ///
    /// # Errors
    /// Too little memory; an interrupt.
    pub fn describe(&self) -> Result<Table> {
        let ids = vec![0; self.rows()];
        let one = Members { ids: &ids, groups: 1 };
        let of = |statistic: Statistic| -> Result<Column> {
            let each = self.columns().iter().map(|(_, c)| match c.as_numbers() {
                Some(values) => Ok(one.of(statistic, &values)?[0]),
                None => Ok(f64::NAN),
            });
            Ok(Column::numbers(each.collect::<Result<_>>()?))
        };
        let count =
            |of: &dyn Fn(&Column) -> usize| Column::numbers(self.columns().iter().map(|(_, c)| of(c) as f64).collect());
        Table::new(vec![
            ("column".into(), Column::texts(self.names().map(Some))?),
            ("holds".into(), Column::texts(self.columns().iter().map(|(_, c)| Some(c.kind())))?),
            ("count".into(), count(&|c| c.len() - c.gaps())),
            ("missing".into(), count(&Column::gaps)),
            ("mean".into(), of(Statistic::Mean)?),
            ("std".into(), of(Statistic::Std { ddof: 1 })?),
            ("min".into(), of(Statistic::Min)?),
            ("median".into(), of(Statistic::Median)?),
            ("max".into(), of(Statistic::Max)?),
        ])
    }
}
