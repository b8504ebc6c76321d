//! Completion, from the catalogues and the session's own names.
use super::bind::library;
use super::builtin;
use super::cursor::{Inside, Level, Open, Place, place, word_before};
use super::keywords::KEYWORDS;
use super::known::Names;
use super::names;
use super::surroundings::{self, Called, kind_before};
use crate::catalogue::{Entry, Opt, OptionKind};

/// One way to go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    /// the whole word
    pub text: String,
    /// "variable", "function", "method", "property", "option", "value", "file", "keyword"
    pub kind: &'static str,
    /// one line
    pub doc: String,
}

/// Whether a cell can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// it can run
    Complete,
    /// more lines are needed
    Incomplete,
    /// no further line can make it valid
    Invalid,
}

fn completion(text: impl Into<String>, kind: &'static str, doc: impl Into<String>) -> Completion {
    Completion { text: text.into(), kind, doc: doc.into() }
}

/// Values a text can have: a choice of an option, a name for help, a file.
fn in_text(names: &Names, c: &[char], start: usize, at: &Place) -> (usize, Vec<Completion>) {
    let typed: String = c[start..].iter().collect();
    if let Some((_, option)) = surroundings::value_of(names, c, at) {
        let choices: Vec<&str> = match (option.kind, option.name) {
            (OptionKind::Choice(all), _) => all.to_vec(),
            (OptionKind::NumberOr { word, .. } | OptionKind::IntegerOr { word, .. }, _) => vec![word],
            (_, "metrics") => crate::metric::names().collect(),
            _ => vec![],
        };
        let fitting = choices.into_iter().filter(|v| v.starts_with(&typed));
        let fitting: Vec<Completion> = fitting.map(|v| completion(v, "value", "")).collect();
        if !fitting.is_empty() {
            return (start, fitting);
        }
    }
    let asks = |name: &str| surroundings::called(names, c, at).is_some_and(|f| f.name == name);
    if asks("help") {
        return (start, topics(&typed));
    }
    files(c, &typed)
}

/// What has a page: functions, types, and behind a dot the methods of a type.
fn topics(typed: &str) -> Vec<Completion> {
    let index = &library().index;
    let value = |name: String, doc: &str| completion(name, "value", doc);
    if typed.contains('.') {
        let of_types = index.names.iter().filter(|n| !n.owner.is_empty());
        let all = of_types.map(|n| value(format!("{}.{}", n.owner, n.name), n.doc));
        return all.filter(|v| v.text.starts_with(typed)).collect();
    }
    let entries = index.entries.iter().map(|e| value(e.name.into(), e.doc));
    let free = index.names.iter().filter(|n| n.owner.is_empty()).map(|n| value(n.name.into(), n.doc));
    let types = index.types.iter().map(|t| value(t.name.into(), t.about));
    entries.chain(free).chain(types).filter(|v| v.text.starts_with(typed)).collect()
}

/// Files that a text may name.
fn files(c: &[char], typed: &str) -> (usize, Vec<Completion>) {
    let (folder, stem) = typed.rsplit_once('/').map_or(("", typed), |(f, s)| (f, s));
    let place = match folder {
        "" if typed.starts_with('/') => "/".to_string(),
        "" => ".".to_string(),
        f => f.to_string(),
    };
    let mut out = vec![];
    for entry in std::fs::read_dir(place).into_iter().flatten().flatten().take(10_000) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(stem) && (stem.starts_with('.') || !name.starts_with('.')) {
            let slash = if entry.file_type().is_ok_and(|t| t.is_dir()) { "/" } else { "" };
            out.push(completion(format!("{name}{slash}"), "file", ""));
        }
    }
    (c.len() - stem.chars().count(), out)
}

