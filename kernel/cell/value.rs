//! Values as Rust types.
use crate::abi::{self, Value};
use std::fmt;
use std::ops::Deref;

/// Why the session refused, in a sentence.
pub struct Error(pub(crate) String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for Error {}

/// What can be read from the session.
pub trait FromSession: Sized {
    /// Takes a value over.
    ///
    /// # Errors
    /// A value of another kind.
    fn from_session(v: Value) -> Result<Self, Error>;
}

/// What can be handed to the session.
pub trait IntoSession {
    /// Gives a value away.
    fn into_session(self) -> Value;
}

/// Rows of f64 in one piece of memory, which the side that made them takes back when this value goes.
pub struct Points {
    value: Value,
    /// number of rows
    pub n: usize,
    /// numbers a row
    pub d: usize,
}

// SAFETY: the memory is read only, and released once, from whichever thread
unsafe impl Send for Points {}
// SAFETY: as above
unsafe impl Sync for Points {}

impl Points {
    /// n rows of d numbers, f64 or f32, row by row.
    ///
    /// # Panics
    /// If there are not n·d numbers.
    pub fn new<T: Into<f64>>(rows: Vec<T>, n: usize, d: usize) -> Points {
        let rows: Vec<f64> = rows.into_iter().map(Into::into).collect();
        assert_eq!(rows.len(), n * d, "{n} rows of {d} numbers are {} numbers", n * d);
        Points { value: Value::owning(abi::POINTS, rows, n, d), n, d }
    }
    /// The i-th row.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn row(&self, i: usize) -> &[f64] {
        &self[i * self.d..(i + 1) * self.d]
    }
    /// All rows, in order.
    pub fn rows(&self) -> std::slice::Chunks<'_, f64> {
        self.chunks(self.d.max(1))
    }
}

impl Deref for Points {
    type Target = [f64];
    fn deref(&self) -> &[f64] {
        // SAFETY: a `Points` is made from values of this kind only
        unsafe { self.value.elements() }
    }
}

impl Drop for Points {
    fn drop(&mut self) {
        self.value.release();
    }
}

impl Clone for Points {
    fn clone(&self) -> Points {
        Points::new(self.to_vec(), self.n, self.d)
    }
}

impl fmt::Debug for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Points: {} in dimension {}", self.n, self.d)?;
        for r in self.rows().take(5) {
            write!(f, "\n  {r:?}")?;
        }
        if self.n > 5 { write!(f, "\n  …") } else { Ok(()) }
    }
}

/// The words for a kind.
fn name(kind: u32) -> &'static str {
    match kind {
        abi::NOTHING => "nothing",
        abi::BOOL => "true or false",
        abi::INTEGER | abi::NUMBER => "a number",
        abi::TEXT => "a text",
        abi::NUMBERS => "a list of numbers",
        abi::POINTS => "points",
        _ => "an unknown kind of value",
    }
}

fn wrong<T>(expected: &str, v: Value) -> Result<T, Error> {
    let got = name(v.kind);
    v.release();
    Err(Error(format!("expected {expected}, the session holds {got}")))
}

impl FromSession for () {
    fn from_session(v: Value) -> Result<(), Error> {
        v.release();
        Ok(())
    }
}
impl FromSession for bool {
    fn from_session(v: Value) -> Result<bool, Error> {
        if v.kind == abi::BOOL { Ok(v.integer != 0) } else { wrong("true or false", v) }
    }
}
impl FromSession for f64 {
    fn from_session(v: Value) -> Result<f64, Error> {
        match v.kind {
            abi::NUMBER => Ok(v.number),
            abi::INTEGER => Ok(v.integer as f64),
            _ => wrong("a number", v),
        }
    }
}
impl FromSession for i64 {
    fn from_session(v: Value) -> Result<i64, Error> {
        match v.kind {
            abi::INTEGER => Ok(v.integer),
            abi::NUMBER if v.number.fract() == 0.0 => Ok(v.number as i64),
            _ => wrong("a whole number", v),
        }
    }
}
impl FromSession for usize {
    fn from_session(v: Value) -> Result<usize, Error> {
        let i = i64::from_session(v)?;
        usize::try_from(i).map_err(|_| Error(format!("expected a whole number ≥ 0, the session holds {i}")))
    }
}
impl FromSession for String {
    fn from_session(v: Value) -> Result<String, Error> {
        if v.kind != abi::TEXT {
            return wrong("a text", v);
        }
        // SAFETY: a text is bytes
        let text = String::from_utf8_lossy(unsafe { v.elements() }).into_owned();
        v.release();
        Ok(text)
    }
}
impl FromSession for Vec<f64> {
    fn from_session(v: Value) -> Result<Vec<f64>, Error> {
        if v.kind != abi::NUMBERS {
            return wrong("a list of numbers", v);
        }
        // SAFETY: a list of numbers is f64
        let out = unsafe { v.elements::<f64>() }.to_vec();
        v.release();
        Ok(out)
    }
}
impl FromSession for Points {
    fn from_session(v: Value) -> Result<Points, Error> {
        if v.kind != abi::POINTS { wrong("points", v) } else { Ok(Points { n: v.rows, d: v.columns, value: v }) }
    }
}

impl IntoSession for () {
    fn into_session(self) -> Value {
        Value::nothing()
    }
}
impl IntoSession for bool {
    fn into_session(self) -> Value {
        Value { kind: abi::BOOL, integer: i64::from(self), ..Value::nothing() }
    }
}
impl IntoSession for f64 {
    fn into_session(self) -> Value {
        Value { kind: abi::NUMBER, number: self, ..Value::nothing() }
    }
}
impl IntoSession for i64 {
    fn into_session(self) -> Value {
        Value { kind: abi::INTEGER, integer: self, ..Value::nothing() }
    }
}
impl IntoSession for i32 {
    fn into_session(self) -> Value {
        i64::from(self).into_session()
    }
}
impl IntoSession for usize {
    fn into_session(self) -> Value {
        (self as i64).into_session()
    }
}
impl IntoSession for String {
    fn into_session(self) -> Value {
        Value::owning(abi::TEXT, self.into_bytes(), 0, 0)
    }
}
impl IntoSession for &str {
    fn into_session(self) -> Value {
        self.to_string().into_session()
    }
}
impl IntoSession for Vec<f64> {
    fn into_session(self) -> Value {
        Value::owning(abi::NUMBERS, self, 0, 0)
    }
}
impl IntoSession for &[f64] {
    fn into_session(self) -> Value {
        self.to_vec().into_session()
    }
}
impl IntoSession for Points {
    fn into_session(self) -> Value {
        let v = self.value;
        // the session releases it now
        std::mem::forget(self);
        v
    }
}
impl IntoSession for &Points {
    fn into_session(self) -> Value {
        self.clone().into_session()
    }
}
impl<T: IntoSession, E: fmt::Display> IntoSession for Result<T, E> {
    /// An error becomes an error of the script.
    fn into_session(self) -> Value {
        match self {
            Ok(v) => v.into_session(),
            Err(e) => {
                let text = e.to_string().into_session();
                Value { integer: 1, ..text }
            }
        }
    }
}
