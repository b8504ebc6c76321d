//! What the interpreter brings by itself, and what is registered beside the table of the language, as people see it: one row
//! a name, with its line and an example that a test runs.
mod blobs;
mod elementary;
mod functions;
mod lists;
mod maps;
mod numbers;
mod others;
mod row;
mod texts;

pub use row::{Builtin, Row};

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
