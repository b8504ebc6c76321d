//! Values that stay in the session while another program has a name for them.
use gflow::script::Dynamic;
use std::cell::RefCell;
use std::collections::HashMap;

thread_local! {
    static HELD: RefCell<HashMap<u64, Dynamic>> = RefCell::default();
    static NEXT: RefCell<u64> = const { RefCell::new(LAST) };
}

/// The number of the value with which the last cell ended.
pub const LAST: u64 = 0;

/// Keeps a value; its number.
pub fn hold(v: Dynamic) -> u64 {
    let id = NEXT.with_borrow_mut(|next| {
        *next += 1;
        *next
    });
    HELD.with_borrow_mut(|held| held.insert(id, v));
    id
}

/// The value with which a cell ended.
pub fn last(v: Dynamic) {
    let before = HELD.with_borrow_mut(|held| held.insert(LAST, v));
    // what the end of a value runs may not look for another
    drop(before);
}

/// A value that is kept.
pub fn get(id: u64) -> Option<Dynamic> {
    HELD.with_borrow(|held| held.get(&id).cloned())
}

/// Lets go of values.
pub fn forget(ids: &[u64]) {
    let gone: Vec<_> = HELD.with_borrow_mut(|held| ids.iter().map(|id| held.remove(id)).collect());
    drop(gone);
}
