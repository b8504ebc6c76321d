//! What parts the fields and what stands before fractions, found out from the first lines: that by which most of them are
//! numbers, and all lines have as many.
use super::cells::{Cell, Writing, by_thousands, trimmed};
use super::records::Records;
use super::text::Text;
use super::tidy::{BLANKS, TAB};
use crate::input::excerpt;
use crate::io::wanted::Wanted;
use csv::ByteRecord;

/// What parts no line: none of its bytes is this one.
pub const NOTHING: u8 = 0x1F;

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
    /// fields that are numbers either way, without those that are missing
    figures: usize,
    /// fields of the first line
    first: usize,
    /// among them those that may have it where thousands end, and one of them
    thousands: usize,
    example: String,
    /// numbers with a point
    points: usize,
}

impl Tally {
    fn add(&mut self, record: &ByteRecord, [point, comma]: [&Writing; 2]) {
        self.lines += 1;
        if self.lines == 1 {
            self.first = record.len();
        }
        if record.len() > self.columns {
            (self.columns, self.alike) = (record.len(), 0);
        }
        self.alike += usize::from(record.len() == self.columns);
        for field in record {
            self.fields += 1;
            match (point.cell(field), comma.cell(field)) {
                (Cell::Number(_) | Cell::Beyond, _) => {
                    self.numbers += 1;
                    self.figures += 1;
                    self.points += usize::from(field.contains(&b'.'));
                }
                (_, Cell::Number(_) | Cell::Beyond) => {
                    self.commas += 1;
                    self.figures += 1;
                    let text = String::from_utf8_lossy(trimmed(field));
                    self.thousands += usize::from(by_thousands(&text));
                    self.example = excerpt(&text);
                }
                (Cell::Missing, _) => self.numbers += 1,
                _ => {}
            }
        }
    }

    /// Whether it may part fields: signs in texts, as between words, are not in every line, nor in the first.
    fn is_table(&self) -> bool {
        self.figures > 0 || self.first == self.columns && 2 * self.alike > self.lines
    }

    /// How well it parts the lines: 0 if it does not.
    fn score(&self) -> f64 {
        if self.columns < 2 || !self.is_table() {
            return 0.0;
        }
        let share = (self.numbers + self.commas) as f64 / self.fields as f64;
        self.alike as f64 / self.lines as f64 * (share + 0.01)
    }
}

fn tally(from: &Text, separator: u8, writings: [&Writing; 2]) -> Result<Tally, String> {
    let mut out = Tally::default();
    first(&mut Records::open(from, separator)?, |record, _| out.add(record, writings))?;
    Ok(out)
}

/// The separator that was asked for.
fn asked(given: &str) -> Result<u8, String> {
    match given.as_bytes() {
        [] => Ok(NOTHING),
        [b] if b.is_ascii() && !b.is_ascii_alphanumeric() && !b"\"\r\n\0.+-#".contains(b) => Ok(*b),
        _ => Err(format!(
            "the separator `{}` is none: expected one sign such as \",\", \";\", \"\\t\", or \" \" for any number of blanks",
            excerpt(given)
        )),
    }
}

/// What parts fields, and how numbers are written.
pub struct Found {
    /// the byte between fields
    pub separator: u8,
    /// how numbers are written
    pub writing: Writing,
    /// what was decided without being asked and may be wrong
    pub note: Option<String>,
}

/// Finds both.
///
/// # Errors
/// What cannot be read, and numbers that may be written in two ways.
pub fn find(from: &Text, wanted: &Wanted) -> Result<Found, String> {
    let writing = |comma| Writing { comma, missing: wanted.missing.clone() };
    let (point, comma) = (writing(false), writing(true));
    let tally = |separator| tally(from, separator, [&point, &comma]);
    let (mut note, given) = (None, wanted.separator.as_deref().map(asked).transpose()?.or(from.names));
    let (separator, best) = match given {
        Some(given) => (given, tally(given)?),
        None => {
            let mut best = (NOTHING, tally(NOTHING));
            let (mut parts, mut damage) = (None, None);
            for separator in SEPARATORS {
                let other = tally(*separator);
                let score = |t: &Result<Tally, String>| t.as_ref().map_or(0.0, Tally::score);
                damage = damage.or_else(|| other.as_ref().err().cloned());
                parts = parts.or(other.as_ref().ok().filter(|t| t.columns > 1).map(|_| *separator));
                if score(&other) > score(&best.1) {
                    best = (*separator, other);
                }
            }
            // what parts nothing hides a quote that is never closed
            if let (NOTHING, Some(damage)) = (best.0, damage) {
                return Err(damage);
            }
            let best = (best.0, best.1?);
            note = doubtful(best.0, &best.1, parts);
            best
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
    Ok(Found { separator, writing: if by_comma { comma } else { point }, note })
}

/// What to say where texts alone are parted, or are not.
fn doubtful(separator: u8, found: &Tally, parts: Option<u8>) -> Option<String> {
    match (separator, parts) {
        (NOTHING, Some(sign)) => Some(format!(
            "a line is read as one field: {} do not part all of them alike; separator: names what does",
            named(sign)
        )),
        (BLANKS, _) if found.figures == 0 => {
            Some("fields are parted at blanks; separator: \"\" reads a line as one field".into())
        }
        _ => None,
    }
}

/// A separator in words.
pub fn named(separator: u8) -> String {
    match separator {
        BLANKS => "blanks".into(),
        TAB => "tabs".into(),
        NOTHING => "nothing".into(),
        other => format!("`{}`", char::from(other)),
    }
}
