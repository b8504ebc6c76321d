//! Points as CSV, a line each.
use super::format::Format;
use super::write::write_atomically;
use crate::dataset::Rows;
use crate::error::{Error, Result};
use crate::input::{Input, PIECE, excerpt, failed, open};
use crate::interrupt;
use crate::memory;
use std::cell::Cell;
use std::io::Read;
use std::path::Path;

pub(super) const CSV: Format = Format { extension: "csv", load, save };

/// What a line may take of memory, for each of its bytes: the places of its fields and its numbers, in lists that grow.
const LINE: u128 = 16;

/// Hands bytes on and counts those of the line being read: one without an end is refused before it fills the memory.
struct Lines<'a> {
    file: Input,
    line: &'a Cell<u64>,
    checked: u64,
}

impl Read for Lines<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let n = self.file.read(to)?;
        let line = self.line.get() + n as u64;
        self.line.set(line);
        if line < self.checked {
            self.checked = 0;
        }
        if line > self.checked + PIECE as u64 {
            self.checked = line;
            if let Some(reason) = memory::refusal(LINE * u128::from(line)) {
                let line = memory::amount(u128::from(line));
                return Err(std::io::Error::other(format!("a line of more than {line} {reason}")));
            }
        }
        Ok(n)
    }
}

/// What people write where they have no number; in the first line it makes no header.
const MISSING: &[&str] = &["", "NA", "N/A", "null", "none", "?"];

fn load(path: &Path) -> Result<Rows> {
    let fail = |e: String| failed(path, e);
    let line = Cell::new(0);
    let file = Lines { file: open(path)?.0, line: &line, checked: 0 };
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).comment(Some(b'#')).from_reader(file);
    let (mut rows, mut record) = (Rows { data: vec![], n: 0, d: 0 }, csv::StringRecord::new());
    let mut i = 0;
    while reader.read_record(&mut record).map_err(|e| fail(e.to_string()))? {
        line.set(0);
        add(&mut rows, &record, i).map_err(fail)?;
        i += 1;
    }
    Ok(rows)
}

/// Adds the i-th record; the first may be a header.
fn add(rows: &mut Rows, record: &csv::StringRecord, i: usize) -> std::result::Result<(), String> {
    let before = rows.data.len();
    memory::reserve(&mut rows.data, record.len()).map_err(|reason| format!("line {}: it {reason}", i + 1))?;
    for (k, v) in record.iter().enumerate() {
        match v.parse::<f64>() {
            // only words are infinite
            Ok(x) if x.is_infinite() && v.contains(|c: char| c.is_ascii_digit()) => {
                let (line, column, v) = (i + 1, k + 1, excerpt(v));
                return Err(format!("line {line}, column {column}: `{v}` is beyond 1.8e308, where numbers end"));
            }
            Ok(x) => rows.data.push(x),
            Err(_) if MISSING.iter().any(|m| v.eq_ignore_ascii_case(m)) => rows.data.push(f64::NAN),
            Err(_) if i == 0 => {
                rows.data.truncate(before);
                return Ok(());
            }
            Err(_) => return Err(format!("line {}, column {}: `{}` is not a number", i + 1, k + 1, excerpt(v))),
        }
    }
    (rows.n, rows.d) = (rows.n + 1, record.len());
    Ok(())
}

fn save(rows: &Rows, path: &Path) -> Result<()> {
    // 17 digits, a sign, a point, an exponent and a comma
    memory::check_points("io::save", [rows.n, rows.d], 26)?;
    let mut writer = csv::Writer::from_writer(vec![]);
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
