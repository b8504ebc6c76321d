//! From a figure to a list of shapes in logical pixels: where panels and their axes stand.
use super::axes::{self, Side};
use super::colorbar::Bar;
use super::figure::{Figure, Mark, Panel};
use super::ink::{Lines, TITLE, Words};
use super::legend::Legend;
use super::marks::mark;
use super::range::ranges;
use super::references::Labels;
use super::scale::{Frame, Scale};
use super::shape::{Anchor, Shape};
use super::text::Mistake;

/// All shapes of a figure, in drawing order.
///
/// # Errors
/// A text whose mathematics is not understood.
pub fn shapes(f: &Figure) -> Result<Vec<Shape>, Mistake> {
    let columns = f.columns.clamp(1, f.panels.len().max(1));
    let rows = f.panels.len().div_ceil(columns);
    let (w, h) = (f.width / columns as f64, f.height / rows.max(1) as f64);
    let place = |i: usize| {
        let corner = ((i % columns) as f64 * w, (i / columns) as f64 * h);
        Place { corner, size: (w, h), k: f.style.scale() }
    };
    let panels = f.panels.iter().enumerate();
    let mut set: Vec<Set> = panels.map(|(i, p)| place(i).set(p, Margins::default())).collect::<Result<_, _>>()?;
    if set.len() > 1 {
        // axes of one row begin and end at one height, those of one column at one side
        let shared = |i: usize| {
            let beside = set.iter().enumerate().filter(|(j, _)| j / columns == i / columns);
            let above = set.iter().enumerate().filter(|(j, _)| j % columns == i % columns);
            let rows = beside.fold(Margins::default(), |m, (_, s)| m.at_least(s.margins));
            let columns = above.fold(Margins::default(), |m, (_, s)| m.at_least(s.margins));
            Margins { left: columns.left, right: columns.right, ..rows }
        };
        let shared: Vec<Margins> = (0..set.len()).map(shared).collect();
        let panels = f.panels.iter().zip(shared).enumerate();
        set = panels.map(|(i, (p, least))| place(i).set(p, least)).collect::<Result<_, _>>()?;
    }
    let mut out = vec![];
    for (i, s) in set.iter().enumerate() {
        place(i).draw(s, &mut out)?;
    }
    Ok(out)
}

