//! The session's way out: messages on the socket, and marks in the raw output that keep both in one order.
use crate::protocol::{self, LAST, MARK, Message, NONCE, Output};
use std::io::Write;
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
}

impl OutputChannel {
    /// On the socket to the kernel.
    pub fn new(socket: UnixStream) -> OutputChannel {
        OutputChannel {
            socket: Mutex::new(socket),
            raw: AtomicBool::new(false),
            marks: AtomicU64::new(0),
            nonce: std::env::var(NONCE).unwrap_or_default(),
        }
    }

    fn socket(&self) -> MutexGuard<'_, UnixStream> {
        self.socket.lock().unwrap_or_else(|p| p.into_inner())
    }

    /// From now on messages are ordered with the raw output; natively compiled code may print at any time.
    pub fn order_raw_output(&self) {
        self.raw.store(true, Ordering::SeqCst);
    }

    /// Marks the raw output here, if anybody may have printed there; `last` at the end of a compiled cell. Called with
    /// the socket held, so that messages come in the order of their marks.
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
        // one write: short enough to be whole among other threads' output
        // SAFETY: writes from a live buffer to the standard output
        let written = unsafe { libc::write(1, mark.as_ptr().cast(), mark.len()) };
        (written == mark.len() as isize).then_some(n)
    }

    /// Sends a message that needs no place among the raw output.
    pub fn say(&self, message: &Message) {
        // a kernel that is gone needs no answer: this process ends when its socket does
        let _ = protocol::write(&mut *self.socket(), message);
    }

    /// Shows something, behind what was printed before.
    pub fn output(&self, output: Output) {
        let mut socket = self.socket();
        let after = self.mark(false);
        let _ = protocol::write(&mut *socket, &Message::Output { output, after });
    }

    /// The answer to a request, behind everything it showed; `last` for a compiled cell.
    pub fn reply(&self, id: u64, value: serde_json::Value, last: bool) {
        let mut socket = self.socket();
        let after = self.mark(last);
        let _ = protocol::write(&mut *socket, &Message::Reply { id, value, after });
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
