//! What belongs to the language itself: help, parameters, seed, device, progress.
use crate::catalogue::{Entry, no_defaults};
use crate::error::{Error, Result};
use crate::observer::progress::Report;
use crate::plot::Figure;
use crate::script::call::Call;
use crate::script::caught::Caught;
use crate::script::context::lock;
use crate::script::convert::{count, text, type_of};
use crate::script::front_end::Event;
use crate::script::index::Index;
use crate::script::kind::Kind;
use crate::script::library::Library;
use crate::script::rich::rich;
use crate::script::topics;
use crate::script::values::GeneratorValue;
use rhai::{Dynamic, ImmutableString};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// An entry without options.
pub(super) const fn basic(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: &'static str,
) -> Entry {
    Entry {
        name,
        room: "language",
        signature,
        doc,
        equation: "",
        cite: "",
        options: &[],
        defaults: no_defaults,
        example,
    }
}

/// What belongs to the language itself.
pub const ENTRIES: &[Entry] = &[
    basic(
        "print",
        "print(value, ...)",
        "Writes a value, or several beside each other, up to twelve, as a line of text; more are written as a list, print([a, b, …]).",
        "print(1/2);\nprint(\"half\", 1/2)",
    ),
    basic(
        "help",
        "help(\"name\") | help(value)",
        "What something is: a function with its arguments and options, a type with all that its values can do (help(\"Points\"), help(\"list\"), help(v)), a method (help(\"Points.rows\")), a room (help(\"plot\")). help(\"types\") lists the types.",
        "help(\"kl\");\nhelp(\"Points.rows\");\nhelp([1, 2])",
    ),
    basic(
        "param",
        "param(name, default)",
        "A parameter of the script: the default, or what --set name=value gave.",
        "let n = param(\"n\", 100);\nn",
    ),
    basic(
        "display",
        "display(value)",
        "Shows a value as ending a cell with it does: tables and formulas in a notebook, text in a terminal.",
        "display(kl())",
    ),
    basic(
        "input",
        "input(prompt)",
        "A line typed by whoever runs the script; an error where nobody can be asked.",
        "let ask = || input(\"steps? \");\nask",
    ),
    basic(
        "password",
        "password(prompt)",
        "The same, without showing what is typed.",
        "let ask = || password(\"key? \");\nask",
    ),
    basic(
        "clear_output",
        "clear_output()",
        "Takes away what the cell has shown so far, when something new comes. Does nothing outside notebooks.",
        "print(1);\nclear_output();\nprint(2)",
    ),
    basic(
        "catch",
        "try { … } catch (e) { … }",
        "Goes on behind an error: e.message is what would have been shown, e.hint what to try, e.kind a word for it (name, type, index, option, shape, data, file, diverged, …; thrown for a text of the script), e.line the line where it is known. throw e passes it on.",
        "try { points([[1], [2, 3]]) } catch (e) { print(`${e.kind}: ${e.message}`) }",
    ),
    basic("sleep", "sleep(seconds)", "Waits; an interrupt ends it at once.", "sleep(0.01)"),
    basic("seed", "seed(n)", "Restarts the session's randomness from a seed.", "seed(1);\ndata::gaussian(3, 1)"),
    basic("device", "device()", "What tensors are computed on.", "device()"),
    basic(
        "progress",
        "progress(n, label)",
        "Reports step after step of a loop of n: call .tick() in it.",
        "let bar = progress(3, \"loop\");\nfor i in 0..3 { bar.tick(); }",
    ),
    basic(
        "idiv",
        "idiv(a, b)",
        "Integer division, rounding towards minus infinity; `/` is true division. The rest a % b has the sign of a: -7 % 3 is -1, so it is that of \
         idiv only where both are of one sign; a - b*idiv(a, b) always is.",
        "[idiv(7, 2), idiv(-7, 3), -7 % 3, -7 - 3*idiv(-7, 3)]",
    ),
    basic(
        "concat",
        "concat(a, b)",
        "Joins two lists or two samples; + on lists adds elementwise.",
        "concat([1, 2], [3])",
    ),
    basic("points", "points([[x, y], ...])", "Points from a list of rows.", "points([[0.0, 1.0], [2.0, 3.0]])"),
    basic(
        "last_run",
        "last_run()",
        "The run most recently started, also after an error or an interrupt.",
        "gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(20, 2), data::ring(20), #{ steps: 2 });\nlast_run().history",
    ),
    basic(
        "load_run",
        "load_run(folder)",
        "A saved run; run.resume(steps) goes on bit for bit on the same device.",
        "let run = gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(20, 2), data::ring(20), #{ steps: 2 });\nrun.save(\"kept\");\nload_run(\"kept\").resume(2)",
    ),
    basic("linspace", "linspace(a, b, n)", "n numbers evenly spaced from a to b, both included.", "linspace(0, 1, 5)"),
];

