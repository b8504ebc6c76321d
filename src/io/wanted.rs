//! What is wanted of a file, and what came of it.
use crate::dataset::Rows;
use crate::table::Table;
use serde::{Deserialize, Serialize};

/// A column of a table, as somebody names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Column {
    /// by its number from 0, from the end where it is below
    At(i64),
    /// by its name in the header
    Named(String),
}

impl std::fmt::Display for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Column::At(i) => write!(f, "{i}"),
            Column::Named(name) => write!(f, "\"{name}\""),
        }
    }
}

/// What is wanted of a file; each format takes some of it. What is none or empty is found out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wanted {
    /// the array of an npz
    pub array: Option<String>,
    /// the coordinates, in this order; all columns but index and labels where it is empty
    pub columns: Vec<Column>,
    /// the column, or the array of an npz, that holds a label for every point
    pub labels: Option<Column>,
    /// whether the first line holds names
    pub header: Option<bool>,
    /// whether the first column numbers or names the lines
    pub index: Option<bool>,
    /// what stands between the fields: one sign, a blank for any number of blanks
    pub separator: Option<String>,
    /// what numbers have before their fractions: `.` or `,`
    pub decimal: Option<String>,
    /// what stands in numbers where thousands end
    pub thousands: Option<String>,
    /// columns of a table that are texts, whatever they hold
    pub texts: Vec<Column>,
    /// further words that stand where there is no number
    pub missing: Vec<String>,
    /// the sign that begins a comment, empty for none; found out for what is read where it is not given
    pub comment: Option<String>,
    /// lines before the first that counts
    pub skip: usize,
}

impl Wanted {
    /// The names of what is asked for.
    pub fn given(&self) -> Vec<&'static str> {
        let all = [
            ("array", self.array.is_some()),
            ("columns", !self.columns.is_empty()),
            ("labels", self.labels.is_some()),
            ("header", self.header.is_some()),
            ("index", self.index.is_some()),
            ("separator", self.separator.is_some()),
            ("decimal", self.decimal.is_some()),
            ("thousands", self.thousands.is_some()),
            ("texts", !self.texts.is_empty()),
            ("missing", !self.missing.is_empty()),
            ("comment", self.comment.is_some()),
            ("skip", self.skip > 0),
        ];
        all.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect()
    }
}

/// Labels of points, one each, in their order.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// all of them numbers
    Numbers(Vec<f64>),
    /// texts
    Texts(Texts),
}

/// Many short texts in one, so that a million of them are two requests for memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    /// None yet, with room for so many of so many bytes together.
    pub fn with_capacity(count: usize, bytes: usize) -> Texts {
        Texts { text: String::with_capacity(bytes), ends: Vec::with_capacity(count) }
    }
    /// One more.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }
    /// How many.
    pub fn len(&self) -> usize {
        self.ends.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(from, to)| &self.text[from..*to])
    }
}

/// Points of a file, and what belongs to them.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// the points
    pub rows: Rows,
    /// one for each of them, where they were asked for
    pub labels: Option<Labels>,
    /// what was decided without being asked, a sentence each
    pub notes: Vec<String>,
}

impl From<Rows> for Loaded {
    fn from(rows: Rows) -> Loaded {
        Loaded { rows, labels: None, notes: vec![] }
    }
}

/// A table of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadedTable {
    /// the table
    pub table: Table,
    /// what was decided without being asked, a sentence each
    pub notes: Vec<String>,
}
