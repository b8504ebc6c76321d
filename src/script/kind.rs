//! The types of the language: how messages, completion and help call them.
use rhai::{Array, Dynamic, FnPtr, ImmutableString, Map};

/// A type of values that functions take and give.
pub trait Kind: Clone + Send + Sync + 'static {
    /// its name in messages and completion; empty where a value can be anything
    const NAME: &'static str;
    /// the catalogue entry to read next; empty where there is none
    const PAGE: &'static str = "";
    /// what it is, and what operators and indices do
    const ABOUT: &'static str = "";
    /// `let p = …;`: a value, with which the examples of its methods and properties begin
    const SAMPLE: &'static str = "";
}

impl Kind for () {
    const NAME: &'static str = "nothing";
}
impl Kind for bool {
    const NAME: &'static str = "bool";
}
impl Kind for i64 {
    const NAME: &'static str = "number";
}
impl Kind for f64 {
    const NAME: &'static str = "number";
}
impl Kind for String {
    const NAME: &'static str = "text";
}
impl Kind for ImmutableString {
    const NAME: &'static str = "text";
}
impl Kind for Array {
    const NAME: &'static str = "list";
}
impl Kind for Map {
    const NAME: &'static str = "map";
}
impl Kind for FnPtr {
    const NAME: &'static str = "function";
}
impl Kind for Dynamic {
    const NAME: &'static str = "";
}