/// Progress of a loop in the script.
#[derive(Clone)]
struct Bar(Arc<Mutex<(Report, Instant)>>);

impl Kind for Bar {
    const NAME: &'static str = "Progress";
    const ABOUT: &'static str = "How far a loop of the script is, shown while it runs.";
    const SAMPLE: &'static str = "let bar = progress(3, \"loop\");";
}

/// Fills the library.
pub fn fill(l: &mut Library) {
    l.expose("help", |call, (v,): (Dynamic,)| {
        let page = page(call.index, &v)?;
        call.context.emit(Event::Text(page.trim_end().to_string()));
        Ok(())
    });
    l.expose("help", |call, ()| {
        let text = "help(\"name\") explains a name, help(\"Points\") what points can do, help(v) what the value v can; help(\"types\") lists the types, `gflow list` the functions.";
        call.context.emit(Event::Text(text.into()));
        Ok(())
    });
    l.expose("param", |call, (name, default): (Dynamic, Dynamic)| Ok(parameter(call, &name, &default)?));
    l.expose("seed", |call, (n,): (Dynamic,)| {
        call.context.set_seed(count("seed(n)", &n)? as u64);
        Ok(())
    });
    l.expose("device", |call, ()| {
        let compute = &call.context.compute;
        Ok(format!("{}: {}", compute.name, compute.description))
    });
    for (name, password) in [("input", false), ("password", true)] {
        l.expose(name, move |call, (prompt,): (Dynamic,)| Ok(call.context.ask(&text(name, &prompt)?, password)?));
    }
    l.expose("clear_output", |call, ()| {
        call.context.emit(Event::Clear { wait: true });
        Ok(())
    });
    l.expose("display", |call, (v,): (Dynamic,)| Ok(display(call, &v)?));
    progress(l);
    errors(l);
}

/// What `catch (e)` gives.
fn errors(l: &mut Library) {
    let mut e = l.kind::<Caught>(|e| e.message.clone());
    e.property("message", "what went wrong", |_, e| Ok(e.message.clone()));
    e.property("hint", "what to try; empty where nothing is known", |_, e| Ok(e.hint.clone()));
    e.property("kind", "a word for what went wrong", |_, e| Ok(e.kind.to_string()));
    e.property("line", "the line of the script, or nothing", |_, e| Ok(e.line.map_or(Dynamic::UNIT, Dynamic::from)));
    e.method("contains(text)", "whether the message has a text", |_, e, (t,): (ImmutableString,)| {
        Ok(e.message.contains(t.as_str()))
    })
    .example("e.contains(\"row\")");
    for (name, same) in [("==", true), ("!=", false)] {
        l.operator(name, move |_, (e, t): (Caught, ImmutableString)| Ok((e.message == t.as_str()) == same));
        l.operator(name, move |_, (t, e): (ImmutableString, Caught)| Ok((e.message == t.as_str()) == same));
    }
}

fn progress(l: &mut Library) {
    l.expose("progress", |_, (n, label): (Dynamic, Dynamic)| {
        let report = Report {
            label: text("progress(n, label)", &label)?,
            done: 0,
            total: count("progress(n)", &n)?,
            steps_per_second: 0.0,
            divergence: None,
            finished: false,
        };
        Ok(Bar(Arc::new(Mutex::new((report, Instant::now())))))
    });
    let mut b = l.kind::<Bar>(|b| {
        let b = lock(&b.0);
        format!("{} {}/{}", b.0.label, b.0.done, b.0.total)
    });
    b.method("tick()", "one step is done", |call, b, ()| {
        let mut b = lock(&b.0);
        b.0.done += 1;
        b.0.steps_per_second = b.0.done as f64 / b.1.elapsed().as_secs_f64().max(1e-9);
        b.0.finished = b.0.done >= b.0.total;
        call.context.emit(Event::Progress(b.0.clone()));
        Ok(())
    });
}

