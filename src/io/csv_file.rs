//! Points as CSV, a line each.
use super::format::Format;
use super::write::write_atomically;
use crate::dataset::Rows;
use crate::error::{Error, Result};
use std::path::Path;

pub(super) const CSV: Format = Format { extension: "csv", load, save };

fn load(path: &Path) -> Result<Rows> {
    let fail = |e: String| Error::io("read", path, e);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_path(path)
        .map_err(|e| fail(e.to_string()))?;
    let (mut data, mut n, mut d) = (vec![], 0, 0);
    for (i, record) in reader.records().enumerate() {
        let record = record.map_err(|e| fail(e.to_string()))?;
        let parsed: std::result::Result<Vec<f32>, usize> =
            record.iter().enumerate().map(|(k, v)| v.parse().map_err(|_| k)).collect();
        match parsed {
            Ok(row) => {
                d = row.len();
                n += 1;
                data.extend(row);
            }
            Err(_) if i == 0 => continue, // a header
            Err(k) => return Err(fail(format!("line {}, column {}: `{}` is not a number", i + 1, k + 1, &record[k]))),
        }
    }
    Ok(Rows { data, n, d })
}

fn save(rows: &Rows, path: &Path) -> Result<()> {
    let mut writer = csv::Writer::from_writer(vec![]);
    let fail = |e: String| Error::io("write", path, e);
    writer.write_record((0..rows.d).map(|k| format!("x{k}"))).map_err(|e| fail(e.to_string()))?;
    for row in rows.data.chunks(rows.d) {
        writer.write_record(row.iter().map(|v| v.to_string())).map_err(|e| fail(e.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|e| fail(e.to_string()))?;
    write_atomically(path, &bytes)
}
