//! Points in files, in the format that the extension names. A new format is a file and a line of [`FORMATS`].
mod archive;
pub mod arrays;
pub mod checksum;
mod csv_file;
pub mod files;
mod format;
mod literal;
mod manifest;
mod npy;
pub mod numpy;
mod points;
pub mod sealed;
mod write;
pub use files::append_private;
pub use format::Format;
pub use manifest::{MANIFEST, Manifest};
pub use points::{ENTRIES, load, save};
pub use write::{write_atomically, write_with};

/// Every format.
pub const FORMATS: &[Format] = &[numpy::NPY, numpy::NPZ, csv_file::CSV];
