//! From the interpreter's errors to a user's words: what fits no name, no type, no syntax, and what was perhaps meant.
use super::caught::Caught;
use super::context::{Context, lock};
use super::diagnostic::{Diagnostic, Place, Sources, UNCOUNTED, friendly};
use super::elsewhere;
use super::foreign::phrase;
use super::index;
use super::names;
use super::rewrite::INDEX;
use super::watch::FULL;
use super::words::{self, TOO_DEEP};
use crate::catalogue::nearest;
use crate::error::Error;
use rhai::{EvalAltResult, ParseError, ParseErrorType, Position};

/// A script that cannot be read.
pub fn from_parse(e: &ParseError, source: &str, sources: &Sources, text: &str) -> Diagnostic {
    if let Some(p) = phrase(text, e.position().line()) {
        let place = Place::of(source, text, p.at, p.length);
        return Diagnostic::new(format!("syntax: {}", p.message)).hinted(p.hint).at(Some(place));
    }
    let (message, hint) = parse_words(e.err_type(), text, e.position());
    let mut position = e.position();
    if position.is_none() {
        let last = text.lines().last().map_or(1, |l| l.chars().count().max(1));
        let counted = |n: usize| n.min(UNCOUNTED) as u16;
        position = Position::new(counted(text.lines().count().max(1)), counted(last));
    }
    told(Diagnostic { message, hint, ..Diagnostic::default() }.at(sources.place(source, position)), position)
}

/// The diagnostic in a user's words; where the interpreter has lost count it says so instead of naming a wrong place.
pub fn told(mut d: Diagnostic, position: Position) -> Diagnostic {
    d.message = words::plain(&d.message);
    let uncounted = |n: Option<usize>| n.is_some_and(|n| n >= UNCOUNTED);
    if uncounted(position.line()) || uncounted(position.position()) {
        let most = UNCOUNTED - 1;
        d.message +=
            &format!(" (somewhere beyond line {most} or column {most}, where places are not counted any more)");
        d.hint
            .get_or_insert_with(|| "parts of a long script can be files of their own: import \"part\" as part;".into());
    }
    d
}

/// A script that failed.
pub fn from_eval(e: &EvalAltResult, cell: &str, sources: &Sources, context: &Context) -> Diagnostic {
    let Innermost { error, source, position, trace } = innermost(e, cell, sources);
    // the kept error belongs to this exception only if it says the same: a script may have caught it and thrown its own
    let native = match error {
        EvalAltResult::ErrorRuntime(value, _) => {
            let said = value.read_lock::<Caught>().map_or_else(|| value.to_string(), |c| c.message.clone());
            lock(&context.last_error).take().filter(|n| n.to_string() == said)
        }
        _ => None,
    };
    let place = sources.place(&source, position);
    let (d, place) = match native {
        Some(native) => {
            let key = match &native {
                Error::Option { key, .. } | Error::UnknownOption { key, .. } => sources.key_after(place.as_ref(), key),
                _ => None,
            };
            (Diagnostic::from_error(&native), key.or(place))
        }
        None => (of_script(error, sources).unwrap_or_else(|| runtime_words(error, context)), place),
    };
    told(Diagnostic { trace: shortened(trace), ..d }.at(place), position)
}

/// A call of a function of the script with another number of arguments.
fn of_script(e: &EvalAltResult, sources: &Sources) -> Option<Diagnostic> {
    let EvalAltResult::ErrorFunctionNotFound(s, _) = e else { return None };
    let (name, args) = signature(s);
    let text = sources.text(sources.home(&name).filter(|_| !words::is_closure(&name))?)?;
    let from = text.find(&format!("fn {name}("))? + 3;
    let defined = &text[from..from + text[from..].find(')')? + 1];
    let given = if args.is_empty() { "()".into() } else { format!("({args})") };
    Some(Diagnostic::new(format!("`{name}` does not take {given}")).hinted(format!("it is defined as fn {defined}")))
}

