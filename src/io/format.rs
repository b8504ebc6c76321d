//! What a file format is.
use super::wanted::{Loaded, Wanted};
use crate::dataset::Rows;
use crate::error::{Error, Result};
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
    /// writes a whole file
    pub save: fn(&Rows, &Path) -> Result<()>,
}

/// What a format answers that is only read.
pub(super) fn not_written(_: &Rows, path: &Path) -> Result<()> {
    Err(Error::io("write", path, "files of this kind are read, not written"))
}

/// Extensions of formats that are only read.
pub(super) const ONLY_READ: &[&str] = &["gz", "h5", "hdf5", "h5ad"];
