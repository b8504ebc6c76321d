//! Preparing data: transforms as values, and rows that are chosen together with what belongs to them.
use super::table_values::of_history;
use crate::device::{Points, widened};
use crate::error::{Error, Result};
use crate::prepare::columns::By;
use crate::prepare::{Scale, Shuffle, Split, Standardise, Transform, Whiten, fit, rows, whiten};
use crate::record::{History, compact};
use crate::script::call::Call;
use crate::script::convert::{count, list, number, numbers, plain_number, text as words, type_of};
use crate::script::elsewhere::property;
use crate::script::kind::Kind;
use crate::script::library::Library;
use crate::{interrupt, random};
use rhai::{Array, Dynamic, Map};
use std::collections::HashMap;
use std::sync::Arc;

/// A transform as a value.
pub type TransformValue = Arc<Transform>;

impl Kind for TransformValue {
    const NAME: &'static str = "Transform";
    const PAGE: &'static str = "standardise";
    const ABOUT: &'static str = "How the columns of points were brought to common units, with the way back. The option prepare: of run takes one.";
    const SAMPLE: &'static str = "let p = data::ring(6);\nlet t = whiten(p);";
}

/// Columns that are shown.
const SHOWN: usize = 8;

fn text(t: &TransformValue) -> String {
    let d = t.dim();
    let mut out = format!("Transform: {d} column{}, {}", if d == 1 { "" } else { "s" }, t.name());
    out += if t.mixes() { "\n  z = M (x - center)/scale" } else { "\n  z = (x - center)/scale" };
    for (what, of) in [("center", t.centre()), ("scale", t.scale().to_vec())] {
        let cells: Vec<String> = of.iter().take(SHOWN).map(|v| compact(*v)).collect();
        out += &format!("\n  {what:<8} {}{}", cells.join("  "), if d > SHOWN { "  …" } else { "" });
    }
    out += &t.remark().map_or(String::new(), |r| format!("\n  {r}"));
    out
}

/// Fills the library.
pub fn fill(l: &mut Library) {
    transforms(l);
    choosing(l);
    let mut t = l.kind::<TransformValue>(text);
    t.method("apply(points)", "the points in prepared units", |call, t, (x,): (Dynamic,)| {
        Ok(t.apply(&call.points("apply(points)", &x)?)?)
    })
    .example("t.apply(p)");
    t.method("back(points)", "prepared points in the units they came from", |call, t, (z,): (Dynamic,)| {
        Ok(t.back(&call.points("back(points)", &z)?)?)
    })
    .example("t.back(t.apply(p))");
    t.method("save(path)", "writes it to a file, which load_transform(path) reads", |call, t, (path,): (Dynamic,)| {
        Ok(t.save(&call.context.output_path(&words("save(path)", &path)?))?)
    })
    .example("t.save(\"t.json\");\nload_transform(\"t.json\")");
    t.method("dim()", "how many columns it takes", |_, t, ()| Ok(t.dim() as i64));
    t.property("center", "what comes to 0, a number per column", |_, t| Ok(list(t.centre())));
    t.property("scale", "by what columns are divided", |_, t| Ok(list(t.scale().iter().copied())));
    t.property("matrix", "A of z = A (x - center), as rows", |_, t| Ok(t.matrix()));
    l.expose("load_transform", |call, (path,): (Dynamic,)| {
        let path = call.context.input_path(&words("load_transform(path)", &path)?);
        Ok(Arc::new(Transform::load(&path)?))
    });
    let mut p = l.of::<Points>();
    p.expose("shuffle", |call, p, ()| Ok(shuffled(call, &Dynamic::from(p.clone()))?));
    p.expose("split", |call, p, (share,): (Dynamic,)| Ok(split(call, &Dynamic::from(p.clone()), &share)?));
    let standardized = |call: &Call, p: &Points| -> Result<Points> {
        noted(call, "standardized", fit::standardise(&widened(p)?, By::Std)?).apply(p)
    };
    p.method(
        "standardized()",
        "mean 0 and width 1 of every column; standardise(p) keeps the way back",
        move |call, p, ()| Ok(standardized(call, p)?),
    );
    p.hidden("standardised", move |call, p, ()| Ok(standardized(call, p)?));
    p.method("whitened()", "mean 0 and covariance 1; whiten(p) keeps the way back", |call, p, ()| {
        Ok(noted(call, "whitened", whiten::whiten(&widened(p)?, 0.0)?).apply(p)?)
    });
    p.index(|_, p, (at,): (Dynamic,)| Ok(indexed(p, &at)?));
    l.spelled("standardised", "standardized");
}

