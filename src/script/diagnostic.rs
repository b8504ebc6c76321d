//! Errors for the person who made the mistake: where, what, what was expected, what was perhaps meant.
use super::context::Context;
use super::names;
use super::rewrite::Rewritten;
use crate::error::Error;
use rhai::{EvalAltResult, ParseError, ParseErrorType, Position};
use std::collections::HashMap;

/// What went wrong, in words and with a place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagnostic {
    pub message: String,
    pub hint: Option<String>,
    pub place: Option<Place>,
    /// functions on the way, innermost first
    pub trace: Vec<String>,
    pub class: Class,
}

/// A span of characters in a source, lines and columns from 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    pub source: String,
    pub line: usize,
    pub column: usize,
    pub length: usize,
}

/// What kind of failure, for exit codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Class {
    #[default]
    Script,
    Diverged,
    Device,
    Interrupted,
}

/// Texts of every source a session has read, by name.
#[derive(Default)]
pub struct Sources {
    texts: HashMap<String, (String, Rewritten)>,
    /// which source defined a function
    functions: HashMap<String, String>,
}

impl Sources {
    pub fn add(&mut self, name: &str, text: &str, rewritten: Rewritten) {
        self.texts.insert(name.to_string(), (text.to_string(), rewritten));
    }
    pub fn define(&mut self, function: &str, source: &str) {
        self.functions.insert(function.to_string(), source.to_string());
    }
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(|t| t.0.as_str())
    }
    /// A place in the text as typed: the point stretched over the word that starts there.
    pub fn place(&self, source: &str, position: Position) -> Option<Place> {
        let (text, rewritten) = self.texts.get(source)?;
        let line = position.line()?;
        let column = rewritten.column(line, position.position().unwrap_or(1));
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
}

impl Sources {
    /// Where the key of an option map stands, looked for after the call that took the map.
    fn key_after(&self, call: Option<&Place>, key: &str) -> Option<Place> {
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

/// "no function f(number, text)" from Rhai's "f (f64, &str | ImmutableString | String)".
fn signature(s: &str) -> (String, String) {
    let (name, rest) = s.split_once(" (").unwrap_or((s, ")"));
    let args = rest.trim_end_matches(')');
    let args: Vec<String> = args.split(", ").filter(|a| !a.is_empty()).map(friendly).collect();
    (name.to_string(), args.join(", "))
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
        _ if t.contains("Range") => "range",
        _ if t.contains("Tensor<2") => "Points",
        _ => last,
    }
    .to_string()
}

impl Diagnostic {
    pub fn new(message: impl Into<String>) -> Diagnostic {
        Diagnostic { message: message.into(), ..Diagnostic::default() }
    }
    pub fn at(mut self, place: Option<Place>) -> Diagnostic {
        self.place = place;
        self
    }
    pub fn hinted(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(hint.into());
        self
    }

    pub fn from_error(e: &Error) -> Diagnostic {
        let class = match e {
            Error::Diverged { .. } => Class::Diverged,
            Error::Device { .. } => Class::Device,
            Error::Interrupted => Class::Interrupted,
            _ => Class::Script,
        };
        Diagnostic { message: e.to_string(), hint: e.hint(), class, ..Diagnostic::default() }
    }

    pub fn from_parse(e: &ParseError, source: &str, sources: &Sources, text: &str) -> Diagnostic {
        let (message, hint) = parse_words(e.err_type(), text, e.position());
        let mut position = e.position();
        if position.is_none() {
            let lines = text.lines().count().max(1);
            position = Position::new(lines as u16, text.lines().last().map_or(1, |l| l.chars().count().max(1)) as u16);
        }
        Diagnostic { message, hint, ..Diagnostic::default() }.at(sources.place(source, position))
    }

