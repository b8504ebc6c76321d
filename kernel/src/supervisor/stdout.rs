//! The raw output of the session process: text, rich content in evcxr's convention, lines meant for the compiler, and
//! the marks that tell how far it has been read.
use super::control::{CHANGED, ERROR, PANIC};
use super::items::{Item, Question};
use super::marks::{Here, Marks, whole};
use super::shared::Shared;
use crate::protocol::{LARGEST, MARK, Output};
use serde_json::{Map, Value};
use std::sync::Arc;
use tokio::io::AsyncReadExt;
use tokio::process::ChildStdout;

const PREFIX: &[u8] = b"EVCXR_";
const BEGIN: &str = "EVCXR_BEGIN_CONTENT ";
const END: &str = "EVCXR_END_CONTENT";
const INPUT: &str = "EVCXR_INPUT_REQUEST:";
const PASSWORD: &str = "EVCXR_INPUT_REQUEST_PASSWORD:";

/// Reads the raw output of one session process.
pub(super) struct Stdout {
    shared: Arc<Shared>,
    marks: Marks,
    buffer: Vec<u8>,
    content: Option<(String, String)>,
    /// content of one value, in several forms, not yet shown
    held: Map<String, Value>,
}

/// What stands at the start of the buffer.
enum Next {
    /// so many bytes of text
    Text(usize),
    /// a whole line, its end included, that may be a directive
    Line(usize),
    /// a mark of so many bytes
    Mark { length: usize, last: bool },
    /// nothing that can be decided
    Wait,
}

impl Stdout {
    pub fn new(shared: Arc<Shared>, marks: Marks) -> Stdout {
        Stdout { shared, marks, buffer: vec![], content: None, held: Map::new() }
    }

    /// Reads until the process closes its end.
    pub async fn read(mut self, mut from: ChildStdout) {
        let mut chunk = vec![0; 1 << 16];
        while let Ok(n) = from.read(&mut chunk).await {
            if n == 0 {
                break;
            }
            self.buffer.extend_from_slice(&chunk[..n]);
            self.advance(false).await;
        }
        self.advance(true).await;
        self.release().await;
    }

    async fn show(&self, output: Output) {
        let _ = self.shared.show(output).await;
    }

    /// The value held so far is not the last thing the cell shows: it is shown where it stands.
    async fn release(&mut self) {
        if !self.held.is_empty() {
            let data = std::mem::take(&mut self.held);
            self.show(Output::Display { data, metadata: Map::new(), id: None, update: false }).await;
        }
    }

