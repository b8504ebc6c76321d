//! Completion, from the catalogues and the session's own names.
use super::arithmetic;
use super::bind::library;
use super::keywords::KEYWORDS;
use super::known::Names;
use super::names;
use crate::catalogue::{Entry, OptionKind};

/// One way to go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    /// the whole word
    pub text: String,
    /// "variable", "function", "method", "option", "value", "file", "keyword"
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

/// Whether the character at `i` belongs to a word; `::` does, a lone colon does not.
fn is_word(c: &[char], i: usize) -> bool {
    let beside = |k: Option<usize>| k.and_then(|k| c.get(k)) == Some(&':');
    c[i].is_alphanumeric() || c[i] == '_' || c[i] == ':' && (beside(i.checked_sub(1)) || beside(Some(i + 1)))
}

/// The word that ends at the cursor: its start and text, `::` included.
fn word_before(c: &[char]) -> (usize, String) {
    let start = (0..c.len()).rev().find(|i| !is_word(c, *i)).map_or(0, |p| p + 1);
    (start, c[start..].iter().collect())
}

/// Whether the cursor stands in a comment that runs to the end of the line.
fn in_comment(c: &[char]) -> bool {
    let line = c.iter().rposition(|ch| *ch == '\n').map_or(0, |p| p + 1);
    let (mut open, mut i) = (false, line);
    while i < c.len() {
        match c[i] {
            '\\' if open => i += 1,
            '"' => open = !open,
            '/' if !open && c.get(i + 1) == Some(&'/') => return true,
            _ => {}
        }
        i += 1;
    }
    false
}

/// The whole word around the cursor; with the cursor just behind `(`, the function called.
pub(super) fn word_at(text: &str, cursor: usize) -> String {
    let c: Vec<char> = text.chars().collect();
    let cursor = cursor.min(c.len());
    let end = (cursor..c.len()).find(|i| !is_word(&c, *i)).unwrap_or(c.len());
    let (_, word) = word_before(&c[..end]);
    if word.is_empty() && cursor > 0 && c[cursor - 1] == '(' {
        return word_before(&c[..cursor - 1]).1;
    }
    word.trim_matches(':').to_string()
}

/// The function whose option map `#{ …` is open at the cursor.
fn open_options(c: &[char]) -> Option<&'static Entry> {
    let (mut depth, mut i) = (0i32, c.len());
    while i > 0 {
        i -= 1;
        match c[i] {
            '}' => depth += 1,
            '{' if depth > 0 => depth -= 1,
            '{' if i > 0 && c[i - 1] == '#' => break,
            '{' => return None,
            _ => {}
        }
        if i == 0 {
            return None;
        }
    }
    // back over the arguments to the name before the open parenthesis
    let mut depth = 0;
    for k in (0..i).rev() {
        match c[k] {
            ')' | ']' => depth += 1,
            '(' | '[' if depth > 0 => depth -= 1,
            '(' => {
                let (_, name) = word_before(&c[..k]);
                return names::find(name.trim_start_matches(':'));
            }
            _ => {}
        }
    }
    None
}

/// Where the text literal that is open at the cursor starts, behind its quote.
fn open_text(c: &[char]) -> Option<usize> {
    let line = c.iter().rposition(|ch| *ch == '\n').map_or(0, |p| p + 1);
    let (mut open, mut i) = (None, line);
    while i < c.len() {
        match (c[i], open) {
            ('\\', Some(_)) => i += 1,
            ('"', None) => open = Some(i + 1),
            ('"', Some(_)) => open = None,
            ('/', None) if c.get(i + 1) == Some(&'/') => return None,
            _ => {}
        }
        i += 1;
    }
    open
}

/// The key whose value stands at the cursor: `… key: [ "a", ▮`.
fn key_before(c: &[char]) -> Option<String> {
    let end = c.iter().rposition(|ch| matches!(ch, ':' | '{'))?;
    if c[end] != ':' {
        return None;
    }
    Some(word_before(&c[..end]).1)
}

/// Values a text can have: a choice of an option, a name for help, a file.
fn in_text(c: &[char], start: usize) -> (usize, Vec<Completion>) {
    let typed: String = c[start..].iter().collect();
    let before = &c[..start - 1];
    let value = |v: &str| Completion { text: v.into(), kind: "value", doc: String::new() };
    if let Some(o) =
        open_options(before).and_then(|e| key_before(before).and_then(|k| e.options.iter().find(|o| o.name == k)))
    {
        let choices: Vec<&str> = match (o.kind, o.name) {
            (OptionKind::Choice(all), _) => all.to_vec(),
            (_, "metrics") => crate::metric::names().collect(),
            _ => vec![],
        };
        let fitting: Vec<Completion> = choices.into_iter().filter(|v| v.starts_with(&typed)).map(value).collect();
        if !fitting.is_empty() {
            return (start, fitting);
        }
    }
    if before.iter().collect::<String>().trim_end().ends_with("help(") {
        return (
            start,
            names::all()
                .iter()
                .filter(|e| e.name.starts_with(&typed))
                .map(|e| Completion { doc: e.doc.into(), ..value(e.name) })
                .collect(),
        );
    }
    let (folder, stem) = typed.rsplit_once('/').map_or(("", typed.as_str()), |(f, s)| (f, s));
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
            out.push(Completion { text: format!("{name}{slash}"), kind: "file", doc: String::new() });
        }
    }
    (c.len() - stem.chars().count(), out)
}

