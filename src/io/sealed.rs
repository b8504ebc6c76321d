//! Sealed folders: a few parts and their manifest, replaced as a whole and read only if nothing in them is damaged.
//!
//! A folder `kept` is written as `.kept.new`, has reached the disk before it gets its name, and the one that had the name is
//! `.kept.before` meanwhile. Whatever ends the program in between, one whole folder is there: under its name, or, between the
//! two renames, as `.kept.before`, where [`read`] looks for it.
use super::checksum::{Xxh64, xxh64};
use super::files::{Files, Output, mode};
use super::manifest::{MANIFEST, Manifest};
use super::write::{fill, folder_of};
use crate::error::{Error, Result};
use crate::input;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// What becomes of the folder that had the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// it goes once the new one is in its place
    Removed,
    /// it stays as `.NAME.before`, in place of the one before it
    Kept,
}

/// What a part of a folder holds.
pub enum Part<'a> {
    /// these bytes
    Bytes(Vec<u8>),
    /// what this writes into its file; once more, should the disk be full the first time
    Written(&'a dyn Fn(&mut dyn Output) -> std::io::Result<()>),
}

/// A folder about to be written.
pub struct Sealing<'a> {
    /// the first line of its manifest
    pub title: &'a str,
    /// its parts by their names
    pub parts: &'a [(&'a str, Part<'a>)],
    /// what becomes of the one that has its name
    pub earlier: Earlier,
}

/// The three places of a folder.
struct Places {
    /// as somebody wrote it, for messages
    shown: PathBuf,
    parent: PathBuf,
    folder: PathBuf,
    new: PathBuf,
    before: PathBuf,
}

/// The places of a folder; a link to one is followed.
fn places(folder: &Path) -> std::io::Result<Places> {
    let shown = folder.to_path_buf();
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let folder = match folder.canonicalize() {
        Err(e) if e.kind() == ErrorKind::NotFound => std::path::absolute(folder)?,
        found => found?,
    };
    let name = folder.file_name().ok_or_else(|| std::io::Error::other("it names no folder"))?;
    let sibling = |end: &str| {
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(end);
        folder.with_file_name(hidden)
    };
    Ok(Places { shown, parent: folder_of(&folder), new: sibling(".new"), before: sibling(".before"), folder })
}

