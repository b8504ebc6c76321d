//! Reading and writing tables, by extension.
use super::FORMATS;
use super::format::{Format, Tables};
use super::points::{format, only_read, zipped};
use super::wanted::{LoadedTable, Wanted};
use crate::error::{Error, Result};
use crate::table::Table;
use std::path::Path;

/// How tables are kept in files of an extension.
fn tables(action: &'static str, path: &Path) -> Result<Tables> {
    let format = format(path, |f| f.tables.is_some())?;
    format.tables.ok_or_else(|| {
        let fits = |f: &&Format| f.tables.is_some_and(|t| action == "read" || t.save.is_some());
        let known: Vec<String> = FORMATS.iter().filter(fits).map(|f| format!(".{}", f.extension)).collect();
        let (known, other) = (known.join(", "), format.extension);
        let mend = if action == "read" {
            "table(io::load(…)) makes a table of its points"
        } else {
            "t.points() makes points of its numbers"
        };
        Error::io(action, path, format!("a table is kept in a file of {known}; {mend}, which .{other} holds"))
    })
}

/// Reads a table: columns of numbers, truths and texts, each with its gaps.
///
/// # Errors
/// An extension that holds no tables, a file that cannot be read or is not what its extension says, an option that the
/// format does not know, a column that is not there.
pub fn load_table(path: &Path, wanted: &Wanted) -> Result<LoadedTable> {
    let tables = tables("read", path)?;
    if let Some(name) = wanted.given().into_iter().find(|name| !tables.takes.contains(name)) {
        let of = match name {
            "labels" => "of io::load: labels are a column of the table".into(),
            _ => {
                let takes = FORMATS.iter().filter(|f| f.tables.is_some_and(|t| t.takes.contains(&name)));
                let of = takes.map(|f| format!(".{}", f.extension)).collect::<Vec<_>>().join(", ");
                if of.is_empty() { "of io::load".to_string() } else { format!("for {of} files") }
            }
        };
        return Err(Error::data("io::table", format!("the option `{name}` is {of}")));
    }
    (tables.load)(path, wanted)
}

/// Writes a table; an existing file is replaced only once the new one is complete. What comes back are sentences about what
/// such a file does not hold.
///
/// # Errors
/// An extension that holds no tables, a table without columns, a file that cannot be written.
///
/// # Examples
/// ```
/// use gflow::io::{self, Wanted};
/// use gflow::table::{Column, Table};
///
/// let folder = std::env::temp_dir().join(format!("gflow-doc-tables-{}", std::process::id()));
/// let names = Column::texts([Some("a, b"), None, Some("c")])?;
/// let t = Table::new(vec![("name".into(), names), ("x".into(), Column::numbers(vec![0.1, f64::NAN, 1e300]))])?;
/// for file in ["t.csv", "t.tsv", "t.txt", "t.parquet"] {
///     assert!(io::save_table(&t, &folder.join(file))?.is_empty());
///     assert_eq!(io::load_table(&folder.join(file), &Wanted::default())?.table, t);
/// }
/// # std::fs::remove_dir_all(&folder).ok();
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub fn save_table(t: &Table, path: &Path) -> Result<Vec<String>> {
    let tables = tables("write", path)?;
    if t.columns().is_empty() {
        return Err(Error::io("write", path, "the table has no columns"));
    }
    match tables.save {
        Some(save) if !zipped(path) => save(t, path),
        _ => Err(only_read(path, |f| f.tables.is_some_and(|t| t.save.is_some()))),
    }
}
