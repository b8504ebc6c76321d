//! Hands the state to someone who draws it, now and then, and no more often than its drawing is cheap.
use super::watch::{Observer, Reading, Signal};
use crate::error::Result;
use crate::record::State;
use std::time::{Duration, Instant};

/// Runs shorter than this show only their end.
const FIRST: Duration = Duration::from_millis(800);
const BETWEEN: Duration = Duration::from_millis(400);
/// Drawing takes at most this part of the time.
const SHARE: u32 = 12;

/// Hands states to a drawing function.
pub struct Live<'a> {
    due: Instant,
    shown: bool,
    draw: &'a mut dyn FnMut(&State),
}

impl<'a> Live<'a> {
    /// Nothing is drawn in the first 0.8 seconds, so that short runs show only their end.
    pub fn new(draw: &'a mut dyn FnMut(&State)) -> Live<'a> {
        Live { due: Instant::now() + FIRST, shown: false, draw }
    }
}

impl Observer for Live<'_> {
    fn wants(&self, _: usize, last: bool) -> bool {
        last && self.shown || Instant::now() >= self.due
    }
    fn always(&self) -> bool {
        true
    }
    fn observe(&mut self, state: &State, _: &Reading, last: bool) -> Result<Signal> {
        let begun = Instant::now();
        // the last state stays on the page, if any was ever shown
        if begun >= self.due || last && self.shown {
            (self.draw)(state);
            self.shown = true;
            self.due = Instant::now() + BETWEEN.max(begun.elapsed() * SHARE);
        }
        Ok(Signal::Continue)
    }
}
