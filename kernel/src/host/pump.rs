//! The raw output of the session process: text, rich content in evcxr's convention, lines meant for the compiler, and
//! the marks that tell how far it has been read.
use super::{Host, Item};
use crate::link::{LAST, MARK, Output};
use serde_json::{Map, Value};
use std::sync::Weak;
use tokio::io::AsyncReadExt;
use tokio::process::ChildStdout;
use tokio::sync::{mpsc, watch};

const PREFIX: &[u8] = b"EVCXR_";
const BEGIN: &str = "EVCXR_BEGIN_CONTENT ";
const END: &str = "EVCXR_END_CONTENT";
const PANIC: &str = "EVCXR_PANIC_NOTIFICATION";
const ERROR: &str = "EVCXR_ERROR_OCCURRED";
const CHANGED: &str = "EVCXR_VARIABLE_CHANGED_TYPE:";
const INPUT: &str = "EVCXR_INPUT_REQUEST:";
const PASSWORD: &str = "EVCXR_INPUT_REQUEST_PASSWORD:";

/// What a compiled cell said to its compiler, and the value it ended with.
#[derive(Clone, Debug, Default)]
pub struct Control {
    pub lines: Vec<String>,
    pub result: Map<String, Value>,
}

impl Control {
    pub fn panicked(&self) -> bool {
        self.lines.iter().any(|l| l == PANIC)
    }
    /// A `?` ended the cell early.
    pub fn failed(&self) -> bool {
        self.lines.iter().any(|l| l == ERROR)
    }
    /// What makes the compiler forget the variables of a cell that never ran.
    pub fn never_ran() -> Control {
        Control { lines: vec![PANIC.into()], result: Map::new() }
    }
}

pub(super) struct Pump {
    items: mpsc::Sender<Item>,
    host: Weak<Host>,
    seen: watch::Sender<u64>,
    /// how many of the marked messages have taken their place
    delivered: watch::Receiver<u64>,
    buffer: Vec<u8>,
    /// whether the next byte starts a line
    fresh: bool,
    content: Option<(String, String)>,
    /// content of one value, in several forms, not yet shown
    held: Map<String, Value>,
}

impl Pump {
    pub fn new(items: mpsc::Sender<Item>, host: Weak<Host>, seen: watch::Sender<u64>, delivered: watch::Receiver<u64>) -> Pump {
        Pump { items, host, seen, delivered, buffer: vec![], fresh: true, content: None, held: Map::new() }
    }

    async fn show(&self, output: Output) {
        let _ = self.items.send(Item::Output(output)).await;
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
    async fn mark(&mut self, n: u64, last: bool) {
        match self.host.upgrade() {
            Some(host) if last => host.state().control.result = std::mem::take(&mut self.held),
            _ => self.release().await,
        }
        let _ = self.seen.send(n);
        // what follows the mark comes after its message; without a sender there is none any more
        let _ = self.delivered.wait_for(|d| *d >= n).await;
    }

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
            }
        } else if let Some(kind) = line.strip_prefix(BEGIN) {
            self.content = Some((kind.trim().to_string(), String::new()));
        } else if line == PANIC || line == ERROR || line.starts_with(CHANGED) {
            self.control(line);
        } else if let Some((prompt, password)) = line.strip_prefix(PASSWORD).map(|p| (p, true)).or_else(|| line.strip_prefix(INPUT).map(|p| (p, false))) {
            let _ = self.items.send(Item::Typed { prompt: prompt.to_string(), password }).await;
        } else {
            self.text(format!("{line}\n").as_bytes()).await;
        }
    }

    fn control(&mut self, line: &str) {
        if let Some(host) = self.host.upgrade() {
            host.state().control.lines.push(line.to_string());
        }
    }

    /// Everything in the buffer that is decided.
    async fn advance(&mut self, at_end: bool) {
        while let Some(i) = self.buffer.iter().position(|b| *b == b'\n' || *b == MARK) {
            let special = self.fresh && (self.content.is_some() || self.buffer.starts_with(PREFIX));
            if self.buffer[i] == b'\n' {
                let line: Vec<u8> = self.buffer.drain(..=i).collect();
                if special {
                    let line = String::from_utf8_lossy(&line[..i]).into_owned();
                    self.line(line.trim_end_matches('\r')).await;
                } else {
                    self.text(&line).await;
                }
                self.fresh = true;
                continue;
            }
            let Some(close) = self.buffer[i + 1..].iter().position(|b| *b == MARK) else { return };
            let before: Vec<u8> = self.buffer.drain(..i).collect();
            if !before.is_empty() {
                self.fresh = false;
                self.text(&before).await;
            }
            let mark: Vec<u8> = self.buffer.drain(..close + 2).collect();
            let number = String::from_utf8_lossy(&mark[1..=close]).into_owned();
            let (number, last) = number.strip_suffix(LAST as char).map_or((number.as_str(), false), |n| (n, true));
            if let Ok(n) = number.parse() {
                self.mark(n, last).await;
            }
        }
        let waits = self.fresh && (self.content.is_some() || PREFIX.starts_with(&self.buffer[..self.buffer.len().min(PREFIX.len())]));
        if self.buffer.is_empty() || waits && !at_end {
            return;
        }
        // half a character waits for the rest of it
        let whole = match std::str::from_utf8(&self.buffer) {
            Err(e) if e.error_len().is_none() && !at_end => e.valid_up_to(),
            _ => self.buffer.len(),
        };
        let text: Vec<u8> = self.buffer.drain(..whole).collect();
        self.fresh = self.fresh && text.is_empty();
        self.text(&text).await;
    }
}

pub(super) async fn run(mut pump: Pump, mut from: ChildStdout) {
    let mut chunk = vec![0; 1 << 16];
    while let Ok(n) = from.read(&mut chunk).await {
        if n == 0 {
            break;
        }
        pump.buffer.extend_from_slice(&chunk[..n]);
        pump.advance(false).await;
    }
    pump.advance(true).await;
    pump.release().await;
}