/// What is written around a pair of axes takes of its panel, in pixels.
#[derive(Clone, Copy, Default)]
struct Margins {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Margins {
    /// On every side the larger of two.
    fn at_least(self, other: Margins) -> Margins {
        Margins {
            left: self.left.max(other.left),
            right: self.right.max(other.right),
            top: self.top.max(other.top),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

/// Numbers at the ticks are set again at most so often, until axes and margins agree.
const MOST: usize = 4;
/// A field that is so many times as long as high, or more, has axes of two units.
const STRETCHED: f64 = 8.0;
/// The share of a panel that its axes keep at least, whatever is written around them.
const LEAST: f64 = 0.25;

/// Edges at `from` and `to` of axes in a panel that begins at `start`: where what is written around them does not leave
/// enough room, it gets as much less on both sides as it takes.
fn kept((from, to): (f64, f64), start: f64, length: f64) -> (f64, f64) {
    let least = LEAST * length;
    if to - from >= least {
        return (from, to);
    }
    let (before, after) = (from - start, start + length - to);
    let share = (length - least) / (before + after);
    (start + before * share, start + length - after * share)
}

/// Where a panel stands: its upper left corner, its size, and how large letters are.
struct Place {
    corner: (f64, f64),
    size: (f64, f64),
    k: f64,
}

/// The edges of a pair of axes in pixels.
#[derive(Clone, Copy)]
struct Edges {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// A panel with all its texts set and its axes in their place.
struct Set<'a> {
    panel: &'a Panel,
    title: Lines,
    letter: Words,
    keys: Legend<'a>,
    bar: Option<Bar<'a>>,
    axes: Axes,
    margins: Margins,
}

/// A pair of axes in their place.
struct Axes {
    edges: Edges,
    /// where they would begin without a shape to keep
    top: f64,
    /// what stands between them and the legend
    aside: f64,
    ranges: (Range, Range),
    x: Side,
    y: Side,
}

impl Place {
    /// Sets what is written, and the axes with at least such margins.
    fn set<'a>(&self, p: &'a Panel, least: Margins) -> Result<Set<'a>, Mistake> {
        let (size, k) = (self.size, self.k);
        let title = Lines::new(&p.title, TITLE * k, size.0 - 16.0 * k)?;
        let letter = Words::new(&p.letter, 1.08 * TITLE * k)?;
        let titled = !p.title.is_empty() || !p.letter.is_empty();
        let head = if titled { title.height().max(1.25 * TITLE * k) + 10.0 * k } else { 8.0 * k };
        let bar = p.colorbar.as_ref().map(|b| Bar::new(b, size.1, k)).transpose()?;
        // as much of the page as the axes and what is below them leave
        let room = ((1.0 - LEAST) * size.1 - head - 60.0 * k).min(0.45 * size.1);
        let keys = Legend::within(&p.legend, size.0 - 20.0 * k, room, k)?;
        let (axes, margins) = self.fitted(p, head + keys.height(), bar.as_ref(), least)?;
        Ok(Set { panel: p, title, letter, keys, bar, axes, margins })
    }

    /// The axes and their margins. Numbers take room, and leave another range to axes of one unit: so once more until they
    /// agree.
    fn fitted(&self, p: &Panel, above: f64, bar: Option<&Bar>, least: Margins) -> Result<(Axes, Margins), Mistake> {
        let (corner, size, k) = (self.corner, self.size, self.k);
        let whole = ranges(p);
        let (mut shown, mut lengths) = (whole, size);
        let mut tries = 0;
        loop {
            let (x, y) =
                (Side::new(&p.x, false, shown.0, lengths.0, k)?, Side::new(&p.y, true, shown.1, lengths.1, k)?);
            // numbers at the ends of an axis reach half their height beyond it, and an offset stands above it
            let head = !p.bare && y.has_aside() || bar.is_some_and(Bar::has_head);
            let aside = if head { 15.0 * k } else { 0.0 };
            let margins = Margins {
                left: if p.bare { 8.0 * k } else { y.breadth(k) },
                right: 14.0 * k + bar.map_or(0.0, |b| b.breadth(k)),
                top: above + aside,
                bottom: if p.bare { 8.0 * k } else { x.depth(k) },
            };
            let m = margins.at_least(least);
            let (top, bottom) = kept((corner.1 + m.top, corner.1 + size.1 - m.bottom), corner.1, size.1);
            let (left, right) = kept((corner.0 + m.left, corner.0 + size.0 - m.right), corner.0, size.0);
            let (edges, xr, yr) = shaped(p, Edges { left, right, top, bottom }, whole.0, whole.1);
            let found = ((edges.right - edges.left, edges.bottom - edges.top), (xr, yr));
            tries += 1;
            if (lengths, shown) == found || tries > MOST {
                return Ok((Axes { edges, top, aside, ranges: shown, x, y }, margins));
            }
            (lengths, shown) = found;
        }
    }

    /// Appends its shapes.
    fn draw(&self, set: &Set, out: &mut Vec<Shape>) -> Result<(), Mistake> {
        let (corner, size, k) = (self.corner, self.size, self.k);
        let Set {
            panel: p, title, letter, keys, bar, axes: Axes { edges, top, aside, ranges: (xr, yr), x, y }, ..
        } = set;
        let frame = Frame {
            x: Scale { lo: xr.0, hi: xr.1, log: p.x.log, from: edges.left, to: edges.right },
            y: Scale { lo: yr.0, hi: yr.1, log: p.y.log, from: edges.bottom, to: edges.top },
        };
        let mut labels = Labels::new(&p.marks, &frame);
        p.marks.iter().try_for_each(|m| mark(m, &frame, k, &mut labels, out))?;
        if !p.bare {
            axes::draw(x, y, &frame, k, out);
        }
        // about the axes, unless it would leave the panel
        let half = 0.5 * title.width() + 4.0 * k;
        let middle = (0.5 * (edges.left + edges.right)).min(corner.0 + size.0 - half).max(corner.0 + half);
        // a frame that is shrunk to the shape of what it shows keeps its title near
        let lower = edges.top - top;
        out.extend(title.below(middle, corner.1 + 6.0 * k + lower));
        if !p.letter.is_empty() {
            out.push(letter.at((corner.0 + 4.0 * k, corner.1 + 14.0 * k), Anchor::Left));
        }
        let sides = (corner.0 + 4.0 * k, corner.0 + size.0 - 4.0 * k);
        keys.draw((edges.left, edges.right), sides, edges.top - aside - 2.0 * k, out);
        if let Some(bar) = bar {
            bar.draw(edges.right + 14.0 * k, (edges.top, edges.bottom), k, out);
        }
        Ok(())
    }
}

type Range = (f64, f64);

/// Axes of one unit length: the range of the looser one is widened, or the frame shrunk for images.
fn shaped(p: &Panel, e: Edges, xr: Range, yr: Range) -> (Edges, Range, Range) {
    if !p.equal {
        return (e, xr, yr);
    }
    let (width, height) = (e.right - e.left, e.bottom - e.top);
    let per = ((xr.1 - xr.0) / width).max((yr.1 - yr.0) / height);
    let stretch = (xr.1 - xr.0) / (yr.1 - yr.0);
    if p.bare || p.marks.iter().any(|m| matches!(m, Mark::Heat { .. } | Mark::Picture { .. })) {
        if !p.bare && !(1.0 / STRETCHED..=STRETCHED).contains(&stretch) {
            return (e, xr, yr);
        }
        let (w, h) = ((xr.1 - xr.0) / per, (yr.1 - yr.0) / per);
        let (x, y) = (0.5 * (e.left + e.right), 0.5 * (e.top + e.bottom));
        return (Edges { left: x - 0.5 * w, right: x + 0.5 * w, top: y - 0.5 * h, bottom: y + 0.5 * h }, xr, yr);
    }
    let grown = |r: Range, pixels: f64| {
        let (c, half) = (0.5 * (r.0 + r.1), 0.5 * per * pixels);
        (c - half, c + half)
    };
    (e, grown(xr, width), grown(yr, height))
}
