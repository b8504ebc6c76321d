//! What parts the fields and what stands before fractions, found out from the first lines: that by which most of them are
//! numbers, and all lines have as many.
use super::cells::{Cell, Writing, by_thousands, is_grouped, trimmed};
use super::records::Records;
use super::text::Text;
use super::tidy::{BLANKS, NOTHING, TAB};
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
    /// fields that are numbers either way, without those that are missing
    figures: usize,
    /// fields of the first line
    first: usize,
    /// among them those that may have it where thousands end, and one of them
    thousands: usize,
    example: String,
    /// numbers with a point, and those where no thousands end at it
    points: usize,
    fractions: usize,
    /// numbers whose commas, or points, can only stand where thousands end, and one of them
    grouped: [usize; 2],
    grouping: String,
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
                    let pointed = field.contains(&b'.');
                    self.points += usize::from(pointed);
                    self.fractions +=
                        usize::from(pointed && !by_thousands(&String::from_utf8_lossy(trimmed(field)), '.'));
                }
                (_, Cell::Number(_) | Cell::Beyond) => {
                    self.commas += 1;
                    self.figures += 1;
                    let text = String::from_utf8_lossy(trimmed(field));
                    self.thousands += usize::from(by_thousands(&text, ','));
                    self.example = excerpt(&text);
                }
                (Cell::Missing, _) => self.numbers += 1,
                _ => self.group(field),
            }
        }
    }

    /// A field that is a number only without the signs where thousands end.
    fn group(&mut self, field: &[u8]) {
        let text = String::from_utf8_lossy(trimmed(field));
        let found = [is_grouped(&text, ',', '.'), is_grouped(&text, '.', ',')];
        if found != [false; 2] {
            self.numbers += 1;
            self.figures += 1;
            self.grouping = excerpt(&text);
            self.grouped = [0, 1].map(|k| self.grouped[k] + usize::from(found[k]));
        }
    }

    /// The sign where thousands end, if numbers say so that can be read in no other way.
    fn thousands(&self, wanted: &Wanted) -> Option<char> {
        let decimal = wanted.decimal.as_deref();
        match self.grouped {
            [n, 0] if n > 0 && decimal != Some(",") && self.commas == self.thousands => Some(','),
            [0, n] if n > 0 && decimal != Some(".") && self.fractions == 0 => Some('.'),
            _ => None,
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
    let thousands = wanted.thousands.as_deref().and_then(|t| t.chars().next());
    if wanted.thousands.is_some() && wanted.thousands == wanted.decimal {
        return Err("thousands and fractions cannot stand behind the same sign".into());
    }
    let writing = |comma| {
        let point = if comma { ',' } else { '.' };
        Writing { comma, thousands: thousands.filter(|t| *t != point), missing: wanted.missing.clone() }
    };
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
            // a name above lines of two fields, which one number makes that is written as asked
            let halves = best.1.first == 1 && best.1.columns == 2;
            let comma = best.0 == b',' && wanted.decimal.as_deref() == Some(",");
            let blank = best.0 == BLANKS && wanted.thousands.as_deref() == Some(" ");
            if halves && (comma || blank) { (NOTHING, tally(NOTHING)?) } else { best }
        }
    };
    let seen = if thousands.is_none() { best.thousands(wanted) } else { None };
    let by_comma = commas(&best, wanted, seen)?;
    let mut writing = if by_comma { comma } else { point };
    if let Some(sign) = seen {
        writing.thousands = Some(sign);
        let text = format!(
            "`{}` has `{sign}` where thousands end: so it is taken in all numbers; thousands: names another",
            best.grouping
        );
        note = Some(note.map_or(text.clone(), |n| format!("{n}; {text}")));
    }
    Ok(Found { separator, writing, note })
}

/// Whether fractions stand behind commas.
///
/// # Errors
/// Numbers that may be written in two ways.
fn commas(best: &Tally, wanted: &Wanted, seen: Option<char>) -> Result<bool, String> {
    let given = wanted.thousands.as_deref();
    match wanted.decimal.as_deref() {
        Some(sign) => Ok(sign == ","),
        None if given == Some(".") || seen == Some('.') => Ok(true),
        None if given == Some(",") || seen == Some(',') => Ok(false),
        None if best.commas > 0 && best.thousands == best.commas => Err(format!(
            "`{}` may be a number with a fraction or with thousands: decimal: \",\" takes it as the former, thousands: \",\" as \
             the latter",
            best.example
        )),
        None => Ok(best.commas > best.points),
    }
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
