//! Several figures as one.
use super::figure::{Axis, Panel};
use super::keys::{COLUMNS, DPI, FONT_SIZE, HEIGHT, PRESET, TRANSPARENT, WIDTH, defaults, entry};
use super::range::ranges;
use super::{Figure, FigureOptions};
use crate::catalogue::{Entry, Opt, OptionKind};
use crate::error::{Error, Result};
use crate::memory;

const LETTERS: Opt = Opt { name: "letters", kind: OptionKind::Flag, doc: "a, b, … in the corners of the panels" };
const SHARE_X: Opt = Opt {
    name: "share_x",
    kind: OptionKind::Flag,
    doc: "panels below each other reach over the same x, and only the lowest names it",
};
const SHARE_Y: Opt = Opt {
    name: "share_y",
    kind: OptionKind::Flag,
    doc: "panels beside each other reach over the same y, and only the first names it",
};
const OPTIONS: &[Opt] = &[COLUMNS, WIDTH, HEIGHT, LETTERS, SHARE_X, SHARE_Y, PRESET, FONT_SIZE, DPI, TRANSPARENT];

pub(super) const ENTRY: Entry = entry(
    "plot::grid",
    "plot::grid([figures], options)",
    "Several figures as one.",
    OPTIONS,
    || defaults(OPTIONS),
    "plot::grid([plot::generator(kl()), plot::scatter(data::moons(100))], #{ columns: 2 })",
);

/// The panels of all figures on one grid, each cell as large as the largest of them, or the whole as large as it is told.
///
/// # Errors
/// No figures.
pub fn grid(figures: &[Figure], o: &FigureOptions) -> Result<Figure> {
    let n: usize = figures.iter().map(|f| f.panels.len()).sum();
    let Some(first) = figures.first().filter(|_| n > 0) else {
        return Err(Error::data("plot::grid", "the list of figures is empty"));
    };
    // marks are copied with their numbers
    let numbers = figures.iter().map(Figure::numbers).fold(0, usize::saturating_add);
    memory::check(&format!("plot::grid of {n} panels with {numbers} numbers"), memory::product(&[numbers, 8]))?;
    let columns = if o.columns > 0 { o.columns.min(n) } else { n.min(3) };
    let rows = n.div_ceil(columns);
    let cell = |get: fn(&Figure) -> f64| figures.iter().map(get).fold(0.0, f64::max);
    let (w, h) = (cell(|f| f.width / f.columns as f64), cell(|f| f.height / f.panels.len().div_ceil(f.columns) as f64));
    let natural = (w * columns as f64, h * rows as f64);
    let told = o.is_told();
    let (width, height) = if told { o.size_of(Some(natural.0 / natural.1)) } else { natural };
    let mut panels: Vec<Panel> = figures.iter().flat_map(|f| f.panels.clone()).collect();
    if o.letters {
        panels.iter_mut().enumerate().for_each(|(i, p)| p.letter = letter(i));
    }
    shared(&mut panels, columns, o);
    let style = if told { o.style() } else { first.style };
    Ok(Figure { panels, columns, width, height, style, fixed: told || figures.iter().any(|f| f.fixed) })
}

/// a, b, …, z, aa, ab, …
fn letter(i: usize) -> String {
    let last = char::from(b'a' + (i % 26) as u8);
    if i < 26 { last.to_string() } else { format!("{}{last}", letter(i / 26 - 1)) }
}

/// One side of a panel: its range, and its axis.
type Of = (fn(&Panel) -> (f64, f64), fn(&mut Panel) -> &mut Axis);

/// Gives panels one range along a side, and its label to the one that is to name it. Axes of one unit keep their own, and a
/// logarithmic axis shares with logarithmic ones only.
fn share(panels: &mut [Panel], places: &[usize], names: usize, (range, axis): Of) {
    for log in [false, true] {
        let takes =
            |panels: &mut [Panel], i: usize| !panels[i].equal && !panels[i].bare && axis(&mut panels[i]).log == log;
        let own: Vec<usize> = places.iter().copied().filter(|i| takes(panels, *i)).collect();
        let all = own.iter().map(|i| range(&panels[*i]));
        let limits = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), (lo, hi)| (a.min(lo), b.max(hi)));
        let named = axis(&mut panels[names]).label.clone();
        for i in own {
            let axis = axis(&mut panels[i]);
            axis.limits = Some(limits);
            // a name of its own stays
            if i != names && axis.label == named {
                axis.label.clear();
            }
        }
    }
}

/// Shares what was asked for.
fn shared(panels: &mut [Panel], columns: usize, o: &FigureOptions) {
    let n = panels.len();
    for c in (0..columns.min(n)).filter(|_| o.share_x) {
        let places: Vec<usize> = (c..n).step_by(columns).collect();
        share(panels, &places, places[places.len() - 1], (|p| ranges(p).0, |p| &mut p.x));
    }
    for first in (0..n).step_by(columns.max(1)).filter(|_| o.share_y) {
        let places: Vec<usize> = (first..(first + columns).min(n)).collect();
        share(panels, &places, first, (|p| ranges(p).1, |p| &mut p.y));
    }
}
