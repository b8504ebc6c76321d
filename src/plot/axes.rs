//! Axes: lines, ticks, numbers, labels.
use super::figure::Axis;
use super::ink::{LABEL, Lines, TICK, Words, line};
use super::scale::Frame;
use super::shape::{Anchor, Shape};
use super::text::Mistake;
use super::ticks::{self, Ticks};

/// One axis with what is written at it.
pub(super) struct Side {
    ticks: Vec<(f64, Option<Words>)>,
    aside: Words,
    label: Lines,
    has_label: bool,
}

/// About how many ticks a length has room for, by the room a number takes.
fn target(length: f64, room: f64) -> usize {
    ((length / room) as usize).clamp(3, 8)
}

/// Ticks with words for their numbers, and what is written once at the end.
pub(super) type Written = (Vec<(f64, Option<Words>)>, String);

/// Sets the numbers of ticks.
fn written(ticks: Ticks, k: f64) -> Result<Written, Mistake> {
    let words = |t: &str| if t.is_empty() { Ok(None) } else { Words::new(t, TICK * k).map(Some) };
    let numbers = ticks.ticks.iter().map(|(v, t)| Ok((*v, words(t)?))).collect::<Result<_, Mistake>>()?;
    Ok((numbers, ticks.aside))
}

/// The widest number of some ticks.
pub(super) fn widest(ticks: &[(f64, Option<Words>)]) -> f64 {
    ticks.iter().filter_map(|t| t.1.as_ref()).map(Words::width).fold(0.0, f64::max)
}

impl Side {
    /// An axis over a range, as long as so many pixels: as many ticks as its numbers leave room for.
    pub fn new(axis: &Axis, vertical: bool, range: (f64, f64), length: f64, k: f64) -> Result<Side, Mistake> {
        let mut count = target(length, if vertical { 45.0 } else { 70.0 } * k);
        let (ticks, aside) = loop {
            let ticks = match axis.log {
                true => ticks::logarithmic(range.0, range.1, count),
                false => ticks::linear(range.0, range.1, count),
            };
            let (ticks, aside) = written(ticks, k)?;
            let shown = ticks.iter().filter(|t| t.1.is_some()).count();
            let room = if vertical { 1.3 * TICK * k } else { widest(&ticks) + 7.0 * k };
            if count <= 3 || shown as f64 * room <= length {
                break (ticks, aside);
            }
            count -= 1;
        };
        let aside = Words::new(&aside, 0.95 * TICK * k)?;
        let label = Lines::new(&axis.label, LABEL * k, length.max(60.0 * k))?;
        Ok(Side { ticks, aside, label, has_label: !axis.label.is_empty() })
    }

    /// Whether a common power or an offset is written at its end.
    pub fn has_aside(&self) -> bool {
        self.aside.width() > 0.0
    }

    /// What a horizontal axis takes below it.
    pub fn depth(&self, k: f64) -> f64 {
        let label = if self.has_label { self.label.height() + 4.0 * k } else { 0.0 };
        let aside = if self.has_aside() { 14.0 * k } else { 0.0 };
        24.0 * k + label.max(aside) + 3.0 * k
    }

    /// What a vertical axis takes beside it.
    pub fn breadth(&self, k: f64) -> f64 {
        7.0 * k + widest(&self.ticks) + 4.0 * k + if self.has_label { self.label.height() + 6.0 * k } else { 6.0 * k }
    }
}

/// Draws both axes of a frame.
pub(super) fn draw(x: &Side, y: &Side, frame: &Frame, k: f64, out: &mut Vec<Shape>) {
    let (x0, x1, y0, y1) = (frame.x.from, frame.x.to, frame.y.from, frame.y.to);
    out.push(line(vec![(x0, y1), (x0, y0), (x1, y0)], 0.9 * k));
    for (v, label) in &x.ticks {
        let at = frame.x.at(*v);
        let length = if label.is_some() { 4.5 } else { 2.5 } * k;
        out.push(line(vec![(at, y0), (at, y0 + length)], 0.8 * k));
        out.extend(label.iter().map(|l| l.at((at, y0 + 14.0 * k), Anchor::Middle)));
    }
    for (v, label) in &y.ticks {
        let at = frame.y.at(*v);
        let length = if label.is_some() { 4.5 } else { 2.5 } * k;
        out.push(line(vec![(x0 - length, at), (x0, at)], 0.8 * k));
        out.extend(label.iter().map(|l| l.at((x0 - 7.0 * k, at), Anchor::Right)));
    }
    if x.has_aside() {
        out.push(x.aside.at((x1, y0 + 29.0 * k), Anchor::Right));
    }
    if y.has_aside() {
        out.push(y.aside.at((x0 - 4.0 * k, y1 - 9.0 * k), Anchor::Left));
    }
    if x.has_label {
        out.extend(x.label.below(0.5 * (x0 + x1), y0 + 24.0 * k));
    }
    if y.has_label {
        let at = x0 - 7.0 * k - widest(&y.ticks) - 7.0 * k - y.label.height();
        out.extend(y.label.upwards(at, 0.5 * (y0 + y1)));
    }
}

/// The ticks of a scale of colours.
pub(super) fn colour_ticks(range: (f64, f64), length: f64, k: f64) -> Result<Written, Mistake> {
    written(ticks::linear(range.0, range.1, target(length, 45.0 * k)), k)
}
