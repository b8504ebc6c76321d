//! The session's way out: messages on the socket, and marks in the raw output and the raw errors that keep all three in
//! one order.
use super::descriptors::send;
use crate::protocol::{Failure, LARGEST, LAST, MARK, Message, NONCE, Outcome, Output};
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

/// Everything that leaves the session goes through it, in one order.
pub struct OutputChannel {
    socket: Mutex<UnixStream>,
    /// whether code that prints past us may run: then messages wait for what it printed
    raw: AtomicBool,
    marks: AtomicU64,
    /// how marks begin: nothing a cell prints looks like them
    nonce: String,
    /// the raw output and the raw errors, whatever a cell does to the descriptors 1 and 2
    streams: [i32; 2],
}

/// Text goes out in pieces of this size.
const PIECE: usize = 1 << 20;
/// Descriptors of ours are from here on.
const OURS: i32 = 10;

/// A second descriptor for an open file, which programs that are started do not get; the first where there is none.
fn second(descriptor: i32) -> i32 {
    // SAFETY: makes a descriptor, and touches nothing else
    let copy = unsafe { libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, OURS) };
    if copy < 0 { descriptor } else { copy }
}

impl OutputChannel {
    /// On the socket to the kernel.
    pub fn new(socket: UnixStream) -> OutputChannel {
        OutputChannel {
            socket: Mutex::new(socket),
            raw: AtomicBool::new(false),
            marks: AtomicU64::new(0),
            nonce: std::env::var(NONCE).unwrap_or_default(),
            streams: [second(1), second(2)],
        }
    }

    fn socket(&self) -> MutexGuard<'_, UnixStream> {
        self.socket.lock().unwrap_or_else(|p| p.into_inner())
    }

    /// From now on messages are ordered with the raw output; natively compiled code may print at any time.
    pub fn order_raw_output(&self) {
        self.raw.store(true, Ordering::SeqCst);
    }

    /// Marks the raw output and the raw errors here, if anybody may have printed there; `last` at the end of a compiled
    /// cell. Called with the socket held, so that messages come in the order of their marks.
    fn mark(&self, last: bool) -> Option<u64> {
        if !self.raw.load(Ordering::SeqCst) {
            return None;
        }
        let n = self.marks.fetch_add(1, Ordering::SeqCst) + 1;
        let mut mark = vec![MARK];
        mark.extend_from_slice(format!("{}:{n}", self.nonce).as_bytes());
        if last {
            mark.push(LAST);
        }
        mark.push(MARK);
        self.streams.iter().for_each(|stream| write_whole(*stream, &mark));
        Some(n)
    }

    /// Sends a message that needs no place among the raw output.
    pub fn say(&self, message: &Message) {
        let mut socket = self.socket();
        if !put(&mut socket, message)
            && let Message::Reply { id, .. } = message
        {
            put(&mut socket, &Message::Reply { id: *id, value: serde_json::Value::Null, after: None });
        }
    }

    /// Asks the user, behind what was printed before.
    pub fn question(&self, prompt: &str, password: bool) {
        let mut socket = self.socket();
        let after = self.mark(false);
        put(&mut socket, &Message::Question { prompt: prompt.into(), password, after });
    }

    /// Shows something, behind what was printed before: text in pieces, and of anything else no more than clients take.
    pub fn output(&self, output: Output) {
        if let Output::Stream { name, text } = &output
            && text.len() > PIECE
        {
            return pieces(text).for_each(|piece| self.output(Output::stream(name, piece)));
        }
        let mut socket = self.socket();
        let after = self.mark(false);
        if !put(&mut socket, &Message::Output { output, after }) {
            let output = Output::stream("stderr", TOO_LONG);
            put(&mut socket, &Message::Output { output, after });
        }
    }

    /// The answer to a request, behind everything it showed, with the file that it names; `last` for a compiled cell.
    pub fn reply(&self, id: u64, value: serde_json::Value, file: Option<File>, last: bool) {
        let mut socket = self.socket();
        let after = self.mark(last);
        if let Some(file) = &file {
            let message = Message::Reply { id, value: value.clone(), after };
            match line(&message) {
                Line::Whole(bytes) => {
                    let _ = send(&mut socket, &bytes, file);
                    return;
                }
                Line::TooLong => {}
                Line::None => return,
            }
        }
        if !put(&mut socket, &Message::Reply { id, value, after }) {
            let outcome = Outcome::failed(Failure::plain("Error", TOO_LONG.trim_end()));
            put(&mut socket, &Message::Reply { id, value: serde_json::json!(outcome), after });
        }
    }

    /// A remark of ours.
    pub fn note(&self, text: &str) {
        self.output(Output::stream("stderr", text));
    }

    /// Hands on what is buffered.
    pub fn flush(&self) {
        let _ = self.socket().flush();
    }
}

/// One write: a mark is short enough to be whole among other threads' output. A cell may have made the pipe one that does
/// not wait; any other failure means that nobody reads any more.
fn write_whole(stream: i32, bytes: &[u8]) {
    // SAFETY: writes from a live buffer to a descriptor of ours
    while unsafe { libc::write(stream, bytes.as_ptr().cast(), bytes.len()) } < 0 {
        match std::io::Error::last_os_error().kind() {
            ErrorKind::Interrupted => {}
            ErrorKind::WouldBlock => {
                let mut ready = libc::pollfd { fd: stream, events: libc::POLLOUT, revents: 0 };
                // SAFETY: waits on one descriptor, described by a live value
                unsafe { libc::poll(&mut ready, 1, -1) };
            }
            _ => return,
        }
    }
}

/// What is said instead of a value that no client would take.
const TOO_LONG: &str = "what the cell shows is longer than 64 MB and is left out; io::save keeps it in a file\n";

/// A message as a line.
enum Line {
    Whole(Vec<u8>),
    TooLong,
    None,
}

fn line(message: &Message) -> Line {
    match serde_json::to_vec(message) {
        Ok(line) if line.len() > LARGEST => Line::TooLong,
        Ok(mut line) => {
            line.push(b'\n');
            Line::Whole(line)
        }
        Err(_) => Line::None,
    }
}

/// Writes a message as one line, unless it is too long for one. A kernel that is gone needs none: this process ends when
/// its socket does.
fn put(socket: &mut UnixStream, message: &Message) -> bool {
    match line(message) {
        Line::Whole(bytes) => {
            let _ = socket.write_all(&bytes);
            true
        }
        Line::TooLong => false,
        Line::None => true,
    }
}

/// A text in pieces, none of which ends within a character.
fn pieces(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let mut end = text.len().min(PIECE);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let (piece, rest) = text.split_at(end);
        text = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_text() {
        for text in ["", "a", &"λ".repeat(PIECE), &"x".repeat(2 * PIECE)] {
            assert_eq!(pieces(text).collect::<String>(), text);
        }
        assert_eq!(pieces(&"x".repeat(2 * PIECE + 1)).map(str::len).collect::<Vec<_>>(), [PIECE, PIECE, 1]);
    }
}
