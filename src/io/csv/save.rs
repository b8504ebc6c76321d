//! Points and tables as lines of text.
use super::cells::{Cell as Read, Writing};
use crate::dataset::Rows;
use crate::error::{Error, Result};
use crate::input::clip;
use crate::io::write::write_atomically;
use crate::table::{Cell, Column, Table};
use crate::{interrupt, memory};
use std::path::Path;

/// Writes points with a line of names, x0, x1, …
pub fn save(rows: &Rows, path: &Path, separator: u8) -> Result<()> {
    // 17 digits, a sign, a point, an exponent and a comma
    memory::check_points("io::save", [rows.n, rows.d], 26)?;
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(vec![]);
    let fail = |e: String| Error::io("write", path, e);
    writer.write_record((0..rows.d).map(|k| format!("x{k}"))).map_err(|e| fail(e.to_string()))?;
    for row in rows.data.chunks(rows.d) {
        interrupt::poll()?;
        writer.write_record(row.iter().map(|v| text(*v))).map_err(|e| fail(e.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|e| fail(e.to_string()))?;
    write_atomically(path, &bytes)
}

/// The shortest text that is read as the same number.
fn text(v: f64) -> String {
    let plain = v == 0.0 || !v.is_finite() || (1e-5..1e16).contains(&v.abs());
    if plain { v.to_string() } else { format!("{v:e}") }
}

/// What stands for a gap where an empty field would be none.
const NO_VALUE: &str = "NA";

/// A field of text, in quotes where it would be read as something else: blanks, quotes, what parts fields, a comment.
fn quoted(field: &str, separator: u8, out: &mut String) {
    let parts =
        |c: char| c == char::from(separator) || matches!(c, '"' | '\n' | '\r') || separator == b' ' && c == '\t';
    if field.is_empty() || field.contains(parts) || field.contains('#') || field.trim() != field {
        *out += "\"";
        *out += &field.replace('"', "\"\"");
        *out += "\"";
    } else {
        *out += field;
    }
}

/// What of a table is not read as it was: texts that look like numbers, or like gaps, or end in blanks.
fn unlike(name: &str, column: &Column) -> Option<String> {
    let Column::Texts(t) = column else { return None };
    let writing = Writing::default();
    let read = |w: &&str| writing.cell(w.as_bytes());
    let blanks = t.words.iter().find(|w| w.trim() != *w).map(|w| (w, "without the blanks around it"));
    let gap = t.words.iter().find(|w| read(w) == Read::Missing);
    let texts = t.words.iter().any(|w| read(&w) == Read::Text);
    let number = t.words.iter().find(|w| !texts && read(w) != Read::Missing);
    let (word, what) = gap.map(|w| (w, "as missing")).or(number.map(|w| (w, "as a number"))).or(blanks)?;
    Some(format!(
        "column `{}` has the text `{}`, which is read {what} again; a .parquet file keeps it",
        clip(name, 40),
        clip(word, 40)
    ))
}

/// Writes a table with the names of its columns; a gap is an empty field, and `NA` where that would be no field.
pub fn save_table(t: &Table, path: &Path, separator: u8) -> Result<Vec<String>> {
    let size = memory::product(&[t.rows(), t.columns().len(), 12]);
    memory::check(&format!("io::save, {} rows of {} columns", t.rows(), t.columns().len()), size)?;
    let gap = if separator == b' ' || t.columns().len() == 1 { NO_VALUE } else { "" };
    let mut out = String::new();
    let line = |out: &mut String, fields: &mut dyn FnMut(usize, &mut String)| {
        for k in 0..t.columns().len() {
            if k > 0 {
                out.push(char::from(separator));
            }
            fields(k, out);
        }
        out.push('\n');
    };
    line(&mut out, &mut |k, out| quoted(&t.columns()[k].0, separator, out));
    for i in 0..t.rows() {
        interrupt::poll_each(i)?;
        line(&mut out, &mut |k, out| match t.columns()[k].1.cell(i) {
            Cell::Number(v) => *out += &text(v),
            Cell::Truth(v) => *out += &v.to_string(),
            Cell::Text(v) => quoted(v, separator, out),
            Cell::Missing => *out += gap,
        });
    }
    write_atomically(path, out.as_bytes())?;
    Ok(t.columns().iter().filter_map(|(name, column)| unlike(name, column)).collect())
}
