//! The table by which compiled cells reach the session; `cell/` is the other side.
use super::cells;
use crate::protocol::Output;
use abi::{Call, Scalar, SessionTable, Value};
use gflow::script;
use gflow::script::Rows;
use std::os::raw::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

#[path = "../../cell/abi.rs"]
pub mod abi;

static TABLE: SessionTable =
    SessionTable { version: abi::VERSION, get, set, eval, register, generator, show, remark, interrupted, at_end };

/// Where compiled cells find the table.
pub fn address() -> usize {
    std::ptr::from_ref(&TABLE) as usize
}

const BUSY: &str = "the session is in use: a Rust function that a script calls cannot call back into it";

/// A text of the cell.
///
/// # Safety
/// `start` must point to `len` bytes.
unsafe fn text<'a>(start: *const u8, len: usize) -> std::borrow::Cow<'a, str> {
    if len == 0 {
        return "".into();
    }
    // SAFETY: by the contract of this function
    String::from_utf8_lossy(unsafe { std::slice::from_raw_parts(start, len) })
}

fn from_session(v: script::Value) -> Value {
    match v {
        script::Value::Nothing => Value::nothing(),
        script::Value::Bool(b) => Value { kind: abi::BOOL, integer: i64::from(b), ..Value::nothing() },
        script::Value::Integer(i) => Value { kind: abi::INTEGER, integer: i, ..Value::nothing() },
        script::Value::Number(x) => Value { kind: abi::NUMBER, number: x, ..Value::nothing() },
        script::Value::Text(t) => Value::owning(abi::TEXT, t.into_bytes(), 0, 0),
        script::Value::Numbers(v) => Value::owning(abi::NUMBERS, v, 0, 0),
        script::Value::Points(r) => Value::owning(abi::POINTS, r.data, r.n, r.d),
    }
}

/// Copies the elements, once, and gives the cell's memory back.
fn into_session(v: Value) -> Result<script::Value, String> {
    // SAFETY: each kind has the elements that the interface says
    let value = unsafe {
        match v.kind {
            abi::NOTHING => script::Value::Nothing,
            abi::BOOL => script::Value::Bool(v.integer != 0),
            abi::INTEGER => script::Value::Integer(v.integer),
            abi::NUMBER => script::Value::Number(v.number),
            abi::TEXT => script::Value::Text(String::from_utf8_lossy(v.elements()).into_owned()),
            abi::NUMBERS => script::Value::Numbers(v.elements().to_vec()),
            abi::POINTS => script::Value::Points(Rows { data: v.elements().to_vec(), n: v.rows, d: v.columns }),
            k => return Err(format!("kind {k} of value is unknown")),
        }
    };
    v.release();
    Ok(value)
}

/// Runs a request of a cell: a panic or an error becomes a text in `out`.
fn answer(out: *mut Value, f: impl FnOnce() -> Result<script::Value, String>) -> bool {
    let result = catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|_| Err("gflow itself failed".into()));
    let (value, good) = match result {
        Ok(v) => (from_session(v), true),
        Err(e) => (from_session(script::Value::Text(e)), false),
    };
    if !out.is_null() {
        // SAFETY: the cell passes a place for one value
        unsafe { out.write(value) };
    }
    good
}

fn within<R>(f: impl FnOnce(&mut script::Session) -> Result<R, String>) -> Result<R, String> {
    if !cells::here() {
        return Err("the session is reached from the thread of the cell, not from one that the cell started".into());
    }
    cells::with(f).unwrap_or_else(|| Err(BUSY.into()))
}

extern "C" fn get(name: *const u8, len: usize, out: *mut Value) -> bool {
    // SAFETY: the cell passes a text
    let name = unsafe { text(name, len) };
    answer(out, || within(|s| s.get(&name).map_err(|e| e.to_string())))
}

extern "C" fn set(name: *const u8, len: usize, value: *const Value, out: *mut Value) -> bool {
    // SAFETY: the cell passes a text and a value that is ours now
    let (name, value) = unsafe { (text(name, len), *value) };
    answer(out, || {
        let value = into_session(value)?;
        within(|s| s.set(&name, value).map_err(|e| e.to_string())).map(|()| script::Value::Nothing)
    })
}

extern "C" fn eval(code: *const u8, len: usize, out: *mut Value) -> bool {
    // SAFETY: the cell passes a text
    let code = unsafe { text(code, len) };
    answer(out, || {
        within(|s| {
            s.call("script in a Rust cell", &code).map_err(|d| {
                let place =
                    d.place.as_ref().map_or(String::new(), |p| format!(" (line {}, column {})", p.line, p.column));
                let hint = d.hint.as_ref().map_or(String::new(), |h| format!("; {h}"));
                format!("{}{place}{hint}", d.message)
            })
        })
    })
}

/// Leaked data of a cell: closures are shared between threads, which `session::register` asks of them.
#[derive(Clone, Copy)]
struct Data(*mut c_void);
// SAFETY: `session::register` takes closures that are Send and Sync only
unsafe impl Send for Data {}
// SAFETY: as above
unsafe impl Sync for Data {}
impl Data {
    fn pointer(&self) -> *mut c_void {
        self.0
    }
}

extern "C" fn register(
    name: *const u8,
    len: usize,
    arity: usize,
    call: Call,
    data: *mut c_void,
    out: *mut Value,
) -> bool {
    // SAFETY: the cell passes a text
    let name = unsafe { text(name, len) };
    let data = Data(data);
    let foreign: script::Foreign = Arc::new(move |arguments| {
        let arguments: Vec<Value> = arguments.into_iter().map(from_session).collect();
        let mut out = Value::nothing();
        let good = call(data.pointer(), arguments.as_ptr(), arguments.len(), &mut out);
        match (into_session(out)?, good) {
            (v, true) => Ok(v),
            (script::Value::Text(e), false) => Err(e),
            (_, false) => Err("failed".into()),
        }
    });
    answer(out, || {
        within(|s| {
            s.register(&name, arity, foreign).map_err(|e| e.to_string())?;
            Ok(script::Value::Nothing)
        })
    })
}

extern "C" fn generator(name: *const u8, len: usize, f: Scalar, data: *mut c_void, out: *mut Value) -> bool {
    // SAFETY: the cell passes a text
    let name = unsafe { text(name, len) };
    let data = Data(data);
    let f = Arc::new(move |x| f(data.pointer(), x));
    answer(out, || {
        within(|s| {
            s.generator(&name, f).map_err(|e| e.hint().map_or(e.to_string(), |h| format!("{e}; {h}")))?;
            Ok(script::Value::Nothing)
        })
    })
}

extern "C" fn show(mime: *const u8, mime_len: usize, content: *const u8, len: usize) {
    // SAFETY: the cell passes two texts
    let (mime, content) = unsafe { (text(mime, mime_len), text(content, len)) };
    if let Some(output) = cells::output() {
        output.output(Output::display([(mime.into_owned(), content.into_owned().into())].into_iter().collect()));
    }
}

extern "C" fn remark(content: *const u8, len: usize) {
    // SAFETY: the cell passes a text
    let content = unsafe { text(content, len) };
    if let Some(output) = cells::output() {
        output.note(&content);
    }
}

extern "C" fn interrupted() -> bool {
    // a Rust function inside a script asks while the session is in use; the flag has an owner of its own
    cells::interrupt().is_some_and(|i| i.is_requested())
}

extern "C" fn at_end(flush: extern "C" fn()) {
    cells::at_end(flush);
}
