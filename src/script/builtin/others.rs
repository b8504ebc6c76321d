//! Truths, functions, ranges, times, formulas, nothing, and what every value can do.
use super::row::{Builtin, Row, row};

/// `true` and `false`
pub const BOOL: Builtin = Builtin {
    name: "bool",
    about: "true or false: what a comparison gives. a && b, a || b and !a join them. A list of them is a mask: p[mask] are the points where it \
            is true, count(mask) how many.",
    sample: "let yes = 1 < 2;",
    rows: &[],
};

/// `|x| …`
pub const FUNCTION: Builtin = Builtin {
    name: "function",
    about: "A closure such as |x| x**2, or the name of a function, Fn(\"name\"). It is called as f(2). A closure holds the variables it \
            reads, and sees what they become.",
    sample: "let f = |x| x**2;",
    rows: FUNCTIONS,
};

/// `a..b`
pub const RANGE: Builtin = Builtin {
    name: "range",
    about: "a..b are the whole numbers from a to b, b not among them; a..=b has b, too. For loops, for i in 0..n, for parts, p[0..10] and \
            v.extract(0..10), and for lists, (0..n).map(|i| …).",
    sample: "let r = 0..3;",
    rows: RANGES,
};

/// `timestamp()`
pub const TIME: Builtin = Builtin {
    name: "time",
    about: "A moment, as timestamp() gives it. The difference of two is in seconds.",
    sample: "let start = timestamp();",
    rows: &[row("elapsed()", "number", "the seconds since then; start.elapsed too", "")],
};

/// The x of a closure that is read.
pub const FORMULA: Builtin = Builtin {
    name: "formula",
    about: "The x of f_divergence(name, |x| …) and of langevin(|x| …), and what is made of it: the closure is called once, with a letter, and \
            what it gives is taken apart into a formula that is differentiated. + - * / ** work on it, and so do exp, ln, sqrt, abs, max, \
            min, tanh, erf, lgamma and the other functions of numbers. if x > 1 { … } else { … } chooses a branch.",
    sample: "let f = f_divergence(\"mine\", |x| x*ln(x) - x + 1);",
    rows: &[],
};

/// The x of a log density.
pub const POINT_OF_FORMULAS: Builtin = Builtin {
    name: "point of formulas",
    about: "The x of langevin(|x| log density): a point whose coordinates x[0], x[1], … are formulas. + - * / ** work coordinate by \
            coordinate; dot(x, v), norm(x), sum(x) and logsumexp([a, b]) are formulas.",
    sample: "let flow = langevin(|x| -0.5*dot(x, x));",
    rows: &[
        row("len()", "number", "how many coordinates", "langevin(|x| -0.5*dot(x, x)/x.len())"),
        row("dim()", "number", "how many coordinates", "langevin(|x| -0.5*dot(x, x)/x.dim())"),
    ],
};

/// `()`
pub const NOTHING: Builtin = Builtin {
    name: "nothing",
    about: "What a statement gives that has no value, and what stands where something is missing. It is written (): x == () asks for it, \
            x ?? 0 is 0 in its place.",
    sample: "let x = ();",
    rows: &[],
};

/// Whatever a value is.
pub const ANY: Builtin = Builtin {
    name: "value",
    about: "What every value can do, whatever its type.",
    sample: "let x = [1, 2];",
    rows: VALUES,
};

const FUNCTIONS: &[Row] = &[
    row("name", "text", "its name; that of a closure says that it is one", ""),
    row("name()", "text", "its name; that of a closure says that it is one", ""),
    row("is_anonymous", "bool", "whether it is a closure", ""),
    row("is_anonymous()", "bool", "whether it is a closure", ""),
    row("call(x, ...)", "", "what it gives for these arguments, as f(x)", "f.call(3)"),
    row(
        "curry(x, ...)",
        "function",
        "a function with its first arguments filled in",
        "let add = |a, b| a + b;\nadd.curry(10).call(1)",
    ),
];

const RANGES: &[Row] = &[
    row("start", "number", "the first", ""),
    row("start()", "number", "the first", ""),
    row("end", "number", "its end", ""),
    row("end()", "number", "its end", ""),
    row("is_empty()", "bool", "whether there is no number in it; r.is_empty too", ""),
    row("is_inclusive()", "bool", "whether its end belongs to it; r.is_inclusive too", ""),
    row("is_exclusive()", "bool", "whether its end does not belong to it; r.is_exclusive too", ""),
    row("contains(x)", "bool", "whether a whole number is in it; x in r too", "r.contains(2)"),
    row("map(f)", "list", "f of every number, a list", "r.map(|i| i**2)"),
    row("filter(f)", "list", "the numbers that make f true, a list", "r.filter(|i| i > 0)"),
];

const VALUES: &[Row] = &[
    row("to_string()", "text", "the value as text, as print shows it", ""),
    row("to_debug()", "text", "the value as text, with the quotes of texts", ""),
    row("is_shared()", "bool", "whether a closure holds the same variable", ""),
    row("type_of()", "text", "the name of its type", ""),
    row("take()", "", "the value itself, whose variable is left with nothing", "let y = x.take();\nprint(x);\ny"),
    row("tag()", "number", "a whole number that a script may attach to a value; x.tag too", ""),
    row("set_tag(n)", "nothing", "attaches a whole number, as x.tag = n does", "x.set_tag(3);\nx.tag()"),
];
