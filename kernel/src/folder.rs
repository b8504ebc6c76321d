//! The private folder of a kernel: nobody else enters it, so nothing in it can be planted.
use crate::rust::relay;
use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

/// How the folders of kernels begin; the number of the process follows.
const FOLDER: &str = "gflow-kernel-";

/// Whether an entry of a folder that everybody writes to is a folder of this user's.
fn is_own(path: &Path) -> bool {
    // SAFETY: reads an attribute of this process
    let own = unsafe { libc::geteuid() };
    std::fs::symlink_metadata(path).is_ok_and(|m| m.is_dir() && m.uid() == own)
}

/// Removes what kernels of this user that were killed left behind.
fn clean_up() {
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pid = name
            .to_str()
            .and_then(|n| n.strip_prefix(FOLDER))
            .and_then(|n| n.split('-').next())
            .and_then(|n| n.parse::<i32>().ok());
        if pid.is_some_and(is_gone) && is_own(&entry.path()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether there is no such process any more.
pub fn is_gone(pid: i32) -> bool {
    // SAFETY: signal 0 only asks whether the process is there
    unsafe { libc::kill(pid, 0) != 0 && std::io::Error::last_os_error().raw_os_error() == Some(libc::ESRCH) }
}

/// A new folder that only this user enters; it is made so, not changed to it.
fn private() -> std::io::Result<tempfile::TempDir> {
    tempfile::Builder::new()
        .prefix(&format!("{FOLDER}{}-", std::process::id()))
        .permissions(Permissions::from_mode(0o700))
        .tempdir()
}

/// A private folder for sockets and compiled cells, and the environment of the processes to come.
///
/// # Safety
/// There must be one thread.
pub unsafe fn prepare() -> std::io::Result<tempfile::TempDir> {
    clean_up();
    let folder = private()?;
    // SAFETY: by the contract of this function
    unsafe {
        gflow::device::silence_drivers();
        std::env::set_var(relay::SOCKET, relay::socket(folder.path()));
        // what is compiled goes with the kernel
        if std::env::var_os("EVCXR_TMPDIR").is_none() {
            let compiled = folder.path().join("cells");
            std::fs::create_dir(&compiled)?;
            std::env::set_var("EVCXR_TMPDIR", compiled);
        }
        // Ctrl-C in the terminal of a client reaches us as a message
        libc::signal(libc::SIGINT, libc::SIG_IGN);
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_private_and_only_own_ones_are_removed() {
        let folder = private().unwrap();
        assert_eq!(std::fs::metadata(folder.path()).unwrap().mode() & 0o7777, 0o700);
        assert!(is_own(folder.path()));
        // a link that somebody planted is not followed, nor is a file taken for a folder
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path(), &link).unwrap();
        assert!(!is_own(&link) && !is_own(&folder.path().join("nothing")));
    }
}
