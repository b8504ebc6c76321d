//! Errors for the person who made the mistake: where, what, what was expected, what was perhaps meant.
use super::rewrite::Rewritten;
use crate::error::Error;
use rhai::Position;
use std::collections::HashMap;

/// What went wrong, in words and with a place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagnostic {
    /// what went wrong, one sentence
    pub message: String,
    /// what to try
    pub hint: Option<String>,
    /// where
    pub place: Option<Box<Place>>,
    /// functions on the way, innermost first
    pub trace: Vec<String>,
    /// what kind of failure
    pub class: Class,
}

/// A span of characters in a source, lines and columns from 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// the name of the cell or file
    pub source: String,
    /// from 1
    pub line: usize,
    /// from 1, in characters
    pub column: usize,
    /// in characters
    pub length: usize,
}

impl Place {
    /// So many characters of a text from one of them on, counted from 0; of one line.
    pub fn of(source: &str, text: &str, at: usize, length: usize) -> Place {
        let (mut line, mut column) = (1, 1);
        for ch in text.chars().take(at) {
            (line, column) = if ch == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        Place { source: source.into(), line, column, length: length.max(1) }
    }
}

/// What kind of failure, for exit codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Class {
    /// a mistake in the script
    #[default]
    Script,
    /// numbers left the range in which they mean something
    Diverged,
    /// the device is missing or failed
    Device,
    /// somebody asked for a stop
    Interrupted,
}

/// The interpreter counts lines and columns in 16 bits, and stands still at the last.
pub const UNCOUNTED: usize = u16::MAX as usize;

/// Texts of every source a session has read, by name.
#[derive(Default)]
pub struct Sources {
    texts: HashMap<String, (String, Rewritten)>,
    /// their names in the order in which they ran
    order: Vec<String>,
    /// which source defined a function
    functions: HashMap<String, String>,
}

impl Sources {
    /// Keeps a source under its name, as typed and as rewritten.
    pub fn add(&mut self, name: &str, text: &str, rewritten: Rewritten) {
        self.order.retain(|n| n != name);
        self.order.push(name.to_string());
        self.texts.insert(name.to_string(), (text.to_string(), rewritten));
    }
    /// Notes which source defined a function.
    pub fn define(&mut self, function: &str, source: &str) {
        self.functions.insert(function.to_string(), source.to_string());
    }
    /// All of them as typed, in the order in which they ran.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.order.iter().filter_map(|n| self.text(n))
    }
    /// A source as typed.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(|t| t.0.as_str())
    }
    /// A place in the text as typed: the point stretched over the word that starts there.
    pub fn place(&self, source: &str, position: Position) -> Option<Place> {
        let (text, rewritten) = self.texts.get(source)?;
        let line = position.line()?;
        let column = position.position().unwrap_or(1);
        if line >= UNCOUNTED || column >= UNCOUNTED {
            return None;
        }
        let column = rewritten.column(line, column);
        let word = text.lines().nth(line - 1).unwrap_or("");
        let rest: Vec<char> = word.chars().skip(column - 1).collect();
        let is_word = |c: &char| c.is_alphanumeric() || *c == '_';
        let length = if rest.first() == Some(&'"') {
            rest.iter().skip(1).position(|c| *c == '"').map_or(1, |p| p + 2)
        } else {
            rest.iter().take_while(|c| is_word(c)).count().max(1)
        };
        Some(Place { source: source.to_string(), line, column, length })
    }
    /// The source that defined a function.
    pub fn home(&self, function: &str) -> Option<&str> {
        self.functions.get(function).map(String::as_str)
    }
    /// Where the key of an option map stands, looked for after the call that took the map.
    pub fn key_after(&self, call: Option<&Place>, key: &str) -> Option<Place> {
        let call = call?;
        let text = self.text(&call.source)?;
        for (i, line) in text.lines().enumerate().skip(call.line - 1).take(40) {
            let skip = if i + 1 == call.line { call.column - 1 } else { 0 };
            let c: Vec<char> = line.chars().collect();
            let k: Vec<char> = key.chars().collect();
            let found = (skip..c.len().saturating_sub(k.len())).find(|at| {
                let alone = *at == 0 || !(c[at - 1].is_alphanumeric() || c[at - 1] == '_');
                let rest: String = c[at + k.len()..].iter().collect();
                alone && c[*at..at + k.len()] == k[..] && rest.trim_start().starts_with(':')
            });
            if let Some(at) = found {
                return Some(Place { source: call.source.clone(), line: i + 1, column: at + 1, length: k.len() });
            }
        }
        None
    }
}

