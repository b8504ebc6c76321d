//! The names of the language with their pages: what completion, help, hints and the check of names look up.
use super::arithmetic;
use crate::catalogue::{Entry, nearest};
use std::any::TypeId;

/// One name as people see it.
#[derive(Clone, Copy, Debug)]
pub struct Name {
    /// the type of the value before the dot; empty for a free function
    pub owner: &'static str,
    /// as typed, with its module
    pub name: &'static str,
    /// `rows(from, to)`
    pub signature: &'static str,
    /// one line
    pub doc: &'static str,
    /// the type of what it gives; empty where that can be anything
    pub gives: &'static str,
}

/// A type of values.
#[derive(Clone, Copy, Debug)]
pub struct Type {
    /// the entry that `help(value)` shows; empty where there is none
    pub page: &'static str,
    /// Rust's identity of the type
    pub id: TypeId,
}

/// Every name of the language but those of elementary functions, which have no page.
#[derive(Default)]
pub struct Index {
    /// the entries of the catalogues, in the order of `gflow list`
    pub entries: Vec<Entry>,
    /// functions, methods and properties, in the order of registration
    pub names: Vec<Name>,
    /// the types of values
    pub types: Vec<Type>,
}

/// The module of a name, empty for none, and its last part.
pub fn split(name: &str) -> (&str, &str) {
    name.rsplit_once("::").unwrap_or(("", name))
}

impl Index {
    /// An entry by its full name.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.name == name)
    }
    /// An entry by its full name, or by its last part: `ring` finds `data::ring`.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entry(name).or_else(|| self.entries.iter().find(|e| split(e.name).1 == name))
    }
    /// The entry about values of a type.
    pub fn page(&self, id: TypeId) -> Option<&Entry> {
        self.types.iter().find(|t| t.id == id).and_then(|t| self.entry(t.page))
    }
    /// The names of the methods and properties of a type.
    pub fn members(&self, owner: &str) -> impl Iterator<Item = &'static str> {
        self.names.iter().filter(move |n| !n.owner.is_empty() && n.owner == owner).map(|n| n.name)
    }
    /// The types that have a method or property of this name.
    pub fn owners(&self, name: &str) -> Vec<&'static str> {
        let mut out: Vec<&'static str> = vec![];
        for n in self.names.iter().filter(|n| !n.owner.is_empty() && n.name == name) {
            if !out.contains(&n.owner) {
                out.push(n.owner);
            }
        }
        out
    }
    /// What to say after "there is nothing named …": whose method it is, or the nearest name that has a page.
    pub fn instead(&self, name: &str) -> String {
        let owners = self.owners(name);
        if !owners.is_empty() {
            return format!("; it is a method or property of {}", owners.join(" and "));
        }
        if arithmetic::names().any(|n| n == name) {
            return format!("; it is a function {}", arithmetic::DOC);
        }
        let pages = self.entries.iter().flat_map(|e| [e.name, split(e.name).1]);
        nearest(name, pages).map_or(String::new(), |n| format!("; did you mean {n}?"))
    }
}
