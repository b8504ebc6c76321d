//! Points and tables as lines of text.
use super::cells::{Cell as Read, Writing};
use crate::dataset::Rows;
use crate::error::{Error, Result};
use crate::input::clip;
use crate::io::write::write_atomically;
use crate::table::{Cell, Column, Table};
use crate::{interrupt, memory};
use std::path::Path;

/// Writes points with a line of names, x0, x1, …; where blanks part the fields it is a comment, as NumPy has it.
pub fn save(rows: &Rows, path: &Path, separator: u8) -> Result<()> {
    // 17 digits, a sign, a point, an exponent and a comma
    memory::check_points("io::save", [rows.n, rows.d], 26)?;
    let comment: &[u8] = if separator == b' ' { b"# " } else { b"" };
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(comment.to_vec());
    let fail = |e: String| Error::io("write", path, e);
    writer.write_record((0..rows.d).map(|k| format!("x{k}"))).map_err(|e| fail(e.to_string()))?;
    for (i, row) in rows.data.chunks(rows.d).enumerate() {
        interrupt::poll()?;
        // 0 1 2 below no names would look like numbers of columns
        let first = |v: f64| if i == 0 && v.fract() == 0.0 && v.abs() < 1e16 { format!("{v:.1}") } else { text(v) };
        let one = |v: &f64| if separator == b' ' { first(*v) } else { text(*v) };
        writer.write_record(row.iter().map(one)).map_err(|e| fail(e.to_string()))?;
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

/// A field of text, in quotes where it would be read as something else: blanks, quotes, what may part fields, a comment. Of a table
/// with one column blanks may part fields, too.
fn quoted(field: &str, blanks: bool, out: &mut String) {
    let parts = |c: char| matches!(c, '"' | '\n' | '\r' | ',' | ';' | '|' | '\t') || blanks && c == ' ';
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
    let (point, comma) = (Writing::default(), Writing { comma: true, ..Writing::default() });
    // where no number has a point, commas may stand before fractions
    let read = |w: &&str| match point.cell(w.as_bytes()) {
        Read::Text => comma.cell(w.as_bytes()),
        other => other,
    };
    let blanks = t.words.iter().find(|w| w.trim() != *w).map(|w| (w, "without the blanks around it"));
    let ends = t.words.iter().find(|w| w.contains('\r')).map(|w| (w, "with other ends of lines"));
    let gap = t.words.iter().find(|w| read(w) == Read::Missing);
    let texts = t.words.iter().any(|w| read(&w) == Read::Text);
    let number = t.words.iter().find(|w| !texts && read(w) != Read::Missing);
    let (word, what) = gap.map(|w| (w, "as missing")).or(number.map(|w| (w, "as a number"))).or(blanks).or(ends)?;
    Some(format!(
        "column `{}` has the text `{}`, which is read {what} again; a .parquet file keeps it",
        clip(name, 40),
        clip(word, 40)
    ))
}

/// A table as lines with the names of its columns; a gap is an empty field, and `NA` where that would be no field.
///
/// # Errors
/// More than memory holds, an interrupt.
pub fn table_text(t: &Table, separator: u8) -> Result<String> {
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
    let blanks = separator == b' ' || t.columns().len() == 1;
    line(&mut out, &mut |k, out| quoted(&t.columns()[k].0, blanks, out));
    for i in 0..t.rows() {
        interrupt::poll_each(i)?;
        line(&mut out, &mut |k, out| match t.columns()[k].1.cell(i) {
            Cell::Number(v) => *out += &text(v),
            Cell::Truth(v) => *out += &v.to_string(),
            Cell::Text(v) => quoted(v, blanks, out),
            Cell::Missing => *out += gap,
        });
    }
    Ok(out)
}

/// Writes a table; what of it is not read as it was.
pub fn save_table(t: &Table, path: &Path, separator: u8) -> Result<Vec<String>> {
    let out = table_text(t, separator)?;
    if let Some(at) = out.find('\0') {
        let reason = format!(
            "line {} would have a zero byte, which no text has; a .parquet file keeps it",
            1 + out[..at].matches('\n').count()
        );
        return Err(Error::io("write", path, reason));
    }
    write_atomically(path, out.as_bytes())?;
    let numbered = t.names().all(|name| Writing::default().cell(name.as_bytes()) != Read::Text);
    let header =
        numbered.then(|| "the names of the columns look like numbers: header: true reads them as names".into());
    Ok(t.columns().iter().filter_map(|(name, column)| unlike(name, column)).chain(header).collect())
}
