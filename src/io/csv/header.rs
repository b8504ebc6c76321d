//! Whether the first line holds names or a point. Names that are taken for a point give a wrong point, a point that is taken
//! for names is lost: what may be either is asked for.
use super::cells::{Cell, Writing, trimmed};
use super::records::{Records, text};
use super::separator::first;
use crate::input::clip;
use csv::ByteRecord;

/// What a column holds below the first line, as far as the first lines show.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Below {
    /// whether there is a number
    pub numbers: bool,
    /// whether there is a text
    pub texts: bool,
    /// whether all is written as numbers that are not whole
    pub fractions: bool,
    /// whether it counts on from 0 or 1
    pub counts: bool,
    /// whether all of it is digits, and three of them
    pub digits: bool,
    /// see `digits`
    pub threes: bool,
    /// the number it begins with
    begins: f64,
}

impl Below {
    /// Whether it may number or name the lines.
    pub fn is_index(&self) -> bool {
        self.counts || self.texts && !self.numbers
    }
}

/// The first lines.
#[derive(Debug, Default)]
pub struct Top {
    /// the first record, none in an empty file
    pub first: ByteRecord,
    /// the line it is in
    pub line: u64,
    /// the columns below it
    pub below: Vec<Below>,
    /// how many fields the second record has
    pub fields: Option<usize>,
    /// records that were looked at, and the bytes before the end of the last of them
    pub records: u64,
    /// see `records`
    pub bytes: u64,
}

impl Top {
    /// The columns with the first line, where that is a point.
    pub fn whole(mut self, writing: &Writing) -> Vec<Below> {
        if self.below.is_empty() {
            self.below = vec![Below::default(); self.first.len()];
        }
        for (b, field) in self.below.iter_mut().zip(&self.first) {
            let cell = writing.cell(field);
            b.numbers |= matches!(cell, Cell::Number(_) | Cell::Beyond);
            b.texts |= cell == Cell::Text;
        }
        self.below
    }
}

/// What the first lines hold.
///
/// # Errors
/// What cannot be read.
pub fn top(records: &mut Records, writing: &Writing) -> Result<Top, String> {
    let mut top = Top::default();
    first(records, |record, line| {
        top.records += 1;
        if top.records == 1 {
            (top.first, top.line) = (record.clone(), line);
            return;
        }
        if top.records == 2 {
            top.fields = Some(record.len());
            top.below = vec![
                Below { fractions: true, counts: true, digits: true, threes: true, ..Below::default() };
                record.len()
            ];
        }
        for (b, field) in top.below.iter_mut().zip(record) {
            let cell = writing.cell(field);
            b.numbers |= matches!(cell, Cell::Number(_) | Cell::Beyond);
            b.texts |= cell == Cell::Text;
            b.fractions &= cell == Cell::Missing || field.iter().any(|c| b".,eE".contains(c)) && cell != Cell::Text;
            if let (2, Cell::Number(x)) = (top.records, cell) {
                b.begins = x;
            }
            let plain = trimmed(field);
            let plain = plain.strip_prefix(b"-").unwrap_or(plain);
            b.digits &= !plain.is_empty() && plain.iter().all(u8::is_ascii_digit);
            b.threes &= b.digits && plain.len() == 3;
            let next = b.begins + (top.records - 2) as f64;
            b.counts &= cell == Cell::Number(next) && (b.begins == 0.0 || b.begins == 1.0);
        }
    })?;
    top.bytes = records.bytes();
    Ok(top)
}

/// What the first line is.
#[derive(Clone, Debug, PartialEq)]
pub enum First {
    /// names
    Names,
    /// a point
    Point,
    /// names, or a point, which is worth a note
    Probably(bool, String),
    /// it may be either
    Either,
}

/// Whether the fields of the first line, from the k-th on, are 0, 1, 2, …: the names of columns that have none.
fn counted(top: &Top, k: usize) -> bool {
    let mut fields = top.first.iter().skip(k).enumerate();
    top.first.len() > k && fields.all(|(i, f)| trimmed(f) == i.to_string().as_bytes())
}

