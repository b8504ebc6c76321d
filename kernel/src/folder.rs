//! The private folder of a kernel.
use crate::rust::relay;

/// How the folders of kernels begin; the number of the process follows.
const FOLDER: &str = "gflow-kernel-";

/// Removes what kernels that were killed left behind.
fn clean_up() {
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pid = name
            .to_str()
            .and_then(|n| n.strip_prefix(FOLDER))
            .and_then(|n| n.split('-').next())
            .and_then(|n| n.parse::<i32>().ok());
        if pid.is_some_and(is_gone) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether there is no such process any more.
pub fn is_gone(pid: i32) -> bool {
    // SAFETY: signal 0 only asks whether the process is there
    unsafe { libc::kill(pid, 0) != 0 && std::io::Error::last_os_error().raw_os_error() == Some(libc::ESRCH) }
}

/// A private folder for sockets and compiled cells, and the environment of the processes to come.
///
/// # Safety
/// There must be one thread.
pub unsafe fn prepare() -> std::io::Result<tempfile::TempDir> {
    clean_up();
    let prefix = format!("{FOLDER}{}-", std::process::id());
    let mut folder = tempfile::Builder::new();
    #[cfg(unix)]
    folder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let folder = folder.prefix(&prefix).tempdir()?;
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
