//! Values of the language as columns of a table, and back.
use super::plot_arguments::pairs;
use crate::dataset::Rows;
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::record::History;
use crate::script::convert::{held, list, plain_number, rows, text, type_of};
use crate::script::values::{TableRow, TableValue};
use crate::table::{Cell, Column, Filling, MISSING, Table};
use rhai::{Array, Dynamic, ImmutableString, Map};
use std::sync::Arc;

/// The columns of a run as a table.
pub fn of_history(h: &History) -> Result<TableValue> {
    let columns = h.columns().iter().map(|(name, v)| (name.as_str().into(), Column::numbers(v.clone())));
    Ok(TableValue::new(Table::new(columns.collect())?))
}

/// An entry as a value: nothing where a text or a truth is missing, NaN where a number is.
pub fn value(column: &Column, i: usize) -> Dynamic {
    match column.cell(i) {
        Cell::Number(x) => x.into(),
        Cell::Truth(t) => t.into(),
        Cell::Text(t) => t.into(),
        Cell::Missing if matches!(column, Column::Numbers(_)) => f64::NAN.into(),
        Cell::Missing => Dynamic::UNIT,
    }
}

/// A column as a list.
pub fn as_list(column: &Column) -> Result<Array> {
    crate::memory::check("a list", crate::memory::product(&[column.len(), size_of::<Dynamic>()]))?;
    Ok(match column {
        Column::Numbers(v) => list(v.iter().copied()),
        Column::Truths(v) => v.iter().map(|t| t.map_or(Dynamic::UNIT, Dynamic::from)).collect(),
        Column::Texts(t) => {
            // texts that occur often are there once
            let mut known: Vec<Option<ImmutableString>> = vec![None; t.words.len()];
            let mut out = Array::with_capacity(t.codes.len());
            for (i, code) in t.codes.iter().enumerate() {
                interrupt::poll_each(i)?;
                out.push(match known.get_mut(*code as usize) {
                    None => Dynamic::UNIT,
                    Some(text) => text.get_or_insert_with(|| t.words.get(*code).into()).clone().into(),
                });
            }
            out
        }
    })
}

/// What an entry of a list is.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Truth,
    Text,
}

fn kind(v: &Dynamic) -> Option<Kind> {
    match () {
        () if v.is_float() || v.is_int() => Some(Kind::Number),
        () if v.is_bool() => Some(Kind::Truth),
        () if v.is_string() || v.is_char() => Some(Kind::Text),
        () => None,
    }
}

/// Whether an entry is missing: nothing, or NaN.
fn is_gap(v: &Dynamic) -> bool {
    v.is_unit() || v.as_float().is_ok_and(f64::is_nan)
}

fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::Number => "a number",
        Kind::Truth => "true or false",
        Kind::Text => "a text",
    }
}

/// A list as a column; all its entries are of one kind or missing.
fn of_list(what: &str, entries: &[Dynamic]) -> Result<Column> {
    let mut first: Option<(Kind, usize)> = None;
    let mut to = Filling::Numbers(vec![]);
    for (i, v) in entries.iter().enumerate() {
        interrupt::poll_each(i)?;
        let shared;
        let v = if v.is_shared() {
            shared = v.flatten_clone();
            &shared
        } else {
            v
        };
        if is_gap(v) {
            to.gap();
            continue;
        }
        let found = kind(v);
        let fits = found.is_some() && first.is_none_or(|f| Some(f.0) == found);
        let (true, Some(found)) = (fits, found) else {
            let expected = match first {
                Some((k, row)) => format!("{} as in row {row}, or () where one is missing", words(k)),
                None => "a number, a text, true or false, or () where one is missing".into(),
            };
            let got = found.map_or_else(|| format!("a {}", type_of(v)), |k| format!("{} ({v})", words(k)));
            return Err(Error::Shape { what: format!("{what}, row {i}"), expected, got });
        };
        if first.is_none() {
            first = Some((found, i));
            to = match found {
                Kind::Number => to,
                Kind::Truth => Filling::Truths(vec![None; i]),
                Kind::Text => Filling::Texts(vec![MISSING; i], Box::default()),
            };
        }
        match found {
            Kind::Number => to.number(plain_number(v).unwrap_or(f64::NAN)),
            Kind::Truth => to.truth(v.as_bool().unwrap_or(false)),
            Kind::Text => to.text(&v.to_string()).map_err(|e| Error::data(what, e))?,
        }
    }
    Ok(to.finish())
}

