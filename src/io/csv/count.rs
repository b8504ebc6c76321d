//! How many records there are, and whether all of them have as many fields: counted without taking them apart.
use super::comments::LeftOut;
use super::text::Text;
use super::tidy::{BLANKS, TAB, Tidy};
use crate::interrupt;
use std::io::Read;

/// What was counted.
#[derive(Debug, Default, PartialEq)]
pub struct Lines {
    /// records, without that of the names
    pub rows: usize,
    /// fields of each
    pub fields: usize,
    /// whether the last field of all of them is empty
    pub open: bool,
    /// the line of the first record with another number of fields, and that number
    pub ragged: Option<(u64, usize)>,
    /// what was passed over as comments
    pub left_out: LeftOut,
}

/// Where the next byte stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Record,
    Field,
    Inside,
    Quoted,
    Closing,
}

struct Counter {
    delimiter: u8,
    names: bool,
    at: At,
    line: u64,
    begins: u64,
    begun: bool,
    parted: usize,
    /// whether the last field has had a byte, and a byte that is no blank
    filled: bool,
    lines: Lines,
}

impl Lines {
    /// Counts the records of a file.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn of(from: &Text, separator: u8, names: bool) -> Result<Lines, String> {
        let mut text = Tidy::new(from.read()?, separator, from.skip, from.comments);
        let mut counter = Counter::new(if separator == BLANKS { TAB } else { separator }, names);
        let mut piece = vec![0; 1 << 16];
        loop {
            // what is packed may go on for long
            interrupt::poll().map_err(|e| e.to_string())?;
            let n = text.read(&mut piece).map_err(|e| e.to_string())?;
            if n == 0 || counter.lines.ragged.is_some() {
                return Ok(Lines { left_out: text.left_out(), ..counter.lines });
            }
            counter.add(&piece[..n]);
        }
    }
}

impl Counter {
    fn new(delimiter: u8, names: bool) -> Counter {
        Counter {
            delimiter,
            names,
            at: At::Record,
            line: 1,
            begins: 1,
            begun: false,
            parted: 0,
            filled: false,
            lines: Lines { open: true, ..Lines::default() },
        }
    }

    fn add(&mut self, mut bytes: &[u8]) {
        while let Some((b, behind)) = bytes.split_first() {
            match (self.at, *b) {
                (At::Quoted | At::Closing, b'"') => {
                    self.at = if self.at == At::Quoted { At::Closing } else { At::Quoted };
                    // two of them inside quotes are one that belongs to the text
                    self.filled |= self.at == At::Quoted;
                }
                (At::Quoted, b) => {
                    self.line += u64::from(b == b'\n');
                    self.filled |= b != b' ';
                }
                (At::Record | At::Field, b'"') => (self.at, self.filled) = (At::Quoted, false),
                (At::Record, b'\n') => self.line += 1,
                (_, b'\n') => self.end(),
                _ => {
                    bytes = self.fields(bytes);
                    continue;
                }
            }
            if self.parted == 0 && self.at != At::Record && !self.begun {
                (self.begun, self.begins) = (true, self.line);
            }
            bytes = behind;
        }
    }

    /// Counts fields up to the end of a line or a quote, and gives what is behind them.
    fn fields<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        if !self.begun {
            (self.begun, self.begins) = (true, self.line);
        }
        // the byte that is looked at may be a quote inside a field
        let end = memchr::memchr2(b'\n', b'"', &bytes[1..]).map_or(bytes.len(), |i| i + 1);
        let (fields, behind) = bytes.split_at(end);
        let parted = fields.iter().filter(|b| **b == self.delimiter).count();
        let last = memchr::memrchr(self.delimiter, fields).map_or(fields, |i| &fields[i + 1..]);
        self.parted += parted;
        self.filled = last.iter().any(|b| *b != b' ') || self.filled && parted == 0;
        self.at = if last.is_empty() { At::Field } else { At::Inside };
        behind
    }

    /// A record ends.
    fn end(&mut self) {
        let (fields, filled) = (std::mem::take(&mut self.parted) + 1, std::mem::take(&mut self.filled));
        self.line += 1;
        (self.at, self.begun) = (At::Record, false);
        if std::mem::take(&mut self.names) {
            return;
        }
        let lines = &mut self.lines;
        if lines.rows == 0 {
            lines.fields = fields;
        }
        if fields != lines.fields && lines.ragged.is_none() {
            lines.ragged = Some((self.begins, fields));
        }
        lines.open &= !filled;
        lines.rows += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the reader of records counts them, cut anywhere.
    #[test]
    fn counted_as_they_are_read() {
        for text in [
            "a,b\n1,2\n\n3,4\n",
            "1,2\n3,\n",
            "\"a\n,b\",2\n\n\"\"\"\",\"\"\n",
            "1,\"\"\n2,\" \"\n",
            "1,2\n3\n4,5,6\n",
            "\"a\"b\"c,1\nx\"y,2\n",
            "\n\n1\n\"\"\n",
            ",,\n,,\n",
        ] {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let records: Vec<csv::StringRecord> = reader.records().map(|r| r.unwrap()).collect();
            let fields = records[0].len();
            let ragged = records.iter().find(|r| r.len() != fields).map(csv::StringRecord::len);
            let open = records.iter().all(|r| r[r.len() - 1].trim().is_empty());
            for cut in 0..=text.len() {
                let mut counter = Counter::new(b',', false);
                counter.add(&text.as_bytes()[..cut]);
                counter.add(&text.as_bytes()[cut..]);
                let lines = counter.lines;
                let found = (lines.rows, lines.fields, lines.open, lines.ragged.map(|r| r.1));
                assert_eq!(found, (records.len(), fields, open, ragged), "{text:?}, cut at {cut}");
            }
        }
        let mut counter = Counter::new(b',', true);
        counter.add(b"\nx,y\n\"1\n2\",3\n\n4,\"5\n\",6\n");
        assert_eq!(counter.lines, Lines { rows: 2, fields: 2, ragged: Some((6, 3)), ..Lines::default() });
    }
}
