//! What a file format is.
use super::wanted::{Loaded, LoadedTable, Wanted};
use crate::dataset::Rows;
use crate::error::Result;
use crate::table::Table;
use std::path::Path;

/// A way to keep points in a file.
#[derive(Clone, Copy)]
pub struct Format {
    /// how names of its files end, in lower case and without the point
    pub extension: &'static str,
    /// the options of [`Wanted`] that mean something here
    pub takes: &'static [&'static str],
    /// reads a whole file
    pub load: fn(&Path, &Wanted) -> Result<Loaded>,
    /// writes a whole file; none where such files are only read
    pub save: Option<fn(&Rows, &Path) -> Result<()>>,
    /// the same for tables; none where such a file holds points alone
    pub tables: Option<Tables>,
}

/// Writes a whole table, and says what the file does not hold.
pub type SaveTable = fn(&Table, &Path) -> Result<Vec<String>>;

/// A way to keep tables in a file.
#[derive(Clone, Copy)]
pub struct Tables {
    /// the options of [`Wanted`] that mean something here
    pub takes: &'static [&'static str],
    /// reads a whole file
    pub load: fn(&Path, &Wanted) -> Result<LoadedTable>,
    /// writes a whole file; none where such files are only read
    pub save: Option<SaveTable>,
}
