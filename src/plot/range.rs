//! What an axis reaches over.
use super::figure::{Axis, Mark, Panel};
use super::scale::is_range;

/// What lies farther out is on no page: differences of such numbers overflow.
const FAR: f64 = 1e300;

/// The ranges of both axes of a panel.
pub(super) fn ranges(p: &Panel) -> ((f64, f64), (f64, f64)) {
    (range(p, &p.x, 0), range(p, &p.y, 1))
}

/// The range of one axis (0 for x, 1 for y): as asked for, or that of the data with a margin.
fn range(panel: &Panel, axis: &Axis, which: usize) -> (f64, f64) {
    let fits = |(lo, hi): &(f64, f64)| is_range(*lo, *hi) && (!axis.log || *lo > 0.0);
    if let Some((lo, hi)) = axis.limits.filter(fits) {
        return (lo, hi);
    }
    let (lo, hi) = panel.extent(which, axis.log).unwrap_or(if axis.log { (0.1, 10.0) } else { (0.0, 1.0) });
    let (lo, hi) = if axis.log { (lo, hi) } else { (lo.clamp(-FAR, FAR), hi.clamp(-FAR, FAR)) };
    if axis.log {
        let span = (hi / lo).log10();
        let pad = if span > 1e-12 { 0.04 * span } else { 0.02 };
        return ((lo * 10f64.powf(-pad)).max(f64::MIN_POSITIVE), (hi * 10f64.powf(pad)).min(f64::MAX));
    }
    let span = hi - lo;
    // neighbours of f64 have no ticks between them
    if span <= 4.0 * f64::EPSILON * lo.abs().max(hi.abs()) || !is_range(lo, hi) {
        let half = if lo == 0.0 { 1.0 } else { 0.5 * lo.abs() };
        return (lo - half, hi + half);
    }
    if panel.marks.iter().any(|m| matches!(m, Mark::Heat { .. } | Mark::Picture { .. })) {
        return (lo, hi);
    }
    let bars = which == 1 && lo == 0.0 && panel.marks.iter().any(|m| matches!(m, Mark::Bars { .. }));
    (if bars { 0.0 } else { lo - 0.04 * span }, hi + 0.04 * span)
}
