//! Legends: entries in rows above the axes.
use super::figure::{Key, LegendEntry};
use super::ink::{TICK, text, width};
use super::polyline::dashes;
use super::shape::{Anchor, Shape};
use super::text::unicode;

/// Height of one row of the legend.
const ROW: f64 = 18.0;

fn entry_width(e: &LegendEntry) -> f64 {
    24.0 + width(&unicode(&e.label), TICK) + 12.0
}

/// The entries of a legend in as many rows as they take.
fn rows(entries: &[LegendEntry], length: f64) -> Vec<&[LegendEntry]> {
    let (mut out, mut from, mut used) = (vec![], 0, 0.0);
    for (i, e) in entries.iter().enumerate() {
        if i > from && used + entry_width(e) > length {
            out.push(&entries[from..i]);
            (from, used) = (i, 0.0);
        }
        used += entry_width(e);
    }
    if from < entries.len() {
        out.push(&entries[from..]);
    }
    out
}

/// The rows of a legend that there is room for.
pub(super) struct Legend<'a> {
    rows: Vec<&'a [LegendEntry]>,
    /// entries that are only counted
    left_out: usize,
}

impl<'a> Legend<'a> {
    /// Rows of a length, as many as fit into a height; what does not fit is counted in the last.
    pub fn within(entries: &'a [LegendEntry], length: f64, height: f64) -> Legend<'a> {
        let mut rows = rows(entries, length);
        let most = (height / ROW).max(0.0) as usize;
        let mut left_out = 0;
        if rows.len() > most {
            left_out = rows.drain(most.saturating_sub(1)..).map(<[_]>::len).sum();
        }
        // a page without room for the count has none for a legend
        if most == 0 { Legend { rows: vec![], left_out: 0 } } else { Legend { rows, left_out } }
    }

    fn count(&self) -> usize {
        self.rows.len() + usize::from(self.left_out > 0)
    }

    /// What it takes above the axes.
    pub fn height(&self) -> f64 {
        ROW * self.count() as f64
    }

    /// Draws the rows between x0 and x1, the last of them at the height y.
    pub fn draw(&self, (x0, x1): (f64, f64), y: f64, out: &mut Vec<Shape>) {
        for (i, row) in self.rows.iter().enumerate() {
            legend_row(row, (x0, x1), y - ROW * (self.count() - 1 - i) as f64, out);
        }
        if self.left_out > 0 {
            let said = format!("… and {} more", self.left_out);
            out.push(text((0.5 * (x0 + x1), y), said, TICK, Anchor::Middle));
        }
    }
}

fn legend_row(row: &[LegendEntry], (x0, x1): (f64, f64), y: f64, out: &mut Vec<Shape>) {
    let total: f64 = row.iter().map(entry_width).sum();
    let mut x = (0.5 * (x0 + x1) - 0.5 * total).max(x0);
    for e in row {
        match e.key {
            Key::Dot => out.push(Shape::Circle { center: (x + 10.0, y), radius: 3.6, color: e.color, alpha: 1.0 }),
            Key::Patch => out.push(Shape::Rectangle {
                from: (x + 4.0, y - 4.0),
                to: (x + 16.0, y + 4.0),
                color: e.color,
                alpha: 0.75,
            }),
            Key::Line { dashed } => {
                for points in if dashed { dashes(&[(x, y), (x + 19.0, y)]) } else { vec![vec![(x, y), (x + 19.0, y)]] }
                {
                    out.push(Shape::Line { points, color: e.color, width: 1.8, alpha: 1.0 });
                }
            }
        }
        out.push(text((x + 24.0, y), unicode(&e.label), TICK, Anchor::Left));
        x += entry_width(e);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::color::INK;

    /// Many names take several rows, each within the length there is, and none is lost; one that is too long has its own.
    #[test]
    fn legends_wrap() {
        let entry = |label: String| LegendEntry { label, color: INK, key: Key::Dot };
        let names: Vec<String> = (0..9).map(|i| "x".repeat(6 * i + 1)).collect();
        let entries: Vec<LegendEntry> = names.iter().cloned().map(entry).collect();
        let rows = super::rows(&entries, 200.0);
        assert!(rows.len() > 2 && rows.iter().all(|r| r.len() == 1 || r.iter().map(entry_width).sum::<f64>() <= 200.0));
        let shown: Vec<&str> = rows.iter().flat_map(|r| r.iter().map(|e| e.label.as_str())).collect();
        assert_eq!(shown, names);
        assert!(super::rows(&[], 200.0).is_empty());
    }

    /// What there is no room for is counted; a page without room for a row has no legend.
    #[test]
    fn legends_end_where_the_room_does() {
        let entries: Vec<LegendEntry> =
            (0..40).map(|i| LegendEntry { label: format!("series {i}"), color: INK, key: Key::Patch }).collect();
        let whole = Legend::within(&entries, 400.0, 1e3);
        assert_eq!((whole.left_out, whole.rows.iter().map(|r| r.len()).sum::<usize>()), (0, 40));
        let part = Legend::within(&entries, 400.0, 4.5 * ROW);
        assert_eq!(part.height(), 4.0 * ROW);
        assert_eq!(part.left_out + part.rows.iter().map(|r| r.len()).sum::<usize>(), 40);
        assert!(part.rows.len() == 3 && part.left_out > 20);
        assert_eq!(Legend::within(&entries, 400.0, 0.5 * ROW).height(), 0.0);
        assert_eq!(Legend::within(&entries, 400.0, -5.0).height(), 0.0);
    }
}
