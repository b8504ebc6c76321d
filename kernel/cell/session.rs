//! The session of the notebook, from a Rust cell: variables, functions, figures.
//!
//! ```ignore
//! let n = session::get::<f64>("n")?;                       // a variable of the Rhai cells
//! session::set("p", Points::new(vec![0.0; 20], 10, 2))?;   // and one for them
//! session::register("bump", |x: f64| (-x * x).exp());      // callable there, also inside an f
//! session::generator("mine", |x| x * x.ln() - x + 1.0)?;   // an f-divergence whose f is this function
//! session::show("image/svg+xml", &svg);                    // a figure drawn by any crate
//! ```
use crate::abi::{self, SessionTable, Value};
use crate::function::{self, Function};
use crate::value::{Error, FromSession, IntoSession};
use std::io::Write;
use std::os::raw::c_void;

fn table() -> Result<&'static SessionTable, Error> {
    let address = std::env::var(abi::ADDRESS).ok().and_then(|a| a.parse::<usize>().ok());
    let address = address.ok_or_else(|| Error("this is no cell of a gflow notebook: there is no session".into()))?;
    // SAFETY: the session put the address of its own table there, which lives as long as the process
    let table = unsafe { &*(address as *const SessionTable) };
    if table.version == abi::VERSION {
        Ok(table)
    } else {
        Err(Error(format!(
            "the cell speaks version {} of the interface, the kernel {}: restart the kernel",
            abi::VERSION,
            table.version
        )))
    }
}

/// Runs a call of the table and turns its outcome into a value.
fn ask(f: impl FnOnce(&SessionTable, *mut Value) -> bool) -> Result<Value, Error> {
    // what the cell printed comes before what the session shows now
    let _ = std::io::stdout().flush();
    let mut out = Value::nothing();
    if f(table()?, &mut out) {
        return Ok(out);
    }
    let message = String::from_session(out)?;
    Err(Error(message))
}

/// A variable of the session: a number, a text, `true` or `false`, a list of numbers, or points.
///
/// # Errors
/// No such variable, or one of another kind.
pub fn get<T: FromSession>(name: &str) -> Result<T, Error> {
    ask(|t, out| (t.get)(name.as_ptr(), name.len(), out))
        .and_then(T::from_session)
        .map_err(|e| Error(format!("`{name}`: {e}")))
}

/// Sets a variable of the session.
///
/// # Errors
/// A name that cannot be one.
pub fn set(name: &str, value: impl IntoSession) -> Result<(), Error> {
    let value = value.into_session();
    ask(|t, out| (t.set)(name.as_ptr(), name.len(), &value, out)).map(|_| ())
}

/// Runs script code in the session and returns its value: `session::eval::<f64>("metric::w2(p, q)")?`.
///
/// # Errors
/// What the script reports.
pub fn eval<T: FromSession>(code: &str) -> Result<T, Error> {
    ask(|t, out| (t.eval)(code.as_ptr(), code.len(), out)).and_then(T::from_session)
}

/// Makes a closure a function of the script. Called with a number, it can stand inside an f as well:
/// `f_divergence("mine", |x| bump(x) + (x - 1)**2)`.
///
/// # Errors
/// A name that cannot be one.
pub fn register<A, F: Function<A>>(name: &str, f: F) -> Result<(), Error> {
    let data = Box::into_raw(Box::new(f)).cast::<c_void>();
    ask(|t, out| (t.register)(name.as_ptr(), name.len(), F::ARITY, function::call::<A, F>, data, out)).map(|_| ())
}

/// Sets a variable of the session to the generator with this f; gflow checks it and derives f', f'' and f*.
///
/// # Errors
/// An f that is not convex, or does not vanish at 1.
pub fn generator<F: Fn(f64) -> f64 + Send + Sync + 'static>(name: &str, f: F) -> Result<(), Error> {
    let data = Box::into_raw(Box::new(f)).cast::<c_void>();
    ask(|t, out| (t.generator)(name.as_ptr(), name.len(), function::scalar::<F>, data, out)).map(|_| ())
}

/// Shows content of a type a notebook knows: "image/svg+xml", "text/html", "image/png" in base 64.
pub fn show(mime: &str, content: &str) {
    if let Ok(t) = table() {
        // what was printed so far comes first
        let _ = std::io::stdout().flush();
        (t.show)(mime.as_ptr(), mime.len(), content.as_ptr(), content.len());
    }
}

/// Shows text on the standard error, behind what was printed so far.
#[doc(hidden)]
pub fn remark(text: &str) {
    let _ = std::io::stdout().flush();
    match table() {
        Ok(t) => (t.remark)(text.as_ptr(), text.len()),
        Err(_) => drop(std::io::stderr().write_all(text.as_bytes())),
    }
}

/// Whether the user asked the cell to stop: long loops look now and then.
pub fn interrupted() -> bool {
    table().is_ok_and(|t| (t.interrupted)())
}

/// What a panic says, where it says it among the lines of the cell. The place of a panic of the cell's own is a line of
/// what the compiler was given, which nobody wrote; those of libraries are theirs.
fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        let text = info.payload().downcast_ref::<&str>().map(|s| s.to_string());
        let text = text.or_else(|| info.payload().downcast_ref::<String>().cloned());
        let place = info.location().filter(|l| l.file() != "src/lib.rs").map(|l| format!(" ({}:{})", l.file(), l.line()));
        remark(&format!("panicked: {}{}\n", text.unwrap_or_else(|| "no message".into()), place.unwrap_or_default()));
    }));
}

/// Called by the kernel in the first Rust cell of a process.
#[doc(hidden)]
pub fn attach() {
    extern "C" fn flush() {
        let _ = std::io::stdout().flush();
        let _ = std::io::stderr().flush();
    }
    if let Ok(t) = table() {
        (t.at_end)(flush);
        // who wants backtraces gets them from the standard library
        if std::env::var_os("RUST_BACKTRACE").is_none() {
            report_panics();
        }
    }
}
