//! Large samples of which a rank keeps its rows while they are drawn.
use crate::ranks::Split;
use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

/// What the thread was asked for.
struct Asked {
    /// rows of a block of a sample of so many
    block: fn(usize) -> usize,
    /// who has which rows of the sample that was drawn, if it was split
    split: Option<Arc<Split>>,
    drawn: bool,
}

thread_local! {
    static ASKED: RefCell<Option<Asked>> = const { RefCell::new(None) };
}

/// What `draw` gives, and who has which rows of the sample it has drawn: a large one is split among the ranks of this thread in blocks of so
/// many rows, and those of other ranks are drawn and forgotten.
pub fn parted<T>(block: fn(usize) -> usize, draw: impl FnOnce() -> T) -> (T, Option<Arc<Split>>) {
    ASKED.set(Some(Asked { block, split: None, drawn: false }));
    let given = draw();
    (given, ASKED.take().and_then(|asked| asked.split))
}

/// The rows to keep of a sample that is about to be drawn: all, unless the caller asked.
pub(super) fn kept(n: usize, d: usize) -> Range<usize> {
    ASKED.with_borrow_mut(|asked| {
        let Some(asked) = asked.as_mut().filter(|asked| !asked.drawn) else { return 0..n };
        asked.drawn = true;
        asked.split = Split::large(n, d, (asked.block)(n)).map(Arc::new);
        asked.split.as_ref().map_or(0..n, |split| split.here())
    })
}
