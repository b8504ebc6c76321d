//! What the program writes on its streams, and what becomes of it: results that are lost are an error, remarks that are lost
//! are not.
use super::Exit;
use std::fmt::Display;
use std::io::{ErrorKind, Result, Write};

/// A line on standard error. Where that is full or gone there is nobody left to tell.
pub fn say(text: impl Display) {
    hint(format_args!("{text}\n"));
}

/// The same without a line's end.
pub fn hint(text: impl Display) {
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "{text}").and_then(|()| err.flush());
}

/// A line on standard output. A closed pipe, as in `gflow list | head`, is no error.
pub fn line(text: impl Display) -> Result<()> {
    forgive(written(text))
}

/// A line on standard output, a closed pipe being an error like any other.
pub fn written(text: impl Display) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush())
}

/// Nobody reads on: not an error of ours.
fn forgive(done: Result<()>) -> Result<()> {
    match done {
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// What a command has to say, on standard output, and how it ends.
pub fn answer(text: impl Display) -> Exit {
    match line(text) {
        Ok(()) => Exit::Ok,
        Err(e) => lost(&e),
    }
}

/// Says that standard output cannot be written.
pub fn lost(e: &std::io::Error) -> Exit {
    say(format_args!("error: standard output cannot be written: {e}"));
    Exit::Usage
}
