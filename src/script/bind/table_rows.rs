//! Rows of tables: chosen, put in order, counted through.
use super::table_values::{as_list, borrowed, column, of_rows, texts};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::memory;
use crate::script::call::{Call, Outcome};
use crate::script::convert::{count, numbers_of, type_of};
use crate::script::library::Of;
use crate::script::values::{TableRow, TableValue};
use crate::table::{How, Table};
use rhai::{Array, Dynamic, FnPtr};

/// Rows of `t.head()`.
const SHOWN: usize = 5;

/// f of every row.
pub fn called(call: &Call, t: &TableValue, f: &FnPtr) -> Outcome<Array> {
    memory::check("a list of rows", memory::product(&[t.rows(), size_of::<Dynamic>()]))?;
    let one = |row: usize| {
        let row = Dynamic::from(TableRow { table: t.clone(), row });
        Ok(f.call_raw(call.native, None, [row])?)
    };
    (0..t.rows()).map(one).collect()
}

/// A list of true and false.
fn mask(what: &str, list: &[Dynamic]) -> Result<Vec<bool>> {
    let one = |(i, v): (usize, &Dynamic)| {
        interrupt::poll_each(i)?;
        v.flatten_clone().as_bool().map_err(|_| Error::Shape {
            what: format!("{what}, row {i}"),
            expected: "true or false".into(),
            got: format!("a {}", type_of(v)),
        })
    };
    list.iter().enumerate().map(one).collect()
}

/// The rows of a list of true and false, or of numbers of rows.
fn chosen(t: &Table, list: &[Dynamic]) -> Result<Table> {
    if list.first().is_none_or(Dynamic::is_bool) && !(list.is_empty() && t.rows() > 0) {
        return t.filter(&mask("table[mask]", list)?);
    }
    // columns, as in pandas
    if list.iter().all(Dynamic::is_string) {
        let names = texts("table[columns]", &Dynamic::from(list.to_vec()))?;
        return t.select(&borrowed(&names));
    }
    let rows = numbers_of("table[rows]", list)?.into_iter().map(|i| {
        let at = if i < 0.0 { i + t.rows() as f64 } else { i };
        let row = count("table[rows]", &Dynamic::from(at)).ok().filter(|r| *r < t.rows());
        row.map(|r| r as u32).ok_or_else(|| Error::Shape {
            what: "table[rows]".into(),
            expected: format!("rows from 0 to {}", t.rows().saturating_sub(1)),
            got: i.to_string(),
        })
    });
    t.take(&rows.collect::<Result<Vec<u32>>>()?)
}

/// The rows from a number on.
fn range(t: &Table, from: i64, to: i64) -> Result<TableValue> {
    if from < 0 {
        let expected = format!("a range of rows from 0 to {}", t.rows());
        return Err(Error::Shape { what: "table[a..b]".into(), expected, got: format!("{from}..{to}") });
    }
    Ok(TableValue::new(t.slice(from as usize, to.max(0) as usize)?))
}

/// Fills the rows of tables.
pub fn fill(t: &mut Of<TableValue>) {
    t.method(
        "filter(f)",
        "the rows that make f true, |row| row.x > 1, or for which a list has true",
        |call, t, (f,): (FnPtr,)| {
            let found = called(call, t, &f)?;
            Ok(TableValue::new(t.filter(&mask("filter(f), what f gave", &found)?)?))
        },
    )
    .example("t.filter(|row| row.x > 1)");
    t.hidden("filter", |_, t, (list,): (Array,)| Ok(TableValue::new(t.filter(&mask("filter(mask)", &list)?)?)));
    t.index(|_, t, (list,): (Array,)| Ok(TableValue::new(chosen(t, &list)?)));
    t.index(|_, t, (r,): (Dynamic,)| {
        let flat = r.flatten_clone();
        if let Some(r) = flat.read_lock::<std::ops::Range<i64>>() {
            return Ok(range(t, r.start, r.end)?);
        }
        if let Some(r) = flat.read_lock::<std::ops::RangeInclusive<i64>>() {
            return Ok(range(t, *r.start(), r.end().saturating_add(1))?);
        }
        let expected = "a name of a column, a row, a range, a list of rows, or a list of true and false".into();
        Err(Error::Shape { what: "table[…]".into(), expected, got: format!("a {}", type_of(&r)) }.into())
    });
    t.method("map(f)", "f of every row, a list: a table where f gives maps", |call, t, (f,): (FnPtr,)| {
        let found = called(call, t, &f)?;
        Ok(match of_rows(&found) {
            Some(t) => Dynamic::from(TableValue::new(t?)),
            None => Dynamic::from(found),
        })
    })
    .example("t.map(|row| row.g)");
    t.method("head(n)", "the first n rows, five if n is left out", |_, t, (n,): (Dynamic,)| {
        Ok(TableValue::new(t.slice(0, count("head(n)", &n)?)?))
    })
    .example("t.head(2)");
    t.hidden("head", |_, t, ()| Ok(TableValue::new(t.slice(0, SHOWN)?)));
    t.hidden("tail", |_, t, ()| Ok(TableValue::new(t.slice(t.rows().saturating_sub(SHOWN), t.rows())?)));
    t.method("tail(n)", "the last n rows, five if n is left out", |_, t, (n,): (Dynamic,)| {
        let n = count("tail(n)", &n)?;
        Ok(TableValue::new(t.slice(t.rows().saturating_sub(n), t.rows())?))
    })
    .example("t.tail(2)");
    whole(t);
}

