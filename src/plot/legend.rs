//! Legends: entries in rows above the axes.
use super::figure::{Key, LegendEntry};
use super::ink::{TICK, Words};
use super::polyline::dashes;
use super::shape::{Anchor, Shape};
use super::text::Mistake;

/// Height of one row of the legend, in a figure of default size.
const ROW: f64 = 18.0;

/// One entry, set.
struct Named<'a> {
    entry: &'a LegendEntry,
    words: Words,
    width: f64,
}

/// A name that is longer than a row ends in dots; mathematics has smaller letters.
fn shortened(label: &str, length: f64, k: f64) -> Result<Words, Mistake> {
    let mut words = Words::new(label, TICK * k)?;
    let mut letters: Vec<char> = label.chars().collect();
    while words.width() > length && letters.len() > 4 && !label.contains('$') {
        letters.truncate(letters.len() - 1 - letters.len() / 16);
        words = Words::new(&format!("{}…", letters.iter().collect::<String>()), TICK * k)?;
    }
    Ok(words.within(length))
}

/// The entries of a legend in as many rows as they take.
fn rows<'a>(entries: &'a [LegendEntry], length: f64, k: f64) -> Result<Vec<Vec<Named<'a>>>, Mistake> {
    let (mut out, mut used): (Vec<Vec<Named>>, f64) = (vec![], 0.0);
    for entry in entries {
        let words = shortened(&entry.label, length - 36.0 * k, k)?;
        let width = words.width() + 36.0 * k;
        match out.last_mut() {
            Some(row) if used + width <= length => row.push(Named { entry, words, width }),
            _ => {
                out.push(vec![Named { entry, words, width }]);
                used = 0.0;
            }
        }
        used += width;
    }
    Ok(out)
}

/// The height of a row: that of its tallest name.
fn high(row: &[Named], k: f64) -> f64 {
    row.iter().map(|e| e.words.height() + 4.0 * k).fold(ROW * k, f64::max)
}

/// The rows of a legend that there is room for.
pub(super) struct Legend<'a> {
    rows: Vec<Vec<Named<'a>>>,
    left_out: Option<(usize, Words)>,
    k: f64,
}

impl<'a> Legend<'a> {
    /// Rows of a length, as many as fit into a height; what does not fit is counted in the last.
    pub fn within(entries: &'a [LegendEntry], length: f64, height: f64, k: f64) -> Result<Legend<'a>, Mistake> {
        let mut rows = rows(entries, length, k)?;
        let mut used = 0.0;
        let fits = |r: &Vec<Named>| {
            used += high(r, k);
            used <= height
        };
        let most = rows.iter().map(fits).take_while(|f| *f).count();
        let mut left_out = None;
        if rows.len() > most {
            let n = rows.drain(most.saturating_sub(1)..).map(|r| r.len()).sum();
            left_out = Some((n, Words::new(&format!("… and {n} more"), TICK * k)?));
        }
        // a page without room for the count has none for a legend
        Ok(if most == 0 { Legend { rows: vec![], left_out: None, k } } else { Legend { rows, left_out, k } })
    }

    /// What it takes above the axes.
    pub fn height(&self) -> f64 {
        let count = if self.left_out.is_some() { ROW * self.k } else { 0.0 };
        count + self.rows.iter().map(|r| high(r, self.k)).sum::<f64>()
    }

    /// Draws the rows centred between x0 and x1 but within the edges, the last of them down to the height y.
    pub fn draw(&self, (x0, x1): (f64, f64), (left, right): (f64, f64), y: f64, out: &mut Vec<Shape>) {
        let mut top = y - self.height();
        for row in &self.rows {
            let total: f64 = row.iter().map(|e| e.width).sum();
            let middle = top + 0.5 * high(row, self.k);
            self.row(row, ((0.5 * (x0 + x1 - total)).min(right - total).max(left), middle), out);
            top += high(row, self.k);
        }
        if let Some((_, said)) = &self.left_out {
            out.push(said.at((0.5 * (x0 + x1), top + 0.5 * ROW * self.k), Anchor::Middle));
        }
    }

    fn row(&self, row: &[Named], (mut x, y): (f64, f64), out: &mut Vec<Shape>) {
        let k = self.k;
        for e in row {
            let color = e.entry.color;
            match e.entry.key {
                Key::Dot(marker) => {
                    let centers = vec![(x + 10.0 * k, y)];
                    out.push(Shape::Dots { centers, marker, radius: 3.6 * k, color, colors: vec![], alpha: 1.0 });
                }
                Key::Patch => {
                    let (from, to) = ((x + 4.0 * k, y - 4.0 * k), (x + 16.0 * k, y + 4.0 * k));
                    out.push(Shape::Rectangle { from, to, color, alpha: 0.75 });
                }
                Key::Line { dashed } => {
                    let ends = vec![(x, y), (x + 19.0 * k, y)];
                    for points in if dashed { dashes(&ends, k) } else { vec![ends] } {
                        out.push(Shape::Line { points, color, width: 1.8 * k, alpha: 1.0 });
                    }
                }
            }
            out.push(e.words.at((x + 24.0 * k, y), Anchor::Left));
            x += e.width;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::color::INK;

    /// Many names take several rows, each within the length there is, and none is lost; one that is too long has its own.
    #[test]
    fn legends_wrap() {
        let entry = |label: String| LegendEntry { label, color: INK, key: Key::Dot(Default::default()) };
        let names: Vec<String> = (0..9).map(|i| "x".repeat(6 * i + 1)).collect();
        let entries: Vec<LegendEntry> = names.iter().cloned().map(entry).collect();
        let rows = super::rows(&entries, 200.0, 1.0).unwrap();
        let length = |r: &Vec<Named>| r.iter().map(|e| e.width).sum::<f64>();
        assert!(rows.len() > 2 && rows.iter().all(|r| r.len() == 1 || length(r) <= 200.0));
        let shown: Vec<&str> = rows.iter().flat_map(|r| r.iter().map(|e| e.entry.label.as_str())).collect();
        assert_eq!(shown, names);
        assert!(super::rows(&[], 200.0, 1.0).unwrap().is_empty());
    }

    /// What there is no room for is counted; a page without room for a row has no legend.
    #[test]
    fn legends_end_where_the_room_does() {
        let entries: Vec<LegendEntry> =
            (0..40).map(|i| LegendEntry { label: format!("series {i}"), color: INK, key: Key::Patch }).collect();
        let within = |height: f64| Legend::within(&entries, 400.0, height, 1.0).unwrap();
        let left_out = |l: &Legend| l.left_out.as_ref().map_or(0, |(n, _)| *n);
        let whole = within(1e3);
        assert_eq!((left_out(&whole), whole.rows.iter().map(|r| r.len()).sum::<usize>()), (0, 40));
        let part = within(4.5 * ROW);
        assert_eq!(part.height(), 4.0 * ROW);
        assert_eq!(left_out(&part) + part.rows.iter().map(|r| r.len()).sum::<usize>(), 40);
        assert!(part.rows.len() == 3 && left_out(&part) > 20);
        assert_eq!(within(0.5 * ROW).height(), 0.0);
        assert_eq!(within(-5.0).height(), 0.0);
    }
}