/// What a column is made of: one with its length, or one value for all rows.
enum Wish {
    Whole(Column),
    One(Column),
}

fn wish(what: &str, v: &Dynamic) -> Result<Wish> {
    let flat = v.flatten_clone();
    if let Some(list) = flat.read_lock::<Array>() {
        return of_list(what, &list).map(Wish::Whole);
    }
    if let Some(p) = flat.read_lock::<Points>() {
        if p.dims()[1] == 1 {
            return Ok(Wish::Whole(Column::numbers(device::rows_f64(&p)?)));
        }
        let expected = "points of dimension 1, such as p.col(0)".into();
        return Err(Error::Shape { what: what.into(), expected, got: format!("dimension {}", p.dims()[1]) });
    }
    let range = flat.read_lock::<std::ops::Range<i64>>().map(|r| (r.start, r.end));
    let range = range.or_else(|| flat.read_lock::<std::ops::RangeInclusive<i64>>().map(|r| (*r.start(), *r.end() + 1)));
    if let Some((from, to)) = range {
        let n = to.saturating_sub(from).max(0) as usize;
        crate::memory::check(what, crate::memory::product(&[n, 8]))?;
        return Ok(Wish::Whole(Column::numbers((from..to).map(|i| i as f64).collect())));
    }
    if kind(&flat).is_some() || flat.is_unit() {
        return of_list(what, &[flat]).map(Wish::One);
    }
    let got = format!("a {}", type_of(v));
    Err(Error::Shape { what: what.into(), expected: "a list, a range, or one value for all rows".into(), got })
}

fn fill(wish: Wish, rows: usize) -> Result<Column> {
    match wish {
        Wish::Whole(c) => Ok(c),
        Wish::One(c) => c.take(&vec![0; rows]),
    }
}

/// A value as a column of so many rows.
pub fn column(what: &str, v: &Dynamic, rows: usize) -> Result<Column> {
    let column = fill(wish(what, v)?, rows)?;
    if column.len() == rows {
        return Ok(column);
    }
    Err(Error::Shape {
        what: what.into(),
        expected: format!("{rows} values, one a row"),
        got: column.len().to_string(),
    })
}

/// Named values as a table; one value stands for all rows.
fn of_pairs(pairs: Vec<(String, Dynamic)>) -> Result<Table> {
    let mut wishes = vec![];
    for (name, v) in pairs {
        wishes.push((name.clone(), wish(&format!("table, column \"{name}\""), &v)?));
    }
    let whole = wishes.iter().find_map(|(_, w)| if let Wish::Whole(c) = w { Some(c.len()) } else { None });
    let rows = whole.unwrap_or(usize::from(!wishes.is_empty()));
    let columns = wishes.into_iter().map(|(name, w)| Ok((name.as_str().into(), fill(w, rows)?)));
    Table::new(columns.collect::<Result<_>>()?)
}

/// Maps, a row each, as a table; a key that a row has not is missing there.
fn of_maps(maps: &[Dynamic]) -> Result<Table> {
    let mut columns: std::collections::BTreeMap<String, Array> = std::collections::BTreeMap::new();
    for (i, v) in maps.iter().enumerate() {
        interrupt::poll_each(i)?;
        let flat = v.flatten_clone();
        let Some(map) = flat.read_lock::<Map>() else {
            let got = format!("a {}", type_of(v));
            return Err(Error::Shape { what: format!("table, row {i}"), expected: "a map as in row 0".into(), got });
        };
        for (key, v) in map.iter() {
            let to = columns.entry(key.to_string()).or_default();
            to.resize(i, Dynamic::UNIT);
            to.push(v.clone());
        }
    }
    let full = columns.into_iter().map(|(name, mut v)| {
        v.resize(maps.len(), Dynamic::UNIT);
        (name, Dynamic::from(v))
    });
    of_pairs(full.collect())
}

