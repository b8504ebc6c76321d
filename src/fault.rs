//! Faults of gflow itself: a panic below a call becomes an error of that call, so that whatever was recorded is kept.
//!
//! Work that was handed to other threads panics where it was handed out, so a guard around a call sees it too.
use crate::error::{Error, Result};
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// What the panics of a thread are watched by.
#[derive(Default)]
struct Watch {
    /// guards around what the thread does
    guards: usize,
    /// text and place of the last panic below one
    last: Option<String>,
}

thread_local! {
    static PANIC: RefCell<Watch> = RefCell::default();
}

static REGISTER: Once = Once::new();

fn text(payload: &(dyn Any + Send)) -> String {
    let borrowed = payload.downcast_ref::<&str>().map(|s| s.to_string());
    borrowed.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
}

/// Keeps what a guarded panic says; all others go on to whoever was told of panics before.
fn register() {
    let before = take_hook();
    set_hook(Box::new(move |info: &PanicHookInfo| {
        let guarded = PANIC.try_with(|w| {
            let Ok(mut w) = w.try_borrow_mut() else { return false };
            let place = info.location().map_or(String::new(), |l| format!(" ({}:{})", l.file(), l.line()));
            w.last = (w.guards > 0).then(|| text(info.payload()) + place.as_str());
            w.guards > 0
        });
        // a worker of the pool, which has no name, panics again where its work was asked for
        let worker = rayon::current_thread_index().is_some() && std::thread::current().name().is_none();
        if !(guarded.unwrap_or(false) || worker) {
            before(info);
        }
    }));
}

/// What f returns, or what its panic said. It costs a few nanoseconds.
pub fn caught<T>(f: impl FnOnce() -> T) -> std::result::Result<T, String> {
    REGISTER.call_once(register);
    let step = |by: fn(usize) -> usize| PANIC.with_borrow_mut(|w| w.guards = by(w.guards));
    step(|n| n + 1);
    let done = catch_unwind(AssertUnwindSafe(f));
    step(|n| n.saturating_sub(1));
    done.map_err(|payload| PANIC.with_borrow_mut(|w| w.last.take()).unwrap_or_else(|| text(&*payload)))
}

/// The same for what can fail anyway; `what` says in the message what gflow was doing.
///
/// # Errors
/// Those of f, and [`Error::Fault`] in place of a panic.
///
/// ```
/// use gflow::fault::guarded;
///
/// let nothing: [f64; 0] = [];
/// let e = guarded("counting", || Ok(nothing[std::hint::black_box(3)])).map_err(|e| e.to_string());
/// assert!(e.is_err_and(|e| e.starts_with("a fault inside gflow, in counting: index out of bounds")));
/// ```
pub fn guarded<T>(what: &str, f: impl FnOnce() -> Result<T>) -> Result<T> {
    caught(f).unwrap_or_else(|text| Err(Error::Fault { what: what.into(), text }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::prelude::*;

    #[test]
    fn panics_become_errors_with_their_text_and_place() {
        let fail = |n: usize| -> usize { [1, 2][std::hint::black_box(n)] };
        assert_eq!(caught(|| fail(1)), Ok(2));
        let e = caught(|| fail(7)).unwrap_err();
        assert!(e.contains("len is 2") && e.contains("fault.rs:"), "{e}");
        // of the inner guard; the outer goes on
        assert_eq!(caught(|| caught(|| fail(7)).is_err()), Ok(true));
        // on another thread of the pool
        let e = guarded("a test", || Ok((0..64).into_par_iter().map(|i| fail(i / 9)).sum::<usize>()));
        let e = e.map_err(|e| e.to_string()).unwrap_err();
        assert!(e.starts_with("a fault inside gflow, in a test: index out of bounds"), "{e}");
    }
}
