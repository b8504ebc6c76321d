//! Points as text, a line each and a field a number, as spreadsheets, pandas, R and numpy.savetxt write them.
//!
//! A file is read twice: once for its lines, fields and names, so that the numbers get the memory they need and no more, and
//! once for the numbers. In between nothing is asked for that the file does not hold.
mod cells;
mod comments;
mod count;
mod header;
mod layout;
mod read;
mod records;
mod save;
mod separator;
mod table;
mod text;
mod tidy;
use super::format::{Format, Tables};
use crate::error::Result;
use crate::table::Table;

/// What these files take.
const TAKES: &[&str] =
    &["columns", "labels", "header", "index", "separator", "decimal", "thousands", "missing", "comment", "skip"];

/// What tables take: labels are one of their columns.
const TABLES: &[&str] =
    &["columns", "texts", "header", "index", "separator", "decimal", "thousands", "missing", "comment", "skip"];

/// A table as text between commas, as its .csv file has it.
///
/// # Errors
/// More than memory holds, an interrupt.
pub fn csv_text(t: &Table) -> Result<String> {
    save::table_text(t, b',')
}

pub(super) const CSV: Format = Format {
    extension: "csv",
    takes: TAKES,
    load: read::load,
    save: Some(|rows, path| save::save(rows, path, b',')),
    tables: Some(Tables { takes: TABLES, load: table::load, save: Some(|t, path| save::save_table(t, path, b',')) }),
};
pub(super) const TSV: Format = Format {
    extension: "tsv",
    takes: TAKES,
    load: read::load,
    save: Some(|rows, path| save::save(rows, path, b'\t')),
    tables: Some(Tables { takes: TABLES, load: table::load, save: Some(|t, path| save::save_table(t, path, b'\t')) }),
};
pub(super) const TXT: Format = Format {
    extension: "txt",
    takes: TAKES,
    load: read::load,
    save: Some(|rows, path| save::save(rows, path, b' ')),
    tables: Some(Tables { takes: TABLES, load: table::load, save: Some(|t, path| save::save_table(t, path, b' ')) }),
};
/// A text of any name, gzipped.
pub(super) const GZ: Format = Format {
    extension: "gz",
    takes: TAKES,
    load: read::load,
    save: None,
    tables: Some(Tables { takes: TABLES, load: table::load, save: None }),
};
