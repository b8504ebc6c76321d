//! Numbers and lists of them: how they are written, and what they have in common.
use super::language::basic;
use crate::catalogue::{Entry, Opt, OptionKind};
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::script::call::{Call, Outcome};
use crate::script::convert::{floats, list, number, numbers_of, text, type_of};
use crate::script::format::{readable, rounded, write};
use crate::script::library::Library;
use crate::script::moments::moments;
use crate::{interrupt, summary};
use rhai::{Array, Dynamic, FnPtr, ImmutableString};
use serde::Deserialize;

const DDOF: Opt = Opt { name: "ddof", kind: OptionKind::Integer { min: 0, max: 1 }, doc: "0 divides by n, 1 by n - 1" };

/// An entry with the option ddof.
const fn spread(e: Entry, by_n: bool) -> Entry {
    let defaults: fn() -> serde_json::Value =
        if by_n { || serde_json::json!({ "ddof": 0 }) } else { || serde_json::json!({ "ddof": 1 }) };
    Entry { options: &[DDOF], defaults, ..e }
}

/// The pages.
pub const ENTRIES: &[Entry] = &[
    basic(
        "fmt",
        "fmt(x, digits) | fmt(x, \".3e\")",
        "A number, or every number of a list, as text: so many digits behind the point, or a format as Python has it. In a text between backticks: `${x:.3f}`.",
        "let x = PI();\nprint(fmt(x, 2));\nprint(fmt(x, \".3e\"));\n`${x:.4f} ${x:8.2f} ${1234567:,} ${0.256:.1%}`",
    ),
    basic(
        "round",
        "round(x) | round(x, n)",
        "A number, or every number of a list, at n digits behind the point (before it where n < 0). A number that is a half exactly goes away from 0: \
         round(2.5) is 3. Most decimal fractions are not what is stored: 2.675 is 2.67499999…, so round(2.675, 2) is 2.67, as in Python.",
        "[round(2.5), round(2.71828, 3), round(1234, -2)]",
    ),
    spread(
        basic(
            "std",
            "std(v, options) | std(points, options)",
            "The standard deviation of a list, or of every coordinate of points: the root of sum((v - mean)^2)/(n - ddof), by n unless ddof is 1, while \
             cov divides by n - 1, both as NumPy does.",
            "print(std([1, 2, 3, 4], #{ ddof: 1 }));\npoints([[1, 2], [3, 5]]).std(#{ ddof: 1 })",
        ),
        true,
    ),
    spread(
        basic(
            "variance",
            "variance(v, options)",
            "The variance of a list: sum((v - mean)^2)/(n - ddof).",
            "variance([1, 2, 3, 4])",
        ),
        true,
    ),
    basic(
        "median",
        "median(v)",
        "The middle of a list; half way between the two in the middle where n is even.",
        "median([3, 1, 2])",
    ),
    basic(
        "quantile",
        "quantile(v, q)",
        "The number below which a share q of a list lies, q a number or a list: linear between the two neighbours of place q (n - 1).",
        "quantile([1, 2, 3, 10], [0.25, 0.5])",
    ),
    spread(
        basic(
            "cov",
            "cov(v, w, options) | cov(points, options)",
            "The covariance of two lists, or of every two coordinates: sum((v - mean)(w - mean))/(n - ddof), by n - 1 unless ddof is 0. std and variance \
             divide by n unless ddof is 1: std(v, #{ ddof: 1 })^2 is on the diagonal of cov.",
            "cov([1, 2, 3], [2, 4, 7])",
        ),
        false,
    ),
    basic(
        "corr",
        "corr(v, w) | corr(points)",
        "Pearson's correlation of two lists, or of every two coordinates; NaN beside a constant.",
        "corr([1, 2, 3], [2, 4, 7])",
    ),
    basic("zip", "zip(v, w) | zip(u, v, w)", "Lists of what stands at the same place.", "zip([1, 2], [\"a\", \"b\"])"),
    basic(
        "argsort",
        "argsort(v)",
        "The places of the numbers in ascending order, counted from 0; equal ones keep theirs, NaN comes last.",
        "argsort([30, 10, 20])",
    ),
    basic("argmin", "argmin(v)", "The place of the smallest number, the first of equal ones.", "argmin([3, 1, 2])"),
    basic("argmax", "argmax(v)", "The place of the largest number, the first of equal ones.", "argmax([3, 1, 2])"),
    basic("cumsum", "cumsum(v)", "Sums of the first, the first two, the first three, …", "cumsum([1, 2, 3])"),
    basic("unique", "unique(v)", "The different numbers or texts of a list, in ascending order.", "unique([3, 1, 3])"),
    basic(
        "count",
        "count(v) | count(v, x) | count(v, f)",
        "How many entries are true, equal x, or make f true.",
        "count([3, 1, 3], 3)",
    ),
];

#[derive(Deserialize)]
struct Ddof {
    ddof: usize,
}

fn ddof(call: &Call, usual: usize) -> Result<usize> {
    let d: Ddof = call.options.typed_json(serde_json::json!({ "ddof": usual }))?;
    Ok(d.ddof)
}

