//! Parquet: columns in pages, packed one by one, with a description of all of them at the end of the file.
//!
//! The crate `parquet` reads the description and the values of a page. What it would believe is checked before: where pages
//! are, how many values they have and what they unpack to (`header.rs`, `pages.rs`, `unpack.rs`, `delta.rs`), so that a file
//! that lies asks for no memory. The format: <https://github.com/apache/parquet-format>.
mod delta;
mod file;
mod header;
mod meaning;
mod pages;
mod points;
mod read;
mod time;
mod unpack;
mod write;
use super::format::{Format, Tables};

pub(super) const PARQUET: Format = Format {
    extension: "parquet",
    takes: &["columns", "labels"],
    load: points::load,
    save: Some(write::save_points),
    tables: Some(Tables { takes: &["columns"], load: read::load, save: Some(write::save_table) }),
};
