//! What somebody may write for an option: values at, between and beyond the ends of its range, and of every other kind.
use gflow::catalogue::{Opt, OptionKind};

/// A number as the language reads it back.
fn number(v: f64) -> String {
    match v {
        v if v.is_nan() => "(0.0/0.0)".into(),
        v if v.is_infinite() => if v > 0.0 { "(1/0)" } else { "(-1/0)" }.into(),
        v => format!("{v:e}"),
    }
}

/// What no option but a few takes.
const STRANGE: &[&str] = &[
    "()",
    "\"\"",
    "\"x\"",
    "true",
    "[]",
    "[[]]",
    "[1, \"a\"]",
    "#{}",
    "#{ a: 1 }",
    "|x| x",
    "||  1",
    "kl()",
    "data::ring(3)",
    "mlp([4])",
    "exact()",
    "[data::ring(3)]",
    "[kl(), |x| x]",
    "0..3",
    "'c'",
];

/// Values for an option: first those about its range, then strange ones.
pub fn values(kind: &OptionKind) -> Vec<String> {
    let mut out: Vec<String> = match kind {
        OptionKind::Number { min, max } => numbers(*min, *max),
        OptionKind::NumberOr { min, max, word } => {
            let words = [format!("\"{word}\""), format!("\"{}\"", word.to_uppercase())];
            numbers(*min, *max).into_iter().chain(words).collect()
        }
        OptionKind::Length { min, max } => numbers(*min, *max)
            .into_iter()
            .chain(["\"89mm\"", "\"3in\"", "\"-1pt\"", "\"wide\""].map(String::from))
            .collect(),
        OptionKind::Integer { min, max } => integers(*min, *max),
        OptionKind::IntegerOr { min, max, word } => {
            integers(*min, *max).into_iter().chain([format!("\"{word}\"")]).collect()
        }
        OptionKind::Flag => ["true", "false", "1", "\"true\""].map(String::from).into(),
        OptionKind::Text => texts(),
        OptionKind::Numbers => {
            lists(&["0", "1", "-1", "2.5", "5e-324", "1e-300", "1e308", "-1e308", "(1/0)", "(0.0/0.0)"])
        }
        OptionKind::Integers => lists(&["0", "1", "2", "3", "8", "16384", "16385", "1e9", "1.5", "-1"]),
        OptionKind::Rows => lists(&["[1.0, 0.5]", "[0.5, 1.0]", "[1.0]", "1"]),
        OptionKind::Texts => lists(&["\"w1\"", "\"w2\"", "\"mmd\"", "\"nope\"", "\"\"", "1"]),
        OptionKind::Choice(names) => {
            let mut all: Vec<String> = names.iter().map(|n| format!("\"{n}\"")).collect();
            all.extend(names.iter().take(1).map(|n| format!("\"{}\"", n.to_uppercase())));
            all
        }
        OptionKind::Map(keys) => keys.iter().flat_map(|k| values(&k.kind).into_iter().map(|v| one(k, &v))).collect(),
        OptionKind::Value(_) => [
            "0.1",
            "-1",
            "(0.0/0.0)",
            "\"adaptive\"",
            "|t| 0.3/(1 + t)",
            "|t| -t",
            "|t| t[0]",
            "mlp([4, 4])",
            "entropic()",
            "cnn()",
            "pair([4])",
            "deep_kernel([4], 2)",
            "[1, 2]",
            "[[1], [2]]",
            "[0, 1/0]",
            "data::ring(3)",
            "[[\"a\", data::ring(3)]]",
            "linspace(0, 1, 60)",
        ]
        .map(String::from)
        .into(),
    };
    out.extend(STRANGE.iter().map(|v| v.to_string()));
    out
}

fn one(key: &Opt, value: &str) -> String {
    format!("#{{ {}: {value} }}", key.name)
}

fn numbers(min: f64, max: f64) -> Vec<String> {
    let inside = [0.5, 1.0, 2.0].into_iter().filter(|v| (min..=max).contains(v));
    let ends = [min, min.next_down(), min.next_up(), max, max.next_down(), max.next_up()];
    let far = [0.0, -0.0, -1.0, 5e-324, 1e-300, 1e300, -1e300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    ends.into_iter().chain(inside).chain(far).map(number).collect()
}

fn integers(min: i64, max: i64) -> Vec<String> {
    let ends = [min, min - 1, min + 1, max, max - 1, max + 1];
    let far =
        ["0", "1", "2", "3", "-1", "1.5", "2.0", "1e15", "1e18", "9007199254740993", "-9223372036854775807", "(1/0)"];
    ends.iter().map(i64::to_string).chain(far.map(String::from)).collect()
}

fn texts() -> Vec<String> {
    let plain =
        ["\"a\"", "\"$\\\\frac{\\\\alpha}{2}$\"", "\"$^_{\"", "\"∇φ ≤ ü 𝕏 \\u202e\"", "\"<b>&amp;\"", "\"a\\nb\""];
    plain.map(String::from).into_iter().chain([format!("\"{}\"", "long ".repeat(400))]).collect()
}

/// One entry, none, two of each, and many.
fn lists(entries: &[&str]) -> Vec<String> {
    let mut out: Vec<String> = entries.iter().flat_map(|e| [e.to_string(), format!("[{e}]")]).collect();
    out.extend(entries.windows(2).map(|w| format!("[{}, {}]", w[0], w[1])));
    out.extend(entries.windows(2).map(|w| format!("[{}, {}]", w[1], w[0])));
    out.push(format!("[{}]", entries.join(", ")));
    out.push(format!("[{}]", vec![entries[entries.len() / 2]; 200].join(", ")));
    out
}
