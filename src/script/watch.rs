//! The memory that a script's values take, looked at while it computes.
use crate::memory;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How often it is looked at.
const EVERY: Duration = Duration::from_millis(10);

/// Looks at memory while a script computes, now and then.
#[derive(Default)]
pub struct Watch {
    /// ticks of a coarse clock at the last look
    looked: AtomicU64,
    /// whether a function of the language ran since: what it takes it has asked for
    native: AtomicBool,
    /// bytes that were in use before the script, and what such functions took
    before: Mutex<u64>,
}

impl Watch {
    /// A function of the language ran.
    pub fn native(&self) {
        self.native.store(true, Ordering::Relaxed);
    }
    /// Whether what a script holds leaves less than a third of itself free: values that double would end the program.
    pub fn full(&self, since: Instant) -> bool {
        let now = since.elapsed().as_millis() as u64 / EVERY.as_millis() as u64;
        if self.looked.swap(now, Ordering::Relaxed) == now {
            return false;
        }
        let Some(used) = memory::used() else { return false };
        let mut before = self.before.lock().unwrap_or_else(|p| p.into_inner());
        if self.native.swap(false, Ordering::Relaxed) || *before == 0 || used < *before {
            *before = used;
            return false;
        }
        let grown = u128::from(used - *before);
        // small scripts do not ask the system
        grown > 256 << 20 && memory::free().is_some_and(|free| free < grown / 3)
    }
}

/// What ends a script whose values fill the memory.
pub const FULL: &str = "memory is full";