/// The calls nearest to the error and farthest from it; those in between are counted.
fn shortened(mut trace: Vec<String>) -> Vec<String> {
    const KEPT: usize = 6;
    if trace.len() > 2 * KEPT {
        let left_out = trace.len() - 2 * KEPT;
        trace.splice(KEPT..trace.len() - KEPT, [format!("in {left_out} calls more")]);
    }
    trace
}

/// The error at the bottom of a stack of calls and imports.
struct Innermost<'e> {
    error: &'e EvalAltResult,
    /// whose text the position belongs to
    source: String,
    position: Position,
    /// the calls on the way, innermost first
    trace: Vec<String>,
}

fn innermost<'e>(e: &'e EvalAltResult, cell: &str, sources: &Sources) -> Innermost<'e> {
    let mut at = Innermost { error: e, source: cell.to_string(), position: Position::NONE, trace: vec![] };
    // what is wrong in a text that was evaluated is told where it was evaluated: the text itself is on no page
    let mut evaluated = false;
    loop {
        let (inner, p) = match at.error {
            EvalAltResult::ErrorInFunctionCall(name, _, inner, p) if name == "eval" => {
                at.trace.push("in a text given to `eval`".into());
                if !evaluated && !p.is_none() {
                    at.position = *p;
                }
                evaluated = true;
                at.error = inner;
                continue;
            }
            EvalAltResult::ErrorInFunctionCall(name, src, inner, p) => {
                let home = sources.home(name).or(Some(src.as_str()).filter(|s| !s.is_empty()));
                let shown = if name.starts_with("anon$") { "a closure".to_string() } else { format!("`{name}`") };
                let called = sources
                    .place(&at.source, *p)
                    .map_or(String::new(), |p| format!(", called at {}:{}:{}", p.source, p.line, p.column));
                at.trace.push(format!("in {shown}{called}"));
                // a position inside the function belongs to the text that defined it
                if !inner.position().is_none()
                    && let Some(home) = home
                {
                    at.source = home.to_string();
                }
                (inner, p)
            }
            EvalAltResult::ErrorInModule(path, inner, p) => {
                at.trace.push(format!("while importing \"{path}\""));
                (inner, p)
            }
            _ => break,
        };
        if !p.is_none() && !evaluated {
            at.position = *p;
        }
        at.error = inner;
    }
    if !at.error.position().is_none() && !evaluated {
        at.position = at.error.position();
    }
    at.trace.reverse();
    at
}

/// "no function f(number, text)" from Rhai's "f (f64, &str | ImmutableString | String)".
fn signature(s: &str) -> (String, String) {
    let (name, rest) = s.split_once(" (").unwrap_or((s, ")"));
    let args = rest.strip_suffix(')').unwrap_or(rest);
    let args: Vec<String> = args.split(", ").filter(|a| !a.is_empty()).map(friendly).collect();
    (name.to_string(), args.join(", "))
}

fn parse_words(e: &ParseErrorType, text: &str, position: Position) -> (String, Option<String>) {
    if e.to_string().contains(INDEX) {
        let d = words::index_words();
        return (format!("syntax: {}", d.message), d.hint);
    }
    let line = position.line().and_then(|l| text.lines().nth(l - 1)).unwrap_or("");
    let bare_point = line
        .split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .any(|n| n.ends_with('.') && n.len() > 1 || n.starts_with('.') && n.len() > 1);
    let hint = match e {
        _ if bare_point && !line.contains("..") => {
            Some("numbers need digits on both sides of the point: 5.0 and 0.5".to_string())
        }
        ParseErrorType::Reserved(word) => {
            elsewhere::variable(word).or_else(|| Some(format!("`{word}` is a reserved word; choose another name")))
        }
        ParseErrorType::MissingToken(t, _) if t == ";" => Some("statements end with `;`, all but the last".into()),
        _ => None,
    };
    (format!("syntax: {}", lower_first(&e.to_string())), hint)
}

fn lower_first(s: &str) -> String {
    let mut c = s.chars();
    c.next().map_or(String::new(), |f| f.to_lowercase().chain(c).collect())
}

