//! What a compiled cell says to its compiler, past its output.
use serde_json::{Map, Value};

/// evcxr's line for a cell that panicked.
pub(super) const PANIC: &str = "EVCXR_PANIC_NOTIFICATION";
/// evcxr's line for a cell that a `?` ended.
pub(super) const ERROR: &str = "EVCXR_ERROR_OCCURRED";
/// How evcxr's line begins for a variable that has another type now.
pub(super) const CHANGED: &str = "EVCXR_VARIABLE_CHANGED_TYPE:";

/// What a compiled cell said to its compiler, and the value it ended with.
#[derive(Clone, Debug, Default)]
pub struct Control {
    /// in evcxr's words
    pub lines: Vec<String>,
    /// the value, by type
    pub result: Map<String, Value>,
    /// the end of what it wrote on the standard error
    complaint: String,
}

/// So much of what a cell wrote on the standard error is kept for the error it ends with.
const KEPT: usize = 4096;
/// How the line of a panic begins; `cell/session.rs` writes it.
const PANICKED: &str = "panicked: ";
/// An error quotes so many characters.
const QUOTED: usize = 400;

impl Control {
    /// Whether the cell panicked.
    pub fn panicked(&self) -> bool {
        self.lines.iter().any(|l| l == PANIC)
    }
    /// Whether a `?` ended the cell early.
    pub fn failed(&self) -> bool {
        self.lines.iter().any(|l| l == ERROR)
    }
    /// The cell wrote something on the standard error.
    pub fn complain(&mut self, text: &str) {
        self.complaint += text;
        if self.complaint.len() > 2 * KEPT {
            let cut = self.complaint.len() - KEPT;
            let cut = (cut..).find(|i| self.complaint.is_char_boundary(*i)).unwrap_or(self.complaint.len());
            self.complaint.drain(..cut);
        }
    }
    /// What the cell said last of its panic, or of the error that ended it, as the end of a sentence; empty if nothing.
    pub fn reason(&self) -> String {
        let said = self.complaint.trim_end();
        let said = match said.rfind(PANICKED) {
            Some(at) if self.panicked() => &said[at + PANICKED.len()..],
            _ => said.rsplit('\n').next().unwrap_or_default(),
        };
        let mut text: String = said.chars().take(QUOTED).collect();
        if text.len() < said.len() {
            text.push('…');
        }
        if text.is_empty() { text } else { format!(": {text}") }
    }
    /// What makes the compiler forget the variables of a cell that never ran.
    pub fn never_ran() -> Control {
        Control { lines: vec![PANIC.into()], ..Control::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_what_was_said_last() {
        let mut control = Control::default();
        assert_eq!(control.reason(), "");
        control.complain("first\nthe file is not there\n");
        assert_eq!(control.reason(), ": the file is not there");
        control.lines.push(PANIC.into());
        control.complain("panicked: two\nlines\n");
        assert_eq!(control.reason(), ": two\nlines");
        for _ in 0..10_000 {
            control.complain("λμ");
        }
        assert!(control.complaint.len() <= 2 * KEPT && control.reason().chars().count() == QUOTED + 3);
    }
}
