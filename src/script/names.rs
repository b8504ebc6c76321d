//! Every name of the language: the catalogues of all rooms, and the functions of the engine.
use super::arithmetic;
use super::bind::library;
use super::elsewhere;
use super::index::split;
use crate::catalogue::{Entry, nearest};

/// Every entry, in the order of `gflow list`.
pub fn all() -> &'static [Entry] {
    &library().index.entries
}

/// The rooms, in order, without repetition.
pub fn rooms() -> Vec<&'static str> {
    let mut out: Vec<&'static str> = vec![];
    for e in all() {
        if !out.contains(&e.room) {
            out.push(e.room);
        }
    }
    out
}

/// An entry by its full name, or by its last part: `ring` finds `data::ring`.
pub fn find(name: &str) -> Option<&'static Entry> {
    library().index.find(name)
}

/// The names of the methods and properties of a type.
pub(super) fn members(owner: &str) -> impl Iterator<Item = &'static str> {
    library().index.members(owner)
}

/// What to write instead of a property that a value of this type does not have.
pub fn instead_of_property(owner: &str, name: &str) -> String {
    if members(owner).any(|m| m == name) {
        return format!("it is a method: write .{name}(…)");
    }
    if let Some(mend) = elsewhere::property(name) {
        return mend.into();
    }
    match nearest(name, members(owner)) {
        Some(n) => format!("did you mean `{n}`?"),
        None => format!("`help {owner}` lists what it has"),
    }
}

/// The modules of the language.
pub(super) fn modules() -> Vec<&'static str> {
    let mut out: Vec<&str> = all().iter().map(|e| split(e.name).0).filter(|m| !m.is_empty()).collect();
    out.dedup();
    out
}

/// What to say after "there is nothing named …": whose method it is, or the nearest name that has a page.
pub fn instead(name: &str) -> String {
    library().index.instead(name)
}

/// Names that can be called, for did-you-mean. A single letter is left to the user.
pub fn functions() -> Vec<String> {
    let index = &library().index;
    let full = index.entries.iter().map(|e| e.name);
    let last = index.entries.iter().map(|e| split(e.name).1);
    let callable = index.names.iter().filter(|n| n.signature.contains('(') && n.name.len() > 1).map(|n| n.name);
    full.chain(last).chain(arithmetic::names()).chain(callable).map(String::from).collect()
}
