//! Every name of the language: the catalogues of all rooms, and the functions of the engine.
use super::bind::library;
use super::elsewhere;
use super::help::Page;
use super::index::split;
use super::keywords::{KEYWORDS, RARE};
use super::{arguments, statements, topics};
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

/// The page of whatever somebody asks for: a function, a type, `Points.rows`, a method by its name alone, a room.
pub fn page(asked: &str) -> Option<Page> {
    topics::find(&library().index, asked)
}

/// Every name with the type before its dot, empty for functions, and a script that shows what it does.
pub fn everything() -> Vec<(&'static str, &'static str, String)> {
    let index = &library().index;
    index.names.iter().map(|n| (n.owner, n.name, index.example(n))).collect()
}

/// The words that grammars of editors colour.
pub struct Words {
    /// `let`, `for`
    pub keywords: Vec<&'static str>,
    /// `true`
    pub constants: Vec<&'static str>,
    /// `data`
    pub modules: Vec<&'static str>,
    /// `ring`, `gpa`: functions, without their modules
    pub functions: Vec<&'static str>,
}

/// Those of the language, in the order of the alphabet.
pub fn words() -> Words {
    let index = &library().index;
    let ordered = |mut v: Vec<&'static str>| {
        v.sort_unstable();
        v.dedup();
        v
    };
    let all = KEYWORDS.iter().chain(RARE).copied();
    let (constants, keywords): (Vec<_>, Vec<_>) = all.partition(|w| matches!(*w, "true" | "false"));
    let free = index.names.iter().filter(|n| n.owner.is_empty()).map(|n| n.name);
    // what is written behind a dot only is no function
    let called = index.entries.iter().filter(|e| e.signature.starts_with(e.name)).map(|e| e.name);
    let functions = free.chain(called).map(|n| split(n).1);
    Words {
        functions: ordered(functions.filter(|n| !keywords.contains(n)).collect()),
        keywords: ordered(keywords),
        constants: ordered(constants),
        modules: ordered(modules()),
    }
}

/// The words of the language that have a page, `for`, `if`, with a script that shows what they do.
pub fn statements() -> Vec<(&'static str, String)> {
    statements::words().filter_map(|w| Some((w, page(w)?.example))).collect()
}

/// The types of values, with a script that makes one and the variable it is then in.
pub fn types() -> Vec<(&'static str, &'static str, &'static str)> {
    library().index.types.iter().map(|t| (t.name, t.sample, t.variable())).collect()
}

/// Other spellings of names, which have their pages, but are not offered.
pub fn spellings() -> Vec<&'static str> {
    library().index.spellings.iter().map(|s| s.0).collect()
}

/// The words of every signature that no line explains: function and word.
pub fn unexplained() -> Vec<(&'static str, &'static str)> {
    let index = &library().index;
    let all =
        index.names.iter().map(|n| (n.name, n.signature)).chain(index.entries.iter().map(|e| (e.name, e.signature)));
    let words = all.flat_map(|(name, signature)| arguments::words(name, signature).into_iter().map(move |w| (name, w)));
    words.filter(|(name, word)| arguments::meaning(name, word).is_none()).collect()
}

/// The names of the methods and properties of a type.
pub(super) fn members(owner: &str) -> impl Iterator<Item = &'static str> {
    library().index.members(owner)
}

/// Whether values of a type have a property of this name.
pub fn is_property(owner: &str, name: &str) -> bool {
    library().index.names.iter().any(|n| n.owner == owner && n.name == name && n.signature == name)
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
    full.chain(last).chain(callable).map(String::from).collect()
}
