//! The allocator of the test binary: the usual one, which counts what the current thread asks for.
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;

struct Counting;

thread_local! {
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

/// How often this thread has asked for memory.
pub fn count() -> usize {
    ASKED.with(Cell::get)
}

fn note() {
    // a thread that is ending has no counter any more
    let _ = ASKED.try_with(|n| n.set(n.get() + 1));
}

// SAFETY: every call goes to the allocator below it, unchanged
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note();
        // SAFETY: the caller's promise
        unsafe { mimalloc::MiMalloc.alloc(layout) }
    }
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise
        unsafe { mimalloc::MiMalloc.dealloc(place, layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note();
        // SAFETY: the caller's promise
        unsafe { mimalloc::MiMalloc.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note();
        // SAFETY: the caller's promise
        unsafe { mimalloc::MiMalloc.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;