pub(super) fn complete(names: &Names, text: &str, cursor: usize) -> (usize, Vec<Completion>) {
    let c: Vec<char> = text.chars().take(cursor).collect();
    let at = place(&c);
    match at.inside {
        Inside::Comment => return (c.len(), vec![]),
        Inside::Text(start) => return sorted(in_text(names, &c, start, &at)),
        Inside::Code => {}
    }
    let (start, word) = word_before(&c);
    if start > 0 && c[start - 1] == '.' {
        return sorted((start, members(names, &c[..start - 1], &word)));
    }
    let found = match at.levels.last() {
        Some(Level { open: Open::Map, in_value: false, keys, .. }) => keys_of(names, &c, &at, keys, &word),
        Some(Level { open: Open::Map, .. }) => {
            surroundings::value_of(names, &c, &at).map_or(vec![], |(e, o)| values(names, e, o, &word))
        }
        Some(Level { open: Open::Parenthesis, .. }) => {
            surroundings::called(names, &c[..start], &at).map_or(vec![], |f| arguments(names, &f, &word))
        }
        _ => vec![],
    };
    // where something certain is expected and nothing typed, or a key, the rest of the language is no help
    let mut found = found;
    let keys = at.levels.last().is_some_and(|l| l.open == Open::Map && !l.in_value);
    if found.is_empty() || !word.is_empty() && !keys {
        found.extend(everything(names, &word));
    }
    sorted((start, found))
}

/// Methods and properties of the value before the dot.
fn members(names: &Names, before: &[char], word: &str) -> Vec<Completion> {
    let kind = kind_before(names, before);
    let fits = |owner: &str| match kind.as_deref() {
        Some(kind) => owner == kind || owner == builtin::ANY && !word.is_empty(),
        None => !owner.is_empty(),
    };
    let known = library().index.names.iter().filter(|n| fits(n.owner) && n.name.starts_with(word));
    known.map(|n| completion(n.name, if n.is_called() { "method" } else { "property" }, n.doc)).collect()
}

/// The keys that are not there yet.
fn keys_of(names: &Names, c: &[char], at: &Place, given: &[String], word: &str) -> Vec<Completion> {
    let Some((_, options)) = surroundings::options_at(names, c, at) else { return vec![] };
    let free = options.iter().filter(|o| o.name.starts_with(word) && !given.iter().any(|k| k == o.name));
    free.map(|o| completion(o.name, "option", format!("{} ({})", o.doc, o.kind.describe()))).collect()
}

/// What an option takes: its choices, its default, values of the session, functions that give one.
fn values(names: &Names, e: &Entry, o: &Opt, word: &str) -> Vec<Completion> {
    let default = (e.defaults)().get(o.name).filter(|v| !v.is_null()).map(|v| v.to_string());
    let quoted = |v: &str| completion(format!("\"{v}\""), "value", o.doc);
    let mut out = match o.kind {
        OptionKind::Choice(all) => all.iter().map(|v| quoted(v)).collect(),
        OptionKind::Flag => vec![completion("true", "value", o.doc), completion("false", "value", o.doc)],
        OptionKind::NumberOr { word, .. } | OptionKind::IntegerOr { word, .. } => vec![quoted(word)],
        OptionKind::Map(_) => vec![completion("#{ ", "value", o.doc)],
        OptionKind::Value(what) => fitting(names, kind_of(what)),
        OptionKind::Rows => fitting(names, "Points"),
        OptionKind::Numbers | OptionKind::Integers | OptionKind::Texts => variables(names, "list"),
        OptionKind::Number { .. } | OptionKind::Integer { .. } | OptionKind::Length { .. } => {
            variables(names, "number")
        }
        OptionKind::Text => variables(names, "text"),
    };
    let plain = default.filter(|d| !d.contains(['{', '[']) && !out.iter().any(|c| c.text == *d));
    out.extend(plain.map(|d| completion(d, "value", "the default")));
    out.retain(|v| v.text.starts_with(word));
    out
}