/// The transform, after a note of what to know about it.
pub(super) fn noted(call: &Call, name: &str, t: Transform) -> TransformValue {
    if let Some(remark) = t.remark() {
        call.context.note(format!("{name}: {remark}"));
    }
    Arc::new(t)
}

/// What a word asks for, of a sample; none for other words.
pub(super) fn by_word(word: &str, x: &Points) -> Option<Result<Transform>> {
    match word {
        "standardise" | "standardize" => Some(fit::standardise(x, By::Std)),
        "robust" => Some(fit::standardise(x, By::Robust)),
        "whiten" => Some(whiten::whiten(x, 0.0)),
        _ => None,
    }
}

fn transforms(l: &mut Library) {
    l.expose("standardise", |call, (x,): (Dynamic,)| {
        let o: Standardise = call.options.typed()?;
        Ok(noted(call, "standardise", fit::standardise(&call.points("standardise(x)", &x)?, o.by)?))
    });
    l.alias("standardize", "standardise");
    l.expose("scale", |call, (x,): (Dynamic,)| {
        let o: Scale = call.options.typed()?;
        let flat = x.flatten_clone();
        let is_list = flat.read_lock::<Array>().is_some_and(|l| l.iter().any(|v| plain_number(v).is_some()));
        if is_list {
            only(call, "by", "a sample")?;
            return Ok(Arc::new(fit::given(&numbers("scale(widths)", &x)?, &o.center)?));
        }
        only(call, "center", "a list of widths")?;
        if flat.read_lock::<Points>().is_none() && flat.read_lock::<Array>().is_none_or(|l| l.is_empty()) {
            return Err(wrong("scale", "points, or a list with a number > 0 for every column", &x).into());
        }
        Ok(noted(call, "scale", fit::scale(&call.points("scale(x)", &x)?, o.by)?))
    });
    l.expose("whiten", |call, (x,): (Dynamic,)| {
        let o: Whiten = call.options.typed()?;
        Ok(noted(call, "whiten", whiten::whiten(&call.points("whiten(x)", &x)?, o.shrink)?))
    });
}

/// Errors if an option was given that is for another kind of argument.
fn only(call: &Call, key: &str, of: &str) -> Result<()> {
    if !call.options.has(key) {
        return Ok(());
    }
    Err(Error::data("scale", format!("the option `{key}` is for {of}")))
}

fn choosing(l: &mut Library) {
    l.expose("shuffle", |call, (x,): (Dynamic,)| Ok(shuffled(call, &x)?));
    l.expose("split", |call, (x, share): (Dynamic, Dynamic)| Ok(split(call, &x, &share)?));
    l.expose("finite_rows", |call, (x,): (Dynamic,)| Ok(finite(call, &x)?));
    l.expose("not_finite", |call, (x,): (Dynamic,)| {
        let x = call.points("not_finite(x)", &x)?;
        let found = rows::gaps(&crate::device::rows_f64(&x)?, x.dims()[1])?;
        let column = |of: fn(&rows::Gap) -> f64| found.iter().map(of).collect::<Vec<f64>>();
        Ok(of_history(&History::from_columns(vec![
            ("row".into(), column(|g| g.0 as f64)),
            ("column".into(), column(|g| g.1 as f64)),
            ("value".into(), column(|g| g.2)),
        ]))?)
    });
}

/// That of a seed, or the next of the session.
fn rng(call: &Call, seed: Option<u64>) -> random::Rng {
    seed.map_or_else(|| call.context.rng(), |s| random::rng(s, 0))
}

fn shuffled(call: &Call, x: &Dynamic) -> Result<Dynamic> {
    let (o, set): (Shuffle, _) = (call.options.typed()?, Set::read("shuffle(x)", x)?);
    set.take(&rows::shuffled(set.n, &mut rng(call, o.seed))?)
}

fn split(call: &Call, x: &Dynamic, share: &Dynamic) -> Result<Map> {
    let o: Split = call.options.typed()?;
    let set = Set::read("split(x, share)", x)?;
    let given = number("split, share", share)?;
    if !(given > 0.0 && given < 1.0) {
        let reason =
            format!("the share of the training rows is {given}, expected a number between 0 and 1, such as 0.8");
        return Err(Error::data("split", reason));
    }
    let order = if o.shuffle { rows::shuffled(set.n, &mut rng(call, o.seed))? } else { (0..set.n).collect() };
    let classes = o.stratify.as_deref().map(|key| set.classes(key)).transpose()?;
    let (train, held) = rows::parted(&order, given, classes.as_deref())?;
    let mut out = Map::new();
    for (name, rows) in [("train", &train), ("held_out", &held)] {
        out.insert(name.into(), set.take(rows)?);
        let at = rows.iter().map(|i| Dynamic::from(*i as i64)).collect::<Array>();
        out.insert(format!("{name}_rows").into(), Dynamic::from(at));
    }
    Ok(out)
}

