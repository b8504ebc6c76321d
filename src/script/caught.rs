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

/// A text that functions of the language raise: a script that catches it can tell it from what a script threw.
pub fn raised(text: impl Into<String>) -> Dynamic {
    let mut text = Dynamic::from(text.into());
    text.set_tag(NATIVE);
    text
}
