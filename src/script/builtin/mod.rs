//! What the interpreter brings by itself, and what is registered beside the table of the language, as people see it: one row
//! a name, with its line and an example that a test runs.
mod blobs;
mod elementary;
mod functions;
mod lists;
mod maps;
mod numbers;
mod others;
mod texts;

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

const fn row(signature: &'static str, gives: &'static str, doc: &'static str, example: &'static str) -> Row {
    Row { signature, gives, doc, example }
}

/// A type of values that Rust's side has no [`Kind`](super::kind::Kind) for, or only the name of.
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

/// The types, in the order of `gflow help types`.
pub const TYPES: &[Builtin] = &[
    numbers::NUMBER,
    others::BOOL,
    texts::TEXT,
    texts::CHARACTER,
    lists::LIST,
    maps::MAP,
    others::FUNCTION,
    others::RANGE,
    blobs::BLOB,
    others::TIME,
    others::FORMULA,
    others::POINT_OF_FORMULAS,
    others::NOTHING,
    others::ANY,
];

/// The type whose methods and properties every value has.
pub const ANY: &str = others::ANY.name;

/// Whether a name is that of a function of numbers.
pub fn is_elementary(name: &str) -> bool {
    elementary::ROWS.iter().any(|r| r.signature.split('(').next() == Some(name))
}

/// Functions that are called by their names.
pub fn functions() -> impl Iterator<Item = &'static Row> {
    functions::ROWS.iter().chain(elementary::ROWS)
}
