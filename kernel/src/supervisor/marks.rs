//! Marks in the raw output and the raw errors of a session process, and the messages between them: one order.
use crate::protocol::{LAST, MARK};
use tokio::sync::watch;

/// What stands at the start of a piece of raw output.
#[derive(Debug, PartialEq)]
pub(super) enum Here {
    /// the next mark, of so many bytes; `last` at the end of a compiled cell
    Mark { length: usize, last: bool },
    /// the beginning of it, perhaps
    Part,
    /// something else
    Text,
}

/// The marks of one stream.
pub(super) struct Marks {
    /// how marks of this process begin
    head: Vec<u8>,
    /// the number of the last one
    last: u64,
    seen: watch::Sender<u64>,
    /// how many of the marked messages have taken their place
    delivered: watch::Receiver<u64>,
}

impl Marks {
    /// `nonce` begins the marks of the process; `seen` tells others how far the stream is read, `delivered` this one how
    /// many of the marked messages have taken their place.
    pub fn new(nonce: &str, seen: watch::Sender<u64>, delivered: watch::Receiver<u64>) -> Marks {
        let mut head = vec![MARK];
        head.extend_from_slice(nonce.as_bytes());
        head.push(b':');
        Marks { head, last: 0, seen, delivered }
    }

    /// What is there: only the next mark of this process is one, all else is text.
    pub fn here(&self, bytes: &[u8]) -> Here {
        let number = (self.last + 1).to_string();
        let whole = [self.head.as_slice(), number.as_bytes()].concat();
        let common = bytes.iter().zip(&whole).take_while(|(x, y)| x == y).count();
        if common < whole.len() {
            return if common == bytes.len() { Here::Part } else { Here::Text };
        }
        match (bytes.get(whole.len()), bytes.get(whole.len() + 1)) {
            (Some(&MARK), _) => Here::Mark { length: whole.len() + 1, last: false },
            (Some(&LAST), Some(&MARK)) => Here::Mark { length: whole.len() + 2, last: true },
            (None, _) | (Some(&LAST), None) => Here::Part,
            _ => Here::Text,
        }
    }

    /// The next mark is passed: what follows it comes after its message.
    pub async fn pass(&mut self) {
        self.last += 1;
        let n = self.last;
        let _ = self.seen.send(n);
        // without a sender there is no message any more
        let _ = self.delivered.wait_for(|d| *d >= n).await;
    }
}

/// How much of the first `length` bytes is text that can be shown: half a character at the end of all there is waits for
/// the rest of it.
pub(super) fn whole(bytes: &[u8], length: usize, at_end: bool) -> usize {
    match std::str::from_utf8(&bytes[..length]) {
        Err(e) if e.error_len().is_none() && !at_end && length == bytes.len() => e.valid_up_to(),
        _ => length,
    }
}