/// Numbers of a list that is not empty.
fn some(what: &str, v: &Array) -> Result<Vec<f64>> {
    if v.is_empty() { Err(Error::data(what, "the list is empty")) } else { numbers_of(what, v) }
}

/// Fills the library.
pub fn fill(l: &mut Library) {
    written(l);
    spreads(l);
    places(l);
    l.expose("zip", |_, (a, b): (Array, Array)| Ok(zip(&[a, b])?));
    l.expose("zip", |_, (a, b, c): (Array, Array, Array)| Ok(zip(&[a, b, c])?));
    l.expose("count", |_, (v,): (Array,)| Ok(truths(&v)?));
    l.expose("count", |_, (v, x): (Array, i64)| Ok(equal(&v, x as f64)?));
    l.expose("count", |_, (v, x): (Array, f64)| Ok(equal(&v, x)?));
    l.expose("count", |_, (v, x): (Array, ImmutableString)| {
        let same = |e: &&Dynamic| e.flatten_clone().into_immutable_string().is_ok_and(|t| t == x);
        let found = interrupt::until_asked(&v).filter(|e| same(e)).count();
        interrupt::poll()?;
        Ok(found as i64)
    });
    l.expose("count", |call, (v, f): (Array, FnPtr)| counted(call, v, &f));
}

fn written(l: &mut Library) {
    l.expose("fmt", |call, (v, how): (Dynamic, Dynamic)| Ok(write(call.native, &v, &how)?));
    l.expose("join", |_, (v, between): (Array, ImmutableString)| Ok(joined(&v, &between)?));
    l.expose("round", |_, (v, n): (f64, i64)| Ok(rounded(v, n)));
    l.expose("round", |_, (v, n): (i64, i64)| {
        Ok(if n < 0 { Dynamic::from(rounded(v as f64, n)) } else { Dynamic::from(v) })
    });
    l.expose("round", |_, (v, n): (Array, i64)| Ok(list(floats("round", &v)?.into_iter().map(|x| rounded(x, n)))));
    l.expose("round", |_, (v,): (Array,)| Ok(list(floats("round", &v)?.into_iter().map(f64::round))));
}

/// Texts, and numbers as they print, one behind the other.
fn joined(v: &Array, between: &str) -> Result<ImmutableString> {
    let mut out = String::new();
    for (i, entry) in v.iter().enumerate() {
        interrupt::poll_each(i)?;
        if i > 0 {
            out.push_str(between);
        }
        let flat = entry.flatten_clone();
        match (flat.as_float(), flat.is_string() || flat.is_int()) {
            (Ok(x), _) => out.push_str(&readable(x)),
            (_, true) => out.push_str(&flat.to_string()),
            _ => {
                return Err(Error::Shape {
                    what: format!("join, entry {i}"),
                    expected: "a text or a number".into(),
                    got: format!("a {}", type_of(entry)),
                });
            }
        }
    }
    Ok(out.into())
}

fn spreads(l: &mut Library) {
    l.expose("std", |call, (v,): (Array,)| Ok(summary::deviation("std", &some("std", &v)?, ddof(call, 0)?)?));
    l.expose("variance", |call, (v,): (Array,)| {
        Ok(summary::variance("variance", &some("variance", &v)?, ddof(call, 0)?)?)
    });
    l.expose("median", |_, (v,): (Array,)| {
        let sorted = summary::sorted(&some("median", &v)?);
        interrupt::poll()?;
        Ok(summary::quantile(&sorted, 0.5))
    });
    l.expose("quantile", |_, (v, q): (Array, Dynamic)| {
        let sorted = summary::sorted(&some("quantile", &v)?);
        interrupt::poll()?;
        let one = |q: f64| match (0.0..=1.0).contains(&q) {
            true => Ok(summary::quantile(&sorted, q)),
            false => Err(Error::Shape {
                what: "quantile, q".into(),
                expected: "a share from 0 to 1".into(),
                got: q.to_string(),
            }),
        };
        let flat = q.flatten_clone();
        if let Some(several) = flat.read_lock::<Array>() {
            let found = numbers_of("quantile, q", &several)?.into_iter().map(one).collect::<Result<Vec<f64>>>()?;
            return Ok(Dynamic::from(list(found)));
        }
        Ok(Dynamic::from(one(number("quantile, q", &flat)?)?))
    });
    l.expose("cov", |call, (v, w): (Array, Array)| {
        let (v, w) = (some("cov", &v)?, some("cov", &w)?);
        Ok(summary::covariances("cov", &[&v, &w], ddof(call, 1)?)?[1])
    });
    l.expose("corr", |_, (v, w): (Array, Array)| {
        let (v, w) = (some("corr", &v)?, some("corr", &w)?);
        Ok(summary::correlations("corr", &[&v, &w])?[1])
    });
    let mut p = l.of::<Points>();
    p.expose("std", |call, p, ()| Ok(of_coordinates(p, ddof(call, 0)?)?));
    p.expose("cov", |call, p, ()| {
        let ddof = ddof(call, 1)?;
        Ok(paired(p, |columns| summary::covariances("cov", columns, ddof))?)
    });
    p.expose("corr", |_, p, ()| Ok(paired(p, |columns| summary::correlations("corr", columns))?));
}

