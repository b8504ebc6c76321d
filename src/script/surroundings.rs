//! What surrounds a cursor: the value before a dot, the call whose argument is typed, the map whose key is due.
use super::arguments::{self, Argument};
use super::bind::library;
use super::cursor::{Inside, Level, Open, Place, is_word, place, word_before};
use super::help::Page;
use super::known::Names;
use super::{names, topics};
use crate::catalogue::{Entry, Opt, OptionKind};

/// The whole word around the cursor, and where it starts.
pub fn word_at(c: &[char], cursor: usize) -> (usize, String) {
    let cursor = cursor.min(c.len());
    let end = (cursor..c.len()).find(|i| !is_word(c, *i)).unwrap_or(c.len());
    let (start, word) = word_before(&c[..end]);
    (start, word.trim_matches(':').to_string())
}

/// The type of the value before the dot: of a variable, of a call, of a property.
pub fn kind_before(names: &Names, c: &[char]) -> Option<String> {
    let blank = c.iter().rev().take_while(|ch| ch.is_whitespace()).count();
    let c = &c[..c.len() - blank];
    let c = if c.last() == Some(&'?') { &c[..c.len() - 1] } else { c };
    let mut end = c.len();
    let called = c.last() == Some(&')');
    if called {
        end = opened(c, '(', ')')?;
    }
    match c.last() {
        Some('"' | '`') => return Some("text".into()),
        Some('\'') => return Some("character".into()),
        // a list that is written out; v[0] can be anything
        Some(']') => {
            let before = opened(c, '[', ']')?.checked_sub(1).map(|i| c[i]);
            let indexed = before.is_some_and(|b| b.is_alphanumeric() || matches!(b, '_' | ')' | ']'));
            return (!indexed).then(|| "list".into());
        }
        _ => {}
    }
    let (start, name) = word_before(&c[..end]);
    if called && name.is_empty() {
        // (0..3).map(…), (a + b).len(): only the first says what it is
        let inside: String = c[end + 1..c.len() - 1].iter().collect();
        return inside.contains("..").then(|| "range".into());
    }
    let behind_dot = start > 0 && c[start - 1] == '.';
    if !called && !behind_dot {
        let number = name.starts_with(|ch: char| ch.is_ascii_digit());
        let known = names.variables.iter().rev().find(|v| v.0 == name).map(|v| v.1.clone());
        return known.or_else(|| (number || name == "PI").then(|| "number".into()));
    }
    let owner = if behind_dot { kind_before(names, &c[..start - 1]) } else { Some(String::new()) };
    gives(owner.as_deref(), &name).map(String::from)
}

/// Where the bracket stands that the last character closes.
fn opened(c: &[char], open: char, close: char) -> Option<usize> {
    let mut depth = 0;
    (0..c.len()).rev().find(|i| {
        depth += i32::from(c[*i] == close) - i32::from(c[*i] == open);
        depth == 0
    })
}

/// What a function, or a method or property of a type, gives; of any type where that is not known.
fn gives(owner: Option<&str>, name: &str) -> Option<&'static str> {
    let all = || library().index.names.iter().filter(|n| n.name == name && !n.gives.is_empty());
    let of_owner = owner.and_then(|o| all().find(|n| n.owner == o));
    of_owner.or_else(|| all().next_back().filter(|_| owner.is_none_or(|o| !o.is_empty()))).map(|n| n.gives)
}

/// The call whose arguments are typed.
pub struct Called {
    /// its name, with its module
    pub name: String,
    /// the type before the dot; empty for a function, or where it is not known
    pub owner: String,
    /// how it is written
    pub signature: &'static str,
    /// its page in the catalogue
    pub entry: Option<&'static Entry>,
    /// how many arguments stand before
    pub position: usize,
}

impl Called {
    /// What the argument at the cursor can be, a word for each way to call it.
    pub fn expected(&self) -> Vec<&'static Argument> {
        let mut out: Vec<&Argument> = vec![];
        for call in arguments::calls(&self.name, self.signature) {
            let Some(written) = call.get(self.position) else { continue };
            for word in written.split(" | ") {
                let word = word.trim();
                out.extend(arguments::meaning(&self.name, word).filter(|a| !out.iter().any(|o| o.word == a.word)));
            }
        }
        out
    }
}

/// The innermost call that is open at the cursor.
pub fn called(names: &Names, c: &[char], at: &Place) -> Option<Called> {
    let level = at.levels.iter().rfind(|l| l.open == Open::Parenthesis)?;
    call_of(names, c, level)
}