/// Points as a table, the coordinates by these names or x0, x1, …
fn of_points(r: &Rows, names: Option<&[String]>) -> Result<Table> {
    if let Some(names) = names.filter(|n| n.len() != r.d) {
        let expected = format!("{} names, one for each coordinate", r.d);
        return Err(Error::Shape { what: "table, names".into(), expected, got: names.len().to_string() });
    }
    let name = |k: usize| names.map_or_else(|| format!("x{k}"), |n| n[k].clone());
    let values = |k: usize| r.data.iter().skip(k).step_by(r.d).copied().collect();
    Table::new((0..r.d).map(|k| (name(k).as_str().into(), Column::numbers(values(k)))).collect())
}

/// Rows of tables, which a filter or a map gave.
pub fn of_rows(found: &Array) -> Option<Result<Table>> {
    found.first()?.flatten_clone().is::<Map>().then(|| of_maps(found))
}

/// A table of what `table(…)` takes.
pub fn table(v: &Dynamic, names: Option<&Dynamic>) -> Result<TableValue> {
    let names = names.map(|n| texts("table, names", n)).transpose()?;
    let flat = v.flatten_clone();
    if let (Some(t), None) = (flat.read_lock::<TableValue>(), &names) {
        return Ok(t.clone());
    }
    if let (Some(map), None) = (flat.read_lock::<Map>(), &names) {
        return Ok(Arc::new(of_pairs(map.iter().map(|(k, v)| (k.to_string(), v.clone())).collect())?));
    }
    if let Some(array) = flat.read_lock::<Array>() {
        if array.is_empty() {
            return Ok(TableValue::default());
        }
        if let (Some(found), None) = (of_rows(&array), &names) {
            return Ok(Arc::new(found?));
        }
    }
    if let (Some(pairs), None) = (pairs(v), &names) {
        return Ok(Arc::new(of_pairs(pairs)?));
    }
    if flat.is::<Points>() || flat.is_array() {
        return Ok(Arc::new(of_points(&rows("table", v)?, names.as_deref())?));
    }
    let expected = "a map of columns #{ x: [..], .. }, pairs [[\"x\", [..]], ..], maps, one a row, or points";
    Err(Error::Shape { what: "table".into(), expected: expected.into(), got: format!("a {}", type_of(v)) })
}

/// One text, or a list of texts.
pub fn texts(what: &str, v: &Dynamic) -> Result<Vec<String>> {
    let flat = v.flatten_clone();
    let Some(list) = flat.read_lock::<Array>() else {
        return match flat.is_string() {
            true => Ok(vec![flat.to_string()]),
            false => Err(Error::Shape {
                what: what.into(),
                expected: "the name of a column, or a list of names".into(),
                got: format!("a {}", type_of(v)),
            }),
        };
    };
    list.iter().map(|v| text(what, v)).collect()
}

/// The same, borrowed.
pub fn borrowed(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// Columns of a table as points.
pub fn as_points(t: &Table, names: &[&str]) -> Result<Points> {
    let (n, d) = (t.rows(), names.len());
    if n == 0 || d == 0 {
        return Err(Error::data("points", "there are no rows, or no columns of numbers"));
    }
    crate::memory::check_points("points", [n, d], 16)?;
    let mut data = vec![0.0; n * d];
    for (k, i) in t.find("points", names)?.into_iter().enumerate() {
        let (name, column) = &t.columns()[i];
        let Some(values) = column.as_numbers() else {
            let row = (0..n).find(|i| !column.is_missing(*i)).unwrap_or(0);
            let Cell::Text(text) = column.cell(row) else { continue };
            let (name, text) = (crate::input::excerpt(name), crate::input::excerpt(text));
            return Err(Error::data("points", format!("column \"{name}\" holds texts: row {row} has `{text}`")));
        };
        for (i, v) in values.iter().enumerate() {
            interrupt::poll_each(i)?;
            data[i * d + k] = *v;
        }
    }
    Ok(held(Rows { data, n, d }))
}

/// The columns by their names.
pub fn as_columns(t: &Table) -> Result<Map> {
    let one = |(name, c): &(Arc<str>, _)| Ok((name.as_ref().into(), Dynamic::from(as_list(c)?)));
    t.columns().iter().map(one).collect()
}

/// The entries of a row by the names of the columns.
pub fn as_map(r: &TableRow) -> Map {
    r.table.columns().iter().map(|(name, c)| (name.as_ref().into(), value(c, r.row))).collect()
}
