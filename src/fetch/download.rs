//! A file in the cache: there and right, or downloaded beside its place, checked, and moved there.
//!
//! What came so far stands in a file whose name ends with `.part`, which one process holds at a time and the next one goes
//! on with. A file under its own name is always whole.
use super::cache::{Progress, Settings};
use super::known::{File, PLAIN, is_plain};
use super::transfer::{self, Piece};
use crate::digest::sha256_of;
use crate::error::{Error, Result};
use crate::{input, interrupt};
use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often an address is asked for the rest of a file that ended early.
const TIMES: usize = 3;
/// The most bytes of a file.
const MOST: u64 = 64 << 30;

/// The place of a file of a data set, which is fetched if it is not there.
///
/// # Errors
/// What the network and the disk refuse, with the addresses, and the file to put where by hand; bytes of another checksum;
/// names that lead out of the cache; a mirror that is none.
pub fn file(settings: &Settings, set: &str, file: &File, progress: Progress) -> Result<PathBuf> {
    let fail = |reason: String| Error::data(format!("data::fetch(\"{}\")", input::excerpt(set)), reason);
    if let Some(name) = [set, &file.name].into_iter().find(|name| !is_plain(name)) {
        return Err(fail(format!("`{}` is no name in the cache: expected {PLAIN}", input::excerpt(name))));
    }
    let folder = settings.cache.join(set);
    let path = folder.join(&file.name);
    if path.exists() {
        return right(&path, file).map(|()| path);
    }
    let addresses = addresses(settings, set, file).map_err(fail)?;
    let unwritable = |at: &Path, e: String| {
        fail(format!("`{}` cannot be written ({e}): set GFLOW_CACHE to a folder that can", at.display()))
    };
    std::fs::create_dir_all(&folder).map_err(|e| unwritable(&folder, e.to_string()))?;
    let beside = folder.join(format!("{}.part", file.name));
    let mut part = Part::open(&beside).map_err(|e| unwritable(&beside, e.to_string()))?;
    part.lock()?;
    // another process has fetched it meanwhile
    if path.exists() {
        part.remove_if_empty();
        return right(&path, file).map(|()| path);
    }
    let mut said = vec![];
    for address in &addresses {
        let got = part.fetch(address, file, settings.patience, progress);
        interrupt::poll()?;
        match got {
            Ok(()) => {
                part.finish(&path).map_err(|e| unwritable(&path, e.to_string()))?;
                return Ok(path);
            }
            Err(e) => said.push(format!("{address}: {}", input::clip(&e, 200))),
        }
        // no other address helps, nor a file that is put there by hand
        if let Some(e) = part.refused.take() {
            part.remove_if_empty();
            return Err(unwritable(&beside, e));
        }
    }
    part.remove_if_empty();
    let (said, sums) = (said.join("; "), file.sums.join(" or "));
    Err(fail(format!("{said}; by hand: put the file, whose SHA-256 is {sums}, at {}", path.display())))
}

/// Where a file is asked for: of the mirror first.
fn addresses(settings: &Settings, set: &str, file: &File) -> std::result::Result<Vec<String>, String> {
    // who wants a mirror may not want the publishers to be asked
    if let Some(mirror) = settings.mirror.as_ref().filter(|m| !transfer::is_address(m)) {
        let mirror = input::excerpt(mirror);
        return Err(format!(
            "GFLOW_MIRROR is `{mirror}`, expected an address such as https://host/path; without it the publishers are asked"
        ));
    }
    let mirrored = settings.mirror.iter().map(|m| format!("{}/{set}/{}", m.trim_end_matches('/'), file.name));
    Ok(mirrored.chain(file.addresses.iter().cloned()).collect())
}

/// Errors unless a file that is there is the right one.
fn right(path: &Path, file: &File) -> Result<()> {
    let fail = |e: std::io::Error| Error::io("read", path, e);
    let found = sha256_of(input::open(path)?.0).map_err(fail)?;
    if file.sums.contains(&found) {
        return Ok(());
    }
    let expected = file.sums.join(" or ");
    Err(Error::io(
        "read",
        path,
        format!(
            "its SHA-256 is {found}, expected {expected}: remove the file to fetch it again, or, where it cannot be removed, set GFLOW_CACHE to another folder"
        ),
    ))
}

/// What has come of a file.
struct Part {
    path: PathBuf,
    file: std::fs::File,
    /// why what came could not be written
    refused: Option<String>,
}

