//! Memory for passes over samples, kept from one to the next, so that the loop of a flow asks the system for none.
//!
//! The shelf is shared by all threads behind a lock: the one piece of global state of the library, and one that no result
//! depends on, because whatever is taken from it is written before it is read.
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard};

/// Numbers kept at most; what is beyond goes back to the system, the largest pieces of other sizes first.
const KEPT: usize = 1 << 26;

/// Unused memory by size, each size a power of two.
struct Shelf {
    sizes: [Vec<Vec<f32>>; usize::BITS as usize],
    kept: usize,
}

static SHELF: Mutex<Shelf> = Mutex::new(Shelf { sizes: [const { vec![] }; usize::BITS as usize], kept: 0 });

fn shelf() -> MutexGuard<'static, Shelf> {
    SHELF.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Borrowed memory; it goes back on the shelf when dropped.
#[derive(Default)]
pub struct Scratch {
    all: Vec<f32>,
    len: usize,
}

/// Memory with whatever was left in it.
pub fn take(len: usize) -> Scratch {
    // what cannot be kept need not fit others
    let size = if len > KEPT { len } else { len.max(64).next_power_of_two() };
    let found = if len > KEPT {
        None
    } else {
        let mut shelf = shelf();
        let found = shelf.sizes[size.ilog2() as usize].pop();
        if found.is_some() {
            shelf.kept -= size;
        }
        found
    };
    Scratch { all: found.unwrap_or_else(|| vec![0.0; size]), len }
}

/// Memory full of zeros.
pub fn zeros(len: usize) -> Scratch {
    let mut s = take(len);
    s.fill(0.0);
    s
}

/// A copy.
pub fn copy(v: &[f32]) -> Scratch {
    let mut s = take(v.len());
    s.copy_from_slice(v);
    s
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let all = std::mem::take(&mut self.all);
        if all.is_empty() {
            return;
        }
        if all.len() > KEPT {
            return;
        }
        let (mut shelf, mine) = (shelf(), all.len().ilog2() as usize);
        while shelf.kept + all.len() > KEPT {
            let Some(largest) = (0..shelf.sizes.len()).rev().find(|s| !shelf.sizes[*s].is_empty()) else { return };
            if largest == mine {
                return;
            }
            shelf.sizes[largest].pop();
            shelf.kept -= 1 << largest;
        }
        shelf.kept += all.len();
        shelf.sizes[mine].push(all);
    }
}

impl Deref for Scratch {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        &self.all[..self.len]
    }
}

impl DerefMut for Scratch {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.all[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was given back is what is lent next, and two who hold memory hold different memory.
    #[test]
    fn memory_is_lent_again() {
        // a size no other test asks for
        let len = (1 << 21) + 1;
        let a = take(len);
        let b = take(len);
        assert!(a.as_ptr() != b.as_ptr() && a.len() == len);
        let place = a.as_ptr();
        drop(a);
        let c = zeros(len + 5);
        assert!(c.as_ptr() == place && c.len() == len + 5 && c.iter().all(|v| *v == 0.0));
    }
}
