//! Files that are never half written.
use super::files::{Disk, Files, Output, mode};
use crate::error::{Error, Result};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Writes a whole file beside its place, has it reach the disk and moves it there; its folder is made if there is none.
/// A new file gets the mode that the umask leaves, an existing one keeps its own.
///
/// # Errors
/// What the file system refuses; the file that was there is then as it was.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    write_with(&Disk, path, bytes)
}

/// The same on any [`Files`].
///
/// # Errors
/// What they refuse.
pub fn write_with(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<()> {
    let fail = |e: io::Error| Error::io("write", path, e);
    if path.file_name().is_none() {
        return Err(Error::io("write", path, "it names no file"));
    }
    let folder = folder_of(path);
    files.create_folders(&folder).map_err(fail)?;
    let kept = mode(path);
    let beside = put(files, &folder, kept, bytes).map_err(fail)?;
    let moved = files.rename(&beside, path);
    if let Err(e) = moved {
        let _ = files.remove_file(&beside);
        return Err(fail(e));
    }
    files.sync_folder(&folder).map_err(fail)
}

/// The folder of a path.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(p) if !p.as_os_str().is_empty() => p.into(),
        _ => ".".into(),
    }
}

/// A file under a name nobody has, with these bytes on the disk.
fn put(files: &dyn Files, folder: &Path, kept: Option<u32>, bytes: &[u8]) -> io::Result<PathBuf> {
    loop {
        let beside = folder.join(unused());
        let mut file = match files.create(&beside, kept) {
            // somebody has this name: another one
            Err(e) if e.kind() == ErrorKind::AlreadyExists => continue,
            made => made?,
        };
        if let Err(e) = fill(files, &beside, file.as_mut(), kept, bytes) {
            drop(file);
            let _ = files.remove_file(&beside);
            return Err(e);
        }
        return Ok(beside);
    }
}

/// Fills a new file and has it reach the disk, with the mode of the one it is to replace.
pub(super) fn fill(
    files: &dyn Files,
    path: &Path,
    file: &mut dyn Output,
    kept: Option<u32>,
    bytes: &[u8],
) -> io::Result<()> {
    if let Some(mode) = kept {
        files.set_mode(path, mode)?;
    }
    for piece in bytes.chunks(PIECE) {
        file.write_all(piece)?;
    }
    file.sync()
}

/// Bytes handed to the system at a time.
const PIECE: usize = 1 << 20;

/// A name that nobody can foresee, and of a length that every file system takes.
fn unused() -> String {
    let random = std::collections::hash_map::RandomState::new().build_hasher().finish();
    format!(".{random:016x}.gflow-new")
}
