//! Signals that ask the program to stop, heard on a thread of their own.
use super::Exit;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C
    Interrupt,
    /// `kill`, a scheduler, a machine that shuts down
    Terminate,
    /// the terminal is gone
    HangUp,
}

impl Signal {
    /// What a program ends with that a signal stopped: 128 and its number.
    pub fn exit(self) -> Exit {
        match self {
            Signal::Interrupt => Exit::Interrupted,
            Signal::Terminate => Exit::Terminated,
            Signal::HangUp => Exit::HungUp,
        }
    }
}

/// Calls back for every signal from now on. False where signals cannot be caught.
pub fn listen(mut heard: impl FnMut(Signal) + Send + 'static) -> bool {
    let Some(mut next) = signals() else { return false };
    let listener = move || {
        while let Some(signal) = next() {
            heard(signal);
        }
    };
    std::thread::Builder::new().name("signals".into()).spawn(listener).is_ok()
}

/// A file that grows beyond `ulimit -f` is an error of what is written, and not the end of the program.
pub fn outlive_limits() {
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Default::default());
}

/// Waits for a signal; none when there will be no more.
type Next = Box<dyn FnMut() -> Option<Signal> + Send>;

#[cfg(unix)]
fn signals() -> Option<Next> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    // `nohup` means it
    let wanted: &[i32] = if hang_up_is_ignored() { &[SIGINT, SIGTERM] } else { &[SIGINT, SIGTERM, SIGHUP] };
    let mut signals = signal_hook::iterator::Signals::new(wanted).ok()?;
    Some(Box::new(move || {
        signals.forever().next().map(|signal| match signal {
            SIGTERM => Signal::Terminate,
            SIGHUP => Signal::HangUp,
            _ => Signal::Interrupt,
        })
    }))
}

/// Whether the program was started with SIGHUP ignored, where the system says so.
#[cfg(unix)]
fn hang_up_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|l| l.strip_prefix("SigIgn:")).map(str::trim);
    ignored.and_then(|mask| u64::from_str_radix(mask, 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(not(unix))]
fn signals() -> Option<Next> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let last = Arc::new(AtomicUsize::new(0));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register_usize(signal, last.clone(), signal as usize).ok()?;
    }
    Some(Box::new(move || {
        loop {
            match last.swap(0, Ordering::SeqCst) as i32 {
                0 => std::thread::sleep(std::time::Duration::from_millis(20)),
                SIGTERM => return Some(Signal::Terminate),
                _ => return Some(Signal::Interrupt),
            }
        }
    }))
}
