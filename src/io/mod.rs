//! Points in files, in the format that the extension names. A new format is a file and a line of [`FORMATS`].
mod archive;
mod csv_file;
mod format;
mod literal;
mod npy;
pub mod numpy;
mod points;
mod write;
pub use format::Format;
pub use points::{ENTRIES, load, save};
pub use write::write_atomically;

/// Every format.
pub const FORMATS: &[Format] = &[numpy::NPY, numpy::NPZ, csv_file::CSV];
