//! Numbers over the steps of a run or an ascent, in named columns.
use serde::{Deserialize, Serialize};

/// Named columns of equal length, in order; each row is one recorded step. Numbers that were not measured are NaN.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Portable", into = "Portable")]
pub struct History {
    columns: Vec<(String, Vec<f64>)>,
}

/// JSON has no NaN: entries that were not measured are null on disk.
#[derive(Serialize, Deserialize)]
struct Portable {
    columns: Vec<(String, Vec<Option<f64>>)>,
}

impl From<History> for Portable {
    fn from(t: History) -> Portable {
        let finite = |v: Vec<f64>| v.into_iter().map(|v| v.is_finite().then_some(v)).collect();
        Portable { columns: t.columns.into_iter().map(|(n, v)| (n, finite(v))).collect() }
    }
}

impl From<Portable> for History {
    fn from(p: Portable) -> History {
        let full = |v: Vec<Option<f64>>| v.into_iter().map(|v| v.unwrap_or(f64::NAN)).collect();
        History { columns: p.columns.into_iter().map(|(n, v)| (n, full(v))).collect() }
    }
}

impl History {
    /// Columns without rows.
    pub fn new(names: impl IntoIterator<Item = String>) -> History {
        History { columns: names.into_iter().map(|n| (n, vec![])).collect() }
    }
    /// Columns of equal length.
    pub fn from_columns(columns: Vec<(String, Vec<f64>)>) -> History {
        History { columns }
    }
    /// Errors, with its name, if a column has another length than the first.
    ///
    /// # Errors
    /// The sentence that says so.
    pub fn check(&self) -> Result<(), String> {
        let rows = self.len();
        match self.columns.iter().find(|c| c.1.len() != rows) {
            Some((name, v)) => Err(format!(
                "the history is damaged: column `{name}` has {} rows, `{}` has {rows}",
                v.len(),
                self.columns[0].0
            )),
            None => Ok(()),
        }
    }
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |c| c.1.len())
    }
    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Names of the columns, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|c| c.0.as_str())
    }
    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&[f64]> {
        self.columns.iter().find(|c| c.0 == name).map(|c| c.1.as_slice())
    }
    /// All columns with their names, in order.
    pub fn columns(&self) -> &[(String, Vec<f64>)] {
        &self.columns
    }
    /// The last value of a column.
    pub fn last(&self, name: &str) -> Option<f64> {
        self.column(name)?.last().copied()
    }
    /// Appends a row given in the order of the columns; columns it lacks get NaN.
    pub fn push(&mut self, row: &[f64]) {
        for (i, c) in self.columns.iter_mut().enumerate() {
            c.1.push(row.get(i).copied().unwrap_or(f64::NAN));
        }
    }
    /// Drops the last row.
    pub fn pop(&mut self) {
        for c in &mut self.columns {
            c.1.pop();
        }
    }
    /// Rows as text, aligned, at most `limit` of them evenly spaced.
    pub fn render(&self, limit: usize) -> String {
        let n = self.len();
        let rows: Vec<usize> =
            if n <= limit { (0..n).collect() } else { (0..limit).map(|i| i * (n - 1) / (limit - 1)).collect() };
        let mut lines = vec![self.names().map(|n| format!("{n:>12}")).collect::<Vec<_>>().join(" ")];
        for i in rows {
            lines.push(self.columns.iter().map(|c| format!("{:>12}", compact(c.1[i]))).collect::<Vec<_>>().join(" "));
        }
        lines.join("\n")
    }
}

/// A number in at most 11 characters.
pub fn compact(v: f64) -> String {
    if v == 0.0 || (v.fract() == 0.0 && v.abs() < 1e9) {
        format!("{v}")
    } else if (1e-3..1e6).contains(&v.abs()) {
        format!("{v:.5}")
    } else {
        format!("{v:.3e}")
    }
}
