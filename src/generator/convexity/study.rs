//! What is found out about f on the way to a proof.
use super::refute::Violation;
use crate::generator::tape::Tape;

/// Intervals that are looked at for one f, and instructions on them: with derivatives each is a hundred times one on numbers.
const BOXES: usize = 3000;
const OPERATIONS: usize = 1_000_000;

/// What was found out about f.
pub struct Study {
    /// the proof, as far as it went
    pub steps: Vec<String>,
    /// the largest violation that may have been missed between `from` and `to`, relative to f around it
    pub relative: f64,
    /// where the part that was looked at begins
    pub from: f64,
    /// where it ends
    pub to: f64,
    /// a violation, if one was found
    pub violation: Option<Violation>,
    /// intervals that may still be looked at
    pub left: usize,
}

impl Study {
    /// Nothing has been looked at.
    pub fn begin(tape: &Tape) -> Study {
        let left = (OPERATIONS / tape.len().max(1)).min(BOXES);
        Study { steps: vec![], relative: 0.0, from: 0.0, to: f64::INFINITY, violation: None, left }
    }
    /// Whether looking at so many places, with all of their pieces, would take too long.
    pub fn is_beyond(&self, tape: &Tape, places: usize) -> bool {
        (places + 1).saturating_mul(tape.len()) > OPERATIONS / 16
    }
    /// Whether all of it is proved.
    pub fn is_complete(&self) -> bool {
        self.relative == 0.0 && self.from == 0.0 && self.to == f64::INFINITY && self.violation.is_none()
    }
    /// A violation of this size may have been missed besides.
    pub fn miss(&mut self, relative: f64) {
        self.relative = if relative.is_nan() { 1.0 } else { (self.relative + relative.max(0.0)).min(1.0) };
    }
}
