//! Points as lines of text.
use crate::dataset::Rows;
use crate::error::{Error, Result};
use crate::io::write::write_atomically;
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