fn finite(call: &Call, x: &Dynamic) -> Result<Dynamic> {
    let set = Set::read("finite_rows(x)", x)?;
    let (mut good, mut said) = (vec![true; set.n], vec![]);
    for (name, part) in &set.parts {
        let (values, d) = match part {
            Part::Points(p) => (crate::device::rows_f64(p)?, p.dims()[1]),
            // texts and others have no gaps
            Part::List(l) => (l.iter().map(as_number).collect(), 1),
        };
        rows::each_gap(&values, d, |g| good[g.0] = false)?;
        let found = rows::Gaps::of(&values, d)?;
        if found.rows > 0 {
            let of = if name.is_empty() { String::new() } else { format!("{name}: ") };
            said.push(format!("finite_rows: {of}{}", found.described([set.n, d])));
        }
    }
    if said.is_empty() {
        return Ok(x.clone());
    }
    let kept: Vec<usize> = (0..set.n).filter(|i| good[*i]).collect();
    if kept.is_empty() {
        return Err(Error::data("finite_rows", "no row is finite"));
    }
    said.into_iter().for_each(|s| call.context.note(s));
    set.take(&kept)
}

/// A number, 0 for what is none.
fn as_number(v: &Dynamic) -> f64 {
    v.flatten_clone().as_float().unwrap_or(0.0)
}

/// What has one entry a row.
enum Part {
    Points(Box<Points>),
    List(Array),
}

/// A sample with what belongs to its rows.
struct Set {
    /// how many rows
    n: usize,
    /// by the keys of a map; one without a name where there was no map
    parts: Vec<(String, Part)>,
}

impl Set {
    fn read(what: &str, v: &Dynamic) -> Result<Set> {
        if v.is_shared() {
            return Set::read(what, &v.flatten_clone());
        }
        let expected = "points, a list, or a map of them such as #{ points: x, labels: l }";
        let Some(map) = v.read_lock::<Map>() else {
            let part = Part::read(v).ok_or_else(|| wrong(what, expected, v))?;
            return Set { n: part.len(), parts: vec![(String::new(), part)] }.checked(what);
        };
        let one = |(key, v): (&rhai::Identifier, &Dynamic)| {
            let part = Part::read(v);
            Ok((key.to_string(), part.ok_or_else(|| wrong(&format!("{what}, {key}"), "points or a list", v))?))
        };
        let parts: Vec<(String, Part)> = map.iter().map(one).collect::<Result<_>>()?;
        // points say how many rows there are, a list where there are none
        let first = parts.iter().find(|p| matches!(p.1, Part::Points(_))).or(parts.first());
        let n = first.ok_or_else(|| wrong(what, expected, v))?.1.len();
        Set { n, parts }.checked(what)
    }

    fn checked(self, what: &str) -> Result<Set> {
        if let Some((key, part)) = self.parts.iter().find(|(_, part)| part.len() != self.n) {
            return Err(Error::Shape {
                what: format!("{what}, {key}"),
                expected: format!("{} entries, one per row", self.n),
                got: part.len().to_string(),
            });
        }
        if self.n == 0 { Err(Error::data(what, "there are no rows")) } else { Ok(self) }
    }

    /// Some of its rows, in the form in which it was given.
    fn take(&self, at: &[usize]) -> Result<Dynamic> {
        let mut out = Map::new();
        for (key, part) in &self.parts {
            let taken = part.take(at)?;
            if key.is_empty() {
                return Ok(taken);
            }
            out.insert(key.as_str().into(), taken);
        }
        Ok(Dynamic::from(out))
    }

    /// A list as classes, numbered from 0: entries that print alike are of one.
    fn classes(&self, key: &str) -> Result<Vec<usize>> {
        let list = self.parts.iter().find_map(|(name, part)| match part {
            Part::List(l) if name == key => Some(l),
            _ => None,
        });
        let list = list.ok_or_else(|| Error::Option {
            owner: "split".into(),
            key: "stratify".into(),
            got: format!("\"{key}\""),
            expected: "the key of a list in the map that is split, such as \"labels\" of #{ points: x, labels: l }"
                .into(),
        })?;
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let one = |(i, v): (usize, &Dynamic)| {
            interrupt::poll_each(i)?;
            let next = numbers.len();
            Ok(*numbers.entry(v.to_string()).or_insert(next))
        };
        list.iter().enumerate().map(one).collect()
    }
}

