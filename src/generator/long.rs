//! Formulas so long that work on them as formulas, or point by point as for others, would take minutes: a loop of two thousand turns,
//! a thousand nested maxima. Their derivatives are code, and what is looked at are fewer points.
use super::diff::diff;
use super::expr::{Expr, x};
use super::tape::Tape;

/// Nodes of an f, and of its f', that are differentiated as formulas.
const LONGEST: u64 = 400;
const LONGEST_SLOPE: u64 = 2000;

/// Instructions at a number of points that are a fraction of a second.
const OPERATIONS: usize = 20_000_000;

/// f' and f'' as formulas; none where they are too long.
pub(super) fn slopes(f: &Expr) -> Option<[Expr; 2]> {
    let short = |e: &Expr, most: u64| e.size() <= most;
    let d1 = short(f, LONGEST).then(|| diff(f, &x())).filter(|d| short(d, LONGEST_SLOPE))?;
    let d2 = diff(&d1, &x());
    Some([d1, d2])
}

/// Code for f, f' and f'', and whether that of a long f.
pub(super) fn code(f: &Expr) -> (Tape, bool) {
    match slopes(f) {
        Some([d1, d2]) => (Tape::new(&[f.clone(), d1, d2]), false),
        None => (Tape::with_derivatives(f), true),
    }
}

/// So many of the usual points, at least one in `least`, as such code may be run for.
pub(super) fn points(usual: usize, least: usize, tape: &Tape) -> usize {
    (OPERATIONS / tape.len().max(1)).clamp(usual / least, usual)
}
