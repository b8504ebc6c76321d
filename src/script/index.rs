//! The names of the language with their pages: what completion, help, hints and the check of names look up.
use super::builtin::{self, Row};
use super::elsewhere;
use crate::catalogue::{Entry, nearest};
use std::collections::HashMap;

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
    /// what comes behind the sample of its type; empty where its signature is a call as it stands
    pub example: &'static str,
}

/// A type of values.
#[derive(Clone, Copy, Debug)]
pub struct Type {
    /// what the language calls it
    pub name: &'static str,
    /// what it is, and what operators and indices do
    pub about: &'static str,
    /// `let p = …;`: what the examples of its methods begin with
    pub sample: &'static str,
    /// the entry to read next; empty where there is none
    pub page: &'static str,
}

impl Type {
    /// The variable of the sample.
    pub fn variable(&self) -> &'static str {
        let last = self.sample.rfind("let ").map_or("", |i| &self.sample[i + 4..]);
        last.split([' ', '=']).next().unwrap_or_default()
    }
}

impl Name {
    /// Whether it is called.
    pub fn is_called(&self) -> bool {
        self.signature.contains('(')
    }
}

/// Every name of the language.
pub struct Index {
    /// the entries of the catalogues, in the order of `gflow list`
    pub entries: Vec<Entry>,
    /// where in them a name stands
    pages: HashMap<&'static str, usize>,
    /// functions, methods and properties, in the order of registration
    pub names: Vec<Name>,
    /// where in them the name of a type stands
    places: HashMap<(&'static str, &'static str), usize>,
    /// the types of values
    pub types: Vec<Type>,
    /// other spellings, which nobody is told of, and the names they stand for
    pub spellings: Vec<(&'static str, &'static str)>,
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|w| w == word)
}

/// The module of a name, empty for none, and its last part.
pub fn split(name: &str) -> (&str, &str) {
    name.rsplit_once("::").unwrap_or(("", name))
}

impl Index {
    /// One of catalogue entries, still without functions.
    pub fn new(entries: Vec<Entry>) -> Index {
        let mut pages = HashMap::with_capacity(entries.len());
        for (i, e) in entries.iter().enumerate() {
            pages.entry(e.name).or_insert(i);
        }
        Index { entries, pages, names: vec![], places: HashMap::new(), types: vec![], spellings: vec![] }
    }
    /// An entry by its full name.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.pages.get(name).map(|i| &self.entries[*i])
    }
    /// An entry by its full name, or by its last part: `ring` finds `data::ring`.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entry(name).or_else(|| self.entries.iter().find(|e| split(e.name).1 == name))
    }
    /// A type by its name.
    pub fn kind(&self, name: &str) -> Option<&Type> {
        self.types.iter().find(|t| t.name == name)
    }
    /// A function without a value before it, by its full name.
    pub fn function(&self, name: &str) -> Option<&Name> {
        self.places.get(&("", name)).map(|i| &self.names[*i])
    }
    /// A method or property of a type, or of every value.
    pub fn member(&self, owner: &str, name: &str) -> Option<&Name> {
        let of = |owner: &str| self.places.get(&(owner, name)).filter(|_| !owner.is_empty()).map(|i| &self.names[*i]);
        of(owner).or_else(|| of(builtin::ANY))
    }
    /// A script that shows what a name does.
    pub fn example(&self, n: &Name) -> String {
        let kind = self.kind(n.owner);
        let (sample, variable) = kind.map_or(("", ""), |t| (t.sample, t.variable()));
        match (n.example, self.entry(n.name).filter(|e| e.signature == n.signature)) {
            ("", Some(e)) => e.example.to_string(),
            ("", None) if n.owner.is_empty() => n.signature.to_string(),
            ("", None) => format!("{sample}\n{variable}.{}", n.signature),
            (own, _) if own.starts_with(&format!("let {variable} =")) => own.to_string(),
            (own, _) if !sample.is_empty() && has_word(own, variable) => format!("{sample}\n{own}"),
            (own, _) => own.to_string(),
        }
    }
    /// Notes a name once, whatever overloads it has; where it stands.
    pub fn note(&mut self, name: Name) -> usize {
        *self.places.entry((name.owner, name.name)).or_insert_with(|| {
            self.names.push(name);
            self.names.len() - 1
        })
    }
    /// Notes a type once.
    pub fn note_type(&mut self, kind: Type) {
        if self.kind(kind.name).is_none() {
            self.types.push(kind);
        }
    }
    /// Notes what is registered beside the table.
    pub fn note_builtins(&mut self) {
        builtin::functions().for_each(|r| self.note_row("", r));
        for t in builtin::TYPES {
            self.note_type(Type { name: t.name, about: t.about, sample: t.sample, page: "" });
            t.rows.iter().for_each(|r| self.note_row(t.name, r));
        }
    }

    fn note_row(&mut self, owner: &'static str, r: &Row) {
        let name = r.signature.split('(').next().unwrap_or(r.signature);
        // what is also a function with a page is described there
        let of_function = || self.entry(name).map(|e| e.doc).or_else(|| self.function(name).map(|n| n.doc));
        let doc = if r.doc.is_empty() { of_function().unwrap_or_default() } else { r.doc };
        self.note(Name { owner, name, signature: r.signature, doc, gives: r.gives, example: r.example });
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
        if let Some(mend) = elsewhere::function(name).or_else(|| elsewhere::of_table(name)) {
            return format!("; {mend}");
        }
        let owners = self.owners(name);
        if !owners.is_empty() {
            return format!("; it is a method or property of {}", owners.join(" and "));
        }
        let free = self.names.iter().filter(|n| n.owner.is_empty()).map(|n| n.name);
        let pages = self.entries.iter().flat_map(|e| [e.name, split(e.name).1]).chain(free);
        nearest(name, pages).map_or(String::new(), |n| format!("; did you mean {n}?"))
    }
}
