//! What writing asks of the file system: one trait, so that tests can let the n-th request fail.
use crate::interrupt::Interrupt;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{ErrorKind, Result, Seek, SeekFrom, Write};
use std::path::Path;

/// A file being written.
///
/// # Errors
/// What the file system reports.
pub trait Output: Write + Seek {
    /// Returns once what was written has reached the disk.
    fn sync(&mut self) -> Result<()>;
}

/// Everything that writing asks of the file system. [`Disk`] is the real one.
///
/// # Errors
/// Each request: what the file system reports.
pub trait Files: Sync {
    /// Makes a folder and those above it that are missing.
    fn create_folders(&self, path: &Path) -> Result<()>;
    /// Makes one folder; an error if there is anything of that name, a link included.
    fn create_folder(&self, path: &Path) -> Result<()>;
    /// Makes a file; an error if there is anything of that name, a link included. Its mode is what the umask leaves of
    /// `mode`, or of 0666.
    fn create(&self, path: &Path, mode: Option<u32>) -> Result<Box<dyn Output>>;
    /// Moves a file or a folder to a place on the same disk; a file that is there is replaced in one stroke.
    fn rename(&self, from: &Path, to: &Path) -> Result<()>;
    /// Removes a file or a link.
    fn remove_file(&self, path: &Path) -> Result<()>;
    /// Removes an empty folder.
    fn remove_folder(&self, path: &Path) -> Result<()>;
    /// Gives a file or a folder a mode, whatever the umask.
    fn set_mode(&self, path: &Path, mode: u32) -> Result<()>;
    /// Returns once the names in a folder have reached the disk.
    fn sync_folder(&self, path: &Path) -> Result<()>;
}

/// The file system of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Output for File {
    fn sync(&mut self) -> Result<()> {
        self.sync_all()
    }
}

impl Files for Disk {
    fn create_folders(&self, path: &Path) -> Result<()> {
        std::fs::create_dir_all(path)
    }
    fn create_folder(&self, path: &Path) -> Result<()> {
        std::fs::create_dir(path)
    }
    fn create(&self, path: &Path, mode: Option<u32>) -> Result<Box<dyn Output>> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode.unwrap_or(0o666));
        #[cfg(not(unix))]
        let _ = mode;
        Ok(Box::new(options.open(path)?))
    }
    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        std::fs::rename(from, to)
    }
    fn remove_file(&self, path: &Path) -> Result<()> {
        std::fs::remove_file(path)
    }
    fn remove_folder(&self, path: &Path) -> Result<()> {
        std::fs::remove_dir(path)
    }
    fn set_mode(&self, path: &Path, mode: u32) -> Result<()> {
        #[cfg(unix)]
        return std::fs::set_permissions(path, <Permissions as std::os::unix::fs::PermissionsExt>::from_mode(mode));
        #[cfg(not(unix))]
        return Ok(());
    }
    fn sync_folder(&self, path: &Path) -> Result<()> {
        // elsewhere folders cannot be opened, and names are written through
        if !cfg!(unix) {
            return Ok(());
        }
        match File::open(path)?.sync_all() {
            // some network file systems have no such request
            Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
            done => done,
        }
    }
}

/// Files whose writing an interrupt ends, between two pieces.
pub struct Stoppable<'a> {
    /// where they are
    pub files: &'a dyn Files,
    /// what ends it
    pub stop: &'a Interrupt,
}

/// A file that is no longer written to once somebody asked to stop.
struct StoppableOutput {
    file: Box<dyn Output>,
    stop: Interrupt,
}

impl Write for StoppableOutput {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.stop.check().map_err(std::io::Error::other)?;
        self.file.write(bytes)
    }
    fn flush(&mut self) -> Result<()> {
        self.file.flush()
    }
}

impl Seek for StoppableOutput {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.file.seek(to)
    }
}

impl Output for StoppableOutput {
    fn sync(&mut self) -> Result<()> {
        self.file.sync()
    }
}

impl Files for Stoppable<'_> {
    fn create_folders(&self, path: &Path) -> Result<()> {
        self.files.create_folders(path)
    }
    fn create_folder(&self, path: &Path) -> Result<()> {
        self.files.create_folder(path)
    }
    fn create(&self, path: &Path, mode: Option<u32>) -> Result<Box<dyn Output>> {
        let file = self.files.create(path, mode)?;
        Ok(Box::new(StoppableOutput { file, stop: self.stop.clone() }))
    }
    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        self.files.rename(from, to)
    }
    fn remove_file(&self, path: &Path) -> Result<()> {
        self.files.remove_file(path)
    }
    fn remove_folder(&self, path: &Path) -> Result<()> {
        self.files.remove_folder(path)
    }
    fn set_mode(&self, path: &Path, mode: u32) -> Result<()> {
        self.files.set_mode(path, mode)
    }
    fn sync_folder(&self, path: &Path) -> Result<()> {
        self.files.sync_folder(path)
    }
}

/// The permissions of what is there, none for what is missing or a link: a link is replaced, not followed, so that nobody
/// who can write to a folder can lead our output elsewhere.
pub(super) fn mode(path: &Path) -> Option<u32> {
    let there = std::fs::symlink_metadata(path).ok().filter(|m| !m.is_symlink())?;
    #[cfg(unix)]
    return Some(std::os::unix::fs::PermissionsExt::mode(&there.permissions()) & 0o777);
    #[cfg(not(unix))]
    return {
        let _ = there;
        None
    };
}

/// Opens a file to append to that only its owner may read, whoever could before: histories hold what people typed.
///
/// # Errors
/// What the file system refuses.
pub fn append_private(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if file.metadata()?.permissions().mode() & 0o777 != 0o600 {
            file.set_permissions(Permissions::from_mode(0o600))?;
        }
    }
    Ok(file)
}