/// The type of the value before the dot: of a variable, of a call, of a property.
fn kind_before(names: &Names, c: &[char]) -> Option<String> {
    let mut end = c.len();
    let called = c.last() == Some(&')');
    if called {
        let mut depth = 0;
        end = (0..c.len()).rev().find(|i| {
            match c[*i] {
                ')' => depth += 1,
                '(' => depth -= 1,
                _ => {}
            }
            depth == 0
        })?;
    }
    if c.last() == Some(&'"') {
        return Some("text".into());
    }
    let (start, name) = word_before(&c[..end]);
    let behind_dot = start > 0 && c[start - 1] == '.';
    if !called && !behind_dot {
        return names.variables.iter().rev().find(|v| v.0 == name).map(|v| v.1.clone());
    }
    let owner = if behind_dot { kind_before(names, &c[..start - 1]) } else { Some(String::new()) };
    gives(owner.as_deref(), &name).map(String::from)
}

/// What a function, or a method or property of a type, gives; of any type where that is not known.
fn gives(owner: Option<&str>, name: &str) -> Option<&'static str> {
    let all = || library().index.names.iter().filter(|n| n.name == name && !n.gives.is_empty());
    let of_owner = owner.and_then(|o| all().find(|n| n.owner == o));
    of_owner.or_else(|| all().next_back().filter(|_| owner.is_none_or(|o| !o.is_empty()))).map(|n| n.gives)
}

/// Whether a key of the map is due at the cursor, not a value.
fn at_key(c: &[char]) -> bool {
    let (start, _) = word_before(c);
    matches!(c[..start].iter().rev().find(|ch| !ch.is_whitespace()), Some('{') | Some(','))
}

pub(super) fn complete(names: &Names, text: &str, cursor: usize) -> (usize, Vec<Completion>) {
    let c: Vec<char> = text.chars().take(cursor).collect();
    if in_comment(&c) {
        return (c.len(), vec![]);
    }
    if let Some(start) = open_text(&c) {
        return sorted(in_text(&c, start));
    }
    let (start, word) = word_before(&c);
    let mut out = vec![];
    if start > 0 && c[start - 1] == '.' {
        let kind = kind_before(names, &c[..start - 1]);
        let known = library().index.names.iter().filter(|n| match kind.as_deref() {
            Some(kind) => n.owner == kind && !n.owner.is_empty(),
            None => !n.owner.is_empty(),
        });
        for n in known.filter(|n| n.name.starts_with(&word)) {
            out.push(Completion { text: n.name.into(), kind: "method", doc: n.doc.into() });
        }
        return sorted((start, out));
    }
    if let Some(e) = open_options(&c).filter(|_| at_key(&c)) {
        for o in e.options.iter().filter(|o| o.name.starts_with(&word)) {
            out.push(Completion {
                text: o.name.into(),
                kind: "option",
                doc: format!("{} ({})", o.doc, o.kind.describe()),
            });
        }
        if !out.is_empty() {
            return sorted((start, out));
        }
    }
    for (name, kind) in names.variables.iter().filter(|v| v.0.starts_with(&word)) {
        out.push(Completion { text: name.clone(), kind: "variable", doc: kind.clone() });
    }
    for f in names.functions.iter().chain(&names.foreign).filter(|f| f.name.starts_with(&word)) {
        out.push(Completion {
            text: f.name.clone(),
            kind: "function",
            doc: format!("{} {}", f.signature, f.doc).trim_end().to_string(),
        });
    }
    // `flow.run(…)` is typed behind a dot; `lipschitz(L)` is not, though estimates have a property of that name
    let is_method = |e: &Entry| !e.signature.starts_with(e.name);
    for e in names::all().iter().filter(|e| e.name.starts_with(&word) && !is_method(e)) {
        out.push(Completion { text: e.name.into(), kind: "function", doc: e.doc.into() });
    }
    for name in arithmetic::names().filter(|n| !word.is_empty() && n.starts_with(&word)) {
        out.push(Completion { text: name.into(), kind: "function", doc: arithmetic::DOC.into() });
    }
    for k in KEYWORDS.iter().filter(|k| !word.is_empty() && k.starts_with(&word)) {
        out.push(Completion { text: k.to_string(), kind: "keyword", doc: String::new() });
    }
    sorted((start, out))
}

fn sorted((start, mut out): (usize, Vec<Completion>)) -> (usize, Vec<Completion>) {
    out.sort_by(|a, b| a.text.cmp(&b.text));
    out.dedup_by(|a, b| a.text == b.text);
    (start, out)
}
