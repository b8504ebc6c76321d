//! The session and the compiled Rust cells of this process, on the one thread that runs them.
use super::output::OutputChannel;
use super::page::{SharedPage, lock, stop_bars};
use crate::protocol::{Failure, Outcome, Showing};
use gflow::interrupt::Interrupt;
use gflow::script::Session;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::io::Write;
use std::os::raw::c_void;
use std::sync::{Arc, OnceLock};

thread_local! {
    static SESSION: RefCell<Option<Session>> = const { RefCell::new(None) };
    /// what the Rust cells keep between them
    static VARIABLES: Cell<*mut c_void> = const { Cell::new(std::ptr::null_mut()) };
    static FLUSH: Cell<Option<extern "C" fn()>> = const { Cell::new(None) };
}

/// Of any thread that a cell starts; set once.
static INTERRUPT: OnceLock<Interrupt> = OnceLock::new();
static OUTPUT: OnceLock<Arc<OutputChannel>> = OnceLock::new();

/// Keeps the session on this thread.
pub fn hold(session: Session, output: Arc<OutputChannel>) {
    let _ = INTERRUPT.set(session.interrupt());
    let _ = OUTPUT.set(output);
    SESSION.with(|s| *s.borrow_mut() = Some(session));
}

/// The session, unless it is in use further up this thread: a Rust function called from a script cannot call back.
pub fn with<R>(f: impl FnOnce(&mut Session) -> R) -> Option<R> {
    SESSION.with(|s| s.try_borrow_mut().ok()?.as_mut().map(f))
}

/// Whether this is the thread that runs cells.
pub fn here() -> bool {
    SESSION.with(|s| s.try_borrow().map_or(true, |s| s.is_some()))
}

/// The way out, from any thread.
pub fn output() -> Option<&'static Arc<OutputChannel>> {
    OUTPUT.get()
}

/// The flag that asks cells to stop, from any thread.
pub fn interrupt() -> Option<&'static Interrupt> {
    INTERRUPT.get()
}

/// What empties the buffers of compiled code after every cell.
pub fn at_end(flush: extern "C" fn()) {
    FLUSH.with(|f| f.set(Some(flush)));
}

/// The end of a cell of either language: buffers are emptied, bars stand still.
pub fn finish(page: &SharedPage) {
    if let Some(flush) = FLUSH.with(Cell::get) {
        flush();
    }
    let _ = std::io::stdout().flush();
    if let Some(output) = output() {
        stop_bars(page, output);
    }
}

/// Loads a compiled cell and runs it here.
pub fn load(page: &SharedPage, output: &OutputChannel, library: &str, function: &str) -> Value {
    lock(page).turn(Showing::Whole);
    output.order_raw_output();
    // SAFETY: the library was compiled by this notebook for this process; its function has this signature
    let error = unsafe {
        match libloading::Library::new(library) {
            Ok(lib) => {
                let ran = lib.get::<unsafe extern "C" fn(*mut c_void) -> *mut c_void>(function.as_bytes()).map(|f| {
                    let kept = f(VARIABLES.with(Cell::get));
                    VARIABLES.with(|v| v.set(kept));
                });
                // functions and values of the cell live on: it is never unloaded
                std::mem::forget(lib);
                ran.err().map(|e| e.to_string())
            }
            Err(e) => Some(e.to_string()),
        }
    };
    finish(page);
    let error = error.map(|e| Failure::plain("RustError", format!("the compiled cell could not be loaded: {e}")));
    let variables = with(|s| s.variables()).unwrap_or_default();
    json!(Outcome { error, variables, ..Outcome::default() })
}
