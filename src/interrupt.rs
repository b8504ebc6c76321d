//! One flag that stops a script and every native loop under it.
use crate::error::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A handle to ask for a stop; clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

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
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
    /// For loops: an error once a stop was asked for.
    pub fn check(&self) -> Result<()> {
        if self.is_requested() { Err(Error::Interrupted) } else { Ok(()) }
    }
}