impl Sealing<'_> {
    /// Writes the folder, in place of the one of that name. What else lies in that one stays in it.
    ///
    /// # Errors
    /// What the file system refuses. Until the new folder has its name, the earlier one is as it was.
    pub fn write(&self, files: &dyn Files, folder: &Path) -> Result<()> {
        let fail = |path: &Path, e: std::io::Error| Error::io("write", path, e);
        let at = places(folder).map_err(|e| fail(folder, e))?;
        let there = replaceable(&at.folder)?;
        files.create_folders(&at.parent).map_err(|e| fail(&at.parent, e))?;
        let _mine = self.claim(files, &at)?;
        let mut filled = self.fill(files, &at);
        let full =
            filled.as_ref().is_err_and(|(_, e)| matches!(e.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded));
        // the one before the last may be what fills the disk
        if full && at.folder.join(MANIFEST).is_file() && is_folder(&at.before) && self.settle(files, &at).is_ok() {
            self.parts
                .iter()
                .map(|p| p.0)
                .chain([MANIFEST])
                .for_each(|name| drop(files.remove_file(&at.new.join(name))));
            filled = self.fill(files, &at);
        }
        if let Err((path, e)) = filled {
            self.clear(files, &at.new);
            // said of the place it was to have
            let part = path.strip_prefix(&at.new).map_or(folder.to_path_buf(), |name| folder.join(name));
            return Err(fail(&part, e));
        }
        let done = if there { self.replace(files, &at) } else { files.rename(&at.new, &at.folder) };
        if let Err(e) = done {
            self.clear(files, &at.new);
            return Err(fail(folder, e));
        }
        let synced = files.sync_folder(&at.parent);
        self.tidy(files, &at)?;
        synced.map_err(|e| fail(folder, e))
    }

    /// Makes `.NAME.new`, removing what a program that was ended left of one. Held, nobody else saves here.
    fn claim(&self, files: &dyn Files, at: &Places) -> Result<Option<std::fs::File>> {
        let fail = |e: std::io::Error| {
            let why = "a run is written beside its place and moved there, so the folder around it must be writable";
            Error::io("write", &at.shown, format!("{e} ({why})"))
        };
        for _ in 0..2 {
            match files.create_folder(&at.new) {
                Err(e) if e.kind() == ErrorKind::AlreadyExists && is_folder(&at.new) => {
                    let _stale = lock(&at.new)?;
                    self.clear(files, &at.new);
                }
                Err(e) if e.kind() == ErrorKind::AlreadyExists => break,
                made => return made.map_err(fail).and_then(|()| lock(&at.new)),
            }
        }
        let reason = format!("`{}` is in the way: move it", at.new.display());
        Err(Error::io("write", &at.shown, reason))
    }

    /// Writes the parts, and has them reach the disk.
    fn fill(&self, files: &dyn Files, at: &Places) -> std::result::Result<(), (PathBuf, std::io::Error)> {
        let mut manifest = Manifest { title: self.title.into(), parts: vec![] };
        for (name, part) in self.parts {
            let (sum, bytes) = write_part(files, at, name, part)?;
            manifest.parts.push((sum, bytes, name.to_string()));
        }
        write_part(files, at, MANIFEST, &Part::Bytes(manifest.text().into_bytes()))?;
        if let Some(mode) = mode(&at.folder) {
            files.set_mode(&at.new, mode).map_err(|e| (at.new.clone(), e))?;
        }
        files.sync_folder(&at.new).map_err(|e| (at.new.clone(), e))
    }

    /// Gives the new folder the name that another has.
    fn replace(&self, files: &dyn Files, at: &Places) -> std::io::Result<()> {
        self.settle(files, at)?;
        files.rename(&at.folder, &at.before)?;
        files.rename(&at.new, &at.folder).inspect_err(|_| {
            let _ = files.rename(&at.before, &at.folder);
        })
    }

    /// What is left in the way of the next `.NAME.before`: the parts go, other files come back to the folder.
    fn settle(&self, files: &dyn Files, at: &Places) -> std::io::Result<()> {
        if std::fs::symlink_metadata(&at.before).is_err() {
            return Ok(());
        }
        if !is_folder(&at.before) {
            return Err(std::io::Error::other(format!("`{}` is in the way: move it", at.before.display())));
        }
        self.bring(files, at)?;
        self.clear(files, &at.before);
        Ok(())
    }

    /// Moves what is no part of ours from the earlier folder to the one that has its name.
    fn bring(&self, files: &dyn Files, at: &Places) -> std::io::Result<()> {
        for entry in std::fs::read_dir(&at.before)? {
            let entry = entry?;
            let (from, to) = (entry.path(), at.folder.join(entry.file_name()));
            if self.is_part(&entry.file_name()) {
                continue;
            }
            if std::fs::symlink_metadata(&to).is_ok() {
                let (from, to) = (from.display(), to.display());
                return Err(std::io::Error::other(format!("`{from}` and `{to}` are both there: move one of them")));
            }
            files.rename(&from, &to)?;
        }
        Ok(())
    }

    fn is_part(&self, name: &std::ffi::OsStr) -> bool {
        self.parts.iter().map(|p| p.0).chain([MANIFEST]).any(|part| name == part)
    }

    /// After the exchange: other files go back to where they were, the earlier folder goes unless it is kept.
    fn tidy(&self, files: &dyn Files, at: &Places) -> Result<()> {
        if !is_folder(&at.before) {
            return Ok(());
        }
        let saved = |e: std::io::Error| {
            let folder = at.folder.display();
            Error::io("write", &at.shown, format!("the run is saved, but other files of {folder} are not back: {e}"))
        };
        self.bring(files, at).map_err(saved)?;
        if self.earlier == Earlier::Removed {
            self.clear(files, &at.before);
        }
        Ok(())
    }

    /// Removes the parts of a folder, and the folder if nothing else is in it. What cannot be removed now is in nobody's way:
    /// the next save tries again.
    fn clear(&self, files: &dyn Files, folder: &Path) {
        for name in self.parts.iter().map(|p| p.0).chain([MANIFEST]) {
            let _ = files.remove_file(&folder.join(name));
        }
        let _ = files.remove_folder(folder);
    }
}

/// Writes a part, and has it reach the disk: its checksum, and how many bytes it has.
fn write_part(
    files: &dyn Files,
    at: &Places,
    name: &str,
    part: &Part,
) -> std::result::Result<(u64, u64), (PathBuf, std::io::Error)> {
    let path = at.new.join(name);
    let kept = mode(&at.folder.join(name));
    let write = || {
        let mut file = files.create(&path, kept)?;
        match part {
            Part::Bytes(bytes) => {
                fill(files, &path, file.as_mut(), kept, bytes)?;
                Ok((xxh64(bytes), bytes.len() as u64))
            }
            Part::Written(write) => {
                write(file.as_mut())?;
                fill(files, &path, file.as_mut(), kept, &[])?;
                drop(file);
                // headers of arrays are known at their ends, so that the file is not written from front to back
                summed(&path)
            }
        }
    };
    write().map_err(|e| (path.clone(), e))
}

/// The checksum of a file, and its bytes.
fn summed(path: &Path) -> std::io::Result<(u64, u64)> {
    let (mut file, mut piece) = (std::fs::File::open(path)?, vec![0; 1 << 16]);
    let (mut sum, mut bytes) = (Xxh64::default(), 0);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok((sum.sum(), bytes)),
            n => {
                sum.add(&piece[..n]);
                bytes += n as u64;
            }
        }
    }
}

/// Whether there is a folder, and not a link to one: what lies behind a link that somebody planted is not ours to remove.
fn is_folder(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|m| m.is_dir())
}

