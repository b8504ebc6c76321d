//! How much a peer may have under way.
use std::io::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The bounds of one message.
#[derive(Clone, Copy)]
pub struct Limits {
    /// bytes of all its parts
    pub bytes: usize,
    /// its parts
    pub parts: usize,
}

/// Cells, and what else clients send: 64 MiB.
pub const REQUEST: Limits = Limits { bytes: 64 << 20, parts: 256 };
/// A subscription, or a beat of the heart.
pub(super) const WORD: Limits = Limits { bytes: 4096, parts: 16 };
/// All strangers at one socket together have no more bytes than this under way.
const STRANGERS: usize = 128 << 20;

/// Bytes that strangers at one socket may still send.
pub(super) struct Budget(AtomicUsize);

impl Budget {
    pub fn new() -> Arc<Budget> {
        Arc::new(Budget(AtomicUsize::new(STRANGERS)))
    }
    fn take(&self, bytes: usize) -> bool {
        self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(bytes)).is_ok()
    }
    fn give(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::SeqCst);
    }
}

/// The account of one peer.
pub(super) struct Allowance {
    pub limits: Limits,
    budget: Arc<Budget>,
    /// set once a message of the peer has been verified
    known: Arc<AtomicBool>,
    /// bytes of the message under way
    bytes: usize,
    /// how many of them are taken from the budget
    taken: usize,
}

impl Allowance {
    /// Of a peer that sends its first message.
    pub fn new(limits: Limits, budget: Arc<Budget>, known: Arc<AtomicBool>) -> Allowance {
        Allowance { limits, budget, known, bytes: 0, taken: 0 }
    }

    /// Another message begins: the one before is no longer under way.
    pub fn renew(&mut self) {
        self.budget.give(std::mem::take(&mut self.taken));
        self.bytes = 0;
    }

    /// Bytes of the message under way, asked for or here.
    #[cfg(test)]
    pub fn under_way(&self) -> usize {
        self.bytes
    }

    /// Whether a message of the peer has been verified.
    pub fn is_known(&self) -> bool {
        self.known.load(Ordering::SeqCst)
    }

    /// Whether a part of so many bytes fits into the message.
    ///
    /// # Errors
    /// It does not.
    pub fn fits(&self, part: usize) -> Result<()> {
        if part <= self.limits.bytes - self.bytes {
            return Ok(());
        }
        let text = format!(
            "a message of at least {} bytes: {} are the most",
            part.saturating_add(self.bytes),
            self.limits.bytes
        );
        Err(Error::new(ErrorKind::InvalidData, text))
    }

    /// So many bytes more are about to be read.
    ///
    /// # Errors
    /// The peer is a stranger, and strangers have too much under way.
    pub fn grow(&mut self, bytes: usize) -> Result<()> {
        self.bytes += bytes;
        if !self.is_known() {
            if !self.budget.take(bytes) {
                let text = format!("peers that have not shown the key send more than {STRANGERS} bytes at once");
                return Err(Error::new(ErrorKind::OutOfMemory, text));
            }
            self.taken += bytes;
        }
        Ok(())
    }
}

impl Drop for Allowance {
    fn drop(&mut self) {
        self.renew();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_share_what_they_may_send_and_get_it_back() {
        let (budget, known) = (Budget::new(), Arc::new(AtomicBool::new(false)));
        let mut one = Allowance::new(REQUEST, budget.clone(), Arc::default());
        let mut other = Allowance::new(REQUEST, budget.clone(), known.clone());
        assert!(one.fits(REQUEST.bytes).is_ok() && one.fits(REQUEST.bytes + 1).is_err());
        one.grow(STRANGERS - 10).unwrap();
        assert!(other.grow(11).is_err(), "more than all strangers together may");
        known.store(true, Ordering::SeqCst);
        other.grow(1 << 20).unwrap();
        one.renew();
        known.store(false, Ordering::SeqCst);
        other.renew();
        other.grow(STRANGERS).unwrap();
        drop(other);
        assert!(budget.take(STRANGERS));
    }
}
