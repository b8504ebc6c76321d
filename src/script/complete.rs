//! Completion, inspection, and whether an input is complete, from the catalogues and the session's own names.
use super::Session;
use super::names;
use super::rewrite::rewrite;
use crate::catalogue::Entry;
use rhai::ParseErrorType;

/// One way to go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    pub text: String,
    /// "variable", "function", "method", "option", "module"
    pub kind: &'static str,
    pub doc: String,
}

/// Whether a cell can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    Complete,
    /// more lines are needed
    Incomplete,
    Invalid,
}

const METHODS: &[(&str, &[&str])] = &[
    ("Points", &["len", "dim", "rows", "col", "mean", "std", "concat", "to_array"]),
    ("Generator", &["f", "conjugate", "conjugate_grad", "domain", "latex", "report", "regularized", "name"]),
    ("Divergence", &["estimate", "reversed", "latex", "name"]),
    ("Flow", &["run"]),
    ("Run", &["particles", "history", "snapshots", "critic", "ending", "resume", "save", "source", "target", "time", "steps"]),
    ("Estimate", &["value", "lower", "critic", "history", "lipschitz"]),
    ("Critic", &["value", "gradient", "lipschitz_bound"]),
    ("Figure", &["show", "save"]),
    ("Table", &["column", "columns", "len", "last"]),
];

/// Methods and properties of a type.
pub(super) fn methods(kind: &str) -> &'static [&'static str] {
    METHODS.iter().find(|m| m.0 == kind).map_or(&[], |m| m.1)
}

/// The word that ends at the cursor: its start and text, `::` included.
fn word_before(c: &[char]) -> (usize, String) {
    let start = c.iter().rposition(|ch| !(ch.is_alphanumeric() || *ch == '_' || *ch == ':')).map_or(0, |p| p + 1);
    (start, c[start..].iter().collect())
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

impl Session {
    /// Completions for the text before the cursor (a count of characters), and where the replaced word starts.
    pub fn complete(&self, text: &str, cursor: usize) -> (usize, Vec<Completion>) {
        let c: Vec<char> = text.chars().take(cursor).collect();
        let (start, word) = word_before(&c);
        let mut out = vec![];
        if start > 0 && c[start - 1] == '.' {
            let (_, object) = word_before(&c[..start - 1]);
            let kind = self.scope().get(&object).map(|v| v.flatten_clone().type_name().to_string()).unwrap_or_default();
            let kind = self.engine().map_type_name(&kind).to_string();
            let known = METHODS.iter().filter(|m| kind.is_empty() || m.0 == kind);
            for m in known.flat_map(|m| m.1).filter(|m| m.starts_with(&word)) {
                out.push(Completion { text: m.to_string(), kind: "method", doc: names::find(m).map_or(String::new(), |e| e.doc.into()) });
            }
        } else if let Some(e) = open_options(&c) {
            for o in e.options.iter().filter(|o| o.name.starts_with(&word)) {
                out.push(Completion { text: o.name.into(), kind: "option", doc: format!("{} ({})", o.doc, o.kind.describe()) });
            }
        }
        if out.is_empty() && !(start > 0 && c[start - 1] == '.') {
            for (name, _, _) in self.scope().iter().filter(|v| v.0.starts_with(&word)) {
                out.push(Completion { text: name.into(), kind: "variable", doc: String::new() });
            }
            for f in self.library().iter_functions().filter(|f| f.name.starts_with(&word) && !f.name.starts_with("anon$")) {
                out.push(Completion { text: f.name.into(), kind: "function", doc: f.comments.join("\n") });
            }
            for e in names::all().iter().filter(|e| e.name.starts_with(&word) && !METHODS.iter().any(|m| m.1.contains(&e.name))) {
                out.push(Completion { text: e.name.into(), kind: "function", doc: e.doc.into() });
            }
        }
        out.sort_by(|a, b| a.text.cmp(&b.text));
        out.dedup_by(|a, b| a.text == b.text);
        (start, out)
    }

    /// The help page of the name at the cursor.
    pub fn inspect(&self, text: &str, cursor: usize) -> Option<String> {
        let c: Vec<char> = text.chars().collect();
        let end = (cursor.min(c.len())..c.len()).find(|i| !(c[*i].is_alphanumeric() || c[*i] == '_' || c[*i] == ':')).unwrap_or(c.len());
        let (_, word) = word_before(&c[..end]);
        if let Some(e) = names::find(&word) {
            return Some(super::help::page(e));
        }
        let value = self.scope().get(&word)?;
        Some(format!("{word}: {}\n{}", super::convert::type_of(value), self.text_of(value)))
    }

    /// Whether the input can run, needs more lines, or cannot become valid by adding any.
    pub fn completeness(&self, text: &str) -> Completeness {
        match self.engine().compile_with_scope(self.scope(), rewrite(text, self.plain_functions()).text) {
            Ok(_) => Completeness::Complete,
            Err(e) => {
                let at_end = e.position().is_none() || {
                    let trimmed = text.trim_end();
                    let (lines, last) = (trimmed.lines().count(), trimmed.lines().last().map_or(0, |l| l.chars().count()));
                    e.position().line().is_some_and(|l| l > lines || l == lines && e.position().position().is_some_and(|c| c > last))
                };
                match e.err_type() {
                    ParseErrorType::UnexpectedEOF => Completeness::Incomplete,
                    ParseErrorType::MissingToken(..) if at_end => Completeness::Incomplete,
                    ParseErrorType::BadInput(rhai::LexError::UnterminatedString) => Completeness::Incomplete,
                    _ if at_end => Completeness::Incomplete,
                    _ => Completeness::Invalid,
                }
            }
        }
    }
}
