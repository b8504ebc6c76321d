//! The streams of a rank that has nothing to say: what is written on them goes nowhere, whoever writes it.
use crate::error::{Error, Result};
use std::fs::File;
use std::io::Write;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::Mutex;

/// Standard error as it was, for what must be said after all.
pub struct Mute(Mutex<File>);

impl Mute {
    /// Mutes this process, if it is to be.
    ///
    /// # Errors
    /// A system without /dev/null.
    pub fn new(muted: bool) -> Result<Mute> {
        let failed = |e: std::io::Error| Error::data("a rank", format!("its streams cannot be muted: {e}"));
        let before = std::io::stderr().as_fd().try_clone_to_owned().map_err(failed)?;
        if muted {
            let null = File::options().write(true).open("/dev/null").map_err(failed)?;
            for stream in [1, 2] {
                // SAFETY: both are open; whoever holds the stream goes on with what it now is
                if unsafe { libc::dup2(null.as_raw_fd(), stream) } < 0 {
                    return Err(failed(std::io::Error::last_os_error()));
                }
            }
        }
        Ok(Mute(Mutex::new(File::from(before))))
    }
    /// Says something all the same.
    pub fn say(&self, text: &str) {
        let mut before = self.0.lock().unwrap_or_else(|p| p.into_inner());
        let _ = before.write_all(text.as_bytes()).and_then(|()| before.flush());
    }
}
