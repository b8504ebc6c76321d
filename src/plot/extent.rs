//! What the marks of a panel reach over.
use super::figure::{Mark, Panel};

impl Panel {
    /// The smallest and largest finite value of all marks along an axis (0 for x, 1 for y); on a logarithmic one of those
    /// above 0.
    pub fn extent(&self, axis: usize, log: bool) -> Option<(f64, f64)> {
        let mut range: Option<(f64, f64)> = None;
        let mut see = |v: f64| {
            if v.is_finite() && (!log || v > 0.0) {
                range = Some(range.map_or((v, v), |(lo, hi)| (lo.min(v), hi.max(v))));
            }
        };
        for mark in &self.marks {
            match mark {
                Mark::Points { x, y, .. } | Mark::Colored { x, y, .. } | Mark::Line { x, y, .. } => {
                    [x, y][axis].iter().for_each(|v| see(*v));
                }
                Mark::Band { x, low, high, .. } | Mark::Errors { x, low, high, .. } => match axis {
                    0 => x.iter().for_each(|v| see(*v)),
                    _ => low.iter().chain(high).for_each(|v| see(*v)),
                },
                Mark::Bars { edges, heights, .. } => {
                    if axis == 0 {
                        edges.iter().for_each(|v| see(*v));
                    } else {
                        see(0.0);
                        heights.iter().for_each(|v| see(*v));
                    }
                }
                Mark::Heat { x, y, .. } | Mark::Picture { x, y, .. } => {
                    let (lo, hi) = [*x, *y][axis];
                    see(lo);
                    see(hi);
                }
                Mark::Arrows { x, y, u, v, .. } => {
                    for (a, b) in [x, y][axis].iter().zip([u, v][axis]) {
                        see(*a);
                        see(a + b);
                    }
                }
                Mark::Reference { at, upright, .. } => {
                    if *upright == (axis == 0) {
                        see(*at);
                    }
                }
                Mark::Note { x, y, .. } => see([*x, *y][axis]),
            }
        }
        range
    }
}
