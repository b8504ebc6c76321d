//! The file of the history: its owner's alone, written by several kernels at a time, never longer than it should be.
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{Read, Result, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// A file longer than this loses its older part, and no more of it is ever read.
pub(super) const LARGEST: u64 = 16 << 20;
/// Only its owner reads and writes it.
const PRIVATE: u32 = 0o600;

/// The last part of a file, from the beginning of a line on.
pub(super) fn tail(path: &Path) -> Result<Vec<u8>> {
    last(&mut File::open(path)?, LARGEST)
}

fn last(file: &mut File, most: u64) -> Result<Vec<u8>> {
    let skipped = file.metadata()?.len().saturating_sub(most);
    file.seek(SeekFrom::Start(skipped.saturating_sub(1)))?;
    let mut bytes = vec![];
    file.take(most + 1).read_to_end(&mut bytes)?;
    if skipped > 0 {
        // the first line is whole only where the byte before it ends one
        let begin = bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| i + 1);
        bytes.drain(..begin);
    }
    Ok(bytes)
}

/// Opens the file for writing at its end, made if there is none, and holds it against other kernels until it is closed.
fn hold(path: &Path) -> Result<File> {
    if let Some(folder) = path.parent().filter(|f| !f.is_dir()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    loop {
        let file = OpenOptions::new().read(true).append(true).create(true).mode(PRIVATE).open(path)?;
        file.lock()?;
        let (held, there) = (file.metadata()?, std::fs::metadata(path));
        // another kernel may have put a shorter one in its place meanwhile
        if there.is_ok_and(|t| (t.dev(), t.ino()) == (held.dev(), held.ino())) {
            if held.mode() & 0o7777 != PRIVATE {
                file.set_permissions(Permissions::from_mode(PRIVATE))?;
            }
            return Ok(file);
        }
    }
}

/// Adds a line.
pub(super) fn append(path: &Path, line: &[u8]) -> Result<()> {
    hold(path)?.write_all(line)
}

/// Where the file is too long, keeps the younger half of what it may be.
pub(super) fn shorten(path: &Path) -> Result<()> {
    if std::fs::metadata(path)?.len() <= LARGEST {
        return Ok(());
    }
    let mut held = hold(path)?;
    let young = last(&mut held, LARGEST / 2)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    // private from the beginning, under a name that nobody knows before
    let mut new = tempfile::Builder::new()
        .prefix(".history-")
        .permissions(Permissions::from_mode(PRIVATE))
        .tempfile_in(folder)?;
    new.write_all(&young)?;
    new.as_file().sync_all()?;
    new.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn the_file_stays_private_and_short() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/history.jsonl");
        append(&path, b"first\n").unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (PRIVATE, 0o700));
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        append(&path, b"second\n").unwrap();
        assert_eq!(mode(&path), PRIVATE);
        assert_eq!(tail(&path).unwrap(), b"first\nsecond\n");
        let line = [vec![b'x'; 999], vec![b'\n']].concat();
        std::fs::write(&path, line.repeat(20_000)).unwrap();
        assert_eq!(tail(&path).unwrap().len() % 1000, 0);
        shorten(&path).unwrap();
        let kept = std::fs::read(&path).unwrap();
        assert_eq!(mode(&path), PRIVATE);
        assert!(kept.len() as u64 <= LARGEST / 2 && kept.len() as u64 > LARGEST / 2 - 1000 && kept.starts_with(b"xxx"));
        shorten(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), kept);
    }

    #[test]
    fn no_line_is_lost_where_one_kernel_shortens_and_another_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.jsonl");
        let writer = {
            let path = path.clone();
            std::thread::spawn(move || (0..300).for_each(|i| append(&path, format!("new {i}\n").as_bytes()).unwrap()))
        };
        while !writer.is_finished() {
            // as long as it may be, and more
            append(&path, &[vec![b'.'; LARGEST as usize / 3], vec![b'\n']].concat()).unwrap();
            shorten(&path).unwrap();
        }
        writer.join().unwrap();
        // in the order they were written, none missing behind the first that is left
        let text = String::from_utf8(std::fs::read(&path).unwrap()).unwrap();
        let numbers: Vec<i32> = text.lines().filter_map(|l| l.strip_prefix("new ")?.parse().ok()).collect();
        assert!(
            numbers.windows(2).all(|w| w[1] == w[0] + 1) && numbers.last().is_none_or(|n| *n == 299),
            "{numbers:?}"
        );
    }
}
