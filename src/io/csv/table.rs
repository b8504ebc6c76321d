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
}

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
    let seen = kinds(&layout, from, &columns)?;
    let mut mixed = 0;
    for (k, s) in columns.iter().zip(&seen) {
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
    for (k, s) in columns.iter().zip(seen).filter(|(_, s)| s.text.is_none()) {
        let field = &record[*k];
        match layout.writing.cell(field) {
            Cell::Missing => {}
            Cell::Text => s.text = Some(line),
            _ if truth(field).is_some() => s.truths = true,
            _ => s.numbers = true,
        }
        // 1 and true in one column are no kind of their own
        if s.numbers && s.truths {
            s.text = Some(line);
        }
    }
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
