//! A text taken apart: its records, with the lines they begin in.
use super::cells::trimmed;
use super::text::Text;
use super::tidy::{BLANKS, TAB, Tidy};
use crate::input::excerpt;
use csv::{ByteRecord, Reader, ReaderBuilder};
use std::io::Read;

/// The records of a file, one at a time.
pub struct Records<'a> {
    reader: Reader<Tidy<Box<dyn Read + 'a>>>,
    record: ByteRecord,
    line: u64,
}

impl<'a> Records<'a> {
    /// From the first line that counts on, with fields parted by this byte.
    pub fn open(from: &'a Text, separator: u8) -> Result<Records<'a>, String> {
        let delimiter = if separator == BLANKS { TAB } else { separator };
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(Tidy::new(from.read()?, separator, from.skip, from.comments));
        Ok(Records { reader, record: ByteRecord::new(), line: 0 })
    }

    /// The next record and the line it begins in; none behind the last.
    pub fn next(&mut self) -> Result<Option<(&ByteRecord, u64)>, String> {
        let more = self.reader.read_byte_record(&mut self.record).map_err(|e| match e.into_kind() {
            csv::ErrorKind::Io(e) => e.to_string(),
            _ => "it cannot be taken apart".into(),
        })?;
        if !more {
            return Ok(None);
        }
        // the reader stands behind the end of the record, which quotes may have carried over several lines
        let inside = self.record.as_slice().iter().filter(|b| **b == b'\n').count() as u64;
        self.line = self.reader.position().line().saturating_sub(1 + inside);
        Ok(Some((&self.record, self.line)))
    }

    /// How many bytes have been read.
    pub fn bytes(&self) -> u64 {
        self.reader.position().byte()
    }
}

/// A field as text.
///
/// # Errors
/// Bytes that are not UTF-8, with their place.
pub fn text(field: &[u8], line: u64) -> Result<&str, String> {
    str::from_utf8(trimmed(field)).map_err(|_| {
        let shown = excerpt(&String::from_utf8_lossy(field));
        format!("it is not UTF-8 text: line {line} has `{shown}`; save it as UTF-8")
    })
}
