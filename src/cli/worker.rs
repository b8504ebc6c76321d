//! The program that runs the jobs of a study.
use crate::error::{Error, Result};
use std::ffi::OsString;

/// This one.
///
/// # Errors
/// A system that does not say where it is.
pub fn worker() -> Result<Vec<OsString>> {
    let program = std::env::current_exe().map_err(|e| Error::data("a job", format!("where is gflow? {e}")))?;
    Ok(vec![program.into()])
}