/// Whether the fields of the first line are years, one after the other.
fn years(top: &Top) -> bool {
    let year = |f: &[u8]| str::from_utf8(trimmed(f)).ok()?.parse::<u32>().ok().filter(|y| (1000..3000).contains(y));
    let all: Option<Vec<u32>> = top.first.iter().map(year).collect();
    all.is_some_and(|all| all.len() > 1 && all.windows(2).all(|w| w[1] == w[0] + 1))
}

/// The first line, cut for a message.
pub fn shown(top: &Top) -> String {
    let fields: Vec<String> =
        top.first.iter().take(8).map(|f| clip(&String::from_utf8_lossy(trimmed(f)), 12).replace('`', "'")).collect();
    let more = if top.first.len() > 8 { ", …" } else { "" };
    format!("line {} (`{}{more}`)", top.line, fields.join(", "))
}

/// What the first line is.
pub fn decide(top: &Top, writing: &Writing) -> First {
    let cells: Vec<Cell> = top.first.iter().map(|f| writing.cell(f)).collect();
    let texts = cells.iter().filter(|c| **c == Cell::Text).count();
    let numbers = cells.iter().any(|c| matches!(c, Cell::Number(_) | Cell::Beyond));
    // the names of a table with an index stand one place to the left of theirs
    let shift = usize::from(top.fields == Some(cells.len() + 1));
    let below = |k: usize| top.below.get(k + shift).copied().unwrap_or_default();
    // a text above numbers is a name
    let names = cells.iter().enumerate().any(|(k, c)| *c == Cell::Text && below(k).numbers);
    let gaps = cells.iter().enumerate().any(|(k, c)| *c == Cell::Missing && below(k).numbers && !below(k).counts);
    if texts == 0 {
        return without_texts(top, &cells);
    }
    if !numbers {
        // a gap above numbers and a text above texts: a point without a value, or names of which one is missing
        return if names || !gaps || top.fields.is_none() { First::Names } else { First::Either };
    }
    // pandas numbers columns without names: 0, 1, 2, … among names, behind an empty field above an index
    let numbered = top.first.iter().zip(&cells).filter(|(_, c)| matches!(c, Cell::Number(_) | Cell::Beyond));
    let counted = numbered.enumerate().all(|(i, (f, _))| trimmed(f) == i.to_string().as_bytes());
    if counted && cells[0] == Cell::Missing && top.below.first().is_some_and(|b| b.counts) {
        return First::Names;
    }
    if names || counted || cells[0] == Cell::Missing && below(0).counts {
        return First::Either;
    }
    First::Probably(false, format!("{} is taken as a point, not as names; header: true takes it as names", shown(top)))
}

fn without_texts(top: &Top, cells: &[Cell]) -> First {
    // pandas numbers columns and lines that have no names
    let index = top.below.first().is_some_and(Below::is_index);
    if cells.len() > 1 && cells[0] == Cell::Missing && counted(top, 1) && index {
        return First::Names;
    }
    if cells.len() < 2 || !(counted(top, 0) || years(top)) {
        return First::Point;
    }
    let shown = shown(top);
    let what = if years(top) { "years, the names" } else { "numbers" };
    let years = years(top);
    if (cells.len() > 2 || years) && top.fields == Some(cells.len()) && top.below.iter().all(|b| b.fractions) {
        First::Probably(true, format!("{shown} is taken as {what} of columns; header: false takes it as a point"))
    } else {
        First::Probably(false, format!("{shown} is taken as a point; header: true takes it as {what} of columns"))
    }
}

/// The names in the first line.
///
/// # Errors
/// A name that is not UTF-8.
pub fn names(top: &Top) -> Result<Vec<String>, String> {
    top.first.iter().map(|f| text(f, top.line).map(String::from)).collect()
}