/// Rhai's and Rust's type names in a user's words.
pub fn friendly(t: &str) -> String {
    let t = t.trim();
    let last = t.rsplit("::").next().unwrap_or(t).trim_end_matches('>');
    match t {
        "f64" | "f32" | "float" => "number",
        "i64" | "int" => "number",
        "()" => "nothing",
        "array" => "list",
        "Fn" | "FnPtr" => "function",
        "&str | ImmutableString | String" | "string" | "ImmutableString" => "text",
        "range" | "range=" => "range",
        "char" => "character",
        "timestamp" | "Instant" => "time",
        "Symbolic" => "formula",
        "SymbolicPoint" => "point of formulas",
        _ if t.contains("Range") => "range",
        _ if t.contains("Tensor") || t.ends_with("ranks::spread::Spread") => "Points",
        _ => own(last),
    }
    .to_string()
}

/// What the language calls a type of the program.
fn own(last: &str) -> &str {
    match last {
        "DivergenceValue" => "Divergence",
        "CriticValue" => "CriticRecipe",
        "FittedCritic" => "Critic",
        "FlowValue" | "DensityFlow" => "Flow",
        "CodecValue" => "Codec",
        "TableRow" => "Row",
        "Order" => "Renyi",
        "Bar" => "Progress",
        "Caught" => "Error",
        "Expr" => "formula",
        "SymbolicPoint" => "point of formulas",
        last => last,
    }
}

impl Diagnostic {
    /// A message without a place.
    pub fn new(message: impl Into<String>) -> Diagnostic {
        Diagnostic { message: message.into(), ..Diagnostic::default() }
    }
    /// What a cell ends with that somebody stopped.
    pub fn interrupted() -> Diagnostic {
        Diagnostic { message: "interrupted".into(), class: Class::Interrupted, ..Diagnostic::default() }
    }
    /// The same at a place.
    pub fn at(mut self, place: Option<Place>) -> Diagnostic {
        self.place = place.map(Box::new);
        self
    }
    /// The same with something to try.
    pub fn hinted(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(hint.into());
        self
    }

    /// An error of the library, without a place.
    pub fn from_error(e: &Error) -> Diagnostic {
        let class = match e {
            Error::Diverged { .. } | Error::NotANumber { .. } => Class::Diverged,
            Error::Device { .. } => Class::Device,
            Error::Interrupted => Class::Interrupted,
            _ => Class::Script,
        };
        Diagnostic { message: e.to_string(), hint: e.hint(), class, ..Diagnostic::default() }
    }

    /// The report a terminal shows, with the offending line and a caret.
    pub fn render(&self, sources: &Sources, color: bool) -> String {
        use ariadne::{Config, IndexType, Label, Report, ReportKind, Source};
        let mut out = vec![];
        let config = Config::default().with_color(color).with_index_type(IndexType::Char);
        let shown = self.place.as_ref().and_then(|p| sources.text(&p.source).map(|t| (p, t)));
        let Some((place, text)) = shown else {
            let hint = self.hint.as_ref().map_or(String::new(), |h| format!("\n  help: {h}"));
            return format!("error: {}{hint}\n", self.message);
        };
        let start: usize =
            text.split('\n').take(place.line - 1).map(|l| l.chars().count() + 1).sum::<usize>() + place.column - 1;
        let end = (start + place.length).min(text.chars().count()).max(start);
        let span = (place.source.clone(), start..end);
        let mut report = Report::build(ReportKind::Custom("error", ariadne::Color::Red), span.clone())
            .with_config(config)
            .with_message(&self.message)
            .with_label(Label::new(span).with_message("here").with_color(ariadne::Color::Red));
        if let Some(h) = &self.hint {
            report = report.with_help(h);
        }
        if !self.trace.is_empty() {
            report = report.with_note(self.trace.join("; "));
        }
        if report.finish().write((place.source.clone(), Source::from(text)), &mut out).is_err() {
            return format!("error: {}\n", self.message);
        }
        let text = String::from_utf8_lossy(&out).lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n";
        if color { on_any_ground(&text) } else { plain(&text) }
    }
}

/// Whether errors on a terminal are coloured: not where `NO_COLOR` is set, and not on one that knows no colours.
pub fn colours(is_terminal: bool) -> bool {
    let set = |name: &str| std::env::var(name).unwrap_or_default();
    is_terminal && set("NO_COLOR").is_empty() && set("TERM") != "dumb"
}

/// Colours that are read on dark and on light ground: lines around the place as the terminal writes, margins in a middle grey,
/// help in blue-green. Those of the report are light greys.
fn on_any_ground(s: &str) -> String {
    const GROUNDS: [(&str, &str); 4] = [("249", "39"), ("246", "38;5;244"), ("240", "38;5;244"), ("115", "36")];
    GROUNDS
        .iter()
        .fold(s.to_string(), |s, (light, any)| s.replace(&format!("\u{1b}[38;5;{light}m"), &format!("\u{1b}[{any}m")))
}

/// Text without terminal escapes: a custom kind of report is coloured whatever the configuration says.
pub fn plain(s: &str) -> String {
    let mut out = String::new();
    let mut chars = s.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            for e in chars.by_ref() {
                if e.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            out.push(c);
        }
    }
    out
}
