//! The raw errors of the session process: text, and the marks that keep it in one order with everything else.
use super::marks::{Here, Marks, whole};
use super::shared::Shared;
use crate::protocol::{MARK, Output};
use std::sync::Arc;
use tokio::io::AsyncReadExt;
use tokio::process::ChildStderr;

/// Reads the raw errors of one session process.
pub(super) struct Stderr {
    shared: Arc<Shared>,
    marks: Marks,
    buffer: Vec<u8>,
}

impl Stderr {
    pub fn new(shared: Arc<Shared>, marks: Marks) -> Stderr {
        Stderr { shared, marks, buffer: vec![] }
    }

    /// Reads until the process closes its end.
    pub async fn read(mut self, mut from: ChildStderr) {
        let mut chunk = vec![0; 1 << 14];
        while let Ok(n) = from.read(&mut chunk).await {
            if n == 0 {
                break;
            }
            self.buffer.extend_from_slice(&chunk[..n]);
            self.advance(false).await;
        }
        self.advance(true).await;
    }

    /// Everything in the buffer that is decided.
    async fn advance(&mut self, at_end: bool) {
        while let Some(first) = self.buffer.first() {
            if *first == MARK {
                match self.marks.here(&self.buffer) {
                    Here::Mark { length, .. } => {
                        self.buffer.drain(..length);
                        self.marks.pass().await;
                        continue;
                    }
                    Here::Part if !at_end => return,
                    _ => {}
                }
            }
            let next = self.buffer.iter().skip(1).position(|b| *b == MARK).map(|i| i + 1);
            let length = whole(&self.buffer, next.unwrap_or(self.buffer.len()), at_end);
            if length == 0 {
                return;
            }
            let text: Vec<u8> = self.buffer.drain(..length).collect();
            let text = String::from_utf8_lossy(&text).into_owned();
            self.shared.state().control.complain(&text);
            let _ = self.shared.show(Output::stream("stderr", text)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::items::Item;
    use super::*;
    use tokio::sync::{mpsc, watch};

    #[tokio::test]
    async fn marks_and_text_are_told_apart() {
        let (items, mut receiver) = mpsc::channel(1000);
        let (seen, counted) = watch::channel(0);
        let (_deliver, delivered) = watch::channel(u64::MAX);
        let mut stderr = Stderr::new(Arc::new(Shared::new(items)), Marks::new("n0", seen, delivered));
        for piece in [&b"a\x1en0:1\x1eb\xce"[..], b"\xbb\x1en", b"0:2!", b"\x1ec\x1e{}\x1en0:2\x1e."] {
            stderr.buffer.extend_from_slice(piece);
            stderr.advance(false).await;
        }
        stderr.advance(true).await;
        let mut text = String::new();
        while let Ok(Item::Output(Output::Stream { name, text: more })) = receiver.try_recv() {
            assert_eq!(name, "stderr");
            text += &more;
        }
        assert_eq!(text, "ab\u{3bb}c\x1e{}\x1en0:2\x1e.");
        assert_eq!(*counted.borrow(), 2);
    }
}