/// The same for an error without a place.
pub fn runtime_words(e: &EvalAltResult, context: &Context) -> Diagnostic {
    match e {
        EvalAltResult::ErrorVariableNotFound(name, _) => unknown_name(name, &global_names(context)),
        EvalAltResult::ErrorFunctionNotFound(s, _) => {
            let (name, args) = signature(s);
            function_not_found(&name, &args)
        }
        EvalAltResult::ErrorTerminated(why, _) if why.is::<rhai::ImmutableString>() && why.to_string() == TOO_DEEP => {
            too_deep()
        }
        EvalAltResult::ErrorTerminated(why, _) if why.is::<rhai::ImmutableString>() && why.to_string() == FULL => {
            Diagnostic::new("the lists, texts and maps of this script fill the memory")
                .hinted("numbers take a tenth of that as points; a value that is set to () is let go")
        }
        EvalAltResult::ErrorTerminated(..) => Diagnostic::interrupted(),
        EvalAltResult::ErrorStackOverflow(_) => too_deep(),
        EvalAltResult::ErrorMismatchDataType(wanted, got, _) => mismatched(&friendly(wanted), &friendly(got)),
        EvalAltResult::ErrorPropertyNotFound(name, _) => Diagnostic::new(format!("the map has no `{name}`"))
            .hinted("m.keys() lists what it has; m.contains(\"a\") asks; m.a = x makes one"),
        EvalAltResult::ErrorDotExpr(text, _) if text.starts_with("Unknown property") => {
            let mut quoted = text.split('\'').skip(1).step_by(2);
            let (name, kind) = (quoted.next().unwrap_or_default(), quoted.next().unwrap_or_default());
            no_property(&friendly(kind), name)
        }
        EvalAltResult::ErrorIndexNotFound(index, _) => Diagnostic::new(format!("there is no entry {index}")),
        EvalAltResult::ErrorArrayBounds(len, index, _) => {
            let d = Diagnostic::new(format!("index {index} is outside a list of {len}"));
            if usize::try_from(*index).is_ok_and(|i| i == *len) && *len > 0 {
                return d.hinted(format!("entries are counted from 0: the last is [{}], or [-1]", len - 1));
            }
            d
        }
        EvalAltResult::ErrorRuntime(value, _) if value.is::<Caught>() => {
            value.read_lock::<Caught>().map_or_else(Diagnostic::default, |c| thrown_again(&c))
        }
        EvalAltResult::ErrorRuntime(value, _) if !value.is_unit() => Diagnostic::new(value.to_string()),
        EvalAltResult::ErrorModuleNotFound(path, _) => Diagnostic::new(format!(
            "cannot import \"{path}\": no file {path}.rhai was found beside the script or here"
        )),
        EvalAltResult::ErrorParsing(kind, _) => Diagnostic::new(format!("syntax: {}", lower_first(&kind.to_string()))),
        other => words::words(other).unwrap_or_else(|| {
            Diagnostic::new(lower_first(other.to_string().split(" (line").next().unwrap_or_default()))
        }),
    }
}

/// A property that a value does not have.
fn no_property(kind: &str, name: &str) -> Diagnostic {
    Diagnostic::new(format!("a {kind} has no property `{name}`")).hinted(names::instead_of_property(kind, name))
}

/// A value of another type than is taken.
fn mismatched(wanted: &str, got: &str) -> Diagnostic {
    if wanted == "function" {
        return Diagnostic::new("what is called here is no function").hinted(
            "a list, points and a text give their entries by v[0], counted from 0; a product is written with *",
        );
    }
    if wanted.is_empty() {
        return Diagnostic::new(format!("a {got} cannot stand here"));
    }
    let d = Diagnostic::new(format!("expected a {wanted}, got a {got}"));
    if wanted == "number" && got == "list" {
        return d.hinted(
            "some entries of a list are [0, 2].map(|i| v[i]), v.filter(|x| x > 1), v.extract(a..b); points and tables have p[[0, 2]] and p[mask]",
        );
    }
    if wanted == "bool" && got == "list" {
        return d.hinted(
            "lists of true and false are joined by & and |, entry by entry, and turned round by !v; v.all(|t| t) asks for all",
        );
    }
    if got == "range" { d.hinted("a part of a list is v.extract(a..b), some rows of points p[a..b]") } else { d }
}