/// The type that an option means by a word of its description.
fn kind_of(what: &str) -> &'static str {
    const WORDS: [(&str, &str); 9] = [
        ("points", "Points"),
        ("closure", "function"),
        ("function", "function"),
        ("kernel", "Kernel"),
        ("flow", "Flow"),
        ("transform", "Transform"),
        ("critic", "CriticRecipe"),
        ("network", "CriticRecipe"),
        ("generator", "CriticRecipe"),
    ];
    WORDS.iter().find(|w| what.contains(w.0)).map_or("", |w| w.1)
}

/// What the argument at the cursor can be.
fn arguments(names: &Names, f: &Called, word: &str) -> Vec<Completion> {
    let mut out = vec![];
    for a in f.expected() {
        match (a.word, f.entry) {
            ("options", Some(e)) => out.extend(e.options.iter().map(|o| {
                completion(format!("#{{ {}: ", o.name), "option", format!("{} ({})", o.doc, o.kind.describe()))
            })),
            _ => out.extend(fitting(names, a.kind)),
        }
    }
    let starts = |c: &Completion| c.text.trim_start_matches("#{ ").starts_with(word);
    out.retain(starts);
    out
}

/// Variables of a type.
fn variables(names: &Names, kind: &str) -> Vec<Completion> {
    names.variables.iter().filter(|v| v.1 == kind).map(|(name, kind)| completion(name, "variable", kind)).collect()
}

/// Variables of a type, and functions that give one of its values; nothing where any type will do.
fn fitting(names: &Names, kind: &str) -> Vec<Completion> {
    let mut out = variables(names, kind);
    // numbers, lists and texts come from everywhere
    if kind.is_empty() || builtin::TYPES.iter().any(|t| t.name == kind) {
        return out;
    }
    let index = &library().index;
    let makers = index.names.iter().filter(|n| n.owner.is_empty() && n.gives == kind);
    out.extend(makers.map(|n| completion(n.name, "function", n.doc)));
    if kind == "Divergence" {
        // an f is the beginning of one
        let generators = index.names.iter().filter(|n| n.owner.is_empty() && n.gives == "Generator");
        out.extend(generators.map(|n| completion(n.name, "function", n.doc)));
        out.extend(variables(names, "Generator"));
    }
    out
}

/// Every name that may begin an expression or a statement.
fn everything(names: &Names, word: &str) -> Vec<Completion> {
    let mut out = vec![];
    for (name, kind) in names.variables.iter().filter(|v| v.0.starts_with(word)) {
        out.push(completion(name, "variable", kind));
    }
    for f in names.functions.iter().chain(&names.foreign).filter(|f| f.name.starts_with(word)) {
        out.push(completion(&f.name, "function", format!("{} {}", f.signature, f.doc).trim_end()));
    }
    // `flow.run(…)` is typed behind a dot; `lipschitz(L)` is not, though estimates have a property of that name
    let is_method = |e: &Entry| !e.signature.starts_with(e.name);
    for e in names::all().iter().filter(|e| e.name.starts_with(word) && (!is_method(e) || e.name == "catch")) {
        out.push(completion(e.name, "function", e.doc));
    }
    let free = library().index.names.iter().filter(|n| n.owner.is_empty() && n.name.starts_with(word));
    // those of the catalogue that are methods have a line of their own owners
    let free = free.filter(|n| library().index.entry(n.name).is_none_or(|e| e.signature != n.signature));
    out.extend(free.map(|n| completion(n.name, "function", n.doc)));
    for k in KEYWORDS.iter().filter(|k| !word.is_empty() && k.starts_with(word)) {
        out.push(completion(k.to_string(), "keyword", ""));
    }
    out
}

fn sorted((start, mut out): (usize, Vec<Completion>)) -> (usize, Vec<Completion>) {
    out.sort_by(|a, b| a.text.cmp(&b.text));
    out.dedup_by(|a, b| a.text == b.text);
    (start, out)
}
