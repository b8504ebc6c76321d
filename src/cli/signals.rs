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
    ctrlc::set_handler(move || heard(Signal::Interrupt)).is_ok()
}
