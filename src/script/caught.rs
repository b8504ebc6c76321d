//! What `catch (e)` gives: the message that would have been shown, and of what kind the error is.
use super::diagnostic::Class;
use super::kind::Kind;
use rhai::Dynamic;

/// An error as a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Caught {
    /// what went wrong, as it would have been shown
    pub message: String,
    /// what to try, where something is known
    pub hint: String,
    /// of what kind it is, a word
    pub kind: &'static str,
    /// the line of the script, where it is known
    pub line: Option<i64>,
}

impl Kind for Caught {
    const NAME: &'static str = "Error";
    const PAGE: &'static str = "catch";
    const ABOUT: &'static str = "What try { … } catch (e) { … } catches. As text it is its message; e == \"a text\" compares it, throw e passes it on.";
    const SAMPLE: &'static str = "let e = ();\ntry { points([[1], [2, 3]]) } catch (err) { e = err }";
}

impl Caught {
    /// What the program that ran the script is told.
    pub fn class(&self) -> Class {
        match self.kind {
            "diverged" => Class::Diverged,
            "device" => Class::Device,
            _ => Class::Script,
        }
    }
}

/// The mark of texts that functions of the language raise.
pub const NATIVE: i32 = 7;
/// The mark of texts that a script throws.
pub const THROWN: i32 = 8;
/// Marks are below this number; a line times it is added.
const MARKS: i32 = 16;

/// A mark, and the line of the script where it is known.
pub fn marked(mark: i32, line: Option<usize>) -> i32 {
    mark + MARKS * line.and_then(|l| i32::try_from(l).ok()).filter(|l| *l < 1 << 20).unwrap_or(0)
}

/// The mark of a text, and its line.
pub fn mark_of(tag: i32) -> (i32, Option<i64>) {
    (tag % MARKS, Some(i64::from(tag / MARKS)).filter(|l| *l > 0))
}

/// A text that functions of the language raise: a script that catches it can tell it from what a script threw.
pub fn raised(text: impl Into<String>) -> Dynamic {
    raised_at(text, None)
}

/// The same with the line of the call.
pub fn raised_at(text: impl Into<String>, line: Option<usize>) -> Dynamic {
    let mut text = Dynamic::from(text.into());
    text.set_tag(marked(NATIVE, line));
    text
}