    async fn text(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.release().await;
            self.show(Output::stream("stdout", String::from_utf8_lossy(bytes))).await;
        }
    }

    /// A mark; at the last one of a compiled cell, the value held is its result.
    async fn mark(&mut self, last: bool) {
        if last && let Some((kind, content)) = self.content.take() {
            // begun and never ended: it was text after all
            self.text(format!("{BEGIN}{kind}\n{content}\n").as_bytes()).await;
        }
        if last {
            self.shared.state().control.result = std::mem::take(&mut self.held);
        } else {
            self.release().await;
        }
        self.marks.pass().await;
    }

    /// A line of content, or one that begins with the prefix of directives.
    async fn line(&mut self, line: &str) {
        if let Some((kind, content)) = &mut self.content {
            if line == END {
                let (kind, content) = (std::mem::take(kind), std::mem::take(content));
                self.content = None;
                if self.held.contains_key(&kind) {
                    self.release().await;
                }
                self.held.insert(kind, content.into());
            } else if line == PANIC {
                self.content = None;
                self.control(line);
            } else {
                if !content.is_empty() {
                    content.push('\n');
                }
                content.push_str(line);
                if content.len() > LARGEST {
                    // more than a client takes: it is text after all
                    let text = format!("{BEGIN}{kind}\n{content}\n");
                    self.content = None;
                    self.text(text.as_bytes()).await;
                }
            }
        } else if let Some(kind) = line.strip_prefix(BEGIN) {
            self.content = Some((kind.trim().to_string(), String::new()));
        } else if line == PANIC || line == ERROR || line.starts_with(CHANGED) {
            self.control(line);
        } else if let Some((prompt, password)) =
            line.strip_prefix(PASSWORD).map(|p| (p, true)).or_else(|| line.strip_prefix(INPUT).map(|p| (p, false)))
        {
            let generation = self.shared.state().generation;
            let question = Question { prompt: prompt.to_string(), password, to_stdin: true, generation };
            let _ = self.shared.send(Item::Question(question)).await;
        } else {
            self.text(format!("{line}\n").as_bytes()).await;
        }
    }

    fn control(&mut self, line: &str) {
        self.shared.state().control.lines.push(line.to_string());
    }

    fn next(&self, at_end: bool) -> Next {
        let b = &self.buffer;
        if b[0] == MARK {
            match self.marks.here(b) {
                Here::Mark { length, last } => return Next::Mark { length, last },
                Here::Part if !at_end => return Next::Wait,
                _ => {}
            }
        }
        let newline = b.iter().position(|c| *c == b'\n');
        if self.content.is_some() || b.starts_with(PREFIX) {
            // a directive is a line; a mark inside ends it early
            let mark = b.iter().skip(1).position(|c| *c == MARK).map(|i| i + 1);
            return match (newline, mark) {
                (Some(n), m) if m.is_none_or(|m| n < m) => Next::Line(n + 1),
                (_, Some(m)) => Next::Text(m),
                _ if at_end || b.len() > LARGEST => Next::Text(b.len()),
                _ => Next::Wait,
            };
        }
        // text, up to what may be something else
        let stop = (1..b.len())
            .find(|i| b[*i] == MARK || b[*i..].starts_with(PREFIX) || !at_end && PREFIX.starts_with(&b[*i..]));
        if stop.is_none() && !at_end && PREFIX.starts_with(b) {
            return Next::Wait;
        }
        Next::Text(stop.unwrap_or(b.len()))
    }

    /// Everything in the buffer that is decided.
    async fn advance(&mut self, at_end: bool) {
        while !self.buffer.is_empty() {
            match self.next(at_end) {
                Next::Wait => return,
                Next::Mark { length, last } => {
                    self.buffer.drain(..length);
                    self.mark(last).await;
                }
                Next::Line(length) => {
                    let line: Vec<u8> = self.buffer.drain(..length).collect();
                    let line = String::from_utf8_lossy(&line[..length - 1]).into_owned();
                    self.line(line.trim_end_matches('\r')).await;
                }
                Next::Text(length) => {
                    let whole = whole(&self.buffer, length, at_end);
                    if whole == 0 {
                        return;
                    }
                    let text: Vec<u8> = self.buffer.drain(..whole).collect();
                    self.text(&text).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::{mpsc, watch};

    /// What is shown for pieces of raw output, with marks delivered at once.
    async fn shown(pieces: &[&str]) -> (Vec<Output>, Stdout) {
        let (items, mut receiver) = mpsc::channel(1000);
        let (seen, _) = watch::channel(0);
        let (_deliver, delivered) = watch::channel(u64::MAX);
        let mut stdout = Stdout::new(Arc::new(Shared::new(items)), Marks::new("n0", seen, delivered));
        for p in pieces {
            stdout.buffer.extend_from_slice(p.as_bytes());
            stdout.advance(false).await;
        }
        let mut out: Vec<Output> = vec![];
        while let Ok(Item::Output(o)) = receiver.try_recv() {
            match (&mut out.last_mut(), o) {
                (Some(Output::Stream { text, .. }), Output::Stream { text: more, .. }) => *text += &more,
                (_, o) => out.push(o),
            }
        }
        (out, stdout)
    }

    #[tokio::test]
    async fn marks_directives_and_text_are_told_apart() {
        let text = |t: &str| Output::stream("stdout", t);
        assert_eq!(shown(&["a", "b\nc"]).await.0, [text("ab\nc")]);
        // marks, whole and in pieces, behind text without a newline
        assert_eq!(shown(&["a\x1en0:1\x1eb\x1en", "0:2!", "\x1ec"]).await.0, [text("abc")]);
        // what looks like one is text: another nonce, another number, a lone byte
        let odd = "\x1e{\"a\":1}\n\x1en0:7\x1e\x1en1:1\x1e";
        assert_eq!(shown(&[odd, "."]).await.0, [text(&format!("{odd}."))]);
        // content behind text without a newline, in pieces
        let (out, stdout) =
            shown(&["no newlineEVC", "XR_BEGIN_CONTENT text/plain\n(", ")\nEVCXR_END_CONTENT\n\x1en0:1\x1e"]).await;
        assert_eq!(out[0], text("no newline"));
        assert!(matches!(&out[1], Output::Display { data, .. } if data["text/plain"] == "()"), "{out:?}");
        assert!(stdout.buffer.is_empty());
        // text that only begins like a directive
        assert_eq!(shown(&["EVCXR_SOMETHING else\n", "EV", "A"]).await.0, [text("EVCXR_SOMETHING else\nEVA")]);
        // content that never ends is text at the end of the cell
        assert_eq!(
            shown(&["EVCXR_BEGIN_CONTENT text/plain\nabc\n\x1en0:1!\x1e"]).await.0,
            [text("EVCXR_BEGIN_CONTENT text/plain\nabc\n")]
        );
        // characters cut in two
        let (items, mut receiver) = mpsc::channel(10);
        let (seen, _) = watch::channel(0);
        let (_deliver, delivered) = watch::channel(0);
        let mut stdout = Stdout::new(Arc::new(Shared::new(items)), Marks::new("n0", seen, delivered));
        for half in "λ".as_bytes().chunks(1) {
            stdout.buffer.extend_from_slice(half);
            stdout.advance(false).await;
        }
        assert!(matches!(receiver.try_recv(), Ok(Item::Output(o)) if o == text("λ")));
    }
}
