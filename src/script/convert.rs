//! Values of the language to values of the domain, with errors that say what was expected.
use super::caught::raised_at;
use super::context::{Context, lock};
use super::diagnostic::friendly;
use crate::dataset::Rows;
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::interrupt;
use rhai::{Array, Dynamic, EvalAltResult, NativeCallContext};

/// What native functions return.
pub type Native<T> = std::result::Result<T, Box<EvalAltResult>>;

/// An error of the domain as an exception at the call; the error itself is kept for the report.
pub fn raise(c: &Context, ctx: &NativeCallContext, e: Error) -> Box<EvalAltResult> {
    let position = ctx.call_position();
    if matches!(e, Error::Interrupted) {
        return EvalAltResult::ErrorTerminated("interrupted".into(), position).into();
    }
    let text = e.to_string();
    *lock(&c.last_error) = Some(e);
    EvalAltResult::ErrorRuntime(raised_at(text, position.line()), position).into()
}

/// The same where there is no context to keep it in.
pub(super) fn fail<T>(ctx: &NativeCallContext, e: Error) -> Native<T> {
    if matches!(e, Error::Interrupted) {
        return Err(EvalAltResult::ErrorTerminated("interrupted".into(), ctx.call_position()).into());
    }
    let position = ctx.call_position();
    Err(EvalAltResult::ErrorRuntime(raised_at(e.to_string(), position.line()), position).into())
}

/// A name for the type of a value, for messages.
pub fn type_of(v: &Dynamic) -> String {
    friendly(v.flatten_clone().type_name())
}

fn mismatch(what: &str, expected: &str, v: &Dynamic) -> Error {
    let v = v.flatten_clone();
    let got = match v.type_name() {
        "i64" | "f64" | "bool" => v.to_string(),
        "string" => format!("\"{v}\""),
        _ => format!("a {}", type_of(&v)),
    };
    Error::Shape { what: what.into(), expected: expected.into(), got }
}

/// The number a value is, if it is one.
pub fn plain_number(v: &Dynamic) -> Option<f64> {
    if v.is_shared() {
        return plain_number(&v.flatten_clone());
    }
    v.as_float().ok().or_else(|| v.as_int().ok().map(|i| i as f64)).filter(|n| !n.is_nan())
}

/// A finite number, written with or without a point.
pub fn number(what: &str, v: &Dynamic) -> Result<f64> {
    plain_number(v).ok_or_else(|| mismatch(what, "a number", v))
}

/// A whole number ≥ 0; 5.0 will do.
pub fn count(what: &str, v: &Dynamic) -> Result<usize> {
    match number(what, v) {
        Ok(n) if n.fract() == 0.0 && (0.0..1e15).contains(&n) => Ok(n as usize),
        _ => Err(mismatch(what, "a whole number ≥ 0", v)),
    }
}

/// A text; `what` names the argument in errors, here and below.
pub fn text(what: &str, v: &Dynamic) -> Result<String> {
    v.flatten_clone().into_string().map_err(|_| mismatch(what, "a text", v))
}

/// Numbers from a list of numbers.
pub fn numbers(what: &str, v: &Dynamic) -> Result<Vec<f64>> {
    if v.is_shared() {
        return numbers(what, &v.flatten_clone());
    }
    let list = v.read_lock::<Array>().ok_or_else(|| mismatch(what, "a list of numbers", v))?;
    numbers_of(what, &list)
}

/// The same for a list at hand.
pub fn numbers_of(what: &str, list: &[Dynamic]) -> Result<Vec<f64>> {
    let one = |(i, x): (usize, &Dynamic)| {
        interrupt::poll_each(i)?;
        plain_number(x).ok_or_else(|| missing(mismatch(&format!("{what}, entry {i}"), "a number", x), x))
    };
    list.iter().enumerate().map(one).collect()
}

/// An error about an entry that is missing says how to leave those out.
fn missing(e: Error, v: &Dynamic) -> Error {
    let flat = v.flatten_clone();
    match e {
        Error::Shape { what, expected, got } if flat.is_unit() || flat.as_float().is_ok_and(f64::is_nan) => {
            let got = format!("{got}; v.drop_missing() leaves out what is missing");
            Error::Shape { what, expected, got }
        }
        Error::Shape { what, expected, got } if flat.is_bool() => {
            let got = format!("{got}; count(v) counts what is true");
            Error::Shape { what, expected, got }
        }
        e => e,
    }
}

/// The same where NaN is a number, too.
pub fn floats(what: &str, list: &[Dynamic]) -> Result<Vec<f64>> {
    let one = |(i, x): (usize, &Dynamic)| {
        interrupt::poll_each(i)?;
        if let Some(v) = plain_number(x) {
            return Ok(v);
        }
        let nan = x.flatten_clone().as_float().is_ok();
        if nan { Ok(f64::NAN) } else { Err(mismatch(&format!("{what}, entry {i}"), "a number", x)) }
    };
    list.iter().enumerate().map(one).collect()
}

/// Host rows from points, or from a list of rows of equal length.
pub fn rows(what: &str, v: &Dynamic) -> Result<Rows> {
    rows_by(what, v, numbers)
}

/// The same where NaN is a coordinate, too, as files have it.
pub fn rows_with_gaps(what: &str, v: &Dynamic) -> Result<Rows> {
    let row = |what: &str, row: &Dynamic| {
        let flat = row.flatten_clone();
        let list = flat.read_lock::<Array>().ok_or_else(|| mismatch(what, "a list of numbers", row))?;
        floats(what, &list)
    };
    rows_by(what, v, row)
}

fn rows_by(what: &str, v: &Dynamic, of: impl Fn(&str, &Dynamic) -> Result<Vec<f64>>) -> Result<Rows> {
    let flat = v.flatten_clone();
    if let Some(p) = flat.read_lock::<Points>() {
        let [n, d] = p.dims();
        return Ok(Rows { data: device::rows_f64(&p)?, n, d });
    }
    let list = flat.read_lock::<Array>().ok_or_else(|| mismatch(what, "points or a list of rows", v))?;
    let mut out = Rows { data: vec![], n: list.len(), d: 0 };
    for (i, row) in list.iter().enumerate() {
        interrupt::poll_each(i)?;
        let row = of(&format!("{what}, row {i}"), row)?;
        if i == 0 {
            out.d = row.len();
        } else if row.len() != out.d {
            return Err(Error::Shape {
                what: format!("{what}, row {i}"),
                expected: format!("{} numbers like row 0", out.d),
                got: format!("{}", row.len()),
            });
        }
        out.data.extend(row);
    }
    if out.n == 0 || out.d == 0 {
        return Err(Error::data(what, "the list is empty"));
    }
    Ok(out)
}

/// Points, or a list of rows, with all their digits.
pub fn points(what: &str, v: &Dynamic) -> Result<Points> {
    let flat = v.flatten_clone();
    if let Some(p) = flat.read_lock::<Points>() {
        return device::widened(&p);
    }
    Ok(held(rows(what, v)?))
}

/// Rows as points of the language.
pub fn held(r: Rows) -> Points {
    device::wide(r.data, r.n, r.d)
}

/// A list of numbers for the language. Asked to stop it ends early, as does the call that makes it.
pub fn list(v: impl IntoIterator<Item = f64>) -> Array {
    let v = v.into_iter();
    let mut out = Array::with_capacity(v.size_hint().0);
    for (i, x) in v.enumerate() {
        if interrupt::poll_each(i).is_err() {
            break;
        }
        out.push(Dynamic::from(x));
    }
    out
}
