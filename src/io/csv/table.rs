//! A text as a table: what its columns are is found out from all their fields.
use super::cells::{Cell, trimmed};
use super::comments::Comments;
use super::layout::Layout;
use super::read::{is_rounded, rounding};
use super::records::text;
use super::text::Text;
use crate::error::Result;
use crate::input::{excerpt, failed};
use crate::io::names::unique;
use crate::io::wanted::{LoadedTable, Wanted};
use crate::table::{Filling, Table};
use csv::ByteRecord;
use std::path::Path;

/// What the fields of a column have been so far.
#[derive(Clone, Copy, Default)]
struct Seen {
    truths: bool,
    numbers: bool,
    /// the first text, and the line it is in
    text: Option<u64>,
    /// a number with a zero before it, and the line it is in
    zeros: Option<u64>,
    /// fields since the first text
    since: usize,
}

/// Fields behind the first text of a column in which a number is looked for.
const LOOKED: usize = 1000;

/// Columns that a note names, each for itself.
const NAMED: usize = 5;

/// Reads a table.
pub fn load(path: &Path, wanted: &Wanted) -> Result<LoadedTable> {
    let text = Text::open(path, wanted, Comments::Above(b'#'))?;
    read(&text, wanted).map_err(|e| failed(path, e))
}

/// Whether a field is true or false by a word.
fn truth(field: &[u8]) -> Option<bool> {
    match trimmed(field) {
        b"True" | b"TRUE" | b"true" => Some(true),
        b"False" | b"FALSE" | b"false" => Some(false),
        _ => None,
    }
}

fn read(from: &Text, wanted: &Wanted) -> std::result::Result<LoadedTable, String> {
    let layout = Layout::find(from, wanted)?;
    let mut notes = layout.notes.clone();
    let (columns, names) = match (layout.rows, layout.columns) {
        // names above nothing
        (0, 0) => ((0..layout.names.len()).collect::<Vec<_>>(), &layout.names[..]),
        _ => (layout.coordinates(wanted, None)?, &layout.names[..]),
    };
    let names = called(names, &columns, &mut notes);
    let mut seen = kinds(&layout, from, &columns)?;
    asked_texts(&layout, wanted, &columns, &mut seen)?;
    remarks(&layout, &columns, &seen, &mut notes);
    let mut filling = seen.iter().map(|s| room(s, layout.rows)).collect::<std::result::Result<Vec<_>, _>>()?;
    let mut records = layout.records(from)?;
    let (mut rows, mut lost) = (0, None);
    while let Some((record, line)) = records.next()? {
        rows += 1;
        if rows > layout.rows || record.len() != layout.columns {
            return Err("it was changed while it was read".into());
        }
        for (k, filling) in columns.iter().zip(&mut filling) {
            let rounded = add(filling, &layout, (&record[*k], line, *k))?;
            if rounded && lost.is_none() {
                lost = Some(rounding(&layout, &record[*k], line, *k));
            }
        }
    }
    notes.extend(lost);
    if rows != layout.rows {
        return Err("it was changed while it was read".into());
    }
    let columns = names.into_iter().map(Into::into).zip(filling.into_iter().map(Filling::finish)).collect();
    let table = Table::new(columns).map_err(|e| e.to_string())?;
    Ok(LoadedTable { table, notes })
}

/// Columns that are texts because somebody says so.
fn asked_texts(
    layout: &Layout,
    wanted: &Wanted,
    columns: &[usize],
    seen: &mut [Seen],
) -> std::result::Result<(), String> {
    for asked in &wanted.texts {
        let k = layout.column("texts", asked)?;
        columns
            .iter()
            .zip(&mut *seen)
            .filter(|(c, _)| **c == k)
            .for_each(|(_, s)| *s = Seen { text: Some(0), ..Seen::default() });
    }
    Ok(())
}