/// The page of a name, or of a value by its type.
fn page(index: &Index, value: &Dynamic) -> Result<String> {
    let flat = value.flatten_clone();
    if let Ok(name) = flat.clone().into_string() {
        let found = topics::find(index, &name).map(|p| p.text());
        let missing = || Error::data("help", format!("there is no page for \"{name}\"{}", index.instead(&name)));
        return found.ok_or_else(missing);
    }
    // a named f has a page of its own
    let f =
        flat.read_lock::<GeneratorValue>().and_then(|g| index.entry(g.name().split('(').next().unwrap_or_default()));
    let kind = type_of(&flat);
    let found = f.map(|e| topics::of_entry(index, e)).or_else(|| index.kind(&kind).map(|t| topics::of_type(index, t)));
    let missing =
        || Error::data("help", format!("a {kind} has no page; help(\"types\") lists the types that have one"));
    found.map(|p| p.text()).ok_or_else(missing)
}

fn parameter(call: &Call, name: &Dynamic, default: &Dynamic) -> Result<Dynamic> {
    let name = text("param(name)", name)?;
    let value = match (call.context.given(&name), call.context.params.get(&name)) {
        (Some(given), _) => fitting(&name, given, default)?,
        (None, Some(text)) => parse(&name, text, default)?,
        (None, None) => default.flatten_clone(),
    };
    // what is large is told by its kind
    let plain = value.is_bool() || value.is_int() || value.is_float() || value.is_string();
    let told = if plain { value.to_string() } else { type_of(&value) };
    lock(&call.context.params_read).insert(name, told);
    Ok(value)
}

/// A value given by a program, where the default is of its type.
fn fitting(name: &str, given: Dynamic, default: &Dynamic) -> Result<Dynamic> {
    let default = default.flatten_clone();
    if let (Ok(i), true) = (given.as_int(), default.is_float()) {
        return Ok(Dynamic::from(i as f64));
    }
    let (is, wanted) = (type_of(&given), type_of(&default));
    let whole = given.is_float() && default.is_int();
    if is == wanted && !whole || default.is_unit() {
        return Ok(given);
    }
    let (is, wanted) = if whole { ("a number with a fraction".into(), "a whole number".into()) } else { (is, wanted) };
    Err(Error::data("param", format!("`{name}` was given as {is}, but the default of `{name}` is a {wanted}")))
}

/// The text of `--set` as the type of the default.
fn parse(name: &str, given: &str, default: &Dynamic) -> Result<Dynamic> {
    let wrong = |expected: &str| Error::Option {
        owner: "--set".into(),
        key: name.into(),
        got: format!("\"{given}\""),
        expected: expected.into(),
    };
    let default = default.flatten_clone();
    if default.is_bool() {
        return given.parse::<bool>().map(Dynamic::from).map_err(|_| wrong("true or false"));
    }
    if default.is_int() || default.is_float() {
        if let Ok(i) = given.parse::<i64>() {
            return Ok(if default.is_int() { Dynamic::from(i) } else { Dynamic::from(i as f64) });
        }
        return given.parse::<f64>().ok().filter(|v| v.is_finite()).map(Dynamic::from).ok_or_else(|| wrong("a number"));
    }
    if default.is_string() {
        return Ok(Dynamic::from(given.to_string()));
    }
    Err(Error::data(
        "param",
        format!("the default of `{name}` must be a number, a text or true/false, it is a {}", type_of(&default)),
    ))
}

/// Shows a value as ending a cell with it does.
fn display(call: &Call, v: &Dynamic) -> Result<()> {
    let flat = v.flatten_clone();
    if let Some(f) = flat.read_lock::<Figure>() {
        call.context.emit(Event::Figure(f.clone()));
        return Ok(());
    }
    let shown = call.native.engine().eval_fn_call::<ImmutableString>("to_string", None, (flat.clone(),));
    call.context.interrupt.check()?;
    let shown = shown.map_or_else(|_| flat.to_string(), |s| s.to_string());
    call.context.emit(Event::Display(rich(&flat, shown)));
    Ok(())
}
