//! Labels of reference lines: where they are in nobody's way.
use super::figure::Mark;
use super::ink::{TICK, Words, colored, stroke};
use super::scale::Frame;
use super::shape::{Anchor, Shape};
use super::text::Mistake;

/// Reaches from left to right and from above to below, in pixels.
type Area = [f64; 4];

/// What labels keep away from: the lines of a panel, and each other.
pub(super) struct Labels {
    /// where lines stand: whether upright, and at which pixel
    lines: Vec<(bool, f64)>,
    taken: Vec<Area>,
}

/// Part of both areas.
fn overlap(a: &Area, b: &Area) -> bool {
    a[0] < b[1] && b[0] < a[1] && a[2] < b[3] && b[2] < a[3]
}

impl Labels {
    /// Of a panel with these marks.
    pub fn new(marks: &[Mark], frame: &Frame) -> Labels {
        let line = |m: &Mark| match m {
            Mark::Reference { at, upright, .. } => {
                let scale = if *upright { &frame.x } else { &frame.y };
                scale.inside(*at).then(|| (*upright, scale.at(*at)))
            }
            _ => None,
        };
        Labels { lines: marks.iter().filter_map(line).collect(), taken: vec![] }
    }

    /// A text that stands where it is has this area.
    pub fn take(&mut self, words: &Words, (x, y): (f64, f64)) {
        let half = 0.5 * words.height();
        self.taken.push([x, x + words.width(), y - half, y + half]);
    }

    /// How much stands in the way of an area: another text counts more than a line through it.
    fn in_the_way(&self, area: &Area) -> usize {
        let crosses = |(upright, at): &&(bool, f64)| {
            if *upright { area[0] < *at && *at < area[1] } else { area[2] < *at && *at < area[3] }
        };
        8 * self.taken.iter().filter(|t| overlap(t, area)).count() + self.lines.iter().filter(crosses).count()
    }

    /// The first of the places with the least in the way, and that of a text is taken then.
    fn settle(&mut self, words: &Words, places: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
        let half = 0.5 * words.height();
        let area = |(x, y): &(f64, f64)| [*x, x + words.width(), y - half, y + half];
        let best = places.min_by_key(|p| self.in_the_way(&area(p))).unwrap_or_default();
        self.take(words, best);
        best
    }
}

/// Appends a line across the axes with its label: of an upright one near its upper end, of a level one near its right end,
/// as far from there as others leave no room.
///
/// # Errors
/// A label whose mathematics is not understood.
pub(super) fn reference(
    m: &Mark,
    frame: &Frame,
    k: f64,
    labels: &mut Labels,
    out: &mut Vec<Shape>,
) -> Result<(), Mistake> {
    let Mark::Reference { at, upright, color, width, dashed, label } = m else { return Ok(()) };
    let (left, right, top, bottom) = frame.edges();
    let scale = if *upright { &frame.x } else { &frame.y };
    if !scale.inside(*at) {
        return Ok(());
    }
    let v = scale.at(*at);
    let ends = if *upright { vec![(v, bottom), (v, top)] } else { vec![(left, v), (right, v)] };
    stroke(ends, *color, (width * k, 1.0), dashed.then_some(k), out);
    if label.is_empty() {
        return Ok(());
    }
    let words = Words::new(label, TICK * k)?.within(right - left);
    let (w, h) = (words.width(), words.height());
    let inside = |(x, y): &(f64, f64)| *x >= left && x + w <= right && y - 0.5 * h >= top && y + 0.5 * h <= bottom;
    let places: Vec<(f64, f64)> = if *upright {
        let rows = (0..).map(|i| top + 7.0 * k + f64::from(i) * (h + 2.0 * k)).take_while(|y| y + 0.5 * h <= bottom);
        rows.take(8).flat_map(|y| [(v + 4.0 * k, y), (v - 4.0 * k - w, y)]).collect()
    } else {
        let (beside, middle) = ((right - w, left + 4.0 * k), 0.5 * (left + right - w));
        let columns = [beside.0 - 4.0 * k, beside.1, middle].into_iter();
        columns.flat_map(|x| [(x, v - 3.0 * k - 0.5 * h), (x, v + 3.0 * k + 0.5 * h)]).collect()
    };
    // axes that are too small for it keep it at its first place
    let first = places.first().copied();
    let within: Vec<(f64, f64)> = places.into_iter().filter(inside).collect();
    let place = labels.settle(&words, within.iter().copied().chain(first.filter(|_| within.is_empty())));
    let x = place.0.min(right - w).max(left);
    out.push(colored(words.at((x, place.1), Anchor::Left), *color));
    Ok(())
}
