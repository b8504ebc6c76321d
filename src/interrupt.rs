//! One flag that stops a script and every native loop under it.
//!
//! Loops that are given an [`Interrupt`] ask it. Loops far below, from the numbers of a list to a block of a network,
//! ask that of their thread: a session makes its own the one of the thread while a cell runs ([`Interrupt::enter`]), and
//! whoever hands work to other threads takes it along ([`current`]). What a loop leaves behind when it stops early is no
//! result: the call that it belongs to ends as interrupted, whatever it returns.
use crate::error::{Error, Result};
use crate::fault;
use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

/// Cheap passes of a loop between two looks at the flag, as [`poll_each`] counts them: far below a millisecond.
const PASSES: usize = 1 << 14;
/// The longest a pause goes on after a request.
const NAP: Duration = Duration::from_millis(10);

/// A handle to ask for a stop; clones share the flag.
///
/// ```
/// use gflow::interrupt::{Interrupt, poll};
///
/// let stop = Interrupt::default();
/// stop.request();
/// assert!(poll().is_ok()); // nobody has made it that of this thread
/// {
///     let _here = stop.enter();
///     assert!(poll().is_err());
/// }
/// assert!(poll().is_ok());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

thread_local! {
    static INTERRUPT: RefCell<Interrupt> = RefCell::default();
}

impl Interrupt {
    /// Asks whatever runs to stop at its next check.
    pub fn request(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
    /// Takes the request back.
    pub fn clear(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
    /// Whether a stop was asked for.
    #[inline]
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
    /// For loops: an error once a stop was asked for.
    #[inline]
    pub fn check(&self) -> Result<()> {
        if self.is_requested() { Err(Error::Interrupted) } else { Ok(()) }
    }
    /// Makes it the one that loops on this thread ask, until the guard is dropped. One that nobody can request shields
    /// work that has to be done in any case.
    #[must_use = "the thread asks it only as long as the guard lives"]
    pub fn enter(&self) -> Entered {
        Entered { before: Some(INTERRUPT.replace(self.clone())), here: PhantomData }
    }
    /// Waits, and ends early with an error when a stop is asked for.
    ///
    /// # Errors
    /// [`Error::Interrupted`].
    pub fn pause(&self, time: Duration) -> Result<()> {
        let end = Instant::now().checked_add(time);
        loop {
            self.check()?;
            let left = end.map_or(NAP, |end| end.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(NAP));
        }
    }
    /// Runs work that cannot be divided, one call of a library, on a thread of its own. Asked to stop, this one goes on at
    /// once, and the other ends when it ends. The work must not hand anything to the pool of threads, whose member waits.
    ///
    /// # Errors
    /// [`Error::Interrupted`]; a thread that cannot be started.
    pub fn aside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (send, receive) = sync_channel(1);
        let failed = |text: String| Error::Fault { what: "a call of a library".into(), text };
        std::thread::Builder::new()
            .name("aside".into())
            .spawn(move || send.send(fault::caught(work)))
            .map_err(|e| failed(format!("a thread cannot be started: {e}")))?;
        loop {
            match receive.recv_timeout(NAP) {
                Ok(done) => return done.map_err(failed),
                Err(RecvTimeoutError::Timeout) => self.check()?,
                Err(RecvTimeoutError::Disconnected) => return Err(failed("it ended without a result".into())),
            }
        }
    }
}

/// What [`Interrupt::enter`] gives: dropped, it brings back the interrupt that the thread had before.
pub struct Entered {
    before: Option<Interrupt>,
    /// it belongs to its thread
    here: PhantomData<*const ()>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            INTERRUPT.set(before);
        }
    }
}

/// The interrupt of this thread, to be taken along by work on other threads. Where no session runs, one that nobody
/// requests.
pub fn current() -> Interrupt {
    INTERRUPT.with_borrow(Clone::clone)
}

/// [`Interrupt::aside`] for the interrupt of this thread.
///
/// # Errors
/// [`Error::Interrupted`]; a thread that cannot be started.
pub fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    current().aside(work)
}

/// An error once the interrupt of this thread is requested.
///
/// # Errors
/// [`Error::Interrupted`].
#[inline]
pub fn poll() -> Result<()> {
    INTERRUPT.with_borrow(Interrupt::check)
}

/// The same for loops of cheap passes: looks at the flag in every so-many-th of them.
///
/// # Errors
/// [`Error::Interrupted`].
#[inline]
pub fn poll_each(pass: usize) -> Result<()> {
    if pass.is_multiple_of(PASSES) { poll() } else { Ok(()) }
}

/// Items as long as nobody asks to stop, asked once in many: what is made of them is to be thrown away by the next [`poll`].
#[inline]
pub fn until_asked<I: IntoIterator>(items: I) -> impl Iterator<Item = I::Item> {
    items.into_iter().enumerate().take_while(|(i, _)| poll_each(*i).is_ok()).map(|(_, item)| item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_interrupt_is_asked() {
        let (outer, shield) = (Interrupt::default(), Interrupt::default());
        outer.request();
        let _outer = outer.enter();
        {
            let _shield = shield.enter();
            assert!(poll().is_ok());
            // other threads have their own
            assert!(std::thread::scope(|s| s.spawn(poll).join()).is_ok_and(|p| p.is_ok()));
        }
        assert!(poll().is_err() && current().is_requested());
        assert!(poll_each(1).is_ok() && poll_each(PASSES).is_err());
    }

    /// A pause of a day ends 10 ms after the request; a second is for a machine that does something else.
    #[test]
    fn pauses_end_when_asked() {
        let stop = Interrupt::default();
        let begun = Instant::now();
        let other = stop.clone();
        let asked = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(30));
            other.request();
        });
        assert!(stop.pause(Duration::from_secs(86_400)).is_err());
        assert!(begun.elapsed() < Duration::from_secs(1));
        asked.join().unwrap();
        assert!(stop.aside(|| std::thread::sleep(Duration::from_secs(1))).is_err());
        assert!(begun.elapsed() < Duration::from_secs(1));
        assert_eq!(Interrupt::default().aside(|| 7).ok(), Some(7));
        assert!(Interrupt::default().pause(Duration::from_millis(1)).is_ok());
    }
}