impl Part {
    fn open(path: &Path) -> std::io::Result<Part> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        Ok(Part { path: path.into(), file, refused: None })
    }

    /// Waits until no other process writes to it.
    fn lock(&mut self) -> Result<()> {
        loop {
            match self.file.try_lock() {
                Ok(()) => break,
                Err(std::fs::TryLockError::WouldBlock) => interrupt::current().pause(Duration::from_millis(100))?,
                // some network file systems have no locks
                Err(std::fs::TryLockError::Error(_)) => break,
            }
        }
        // whoever had it may have moved it away
        let path = self.path.clone();
        let fail = |e: std::io::Error| Error::io("write", &path, e);
        if !self.path.exists() {
            *self = Part::open(&path).map_err(fail)?;
            return self.lock();
        }
        Ok(())
    }

    /// The rest of a file from an address, or all of it.
    fn fetch(
        &mut self,
        address: &str,
        file: &File,
        patience: Duration,
        progress: Progress,
    ) -> std::result::Result<(), String> {
        let (mut said, mut again) = (String::new(), 0);
        while again < TIMES {
            let before = self.len()?;
            match self.once(address, file, patience, progress) {
                Ok(()) => match self.sum()? {
                    sum if file.sums.contains(&sum) => return Ok(()),
                    sum => {
                        let all = self.len()?;
                        self.clear()?;
                        // what was there before may have been of another file
                        if before == 0 {
                            return Err(format!(
                                "its {all} bytes have the SHA-256 {sum}, expected {}",
                                file.sums.join(" or ")
                            ));
                        }
                        said = "what had been fetched before was of another file".into();
                    }
                },
                // all of it may be had where the rest is not
                Err(e) if before > 0 && transfer::is_of_part(&e) => {
                    self.clear()?;
                    said = e;
                }
                Err(e) => {
                    interrupt::poll().map_err(|e| e.to_string())?;
                    // without a byte it will not be otherwise
                    if self.len()? <= before {
                        return Err(e);
                    }
                    said = e;
                }
            }
            again += 1;
        }
        Err(said)
    }

    fn once(
        &mut self,
        address: &str,
        file: &File,
        patience: Duration,
        progress: Progress,
    ) -> std::result::Result<(), String> {
        let from = self.len()?;
        let (mut at, mut all) = (from, None);
        let (out, refused) = (&mut self.file, &mut self.refused);
        transfer::read(address, from, patience, &mut |piece| {
            let written = match piece {
                Piece::Begins(begin, total) => {
                    (at, all) = (begin, total);
                    if let Some(total) = total.filter(|t| *t > MOST) {
                        return Err(format!("it says that the file has {}", crate::memory::amount(u128::from(total))));
                    }
                    out.set_len(begin).and_then(|()| out.seek(SeekFrom::Start(begin))).map(|_| ())
                }
                Piece::Bytes(bytes) => {
                    at += bytes.len() as u64;
                    if all.is_some_and(|all| at > all) || at > MOST {
                        return Err(format!("it sends more than the {} bytes that it says", all.unwrap_or(MOST)));
                    }
                    let written = out.write_all(&bytes);
                    progress(&file.name, at, all);
                    written
                }
                Piece::End | Piece::Failed(_) => Ok(()),
            };
            written.map_err(|e| refused.insert(e.to_string()).clone())
        })?;
        match all {
            Some(all) if at < all => Err(format!("it ended after {at} of {all} bytes")),
            _ => Ok(()),
        }
    }

    fn len(&self) -> std::result::Result<u64, String> {
        self.file.metadata().map(|m| m.len()).map_err(|e| e.to_string())
    }

    fn clear(&mut self) -> std::result::Result<(), String> {
        self.file.set_len(0).map_err(|e| e.to_string())
    }

    fn sum(&mut self) -> std::result::Result<String, String> {
        self.file.seek(SeekFrom::Start(0)).map_err(|e| e.to_string())?;
        sha256_of(&mut self.file).map_err(|e| e.to_string())
    }

    /// Leaves nothing behind that nobody needs.
    fn remove_if_empty(&self) {
        if self.len() == Ok(0) {
            let _ = std::fs::remove_file(&self.path);
        }
    }

    /// Moves what is whole and right to its place.
    fn finish(&mut self, path: &Path) -> std::io::Result<()> {
        self.file.sync_all()?;
        std::fs::rename(&self.path, path)
    }
}
