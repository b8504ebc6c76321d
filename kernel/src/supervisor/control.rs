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
}

impl Control {
    /// Whether the cell panicked.
    pub fn panicked(&self) -> bool {
        self.lines.iter().any(|l| l == PANIC)
    }
    /// Whether a `?` ended the cell early.
    pub fn failed(&self) -> bool {
        self.lines.iter().any(|l| l == ERROR)
    }
    /// What makes the compiler forget the variables of a cell that never ran.
    pub fn never_ran() -> Control {
        Control { lines: vec![PANIC.into()], result: Map::new() }
    }
}