/// Whether there is a folder to replace.
fn replaceable(folder: &Path) -> Result<bool> {
    let refused = |reason: &str| Err(Error::io("write", folder, reason));
    match std::fs::symlink_metadata(folder) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(false),
        Err(e) => refused(&e.to_string()),
        Ok(m) if !m.is_dir() => refused("it is no folder"),
        Ok(_) if mode(folder).is_some_and(|m| m & 0o222 == 0) => refused("the folder is write-protected"),
        Ok(_) => Ok(true),
    }
}

/// Locks a folder against other savers; none where there are no such locks. The lock goes with the process that holds it.
#[cfg(unix)]
fn lock(folder: &Path) -> Result<Option<std::fs::File>> {
    use std::os::unix::fs::MetadataExt;
    let taken = || Error::io("write", folder, "another gflow is saving to the same place right now");
    let file = std::fs::File::open(folder).map_err(|_| taken())?;
    let number = |m: std::io::Result<std::fs::Metadata>| m.map(|m| (m.dev(), m.ino())).ok();
    let mut tried = file.try_lock();
    // a process that is just being started holds what its parent held, for a moment
    for _ in 0..20 {
        if matches!(tried, Err(std::fs::TryLockError::WouldBlock)) {
            std::thread::sleep(std::time::Duration::from_millis(10));
            tried = file.try_lock();
        }
    }
    match tried {
        Err(std::fs::TryLockError::WouldBlock) => Err(taken()),
        // somebody who held it before gave it another name
        Ok(()) if number(file.metadata()) != number(std::fs::metadata(folder)) => Err(taken()),
        Ok(()) => Ok(Some(file)),
        Err(_) => Ok(None),
    }
}

#[cfg(not(unix))]
fn lock(_: &Path) -> Result<Option<std::fs::File>> {
    Ok(None)
}

/// A folder as it was read.
pub struct Sealed {
    /// the first line of its manifest
    pub title: String,
    /// the bytes of its parts, by name
    pub parts: BTreeMap<String, Vec<u8>>,
    /// the folder it was read from
    pub folder: PathBuf,
}

/// How often a folder that is replaced while it is read is read again.
const ATTEMPTS: usize = 5;

/// Reads a folder, or the one before it where a save was broken off between its two renames. None if it has no manifest.
///
/// # Errors
/// A manifest or a part that is missing, cannot be read, or is not what was sealed, by its name.
pub fn read(folder: &Path) -> Result<Option<Sealed>> {
    let mut left = ATTEMPTS;
    loop {
        let found = whole(folder);
        let manifest = found.join(MANIFEST);
        if !manifest.exists() {
            return Ok(None);
        }
        let listed = bytes(&manifest, LONGEST);
        let text = listed.as_ref().ok().cloned();
        let sealed = listed.and_then(|listed| unseal(&found, &listed));
        // replaced meanwhile: parts of two saves are no reason to refuse the new one
        left -= 1;
        let replaced = || bytes(&manifest, LONGEST).ok() != text;
        if sealed.is_ok() || left == 0 || !replaced() {
            return sealed.map(Some);
        }
    }
}

/// The folder, or the one before it if there is none of the name.
pub fn whole(folder: &Path) -> PathBuf {
    match places(folder) {
        Ok(at) if !at.folder.exists() && at.before.join(MANIFEST).is_file() => at.before,
        _ => folder.to_path_buf(),
    }
}

/// The one before a folder, if it was kept.
pub fn before(folder: &Path) -> Option<PathBuf> {
    places(folder).ok().map(|at| at.before).filter(|before| before.join(MANIFEST).is_file())
}

/// The most bytes a manifest may have: one lists a few parts.
const LONGEST: u64 = 1 << 20;

fn bytes(path: &Path, most: u64) -> Result<Vec<u8>> {
    input::read_bytes(input::open(path)?.0, most).map_err(|reason| input::failed(path, reason))
}

fn unseal(folder: &Path, listed: &[u8]) -> Result<Sealed> {
    let damaged = |name: &str, reason: String| Err(Error::io("read", &folder.join(name), reason));
    let Some(manifest) = Manifest::read(listed) else {
        return damaged(MANIFEST, "it is damaged: its lines and the checksum in the last one do not fit".into());
    };
    let mut parts = BTreeMap::new();
    for (sum, size, name) in manifest.parts {
        if Path::new(&name).file_name() != Some(name.as_ref()) {
            return damaged(MANIFEST, format!("it lists `{name}`, which is no file of this folder"));
        }
        let path = folder.join(&name);
        let got = input::open(&path)?.1;
        if got != size {
            return damaged(&name, format!("it is not what was saved: it has {got} bytes, {MANIFEST} says {size}"));
        }
        let bytes = bytes(&path, size)?;
        let got = super::checksum::xxh64(&bytes);
        if got != sum {
            let reason = format!("it is not what was saved: its checksum is {got:016x}, {MANIFEST} says {sum:016x}");
            return damaged(&name, reason);
        }
        parts.insert(name, bytes);
    }
    Ok(Sealed { title: manifest.title, parts, folder: folder.to_path_buf() })
}