    pub fn from_eval(e: &EvalAltResult, cell: &str, sources: &Sources, context: &Context) -> Diagnostic {
        // down to the innermost error, remembering whose text its position belongs to
        let (mut e, mut source, mut trace) = (e, cell.to_string(), vec![]);
        let mut position = Position::NONE;
        loop {
            let inner = match e {
                EvalAltResult::ErrorInFunctionCall(name, src, inner, p) => {
                    if !p.is_none() {
                        position = *p;
                    }
                    let home =
                        sources.functions.get(name).cloned().or_else(|| Some(src.clone()).filter(|s| !s.is_empty()));
                    let shown = if name.starts_with("anon$") { "a closure".to_string() } else { format!("`{name}`") };
                    let at = sources
                        .place(&source, *p)
                        .map_or(String::new(), |p| format!(", called at {}:{}:{}", p.source, p.line, p.column));
                    trace.push(format!("in {shown}{at}"));
                    // a position inside the function belongs to the text that defined it
                    if !inner.position().is_none()
                        && let Some(home) = home
                    {
                        source = home;
                    }
                    inner
                }
                EvalAltResult::ErrorInModule(path, inner, p) => {
                    if !p.is_none() {
                        position = *p;
                    }
                    trace.push(format!("while importing \"{path}\""));
                    inner
                }
                _ => break,
            };
            e = inner;
        }
        if !e.position().is_none() {
            position = e.position();
        }
        trace.reverse();
        // the kept error belongs to this exception only if it says the same: a script may have caught it and thrown its own
        let native = match e {
            EvalAltResult::ErrorRuntime(value, _) => {
                super::context::lock(&context.last_error).take().filter(|n| n.to_string() == value.to_string())
            }
            _ => None,
        };
        let place = sources.place(&source, position);
        let (mut d, place) = match native {
            Some(native) => {
                let key = match &native {
                    Error::Option { key, .. } | Error::UnknownOption { key, .. } => {
                        sources.key_after(place.as_ref(), key)
                    }
                    _ => None,
                };
                (Diagnostic::from_error(&native), key.or(place))
            }
            None => (runtime_words(e, context), place),
        };
        d.trace = trace;
        d.at(place)
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
        if color { text } else { plain(&text) }
    }
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

fn parse_words(e: &ParseErrorType, text: &str, position: Position) -> (String, Option<String>) {
    let line = position.line().and_then(|l| text.lines().nth(l - 1)).unwrap_or("");
    let bare_point = line
        .split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .any(|n| n.ends_with('.') && n.len() > 1 || n.starts_with('.') && n.len() > 1);
    let hint = match e {
        _ if bare_point && !line.contains("..") => {
            Some("numbers need digits on both sides of the point: 5.0 and 0.5".to_string())
        }
        ParseErrorType::Reserved(word) => Some(format!("`{word}` is a reserved word; choose another name")),
        ParseErrorType::MissingToken(t, _) if t == ";" => Some("statements end with `;`, all but the last".into()),
        _ => None,
    };
    (format!("syntax: {}", lower_first(&e.to_string())), hint)
}

fn lower_first(s: &str) -> String {
    let mut c = s.chars();
    c.next().map_or(String::new(), |f| f.to_lowercase().chain(c).collect())
}

fn runtime_words(e: &EvalAltResult, context: &Context) -> Diagnostic {
    match e {
        EvalAltResult::ErrorVariableNotFound(name, _) => unknown_name(name, &global_names(context)),
        EvalAltResult::ErrorFunctionNotFound(s, _) => {
            let (name, args) = signature(s);
            function_not_found(&name, &args)
        }
        EvalAltResult::ErrorTerminated(..) => {
            Diagnostic { message: "interrupted".into(), class: Class::Interrupted, ..Diagnostic::default() }
        }
        EvalAltResult::ErrorStackOverflow(_) => Diagnostic::new("the recursion is too deep")
            .hinted("a function probably calls itself without an end; loops have no such limit"),
        EvalAltResult::ErrorMismatchDataType(wanted, got, _) => {
            let (wanted, got) = (friendly(wanted), friendly(got));
            Diagnostic::new(if wanted.is_empty() {
                format!("a {got} cannot stand here")
            } else {
                format!("expected a {wanted}, got a {got}")
            })
        }
        EvalAltResult::ErrorPropertyNotFound(name, _) => Diagnostic::new(format!("there is no property `{name}` here")),
        EvalAltResult::ErrorDotExpr(text, _) if text.starts_with("Unknown property") => {
            let mut quoted = text.split('\'').skip(1).step_by(2);
            let (name, kind) = (quoted.next().unwrap_or_default(), quoted.next().unwrap_or_default());
            let d = Diagnostic::new(format!("a {} has no property `{name}`", friendly(kind)));
            match crate::catalogue::nearest(name, super::complete::methods(&friendly(kind)).iter().copied()) {
                Some(n) => d.hinted(format!("did you mean `{n}`?")),
                None => d,
            }
        }
        EvalAltResult::ErrorIndexNotFound(index, _) => Diagnostic::new(format!("there is no entry {index}")),
        EvalAltResult::ErrorArrayBounds(len, index, _) => {
            Diagnostic::new(format!("index {index} is outside a list of {len}"))
        }
        EvalAltResult::ErrorRuntime(value, _) => Diagnostic::new(value.to_string()),
        EvalAltResult::ErrorModuleNotFound(path, _) => Diagnostic::new(format!(
            "cannot import \"{path}\": no file {path}.rhai was found beside the script or here"
        )),
        EvalAltResult::ErrorParsing(kind, _) => Diagnostic::new(format!("syntax: {}", lower_first(&kind.to_string()))),
        other => Diagnostic::new(lower_first(other.to_string().split(" (line").next().unwrap_or_default())),
    }
}

fn global_names(context: &Context) -> Vec<String> {
    context.globals.read().unwrap_or_else(|p| p.into_inner()).keys().cloned().collect()
}

/// An undefined variable with the nearest name known.
pub fn unknown_name(name: &str, known: &[String]) -> Diagnostic {
    let d = Diagnostic::new(format!("`{name}` is not defined"));
    let candidates = known.iter().map(String::as_str).chain(names::all().iter().map(|e| e.name));
    match crate::catalogue::nearest(name, candidates) {
        Some(n) => d.hinted(format!("did you mean `{n}`?")),
        None => d,
    }
}

/// A call that fits no function: the right signature if the name exists, else the nearest name.
pub fn function_not_found(name: &str, args: &str) -> Diagnostic {
    if let Some(property) = name.strip_prefix("get$") {
        return Diagnostic::new(format!("a {args} has no property `{property}`"));
    }
    if let Some(property) = name.strip_prefix("set$") {
        return Diagnostic::new(format!("`{property}` cannot be set"));
    }
    if name.chars().all(|c| !c.is_alphanumeric() && c != '_') {
        let d = Diagnostic::new(format!("`{name}` is not defined between {}", args.replace(", ", " and ")));
        return if args.contains("Generator") {
            d.hinted("an f becomes a divergence with .regularized(lipschitz(1.0))")
        } else {
            d
        };
    }
    if let Some(e) = names::find(name) {
        return Diagnostic::new(format!("`{name}` does not take ({args})"))
            .hinted(format!("its signature is {}", e.signature));
    }
    let d = Diagnostic::new(format!("there is no function `{name}({args})`"));
    let own = super::complete::methods(args.split(", ").next().unwrap_or_default());
    if own.contains(&name) {
        return d.hinted(format!("`{name}` takes other arguments, or none"));
    }
    if let Some(n) = crate::catalogue::nearest(name, own.iter().copied()) {
        return d.hinted(format!("did you mean `{n}`?"));
    }
    let known = names::functions();
    match crate::catalogue::nearest(name, known.iter().map(String::as_str)) {
        Some(n) if n != name => d.hinted(format!("did you mean `{n}`?")),
        _ => d,
    }
}