/// An error that was caught and thrown again.
fn thrown_again(c: &Caught) -> Diagnostic {
    let d = Diagnostic { class: c.class(), ..Diagnostic::new(c.message.clone()) };
    if c.hint.is_empty() { d } else { d.hinted(c.hint.clone()) }
}

fn too_deep() -> Diagnostic {
    Diagnostic::new("the recursion is too deep")
        .hinted("a function probably calls itself without an end; loops have no such limit")
}

fn global_names(context: &Context) -> Vec<String> {
    context.globals.read().unwrap_or_else(|p| p.into_inner()).keys().cloned().collect()
}

/// An undefined variable with the nearest name known.
pub fn unknown_name(name: &str, known: &[String]) -> Diagnostic {
    let d = Diagnostic::new(format!("`{name}` is not defined"));
    if let Some(mend) = elsewhere::variable(name) {
        return d.hinted(mend);
    }
    if let Some(e) = names::find(name).filter(|e| e.name == name && e.signature.contains('(')) {
        return Diagnostic::new(format!("`{name}` is a function")).hinted(format!("write {}", e.signature));
    }
    if names::functions().iter().any(|f| f == name) {
        return Diagnostic::new(format!("`{name}` is a function"))
            .hinted(format!("write {name}(x); as a value it is Fn(\"{name}\"), or a closure |x| {name}(x)"));
    }
    if names::modules().contains(&name) {
        return d.hinted(format!("what belongs to {name} is written {name}::…"));
    }
    let candidates = known.iter().map(String::as_str).chain(names::all().iter().map(|e| e.name));
    match nearest(name, candidates) {
        Some(n) => d.hinted(format!("did you mean `{n}`?")),
        None => d,
    }
}

/// A call that fits no function: the right signature if the name exists, else the nearest name.
pub fn function_not_found(name: &str, args: &str) -> Diagnostic {
    if let Some(property) = name.strip_prefix("get$") {
        return no_property(args, property);
    }
    if let Some(property) = name.strip_prefix("set$") {
        return Diagnostic::new(format!("`{property}` cannot be set"));
    }
    if name == INDEX {
        return words::index_words();
    }
    if words::is_closure(name) {
        let given = if args.is_empty() { "nothing".into() } else { format!("({args})") };
        return Diagnostic::new(format!("the closure does not take {given}"))
            .hinted("between the bars stand as many names as it is called with values");
    }
    if name == "call" && !args.is_empty() && !args.starts_with("function") {
        let kind = args.split(", ").next().unwrap_or_default();
        let d = Diagnostic::new(format!("a {kind} cannot be called"));
        return match kind {
            "list" | "Points" | "text" | "map" => d.hinted("its entries are [0], [1], …, counted from 0"),
            _ => d.hinted("a product is written with *"),
        };
    }
    if name.chars().all(|c| !c.is_alphanumeric() && c != '_') {
        if let Some(d) = operator(name, args) {
            return d;
        }
        let d = Diagnostic::new(format!("`{name}` is not defined between {}", args.replace(", ", " and ")));
        return if args.contains("Generator") {
            d.hinted("an f becomes a divergence with .regularized(lipschitz(1.0))")
        } else {
            d
        };
    }
    if let Some(mend) = of_types(name, args) {
        return Diagnostic::new(format!("there is no function `{name}({args})`")).hinted(mend);
    }
    if let Some(e) = names::find(name) {
        return Diagnostic::new(format!("`{name}` does not take ({args})"))
            .hinted(format!("its signature is {}", e.signature));
    }
    let d = Diagnostic::new(format!("there is no function `{name}({args})`"));
    elsewhere_or_near(name, args, d)
}

