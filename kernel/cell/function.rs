//! Rust closures as functions of the script.
use crate::abi::{self, Value};
use crate::value::{FromSession, IntoSession};
use std::io::Write;
use std::os::raw::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A closure of up to four arguments; `A` is the tuple of their types.
pub trait Function<A>: Send + Sync + 'static {
    /// Number of arguments.
    const ARITY: usize;
    /// Calls it.
    ///
    /// # Errors
    /// An argument of the wrong kind, in a sentence.
    fn apply(&self, arguments: &[Value]) -> Result<Value, String>;
}

fn argument<T: FromSession>(v: &[Value], i: usize) -> Result<T, String> {
    T::from_session(v[i])
        .map_err(|e| format!("argument {}: {}", i + 1, e.to_string().replace("the session holds", "got")))
}

impl<F, R> Function<()> for F
where
    F: Fn() -> R + Send + Sync + 'static,
    R: IntoSession,
{
    const ARITY: usize = 0;
    fn apply(&self, _: &[Value]) -> Result<Value, String> {
        Ok(self().into_session())
    }
}
impl<F, R, A> Function<(A,)> for F
where
    F: Fn(A) -> R + Send + Sync + 'static,
    R: IntoSession,
    A: FromSession,
{
    const ARITY: usize = 1;
    fn apply(&self, v: &[Value]) -> Result<Value, String> {
        Ok(self(argument(v, 0)?).into_session())
    }
}
impl<F, R, A, B> Function<(A, B)> for F
where
    F: Fn(A, B) -> R + Send + Sync + 'static,
    R: IntoSession,
    A: FromSession,
    B: FromSession,
{
    const ARITY: usize = 2;
    fn apply(&self, v: &[Value]) -> Result<Value, String> {
        Ok(self(argument(v, 0)?, argument(v, 1)?).into_session())
    }
}
impl<F, R, A, B, C> Function<(A, B, C)> for F
where
    F: Fn(A, B, C) -> R + Send + Sync + 'static,
    R: IntoSession,
    A: FromSession,
    B: FromSession,
    C: FromSession,
{
    const ARITY: usize = 3;
    fn apply(&self, v: &[Value]) -> Result<Value, String> {
        Ok(self(argument(v, 0)?, argument(v, 1)?, argument(v, 2)?).into_session())
    }
}
impl<F, R, A, B, C, D> Function<(A, B, C, D)> for F
where
    F: Fn(A, B, C, D) -> R + Send + Sync + 'static,
    R: IntoSession,
    A: FromSession,
    B: FromSession,
    C: FromSession,
    D: FromSession,
{
    const ARITY: usize = 4;
    fn apply(&self, v: &[Value]) -> Result<Value, String> {
        Ok(self(argument(v, 0)?, argument(v, 1)?, argument(v, 2)?, argument(v, 3)?).into_session())
    }
}

fn panic_text(p: Box<dyn std::any::Any + Send>) -> String {
    let text = p.downcast_ref::<&str>().map(|s| s.to_string()).or_else(|| p.downcast_ref::<String>().cloned());
    format!("the Rust function panicked: {}", text.unwrap_or_else(|| "no message".into()))
}

/// What the session calls; a panic stops at this edge.
pub extern "C" fn call<A, F: Function<A>>(
    data: *mut c_void,
    arguments: *const Value,
    count: usize,
    out: *mut Value,
) -> bool {
    // SAFETY: `data` is the leaked closure that was registered, `arguments` has `count` values, `out` is writable
    let (f, arguments, out) = unsafe {
        (&*data.cast::<F>(), if count == 0 { &[] } else { std::slice::from_raw_parts(arguments, count) }, &mut *out)
    };
    let result = catch_unwind(AssertUnwindSafe(|| f.apply(arguments))).unwrap_or_else(|p| Err(panic_text(p)));
    // what it printed stands before what the script shows next
    let _ = std::io::stdout().flush();
    match result {
        // a text marked by an integer is an `Err` the closure returned
        Ok(v) => {
            *out = v;
            !(v.kind == abi::TEXT && v.integer == 1)
        }
        Err(message) => {
            *out = message.into_session();
            false
        }
    }
}

/// An f; NaN where it panics.
pub extern "C" fn scalar<F: Fn(f64) -> f64>(data: *mut c_void, x: f64) -> f64 {
    // SAFETY: `data` is the leaked closure that was registered
    let f = unsafe { &*data.cast::<F>() };
    catch_unwind(AssertUnwindSafe(|| f(x))).unwrap_or(f64::NAN)
}