/// All rows in another order, without some, or beside others.
fn whole(t: &mut Of<TableValue>) {
    t.expose("sort", |call, t, (by,): (Dynamic,)| Ok(sorted(call, t, &by)?));
    t.method(
        "drop_missing(columns)",
        "the rows that have a value in the columns that are named, or in every one: t.drop_missing()",
        |_, t, (names,): (Dynamic,)| {
            let names = texts("drop_missing(columns)", &names)?;
            Ok(TableValue::new(t.complete(&borrowed(&names))?))
        },
    )
    .example("t.drop_missing([\"x\"])");
    t.hidden("drop_missing", |_, t, ()| Ok(TableValue::new(t.complete(&[])?)));
    t.method(
        "fill_missing(x)",
        "the table with x where a value is missing, in every column that holds values of its kind",
        |_, t, (x,): (Dynamic,)| Ok(TableValue::new(filled(t, &x)?)),
    )
    .example("t.fill_missing(0)");
    t.method(
        "distinct(columns)",
        "the rows without those that were there before, by the columns that are named, or by all: t.distinct()",
        |_, t, (names,): (Dynamic,)| {
            let names = texts("distinct(columns)", &names)?;
            Ok(TableValue::new(t.distinct(&borrowed(&names))?))
        },
    )
    .example("t.distinct(\"g\")");
    t.hidden("distinct", |_, t, ()| Ok(TableValue::new(t.distinct(&[])?)));
    t.expose("join", |call, t, (other, names): (TableValue, Dynamic)| {
        let names = texts("join(other, columns)", &names)?;
        let left = call.options.given.get("how").and_then(|v| v.as_str()) == Some("left");
        Ok(TableValue::new(t.join(&other, &borrowed(&names), if left { How::Left } else { How::Inner })?))
    });
}

/// The table without gaps in the columns that hold values like this one.
fn filled(t: &Table, x: &Dynamic) -> Result<Table> {
    let one = column("fill_missing(x)", x, 1)?;
    let mut out = t.clone();
    for (name, c) in t.columns() {
        let alike = std::mem::discriminant(c) == std::mem::discriminant(&one);
        if !alike || !(0..c.len()).any(|i| c.is_missing(i)) {
            continue;
        }
        let list: Array =
            as_list(c)?.into_iter().enumerate().map(|(i, v)| if c.is_missing(i) { x.clone() } else { v }).collect();
        out = out.with(name, column(name, &Dynamic::from(list), t.rows())?)?;
    }
    Ok(out)
}

fn sorted(call: &Call, t: &Table, by: &Dynamic) -> Result<TableValue> {
    let names = texts("sort(columns)", by)?;
    let wrong = |got: String| Error::Option {
        owner: "sort".into(),
        key: "descending".into(),
        got,
        expected: format!("true or false, or a list of {} of them", names.len()),
    };
    let descending = match call.options.value("descending") {
        None => vec![false; names.len()],
        Some(v) => match (v.as_bool(), v.read_lock::<Array>()) {
            (Ok(all), _) => vec![all; names.len()],
            (_, Some(list)) if list.len() == names.len() => mask("sort, descending", &list)?,
            (_, Some(list)) => return Err(wrong(format!("a list of {}", list.len()))),
            _ => return Err(wrong(format!("a {}", type_of(v)))),
        },
    };
    let by: Vec<(&str, bool)> = names.iter().map(String::as_str).zip(descending).collect();
    Ok(TableValue::new(t.sorted(&by)?))
}
