//! What a figure cannot show of what it was given.
use super::figure::{Axis, Figure, LegendEntry, Mark, Panel};
use super::ink::{LABEL, TICK};
use super::text::{self, Mistake};

/// Pairs of coordinates of a mark, where it is made of points.
fn pairs(m: &Mark) -> Option<(&[f64], &[f64])> {
    match m {
        Mark::Points { x, y, .. } | Mark::Colored { x, y, .. } => Some((x, y)),
        _ => None,
    }
}

/// The values of a curve along an axis.
fn curve(m: &Mark, axis: usize) -> &[f64] {
    match m {
        Mark::Line { x, y, .. } => [x, y][axis],
        _ => &[],
    }
}

/// Values ≤ 0 of points and curves, which a logarithmic axis has no place for, and how many values there are.
fn below(p: &Panel, which: usize, axis: &Axis) -> (usize, usize) {
    let values = |m: &Mark| -> Vec<f64> {
        let of_points = pairs(m).map_or(&[][..], |(x, y)| [x, y][which]);
        of_points.iter().chain(curve(m, which)).copied().filter(|v| v.is_finite()).collect()
    };
    if !axis.log {
        return (0, 0);
    }
    let mut lists: Vec<Vec<f64>> = p.marks.iter().map(values).collect();
    // the dots on a curve are its values once more
    lists.dedup();
    let all = lists.concat();
    (all.iter().filter(|v| **v <= 0.0).count(), all.len())
}

/// Said of error bars and bands that reach to 0 or below on a logarithmic axis.
fn below_zero(p: &Panel) -> Option<String> {
    let ends = |m: &Mark| match m {
        Mark::Errors { low, .. } | Mark::Band { low, .. } => low.iter().filter(|v| **v <= 0.0).count(),
        _ => 0,
    };
    let n: usize = if p.y.log { p.marks.iter().map(ends).sum() } else { 0 };
    (n > 0).then(|| format!("{n} lower ends of error bars or bands are not above 0 and drawn to the edge of the axes"))
}

/// Said of names that the legend gives one look.
fn alike(p: &Panel) -> Option<String> {
    let look = |l: &LegendEntry| (l.color, l.key);
    let seen = |(i, l): &(usize, &LegendEntry)| p.legend[..*i].iter().any(|other| look(other) == look(l));
    let n = p.legend.iter().enumerate().filter(seen).count();
    (n > 0).then(|| format!("{n} of {} names of the legend look like another", p.legend.len()))
}

/// Width and height of a panel below which its axes have next to no room, in pixels of letters of default size.
const CRAMPED: (f64, f64) = (120.0, 100.0);

impl Figure {
    /// How many of the points of clouds have no place, because a coordinate is not finite, and how many there are in all.
    pub fn lost(&self) -> (usize, usize) {
        let count = |(x, y): (&[f64], &[f64])| {
            (x.iter().zip(y).filter(|(x, y)| !(x.is_finite() && y.is_finite())).count(), x.len())
        };
        let marks = self.panels.iter().flat_map(|p| &p.marks);
        marks.filter_map(pairs).map(count).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
    }

    /// Said where what is written leaves the axes next to no room.
    fn cramped(&self) -> Option<String> {
        let k = self.style.scale();
        let columns = self.columns.clamp(1, self.panels.len().max(1));
        let rows = self.panels.len().div_ceil(columns);
        let (w, h) = (self.width / columns as f64, self.height / rows.max(1) as f64);
        let written = self.panels.iter().any(|p| !p.bare);
        (written && (w < CRAMPED.0 * k || h < CRAMPED.1 * k)).then(|| {
            format!(
                "letters of {:.0} pt leave little room in {w:.0} × {h:.0} pixels: what is written around the axes is cut",
                0.75 * LABEL * k
            )
        })
    }

    /// All texts that are set in it.
    fn texts(&self) -> Vec<&str> {
        let mut out: Vec<&str> = vec![];
        for p in &self.panels {
            out.extend([&p.title, &p.letter, &p.x.label, &p.y.label].map(String::as_str));
            out.extend(p.legend.iter().map(|l| l.label.as_str()));
            out.extend(p.colorbar.iter().map(|c| c.label.as_str()));
            out.extend(p.marks.iter().filter_map(|m| match m {
                Mark::Note { text, .. } => Some(text.as_str()),
                Mark::Reference { label, .. } => Some(label.as_str()),
                _ => None,
            }));
        }
        out
    }

    /// Whether all mathematics of its texts is understood.
    ///
    /// # Errors
    /// The first that is not, with its place.
    pub fn check(&self) -> Result<(), Mistake> {
        self.texts().into_iter().try_for_each(text::check)
    }

    /// What it cannot show: points that are not finite, values that a logarithmic axis has no place for, characters that no
    /// face has.
    pub fn remarks(&self) -> Vec<String> {
        let mut out = vec![];
        let (lost, all) = self.lost();
        if lost > 0 {
            out.push(format!("{lost} of {all} points are not finite and not drawn"));
        }
        let lines = || self.panels.iter().flat_map(|p| &p.marks).map(|m| (curve(m, 0), curve(m, 1)));
        let infinite = lines().flat_map(|(x, y)| x.iter().chain(y)).filter(|v| v.is_infinite()).count();
        if infinite > 0 && lost == 0 {
            out.push(format!("{infinite} values of curves are infinite and not drawn"));
        }
        let grey = self.panels.iter().flat_map(|p| &p.marks).map(|m| match m {
            Mark::Colored { values, .. } => values.iter().filter(|v| !v.is_finite()).count(),
            _ => 0,
        });
        let grey: usize = grey.sum();
        if grey > 0 {
            out.push(format!("{grey} points have no colour, because their value is not finite, and are grey"));
        }
        for p in &self.panels {
            for (name, which, axis) in [("x", 0, &p.x), ("y", 1, &p.y)] {
                let (hidden, all) = below(p, which, axis);
                if hidden > 0 {
                    out.push(format!(
                        "{hidden} of {all} values are not above 0 and have no place on the logarithmic {name} axis"
                    ));
                }
            }
        }
        out.extend(self.panels.iter().filter_map(below_zero));
        out.extend(self.panels.iter().filter_map(alike));
        out.extend(self.cramped());
        let mut missing: Vec<char> = vec![];
        for t in self.texts() {
            missing.extend(text::set(t, TICK).map(|s| s.missing).unwrap_or_default());
        }
        missing.sort_unstable();
        missing.dedup();
        let (joined, missing): (Vec<char>, Vec<char>) = missing.into_iter().partition(|c| text::needs_shaping(*c));
        if !joined.is_empty() {
            let said: String = joined.into_iter().collect();
            out.push(format!("scripts that join or run from right to left are not set: boxes stand for {said}"));
        }
        if !missing.is_empty() {
            let names: Vec<String> = missing.iter().map(|c| format!("{c} (U+{:04X})", u32::from(*c))).collect();
            out.push(format!("no font of this system sets {}: boxes stand there", names.join(", ")));
        }
        out
    }
}