impl Part {
    fn read(v: &Dynamic) -> Option<Part> {
        if v.is_shared() {
            return Part::read(&v.flatten_clone());
        }
        let points = v.read_lock::<Points>().map(|p| Part::Points(Box::new(p.clone())));
        points.or_else(|| v.read_lock::<Array>().map(|l| Part::List(l.clone())))
    }
    fn len(&self) -> usize {
        match self {
            Part::Points(p) => p.dims()[0],
            Part::List(l) => l.len(),
        }
    }
    fn take(&self, at: &[usize]) -> Result<Dynamic> {
        match self {
            Part::Points(p) => Ok(Dynamic::from(rows::taken(p, at)?)),
            Part::List(l) => {
                let one = |(k, i): (usize, &usize)| {
                    interrupt::poll_each(k)?;
                    Ok(l[*i].clone())
                };
                Ok(Dynamic::from(at.iter().enumerate().map(one).collect::<Result<Array>>()?))
            }
        }
    }
}

fn wrong(what: &str, expected: &str, v: &Dynamic) -> Error {
    Error::Shape { what: what.into(), expected: expected.into(), got: format!("a {}", type_of(v)) }
}

/// `p[i]`, a row as a list; `p[a..b]`, `p[[i, j, …]]` and `p[[true, false, …]]`, points.
pub(super) fn indexed(p: &Points, at: &Dynamic) -> Result<Dynamic> {
    let (n, flat) = (p.dims()[0], at.flatten_clone());
    if let Some(i) = plain_number(&flat) {
        let row = row_of(i, n).ok_or_else(|| outside(i, n))?;
        return Ok(Dynamic::from(list(crate::device::rows_f64(&p.clone().narrow(0, row, 1))?)));
    }
    let range = flat.read_lock::<std::ops::Range<i64>>().map(|r| (r.start, r.end));
    let range = range.or_else(|| flat.read_lock::<std::ops::RangeInclusive<i64>>().map(|r| (*r.start(), *r.end() + 1)));
    if let Some((from, to)) = range {
        let to = to.min(n as i64);
        if from < 0 || from >= to {
            let expected = format!("a range of rows from 0 to {n}");
            return Err(Error::Shape { what: "points[a..b]".into(), expected, got: format!("{from}..{to}") });
        }
        return Ok(Dynamic::from(p.clone().narrow(0, from as usize, (to - from) as usize)));
    }
    // what has no such property is asked for an entry of this name
    if let Ok(name) = flat.clone().into_immutable_string() {
        return Err(Error::Unsupported {
            what: "Points".into(),
            reason: format!("have no property `{name}`"),
            advice: property(&name).unwrap_or("`help Points` lists what they have").into(),
        });
    }
    let expected = "a row, a range, a list of rows, or a list of true and false";
    let chosen = flat.read_lock::<Array>().ok_or_else(|| wrong("points[…]", expected, at))?;
    let rows = match chosen.first().is_some_and(|v| v.is_bool()) {
        true => masked(&chosen, n)?,
        false => numbers("points[rows]", at)?
            .into_iter()
            .map(|i| row_of(i, n).ok_or_else(|| outside(i, n)))
            .collect::<Result<_>>()?,
    };
    if rows.is_empty() {
        return Err(Error::data("points[…]", "no row is chosen"));
    }
    Ok(Dynamic::from(rows::taken(p, &rows)?))
}

/// A row by its number, from the end where it is below 0.
fn row_of(i: f64, n: usize) -> Option<usize> {
    let i = if i < 0.0 { i + n as f64 } else { i };
    count("points[i]", &Dynamic::from(i)).ok().filter(|i| *i < n)
}

fn outside(i: f64, n: usize) -> Error {
    Error::Shape {
        what: "points[i]".into(),
        expected: format!("a row from 0 to {}", n.saturating_sub(1)),
        got: i.to_string(),
    }
}

fn masked(mask: &[Dynamic], n: usize) -> Result<Vec<usize>> {
    if mask.len() != n {
        let expected = format!("{n} of true and false, one per row");
        return Err(Error::Shape { what: "points[mask]".into(), expected, got: mask.len().to_string() });
    }
    let mut out = vec![];
    for (i, v) in mask.iter().enumerate() {
        interrupt::poll_each(i)?;
        let yes = v.as_bool().map_err(|_| wrong("points[mask]", "true and false alone", v))?;
        if yes {
            out.push(i);
        }
    }
    Ok(out)
}
