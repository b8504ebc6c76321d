//! The numbers and labels of a text.
use super::cells::{Cell, Writing, trimmed};
use super::comments::Comments;
use super::comments::many;
use super::layout::{Layout, listed};
use super::records::text;
use super::text::Text;
use crate::dataset::Rows;
use crate::error::Result;
use crate::input::{excerpt, failed};
use crate::io::wanted::{Labels, Loaded, Texts, Wanted};
use crate::memory;
use csv::ByteRecord;
use std::collections::HashSet;
use std::path::Path;

/// Labels that are compared to see whether they are names.
const LABELS: usize = 1000;

/// Whole numbers beyond this may be rounded.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// Reads points, and labels where they are asked for.
pub fn load(path: &Path, wanted: &Wanted) -> Result<Loaded> {
    let text = Text::open(path, wanted, Comments::Anywhere(b'#'))?;
    read(&text, wanted).map_err(|e| failed(path, e))
}

fn read(from: &Text, wanted: &Wanted) -> std::result::Result<Loaded, String> {
    let layout = Layout::find(from, wanted)?;
    let nothing = Rows { data: vec![], n: 0, d: 0 };
    if layout.rows == 0 {
        if let Some(reason) = layout.nothing() {
            return Err(reason);
        }
        return Ok(nothing.into());
    }
    let labels = wanted.labels.as_ref().map(|c| layout.column("labels", c)).transpose()?;
    let columns = layout.coordinates(wanted, labels)?;
    let (n, d) = (layout.rows, columns.len());
    let size = memory::product(&[n, d, 8]);
    if let Some(reason) = memory::refusal(size) {
        return Err(format!("its {n} lines of {} {reason}", many(d, "number")));
    }
    let mut reading = Reading { columns, data: Vec::with_capacity(n * d), labels: None, rounded: None };
    reading.labels = labels.map(|k| Reader::new(k, n));
    let mut records = layout.records(from)?;
    while let Some((record, line)) = records.next()? {
        if reading.data.len() + d > n * d && d > 0 || record.len() != layout.columns {
            return Err("it was changed while it was read".into());
        }
        reading.add(&layout, record, line)?;
    }
    if reading.data.len() != n * d {
        return Err("it was changed while it was read".into());
    }
    let mut notes = layout.notes.clone();
    if layout.open && wanted.columns.is_empty() && layout.names.len() != layout.columns - 1 {
        notes.push(format!("{} is empty in all lines and left out", layout.named(layout.columns - 1)));
    }
    notes.extend(reading.rounded.take());
    let labels = reading.labels.map(|l| l.finish(&layout, &mut notes));
    Ok(Loaded { rows: Rows { data: reading.data, n, d }, labels, notes })
}

/// Points on their way out of a file.
struct Reading {
    columns: Vec<usize>,
    data: Vec<f64>,
    labels: Option<Reader>,
    rounded: Option<String>,
}

impl Reading {
    fn add(&mut self, layout: &Layout, record: &ByteRecord, line: u64) -> std::result::Result<(), String> {
        for k in &self.columns {
            let field = &record[*k];
            let x = match layout.writing.cell(field) {
                Cell::Number(x) => x,
                Cell::Missing => f64::NAN,
                Cell::Beyond => {
                    let (column, called) = (k + 1, layout.called(*k));
                    let shown = excerpt(&String::from_utf8_lossy(trimmed(field)));
                    let end = "is beyond 1.8e308, where numbers end";
                    return Err(format!("line {line}, column {column}: `{shown}` {end}{called}"));
                }
                Cell::Text => return Err(layout.no_number(field, line, *k)),
            };
            if self.rounded.is_none() && is_rounded(field, x) {
                self.rounded = Some(rounding(layout, field, line, *k));
            }
            self.data.push(x);
        }
        match &mut self.labels {
            Some(labels) => labels.add(&layout.writing, record, line),
            None => Ok(()),
        }
    }
}

/// What to say of a number that is not the one in its field.
pub fn rounding(layout: &Layout, field: &[u8], line: u64, k: usize) -> String {
    let (shown, column) = (excerpt(&String::from_utf8_lossy(trimmed(field))), layout.named(k));
    format!("whole numbers beyond 2^53 are rounded to 53 bits: line {line}, {column} has {shown}")
}

/// Whether a field is a whole number that is not the one it is read as.
pub fn is_rounded(field: &[u8], x: f64) -> bool {
    if x.is_nan() || x.abs() < WHOLE {
        return false;
    }
    let field = trimmed(field);
    let digits = field.strip_prefix(b"-").or(field.strip_prefix(b"+")).unwrap_or(field);
    digits.iter().all(u8::is_ascii_digit) && format!("{:.0}", x.abs()).as_bytes() != digits
}

/// A column of labels on its way: numbers until one of them is none.
struct Reader {
    column: usize,
    texts: Texts,
    numbers: Option<Vec<f64>>,
    missing: usize,
}

impl Reader {
    fn new(column: usize, n: usize) -> Reader {
        Reader { column, texts: Texts::with_capacity(n, 0), numbers: Some(Vec::with_capacity(n)), missing: 0 }
    }

    fn add(&mut self, writing: &Writing, record: &ByteRecord, line: u64) -> std::result::Result<(), String> {
        let field = text(&record[self.column], line)?;
        let cell = writing.cell(field.as_bytes());
        self.missing += usize::from(cell == Cell::Missing);
        self.texts.push(field);
        match (cell, &mut self.numbers) {
            (Cell::Number(x), Some(numbers)) => numbers.push(x),
            (Cell::Missing, Some(numbers)) => numbers.push(f64::NAN),
            _ => self.numbers = None,
        }
        Ok(())
    }

    fn finish(self, layout: &Layout, notes: &mut Vec<String>) -> Labels {
        let (n, named) = (self.texts.len(), layout.named(self.column));
        if self.missing > 0 {
            notes.push(format!("labels: {named} is missing in {} of {}", self.missing, many(n, "line")));
        }
        // a column of nothing but gaps has no numbers
        let numbers = self.numbers.filter(|l| l.iter().any(|x| !x.is_nan()));
        if let Some(numbers) = numbers {
            return Labels::Numbers(numbers);
        }
        let mut seen = HashSet::new();
        if n > 20 && self.texts.iter().take(LABELS).all(|t| seen.insert(t)) {
            let some: Vec<&str> = self.texts.iter().take(3).collect();
            let (some, all) = (listed(&some), if n > LABELS { "the first " } else { "all " });
            let n = n.min(LABELS);
            notes.push(format!(
                "labels: {all}{n} in {named} differ, as names of lines do and classes do not: {some}, …"
            ));
        }
        Labels::Texts(self.texts)
    }
}
