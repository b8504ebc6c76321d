//! What parts the fields and what stands before fractions, found out from the first lines: that by which most of them are
//! numbers, and all lines have as many.
use super::cells::{Cell, Writing, by_thousands, trimmed};
use super::records::Records;
use super::text::Text;
use super::tidy::{BLANKS, TAB};
use crate::input::excerpt;
use crate::io::wanted::Wanted;
use csv::ByteRecord;

/// Those that are tried; where two do as well, the first.
const SEPARATORS: &[u8] = b",;\t| ";
/// Lines that are looked at, unless they have many bytes.
const LINES: usize = 100;
const BYTES: u64 = 1 << 20;

/// Reads the first records, at least two.
///
/// # Errors
/// What cannot be read.
pub fn first(records: &mut Records, mut each: impl FnMut(&ByteRecord, u64)) -> Result<(), String> {
    for i in 0..LINES {
        if i >= 2 && records.bytes() > BYTES {
            break;
        }
        let Some((record, line)) = records.next()? else { break };
        each(record, line);
    }
    Ok(())
}

/// What the first lines hold if a separator is the right one.
#[derive(Default)]
struct Tally {
    lines: usize,
    /// the most fields of a line, and how many lines have them
    columns: usize,
    alike: usize,
    fields: usize,
    numbers: usize,
    /// numbers only if a comma stands before fractions
    commas: usize,
    /// among them those that may have it where thousands end, and one of them
    thousands: usize,
    example: String,
    /// numbers with a point
    points: usize,
}

impl Tally {
    fn add(&mut self, record: &ByteRecord, [point, comma]: [&Writing; 2]) {
        self.lines += 1;
        if record.len() > self.columns {
            (self.columns, self.alike) = (record.len(), 0);
        }
        self.alike += usize::from(record.len() == self.columns);
        for field in record {
            self.fields += 1;
            match (point.cell(field), comma.cell(field)) {
                (Cell::Number(_) | Cell::Beyond, _) => {
                    self.numbers += 1;
                    self.points += usize::from(field.contains(&b'.'));
                }
                (_, Cell::Number(_) | Cell::Beyond) => {
                    self.commas += 1;
                    let text = String::from_utf8_lossy(trimmed(field));
                    self.thousands += usize::from(by_thousands(&text));
                    self.example = excerpt(&text);
                }
                (Cell::Missing, _) => self.numbers += 1,
                _ => {}
            }
        }
    }

    /// How well it parts the lines: 0 if it does not.
    fn score(&self) -> f64 {
        if self.columns < 2 {
            return 0.0;
        }
        let share = (self.numbers + self.commas) as f64 / self.fields as f64;
        self.alike as f64 / self.lines as f64 * (share + 0.01)
    }
}

fn tally(from: &Text, separator: u8, wanted: &Wanted, writings: [&Writing; 2]) -> Result<Tally, String> {
    let mut out = Tally::default();
    first(&mut Records::open(from, separator, wanted)?, |record, _| out.add(record, writings))?;
    Ok(out)
}

/// The separator that was asked for.
fn asked(given: &str) -> Result<u8, String> {
    match given.as_bytes() {
        [b] if b.is_ascii() && !b.is_ascii_alphanumeric() && !b"\"\r\n\0.+-#".contains(b) => Ok(*b),
        _ => Err(format!(
            "the separator `{}` is none: expected one sign such as \",\", \";\", \"\\t\", or \" \" for any number of blanks",
            excerpt(given)
        )),
    }
}

/// The separator, and how numbers are written.
///
/// # Errors
/// What cannot be read, and numbers that may be written in two ways.
pub fn find(from: &Text, wanted: &Wanted) -> Result<(u8, Writing), String> {
    let writing = |comma| Writing { comma, missing: wanted.missing.clone() };
    let (point, comma) = (writing(false), writing(true));
    let tally = |separator| tally(from, separator, wanted, [&point, &comma]);
    let (separator, best) = match &wanted.separator {
        Some(given) => (asked(given)?, tally(asked(given)?)?),
        None => {
            let mut best = (SEPARATORS[0], tally(SEPARATORS[0]));
            for separator in &SEPARATORS[1..] {
                let other = tally(*separator);
                let score = |t: &Result<Tally, String>| t.as_ref().map_or(0.0, Tally::score);
                if score(&other) > score(&best.1) {
                    best = (*separator, other);
                }
            }
            (best.0, best.1?)
        }
    };
    let by_comma = match wanted.decimal.as_deref() {
        Some(sign) => sign == ",",
        // a semicolon is what is written where a comma stands before fractions
        None if best.commas > 0 && best.thousands == best.commas && separator != b';' => {
            let example = best.example;
            return Err(format!(
                "`{example}` may be a number with a fraction or with thousands: decimal: \",\" takes it as the former, \
                 thousands are read without commas"
            ));
        }
        None => best.commas > best.points,
    };
    Ok((separator, if by_comma { comma } else { point }))
}

/// A separator in words.
pub fn named(separator: u8) -> String {
    match separator {
        BLANKS => "blanks".into(),
        TAB => "tabs".into(),
        other => format!("`{}`", char::from(other)),
    }
}
