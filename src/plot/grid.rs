//! Several figures as one.
use super::figure::Panel;
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
    share(&mut panels, columns, o);
    let style = if told { o.style() } else { first.style };
    Ok(Figure { panels, columns, width, height, style, fixed: told || figures.iter().any(|f| f.fixed) })
}

/// a, b, …, z, aa, ab, …
fn letter(i: usize) -> String {
    let last = char::from(b'a' + (i % 26) as u8);
    if i < 26 { last.to_string() } else { format!("{}{last}", letter(i / 26 - 1)) }
}

/// The range that all panels have room in.
fn common<'a>(panels: impl Iterator<Item = &'a Panel>, range: impl Fn(&Panel) -> (f64, f64)) -> (f64, f64) {
    panels.map(range).fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), (lo, hi)| (a.min(lo), b.max(hi)))
}

/// Gives panels below or beside each other one range, and its label to the outer ones alone.
fn share(panels: &mut [Panel], columns: usize, o: &FigureOptions) {
    let n = panels.len();
    for c in (0..columns).filter(|_| o.share_x) {
        let limits = common(panels.iter().skip(c).step_by(columns), |p| ranges(p).0);
        for i in (c..n).step_by(columns) {
            panels[i].x.limits = Some(limits);
            if i + columns < n {
                panels[i].x.label.clear();
            }
        }
    }
    for row in panels.chunks_mut(columns).filter(|_| o.share_y) {
        let limits = common(row.iter(), |p| ranges(p).1);
        for (i, p) in row.iter_mut().enumerate() {
            p.y.limits = Some(limits);
            if i > 0 {
                p.y.label.clear();
            }
        }
    }
}