/// What to say of columns that may be something else.
fn remarks(layout: &Layout, columns: &[usize], seen: &[Seen], notes: &mut Vec<String>) {
    for (k, s) in columns.iter().zip(seen).filter(|(_, s)| s.text.is_none()) {
        if let Some(line) = s.zeros {
            let (named, written) = (layout.named(*k), layout.written(*k));
            notes.push(format!(
                "{named} is taken as numbers, line {line} loses a 0 before its digits; texts: [{written}] keeps it"
            ));
        }
    }
    let mut mixed = 0;
    for (k, s) in columns.iter().zip(seen) {
        if let (Some(line), true) = (s.text, s.numbers || s.truths) {
            mixed += 1;
            if mixed <= NAMED {
                notes.push(format!("{} is taken as texts: line {line} has one", layout.named(*k)));
            }
        }
    }
    if mixed > NAMED {
        notes.push(format!("{} more columns of numbers and texts are taken as texts", mixed - NAMED));
    }
}

/// The names of the columns that are read, `x0`, `x1`, … for those that have none.
fn called(names: &[String], columns: &[usize], notes: &mut Vec<String>) -> Vec<String> {
    let wish = |k: &usize| names.get(*k).filter(|n| !n.is_empty()).map_or_else(|| format!("x{k}"), String::clone);
    let (out, note) = unique(columns.iter().map(wish).collect());
    notes.extend(note);
    out
}

/// What every column is.
fn kinds(layout: &Layout, from: &Text, columns: &[usize]) -> std::result::Result<Vec<Seen>, String> {
    let mut seen = vec![Seen::default(); columns.len()];
    let mut records = layout.records(from)?;
    while let Some((record, line)) = records.next()? {
        if record.len() != layout.columns {
            return Err("it was changed while it was read".into());
        }
        look(layout, (record, line), columns, &mut seen);
    }
    Ok(seen)
}

fn look(layout: &Layout, (record, line): (&ByteRecord, u64), columns: &[usize], seen: &mut [Seen]) {
    for (k, s) in columns.iter().zip(seen) {
        // numbers that stand below a text are worth a note, too
        s.since += usize::from(s.text.is_some());
        if s.since > LOOKED || s.text.is_some() && s.numbers {
            continue;
        }
        let field = &record[*k];
        match layout.writing.cell(field) {
            Cell::Missing => {}
            Cell::Text => s.text = s.text.or(Some(line)),
            _ if truth(field).is_some() => s.truths = true,
            _ => {
                s.numbers = true;
                if s.zeros.is_none() && is_padded(field) {
                    s.zeros = Some(line);
                }
            }
        }
        // 1 and true in one column are no kind of their own
        if s.numbers && s.truths {
            s.text = s.text.or(Some(line));
        }
    }
}

/// Whether digits begin with a zero that a number does not keep: a postcode.
fn is_padded(field: &[u8]) -> bool {
    let field = trimmed(field);
    field.len() > 1 && field[0] == b'0' && field.iter().all(u8::is_ascii_digit)
}

/// A column without entries, with room for them.
fn room(seen: &Seen, rows: usize) -> std::result::Result<Filling, String> {
    let mut out = match seen {
        Seen { text: Some(_), .. } => Filling::texts(),
        Seen { truths: true, .. } => Filling::Truths(vec![]),
        _ => Filling::Numbers(vec![]),
    };
    out.reserve(rows)?;
    Ok(out)
}

/// One entry more; whether it is rounded.
fn add(to: &mut Filling, layout: &Layout, (field, line, k): (&[u8], u64, usize)) -> std::result::Result<bool, String> {
    match (&to, layout.writing.cell(field)) {
        (_, Cell::Missing) => to.gap(),
        (Filling::Texts(..), _) => to.text(text(field, line)?)?,
        (Filling::Truths(_), _) => to.truth(truth(field) == Some(true)),
        (Filling::Numbers(_), Cell::Number(x)) => {
            to.number(x);
            return Ok(is_rounded(field, x));
        }
        (Filling::Numbers(_), _) => {
            let shown = excerpt(&String::from_utf8_lossy(trimmed(field)));
            let end = "is beyond 1.8e308, where numbers end";
            return Err(format!("line {line}, column {}: `{shown}` {end}{}", k + 1, layout.called(k)));
        }
    }
    Ok(false)
}
