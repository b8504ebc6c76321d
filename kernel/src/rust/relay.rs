//! The child that evcxr starts to run what it compiled; ours only passes lines on, to the kernel, which has the session
//! process load the cell.
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

/// The environment variable that holds the path of the kernel's socket.
pub const SOCKET: &str = "GFLOW_RELAY";

/// The socket in the private folder of a kernel.
pub fn socket(folder: &Path) -> PathBuf {
    folder.join("relay")
}

/// The child: its standard input to the socket, the socket to its standard output, until either ends.
pub fn main() -> ! {
    let Some(path) = std::env::var_os(SOCKET) else { std::process::exit(98) };
    #[cfg(target_os = "linux")]
    // SAFETY: sets an attribute of this process
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
    }
    let Ok(stream) = std::os::unix::net::UnixStream::connect(path) else { std::process::exit(97) };
    if let Ok(mut to) = stream.try_clone() {
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut to);
            std::process::exit(0);
        });
    }
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { break };
        let mut out = std::io::stdout().lock();
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            break;
        }
    }
    std::process::exit(99)
}