/// What to write instead of a name that there is not: what it is called here, or the nearest.
fn elsewhere_or_near(name: &str, args: &str, d: Diagnostic) -> Diagnostic {
    let of_table = elsewhere::of_table(name).filter(|_| args.split(", ").next() == Some("Table"));
    let (module, last) = index::split(name);
    if let Some(mend) = of_table.or_else(|| elsewhere::function(last)) {
        return d.hinted(mend);
    }
    let known = names::functions();
    if !module.is_empty()
        && let Some(other) = known.iter().find(|n| index::split(n).1 == last)
    {
        return d.hinted(format!("write {other}(…)"));
    }
    let own: Vec<&str> = names::members(args.split(", ").next().unwrap_or_default()).collect();
    if own.contains(&name) {
        return d.hinted(format!("`{name}` takes other arguments, or none"));
    }
    if let Some(n) = nearest(name, own.iter().copied()) {
        return d.hinted(format!("did you mean `{n}`?"));
    }
    match nearest(name, known.iter().map(String::as_str)) {
        Some(n) if n != name => d.hinted(format!("did you mean `{n}`?")),
        _ => d,
    }
}

fn pair_has(a: &str, b: &str, kind: &str) -> bool {
    a == kind || b == kind
}

/// What to write where a name is that of a function, but of no such arguments.
fn of_types(name: &str, args: &str) -> Option<&'static str> {
    let first = args.split(", ").next().unwrap_or_default();
    Some(match (name, first) {
        (_, "(" | "()" | "nothing") => {
            "it is nothing that is asked here: methods such as s.trim() and v.sort() change their value and give nothing; write them as \
             statements of their own, and x ?? 0 where a value may be missing"
        }
        ("join", "text") => "write v.join(\", \"), the list before the text",
        ("filter", "list") => "write v.filter(|x| x > 1); points and tables have p[mask] and t[mask]",
        ("get", "map") => "write m.get(\"name\") ?? 0",
        ("print", _) => "print takes twelve values; more are a list: print([a, b])",
        _ => return None,
    })
}

/// What to write instead of an operator that is not defined between two types.
fn operator(name: &str, args: &str) -> Option<Diagnostic> {
    let (a, b) = args.split_once(", ")?;
    let compares = ["==", "!=", "<", "<=", ">", ">="].contains(&name);
    if !compares {
        let d = Diagnostic::new(format!("`{name}` is not defined between {a} and {b}"));
        return Some(match (name, a, b) {
            ("%", "text", _) => d.hinted("values stand in a text between backticks: `${x}`, `${x:.3f}`"),
            ("*", "text", "number") | ("*", "number", "text") => {
                d.hinted("a text is repeated by let s = \"\"; s.pad(3, \"a\");, which makes it 3 characters long")
            }
            ("+", "list", "text") => {
                d.hinted("v.push(\"c\"); adds an entry, v.concat(w) joins lists, `${v} c` is a text, v.join(\", \") the entries as one")
            }
            _ if pair_has(a, b, "nothing") => {
                d.hinted("methods such as s.trim() and v.sort() change their value and give nothing; x ?? 0 is 0 where x is nothing")
            }
            _ => return None,
        });
    }
    let (verb, pair) = (if name == "==" || name == "!=" { "the same" } else { "in order" }, [a, b]);
    let d = Diagnostic::new(format!("a {a} and a {b} are never {verb}: `{name}` compares values of one kind"));
    let d = if a == b { Diagnostic::new(format!("`{name}` is not defined between {a} and {b}")) } else { d };
    Some(match () {
        () if pair.contains(&"text") && pair.contains(&"number") => {
            d.hinted("parse_float(\"1\") is the number of a text, x.to_string() the text of a number")
        }
        () if pair.contains(&"bool") && pair.contains(&"number") => {
            d.hinted("a comparison gives true or false; join two of them with && or ||")
        }
        () if pair.contains(&"Points") && pair.contains(&"number") => {
            d.hinted("p.col(0) > 0 is a mask, p[mask] the points where it is true, p.filter(|row| row[0] > 0) as well")
        }
        () if pair.contains(&"Points") || pair.contains(&"list") => {
            d.hinted("compare sizes or entries: p.len(), v[0], p.to_array() == q.to_array()")
        }
        () => return Some(d),
    })
}