/// The standard deviation of every coordinate.
fn of_coordinates(p: &Points, ddof: usize) -> Result<Array> {
    let [n, d] = p.dims();
    if ddof >= n {
        let reason = format!("ddof: {ddof} needs more points than the {n} there are");
        return Err(Error::data("std", reason));
    }
    let by = (n as f64 / (n - ddof) as f64).sqrt();
    Ok(list(moments(&device::rows_f64(p)?, d, d).1.into_iter().map(|s| s * by)))
}

/// A matrix of what every two coordinates have in common.
fn paired(p: &Points, of: impl Fn(&[&[f64]]) -> Result<Vec<f64>>) -> Result<Points> {
    let d = p.dims()[1];
    crate::memory::check_points("a matrix of coordinates", [d, d], 8)?;
    let rows = device::rows_f64(p)?;
    let columns: Vec<Vec<f64>> = (0..d).map(|k| rows.iter().skip(k).step_by(d).copied().collect()).collect();
    let views: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    Ok(device::wide(of(&views)?, d, d))
}

fn places(l: &mut Library) {
    l.expose("argsort", |_, (v,): (Array,)| {
        let order = summary::order(&floats("argsort", &v)?);
        interrupt::poll()?;
        Ok(order.into_iter().map(|i| Dynamic::from(i as i64)).collect::<Array>())
    });
    for (name, sign) in [("argmin", 1.0), ("argmax", -1.0)] {
        l.expose(name, move |_, (v,): (Array,)| {
            let v = some(name, &v)?;
            let least = (1..v.len()).fold(0, |m, i| if sign * v[i] < sign * v[m] { i } else { m });
            Ok(least as i64)
        });
    }
    l.expose("cumsum", |_, (v,): (Array,)| Ok(list(summary::cumulative(&floats("cumsum", &v)?))));
    l.expose("unique", |_, (v,): (Array,)| Ok(unique(&v)?));
}

/// The different entries, numbers or texts, in ascending order.
fn unique(v: &Array) -> Result<Array> {
    if let Ok(numbers) = floats("unique", v) {
        let order = summary::order(&numbers);
        let same = |a: f64, b: f64| a == b || a.is_nan() && b.is_nan();
        let new = |k: &usize| *k == 0 || !same(numbers[order[*k]], numbers[order[k - 1]]);
        let found = interrupt::until_asked(0..order.len()).filter(new).map(|k| v[order[k]].flatten_clone());
        return Ok(found.collect());
    }
    let what = "unique takes a list of numbers or a list of texts; entry";
    let texts = v.iter().enumerate().map(|(i, x)| text(&format!("{what} {i}"), x)).collect::<Result<Vec<String>>>()?;
    let distinct: std::collections::BTreeSet<String> = interrupt::until_asked(texts).collect();
    Ok(distinct.into_iter().map(Dynamic::from).collect())
}

/// Lists of what stands at the same place.
fn zip(lists: &[Array]) -> Result<Array> {
    let n = lists[0].len();
    if lists.iter().any(|l| l.len() != n) {
        let got = lists.iter().map(|l| l.len().to_string()).collect::<Vec<_>>().join(" and ");
        return Err(Error::Shape { what: "zip".into(), expected: "lists of equal lengths".into(), got });
    }
    let row = |i: usize| {
        interrupt::poll_each(i)?;
        Ok(Dynamic::from(lists.iter().map(|l| l[i].clone()).collect::<Array>()))
    };
    (0..n).map(row).collect()
}

fn truths(v: &Array) -> Result<i64> {
    let mut found = 0;
    for (i, x) in v.iter().enumerate() {
        interrupt::poll_each(i)?;
        let wrong = |_| Error::Shape {
            what: format!("count(v), entry {i}"),
            expected: "true or false; count(v, x) counts what equals x".into(),
            got: format!("a {}", type_of(x)),
        };
        found += i64::from(x.flatten_clone().as_bool().map_err(wrong)?);
    }
    Ok(found)
}

fn equal(v: &Array, x: f64) -> Result<i64> {
    let same = |e: &&Dynamic| {
        let e = e.flatten_clone();
        e.as_float().ok().or_else(|| e.as_int().ok().map(|i| i as f64)) == Some(x)
    };
    let found = interrupt::until_asked(v).filter(|e| same(e)).count();
    interrupt::poll()?;
    Ok(found as i64)
}

fn counted(call: &Call, v: Array, f: &FnPtr) -> Outcome<i64> {
    let mut found = 0;
    for x in v {
        let answer: Dynamic = f.call_raw(call.native, None, [x])?;
        let wrong = |_| Error::Shape {
            what: "count(v, f)".into(),
            expected: "true or false from f".into(),
            got: format!("a {}", type_of(&answer)),
        };
        found += i64::from(answer.as_bool().map_err(wrong)?);
    }
    Ok(found)
}
