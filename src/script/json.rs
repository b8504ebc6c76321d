//! `m.to_json()`: points as rows, tables as columns; what JSON has no word for is an error, and NaN a note.
use super::bind::table_columns;
use super::context::Context;
use super::convert::{plain_number, raise, type_of};
use super::values::{TableRow, TableValue};
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::ranks::Spread;
use rhai::{Array, Dynamic, Engine, Map, NativeCallContext};
use serde_json::{Value, json};
use std::sync::Arc;

/// Lists and maps within each other at most.
const DEEPEST: usize = 200;

/// Registers it in the place of the interpreter's own, which writes names of Rust for what it does not know.
pub fn register(engine: &mut Engine, context: &Arc<Context>) {
    let context = context.clone();
    engine.register_fn("to_json", move |ctx: NativeCallContext, map: Map| {
        let mut lost = 0;
        let written = of_map(&map, "", 0, &mut lost).map(|v| v.to_string());
        if lost > 0 {
            context.note(format!("to_json: JSON has no NaN and no infinity: {lost} written as null"));
        }
        written.map_err(|e| raise(&context, &ctx, e))
    });
}

fn of_map(map: &Map, at: &str, depth: usize, lost: &mut usize) -> Result<Value> {
    let one = |(key, v): (&rhai::Identifier, &Dynamic)| {
        let at = if at.is_empty() { key.to_string() } else { format!("{at}.{key}") };
        Ok((key.to_string(), of(v, &at, depth + 1, lost)?))
    };
    Ok(Value::Object(map.iter().map(one).collect::<Result<_>>()?))
}

fn of_number(x: f64, lost: &mut usize) -> Value {
    *lost += usize::from(!x.is_finite());
    json!(x)
}

fn of_list(list: &[Dynamic], at: &str, depth: usize, lost: &mut usize) -> Result<Value> {
    let one = |(i, v): (usize, &Dynamic)| {
        interrupt::poll_each(i)?;
        of(v, &format!("{at}[{i}]"), depth + 1, lost)
    };
    Ok(Value::Array(list.iter().enumerate().map(one).collect::<Result<_>>()?))
}

/// One value; `at` says where it stands, for errors.
fn of(v: &Dynamic, at: &str, depth: usize, lost: &mut usize) -> Result<Value> {
    if v.is_shared() {
        return of(&v.flatten_clone(), at, depth, lost);
    }
    if depth > DEEPEST {
        return Err(Error::data("to_json", format!("more than {DEEPEST} lists and maps within each other")));
    }
    match () {
        () if v.is_unit() => return Ok(Value::Null),
        () if v.is_bool() => return Ok(json!(v.as_bool().unwrap_or_default())),
        () if v.is_int() => return Ok(json!(v.as_int().unwrap_or_default())),
        () if v.is_float() => return Ok(of_number(plain_number(v).unwrap_or(f64::NAN), lost)),
        () if v.is_string() || v.is_char() => return Ok(json!(v.to_string())),
        () => {}
    }
    if let Some(list) = v.read_lock::<Array>() {
        return of_list(&list, at, depth, lost);
    }
    if let Some(map) = v.read_lock::<Map>() {
        return of_map(&map, at, depth, lost);
    }
    let whole = v.read_lock::<Spread>().map(|p| p.whole()).transpose()?;
    if let Some(p) = whole.or_else(|| v.read_lock::<Points>().map(|p| p.clone())) {
        let rows = device::rows_f64(&p)?;
        let row = |(i, r): (usize, &[f64])| {
            interrupt::poll_each(i)?;
            Ok(Value::Array(r.iter().map(|x| of_number(*x, lost)).collect()))
        };
        return Ok(Value::Array(rows.chunks(p.dims()[1]).enumerate().map(row).collect::<Result<_>>()?));
    }
    let map = v.read_lock::<TableValue>().map(|t| table_columns(&t));
    let map = map.or_else(|| v.read_lock::<TableRow>().map(|r| Ok(super::bind::row_entries(&r))));
    if let Some(map) = map {
        return of_map(&map?, at, depth, lost);
    }
    let kind = type_of(v);
    let kind = if kind == "function" { "closure".into() } else { kind };
    let reason = format!(
        "`{at}` is a {kind}, which JSON cannot hold: numbers, texts, truths, lists, maps, points and tables can"
    );
    Err(Error::data("to_json", reason))
}
