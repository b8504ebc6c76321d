//! A name as people see it, and a type.

/// A function, method or property.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// `push(x)`; a property without parentheses
    pub signature: &'static str,
    /// the type of what it gives; empty where that can be anything
    pub gives: &'static str,
    /// one line; empty where the function of the same name has a page, whose line it is
    pub doc: &'static str,
    /// what comes behind the sample of its type; empty where its signature is a call as it stands
    pub example: &'static str,
}

/// One of them.
pub const fn row(signature: &'static str, gives: &'static str, doc: &'static str, example: &'static str) -> Row {
    Row { signature, gives, doc, example }
}

/// A type of values that Rust's side has no `Kind` for, or only the name of.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// what the language calls it
    pub name: &'static str,
    /// what it is, and what operators and indices do
    pub about: &'static str,
    /// `let v = …;`: what its examples begin with
    pub sample: &'static str,
    /// its methods and properties
    pub rows: &'static [Row],
}
