//! Every name of the language: the catalogues of all rooms, and the functions of the engine.
use crate::catalogue::{Entry, no_defaults};
use crate::{critic, dataset, divergence, flow, generator, io, metric, plot};
use std::sync::OnceLock;

const fn basic(name: &'static str, signature: &'static str, doc: &'static str, example: &'static str) -> Entry {
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
const LANGUAGE: &[Entry] = &[
    basic("print", "print(value)", "Writes a value as a line of text.", "print(1/2)"),
    basic(
        "help",
        "help(\"name\") | help(value)",
        "What something is, its options with defaults, and an example.",
        "help(\"kl\")",
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
        "Integer division, rounding towards minus infinity; `/` is true division.",
        "idiv(7, 2)",
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

static ALL: OnceLock<Vec<Entry>> = OnceLock::new();

/// Every entry, in the order of `gflow list`.
pub fn all() -> &'static [Entry] {
    ALL.get_or_init(|| {
        let named = generator::named::ALL.iter().map(|n| n.entry);
        let rooms = [
            divergence::ENTRIES,
            critic::ENTRIES,
            flow::ENTRIES,
            dataset::ENTRIES,
            metric::ENTRIES,
            io::ENTRIES,
            plot::ENTRIES,
            LANGUAGE,
            &[super::claims::CLAIM],
        ];
        named.chain(rooms.into_iter().flatten().copied()).collect()
    })
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
    all().iter().find(|e| e.name == name).or_else(|| all().iter().find(|e| e.name.rsplit("::").next() == Some(name)))
}

/// Elementary functions of numbers and of the argument of an f.
pub const MATHEMATICS: &[&str] = &[
    "ln",
    "log",
    "exp",
    "sqrt",
    "abs",
    "sign",
    "tanh",
    "log1p",
    "expm1",
    "sigmoid",
    "softplus",
    "sin",
    "cos",
    "max",
    "min",
    "pow",
    "floor",
    "ceiling",
    "round",
    "PI",
    "sum",
    "mean",
    "len",
    "push",
    "map",
    "filter",
    "conjugate",
    "conjugate_grad",
    "domain",
    "latex",
    "report",
    "rows",
    "cols",
    "col",
    "dim",
    "std",
    "to_array",
    "resume",
    "value",
    "gradient",
    "norm",
    "dot",
];

/// What to say after "there is nothing named …": whose method it is, or the nearest name that has a page.
pub fn instead(name: &str) -> String {
    let owners = super::complete::owners(name);
    if !owners.is_empty() {
        return format!("; it is a method or property of {}", owners.join(" and "));
    }
    let pages = all().iter().flat_map(|e| [e.name, e.name.rsplit("::").next().unwrap_or(e.name)]);
    crate::catalogue::nearest(name, pages).map_or(String::new(), |n| format!("; did you mean {n}?"))
}

/// Names that can be called, for did-you-mean.
pub fn functions() -> Vec<String> {
    let last = |e: &Entry| e.name.rsplit("::").next().unwrap_or(e.name).to_string();
    let qualified = all().iter().map(|e| e.name.to_string());
    qualified.chain(all().iter().map(last)).chain(MATHEMATICS.iter().map(|s| s.to_string())).collect()
}