/// The call that an open parenthesis belongs to.
fn call_of(names: &Names, c: &[char], level: &Level) -> Option<Called> {
    let (start, name) = word_before(&c[..level.at]);
    let name = name.trim_matches(':').to_string();
    if name.is_empty() {
        return None;
    }
    let index = &library().index;
    let position = level.commas;
    if start > 0 && c[start - 1] == '.' {
        let owner = kind_before(names, &c[..start - 1]).unwrap_or_default();
        let any = || index.names.iter().find(|n| !n.owner.is_empty() && n.name == name);
        let n = index.member(&owner, &name).or_else(any)?;
        let entry = index.entry(n.name).filter(|e| e.signature == n.signature);
        return Some(Called { name, owner, signature: n.signature, entry, position });
    }
    // a function of the script hides what it is called like
    if names.functions.iter().chain(&names.foreign).any(|f| f.name == name) {
        return None;
    }
    let entry = names::find(&name);
    let signature = entry.map(|e| e.signature).or_else(|| index.function(&name).map(|n| n.signature))?;
    Some(Called { name, owner: String::new(), signature, entry, position })
}

/// The options whose map is open at the cursor, and whose they are; those of a map within a map, too.
pub fn options_at(names: &Names, c: &[char], at: &Place) -> Option<(&'static Entry, &'static [Opt])> {
    let outer = at.levels.iter().rposition(|l| l.open == Open::Parenthesis)?;
    let maps = &at.levels[outer + 1..];
    if maps.is_empty() || maps.iter().any(|l| l.open != Open::Map) {
        return None;
    }
    let entry = call_of(names, c, &at.levels[outer])?.entry?;
    let mut options = entry.options;
    for map in &maps[..maps.len() - 1] {
        let option = options.iter().find(|o| Some(o.name) == map.keys.last().map(String::as_str))?;
        let OptionKind::Map(inner) = option.kind else { return None };
        options = inner;
    }
    Some((entry, options))
}

/// The option whose value is typed at the cursor, a list of it included.
pub fn value_of(names: &Names, c: &[char], at: &Place) -> Option<(&'static Entry, &'static Opt)> {
    let mut levels = at.levels.clone();
    while levels.last().is_some_and(|l| l.open == Open::Bracket) {
        levels.pop();
    }
    let map = levels.last().filter(|l| l.open == Open::Map && l.in_value)?.clone();
    let (entry, options) = options_at(names, c, &Place { inside: at.inside, levels })?;
    let option = options.iter().find(|o| Some(o.name) == map.keys.last().map(String::as_str))?;
    Some((entry, option))
}

/// What somebody wants to know about.
pub enum Asked {
    /// a variable
    Variable(String),
    /// a function of the script
    Function(String),
    /// what has a page
    Page(Box<Page>),
}

/// What stands at a cursor. In a call, where no name does, it is the function that is called.
pub fn asked(names: &Names, text: &str, cursor: usize) -> Option<Asked> {
    let c: Vec<char> = text.chars().collect();
    let cursor = cursor.min(c.len());
    let (start, word) = word_at(&c, cursor);
    let at = place(&c[..start.min(cursor)]);
    let page = |p: Page| Some(Asked::Page(Box::new(p)));
    let call = || open_call(names, &c[..cursor]);
    if word.is_empty() || word.starts_with(|ch: char| ch.is_ascii_digit()) {
        return call();
    }
    let index = &library().index;
    if start > 0 && c[start - 1] == '.' {
        let n = kind_before(names, &c[..start - 1]).and_then(|kind| index.member(&kind, &word));
        // `list.push` names a method, too
        let named = || {
            let owner = word_before(&c[..start - 1]).1;
            topics::find(index, &format!("{owner}.{word}")).or_else(|| topics::find(index, &word))
        };
        return page(n.map_or_else(named, |n| Some(topics::of_name(index, n)))?);
    }
    if let Some((entry, options)) = options_at(names, &c, &at).filter(|_| at.inside == Inside::Code)
        && at.levels.last().is_some_and(|l| !l.in_value)
        && let Some(o) = options.iter().find(|o| o.name == word)
    {
        return page(topics::of_option(entry, o));
    }
    if names.variables.iter().any(|v| v.0 == word) {
        return Some(Asked::Variable(word));
    }
    if names.functions.iter().chain(&names.foreign).any(|f| f.name == word) {
        return Some(Asked::Function(word));
    }
    topics::find(index, &word).map_or_else(call, page)
}

/// The function whose arguments are typed.
fn open_call(names: &Names, c: &[char]) -> Option<Asked> {
    let at = place(c);
    if at.inside == Inside::Comment {
        return None;
    }
    let level = at.levels.iter().rfind(|l| l.open == Open::Parenthesis)?;
    let (start, name) = word_before(&c[..level.at]);
    if (start == 0 || c[start - 1] != '.') && names.functions.iter().chain(&names.foreign).any(|f| f.name == name) {
        return Some(Asked::Function(name));
    }
    let f = call_of(names, c, level)?;
    let index = &library().index;
    let found = match (f.entry, index.member(&f.owner, &f.name)) {
        (Some(e), _) => Some(topics::of_entry(index, e)),
        (None, Some(n)) if !f.owner.is_empty() => Some(topics::of_name(index, n)),
        _ => topics::find(index, &f.name),
    };
    found.map(|p| Asked::Page(Box::new(p)))
}
