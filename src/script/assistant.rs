//! Answers about names for whoever types: what can follow, what a name is, whether an input is whole. It never
//! touches the values of a session, so that it can answer from another thread while a cell runs.
use super::complete::{self, Completeness, Completion};
use super::diagnostic;
use super::known::{Function, Names};
use super::rewrite::rewrite;
use super::rich::Rich;
use super::surroundings::{self, Asked};
use rhai::{AST, Engine, ParseErrorType, Scope};
use std::collections::HashSet;
use std::sync::{Arc, OnceLock, RwLock, RwLockReadGuard};

/// Clones look at the same session.
#[derive(Clone)]
pub struct Assistant {
    names: Arc<RwLock<Names>>,
    plain: Arc<HashSet<String>>,
    /// only parses
    parser: Arc<OnceLock<Engine>>,
}

impl Assistant {
    pub(super) fn new(plain: Arc<HashSet<String>>) -> Assistant {
        Assistant { names: Arc::default(), plain, parser: Arc::default() }
    }

    pub(super) fn variables<'a>(&self, all: impl Iterator<Item = (&'a str, &'a str)>) {
        let mut names = self.names.write().unwrap_or_else(|p| p.into_inner());
        names.variables = all.map(|(n, t)| (n.to_string(), diagnostic::friendly(t))).collect();
    }

    /// A variable that is new, or another one under its name.
    pub(super) fn variable(&self, name: &str, kind: &str) {
        let mut names = self.names.write().unwrap_or_else(|p| p.into_inner());
        let kind = diagnostic::friendly(kind);
        match names.variables.iter_mut().rev().find(|v| v.0 == name) {
            Some(known) => known.1 = kind,
            None => names.variables.push((name.to_string(), kind)),
        }
    }

    pub(super) fn functions(&self, library: &AST) {
        let functions = library.iter_functions().filter(|f| !f.name.starts_with("anon$")).map(|f| {
            let doc: Vec<&str> = f.comments.iter().map(|c| c.trim_start_matches('/').trim()).collect();
            Function {
                name: f.name.to_string(),
                signature: format!("{}({})", f.name, f.params.join(", ")),
                doc: doc.join("\n"),
            }
        });
        self.names.write().unwrap_or_else(|p| p.into_inner()).functions = functions.collect();
    }

    pub(super) fn foreign(&self, name: &str, arity: usize) {
        let mut names = self.names.write().unwrap_or_else(|p| p.into_inner());
        names.foreign.retain(|f| f.name != name);
        let arguments = ["a", "b", "c", "d", "e", "f"][..arity.min(6)].join(", ");
        names.foreign.push(Function {
            name: name.into(),
            signature: format!("{name}({arguments})"),
            doc: "a function made in Rust".into(),
        });
    }

    pub(super) fn is_foreign(&self, name: &str) -> bool {
        self.read().foreign.iter().any(|f| f.name == name)
    }

    fn read(&self) -> RwLockReadGuard<'_, Names> {
        self.names.read().unwrap_or_else(|p| p.into_inner())
    }

    /// Completions for the text before the cursor (a count of characters), and where the replaced word starts.
    pub fn complete(&self, text: &str, cursor: usize) -> (usize, Vec<Completion>) {
        complete::complete(&self.read(), text, cursor)
    }

    /// The help page of what stands at the cursor: a name, a method of the value before the dot, an option, the call whose
    /// arguments are typed, or the kind of a variable.
    pub fn inspect(&self, text: &str, cursor: usize) -> Option<Rich> {
        let known = self.read();
        match surroundings::asked(&known, text, cursor)? {
            Asked::Variable(name) => {
                let (_, kind) = known.variables.iter().rev().find(|v| v.0 == name)?;
                Some(Rich::text(format!("{name}: {kind}")))
            }
            Asked::Function(name) => {
                let f = known.functions.iter().chain(&known.foreign).find(|f| f.name == name)?;
                let text = format!("{}\n  {}", f.signature, f.doc.replace('\n', "\n  "));
                Some(Rich::text(text.trim_end()))
            }
            Asked::Page(page) => Some(page.rich()),
        }
    }

    /// The variable at the cursor, if it is one.
    pub(super) fn variable_at(&self, text: &str, cursor: usize) -> Option<String> {
        match surroundings::asked(&self.read(), text, cursor)? {
            Asked::Variable(name) => Some(name),
            _ => None,
        }
    }

    /// Whether the input can run, needs more lines, or cannot become valid by adding any.
    pub fn completeness(&self, text: &str) -> Completeness {
        let parser = self.parser.get_or_init(|| {
            let mut engine = Engine::new_raw();
            engine.set_max_expr_depths(256, 256);
            engine
        });
        let rewritten = rewrite(text, &self.plain);
        if let Some(r) = rewritten.refused {
            return if r.open { Completeness::Incomplete } else { Completeness::Invalid };
        }
        let Err(e) = parser.compile_with_scope(&Scope::new(), rewritten.text) else {
            return Completeness::Complete;
        };
        let at_end = e.position().is_none() || {
            let trimmed = text.trim_end();
            let (lines, last) = (trimmed.lines().count(), trimmed.lines().last().map_or(0, |l| l.chars().count()));
            e.position()
                .line()
                .is_some_and(|l| l > lines || l == lines && e.position().position().is_some_and(|c| c > last))
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
