//! Points and tables in files, in the format that the extension names. A new format is a file and a line of [`FORMATS`].
mod archive;
pub mod arrays;
pub mod checksum;
mod csv;
mod element;
pub mod files;
mod format;
mod fortran;
mod literal;
mod manifest;
mod names;
mod npy;
pub mod numpy;
mod parquet;
mod points;
pub mod sealed;
mod tables;
mod wanted;
mod write;
pub use files::append_private;
pub use format::Format;
pub use manifest::{MANIFEST, Manifest};
pub use points::{ENTRIES, load, load_with, save};
pub use tables::{load_table, save_table};
pub use wanted::{Column, Labels, Loaded, LoadedTable, Texts, Wanted};
pub use write::{write_atomically, write_with};

/// Every format.
pub const FORMATS: &[Format] = &[numpy::NPY, numpy::NPZ, csv::CSV, csv::TSV, csv::TXT, parquet::PARQUET];
