//! The allocator of the test binary: the usual one, which counts what the current thread asks for.
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;

struct Counting;

thread_local! {
    static ASKED: Cell<usize> = const { Cell::new(0) };
    /// bytes this thread has asked for and not given back
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    /// a single request of more bytes is refused, as by a machine that has no more
    static MOST: Cell<usize> = const { Cell::new(usize::MAX) };
    /// told before it is refused: whoever cannot go on without it ends the program
    static REFUSED: Cell<fn(usize)> = const { Cell::new(|_| {}) };
}

/// How often this thread has asked for memory.
pub fn count() -> usize {
    ASKED.with(Cell::get)
}

/// The value of f, and the most bytes it held at a time of those that this thread asked for. A request of more than `most`
/// bytes is told to `refused` and refused.
pub fn peak<T>(most: usize, refused: fn(usize), f: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.get();
    PEAK.set(before);
    REFUSED.set(refused);
    MOST.set(most);
    let value = f();
    MOST.set(usize::MAX);
    (value, usize::try_from(PEAK.get() - before).unwrap_or(0))
}

/// Notes a request; false if it is to be refused.
fn note(size: usize) -> bool {
    // a thread that is ending has no counters any more
    let _ = ASKED.try_with(|n| n.set(n.get() + 1));
    let most = MOST.try_with(Cell::get).unwrap_or(usize::MAX);
    if size > most {
        // what is done about it may ask for memory
        MOST.set(usize::MAX);
        REFUSED.get()(size);
        MOST.set(most);
        return false;
    }
    hold(size as isize);
    true
}

fn hold(more: isize) {
    let _ = LIVE.try_with(|live| {
        live.set(live.get() + more);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(live.get())));
    });
}

// SAFETY: every call goes to the allocator below it, unchanged, or gives the null pointer of a request that is not granted
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !note(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promise
        unsafe { mimalloc::MiMalloc.alloc(layout) }
    }
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        hold(-(layout.size() as isize));
        // SAFETY: the caller's promise
        unsafe { mimalloc::MiMalloc.dealloc(place, layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !note(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promise
        unsafe { mimalloc::MiMalloc.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !note(size) {
            return std::ptr::null_mut();
        }
        hold(-(layout.size() as isize));
        // SAFETY: the caller's promise
        unsafe { mimalloc::MiMalloc.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;
