//! `io::…`
use crate::error::{Error, Result};
use crate::interrupt;
use crate::io::{Column, Labels, Loaded, Wanted};
use crate::memory;
use crate::prepare::rows::Gaps;
use crate::script::call::Call;
use crate::script::convert::{held, list, plain_number, rows, text, type_of};
use crate::script::library::Library;
use crate::script::values::{RunValue, TableValue};
use rhai::{Array, Dynamic, ImmutableString, Map};
use std::collections::HashMap;

/// Fills the library.
pub fn fill(l: &mut Library) {
    l.expose("io::load", |call, (path,): (Dynamic,)| {
        let path = call.context.input_path(&text("io::load(path)", &path)?);
        let loaded = crate::io::load_with(&path, &wanted(call, "io::load")?)?;
        let gaps = Gaps::of(&loaded.rows.data, loaded.rows.d)?;
        loaded.notes.iter().for_each(|note| call.context.note(format!("io::load: {note}")));
        if gaps.rows > 0 {
            let found = gaps.described([loaded.rows.n, loaded.rows.d]);
            call.context.note(format!("io::load: {found}; finite_rows(x) leaves them out"));
        }
        Ok(given(loaded)?)
    });
    l.expose("io::save", |call, (p, path): (Dynamic, Dynamic)| {
        let path = call.context.output_path(&text("io::save(path)", &path)?);
        let flat = p.flatten_clone();
        if let Some(t) = flat.read_lock::<TableValue>() {
            let notes = crate::io::save_table(&t, &path)?;
            notes.iter().for_each(|note| call.context.note(format!("io::save: {note}")));
            return Ok(());
        }
        let of_numbers =
            flat.read_lock::<Array>().is_some_and(|l| !l.is_empty() && l.iter().all(|v| plain_number(v).is_some()));
        if of_numbers {
            let expected = "points, a list of rows, or a table: table(#{ x: v }) makes one column of a list".into();
            return Err(Error::Shape { what: "io::save".into(), expected, got: "a list of numbers".into() }.into());
        }
        if flat.is::<Map>() || flat.is::<RunValue>() {
            let (what, mend) =
                if flat.is_map() { ("map", "table(…) makes one of it") } else { ("Run", "run.history is one") };
            let expected = format!("points, a list of rows, or a table: {mend}");
            return Err(Error::Shape { what: "io::save".into(), expected, got: format!("a {what}") }.into());
        }
        Ok(crate::io::save(&rows("io::save(points)", &p)?, &path)?)
    });
}

/// The options of `io::load` and of `io::table`, which `owner` tells apart.
pub(super) fn wanted(call: &Call, owner: &str) -> Result<Wanted> {
    let mut out: Wanted = call.options.typed()?;
    if let Some(labels) = call.options.value("labels") {
        out.labels = Some(column(
            owner,
            "labels",
            labels,
            "the name of one column, or its number from 0; io::table(path) reads several",
        )?);
    }
    out.columns = listed(call, owner, "columns")?;
    out.texts = listed(call, owner, "texts")?;
    Ok(out)
}

/// The columns that an option names; none where it is not given.
fn listed(call: &Call, owner: &str, key: &str) -> Result<Vec<Column>> {
    let Some(columns) = call.options.value(key) else { return Ok(vec![]) };
    let expected = "a list of names or numbers of columns, such as [\"x\", \"y\"] or [0, 1]";
    let flat = columns.flatten_clone();
    let listed = flat.read_lock::<Array>().ok_or_else(|| misfit(owner, key, columns, expected))?;
    if listed.is_empty() {
        return Err(misfit(owner, key, columns, expected));
    }
    listed.iter().map(|c| column(owner, key, c, expected)).collect()
}

fn misfit(owner: &str, key: &str, v: &Dynamic, expected: &str) -> Error {
    let got = match plain_number(v) {
        Some(x) => x.to_string(),
        None => format!("a {}", type_of(v)),
    };
    Error::Option { owner: owner.into(), key: key.into(), got, expected: expected.into() }
}

fn column(owner: &str, key: &str, v: &Dynamic, expected: &str) -> Result<Column> {
    if let Ok(name) = v.flatten_clone().into_immutable_string() {
        return Ok(Column::Named(name.to_string()));
    }
    let whole = plain_number(v).filter(|x| x.fract() == 0.0 && x.abs() < 1e9);
    whole.map(|x| Column::At(x as i64)).ok_or_else(|| misfit(owner, key, v, expected))
}

/// Points, or a map of points and labels.
pub(super) fn given(loaded: Loaded) -> Result<Dynamic> {
    let n = loaded.rows.n;
    let points = Dynamic::from(held(loaded.rows));
    let Some(labels) = loaded.labels else { return Ok(points) };
    // a value of the language, and the text that it may hold
    memory::check("io::load, labels", memory::product(&[n, 2 * size_of::<Dynamic>()]))?;
    let labels = match labels {
        Labels::Numbers(l) => list(l),
        Labels::Texts(l) => {
            // texts that occur often are there once
            let mut known: HashMap<&str, ImmutableString> = HashMap::new();
            let mut out = Array::with_capacity(n);
            for (i, text) in l.iter().enumerate() {
                interrupt::poll_each(i)?;
                out.push(known.entry(text).or_insert_with(|| text.into()).clone().into());
            }
            out
        }
    };
    let mut out = Map::new();
    out.insert("points".into(), points);
    out.insert("labels".into(), labels.into());
    Ok(Dynamic::from(out))
}
