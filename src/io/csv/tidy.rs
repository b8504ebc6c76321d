//! The bytes of a text with one field behind the other, made plain before they are taken apart: no byte-order mark, one kind of
//! line end, no comments, one separator where there were blanks. No line is added or lost, so that lines keep their numbers.
use super::comments::{Comments, LeftOut};
use crate::input::{Input, PIECE};
use crate::memory;
use std::io::{Error, ErrorKind, Read, Result};

/// The separator that any number of blanks becomes.
pub const BLANKS: u8 = b' ';
/// What stands for them in what is handed on.
pub const TAB: u8 = b'\t';

/// What a line may take of memory, for each of its bytes: the places of its fields and its numbers, in lists that grow.
const LINE: u128 = 16;
/// Bytes made plain at a time.
const CHUNK: usize = 1 << 16;

/// Signs of more than one byte that are blanks, or nothing: no-break spaces, the byte-order mark.
const SIGNS: &[(&[u8], &[u8])] = &[(b"\xC2\xA0", b" "), (b"\xE2\x80\xAF", b" "), (b"\xEF\xBB\xBF", b"")];
/// What begins with the sign of comments and is none.
const NO_COMMENT: &[&[u8]] = &[b"#N/A", b"#NA"];

/// Where the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// in a line that has had nothing but blanks
    Line,
    /// behind a separator and blanks
    Field,
    Plain,
    /// behind blanks that part two fields, or end a line
    Gap,
    Quoted,
    /// behind a quote inside quotes: the end of them, or the first of two
    Closing,
    /// behind a `#`, until it is clear what it is
    Hash,
    Comment,
}

/// A file made plain while it is read.
pub struct Tidy<R = Input> {
    from: R,
    separator: u8,
    comments: Comments,
    /// whether the first line of the table has begun
    begun: bool,
    left_out: LeftOut,
    /// lines still to pass over
    skip: usize,
    at: At,
    /// whether a blank came before
    blank: bool,
    /// whether a carriage return came before
    returned: bool,
    /// the beginning of a sign of several bytes
    sign: Vec<u8>,
    /// what may be the beginning of a comment
    held: Vec<u8>,
    /// whether a separator is due before that, if it is none
    parted: bool,
    /// whether nothing stands before that in its line
    alone: bool,
    line: u64,
    /// where quotes were opened
    opened: u64,
    /// bytes of the record so far
    record: u64,
    checked: u64,
    out: Vec<u8>,
    given: usize,
    ended: bool,
}

fn invalid(what: String) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}

impl<R: Read> Tidy<R> {
    /// Makes a text plain whose fields are parted by this byte, without its first lines.
    pub fn new(from: R, separator: u8, skip: usize, comments: Comments) -> Tidy<R> {
        Tidy {
            from,
            separator,
            comments,
            begun: false,
            left_out: LeftOut::default(),
            skip,
            at: At::Line,
            blank: false,
            returned: false,
            sign: vec![],
            held: vec![],
            parted: false,
            alone: false,
            line: 1,
            opened: 0,
            record: 0,
            checked: 0,
            out: vec![],
            given: 0,
            ended: false,
        }
    }

    /// What was taken for comments so far.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    fn is_blank(&self, b: u8) -> bool {
        b == b' ' || b == TAB && self.separator != TAB
    }

    /// A line ends, inside quotes or not.
    fn newline(&mut self) {
        self.line += 1;
        self.out.push(b'\n');
        self.blank = false;
        if self.at != At::Quoted {
            self.begun |= !matches!(self.at, At::Line | At::Comment);
            self.at = At::Line;
            self.record = 0;
            self.checked = 0;
        }
    }

    /// A byte at the beginning of a field.
    fn begin(&mut self, b: u8) {
        if b == b'"' {
            self.opened = self.line;
            self.at = At::Quoted;
        } else {
            self.at = At::Plain;
        }
        self.out.push(b);
    }

    /// A byte that is no line end, behind a field that is not quoted, or no longer.
    fn plain(&mut self, b: u8) {
        if b == self.separator && b != BLANKS {
            self.out.push(b);
            self.at = At::Field;
        } else if self.separator == BLANKS && self.is_blank(b) {
            self.at = At::Gap;
        } else {
            self.at = At::Plain;
            self.out.push(b);
        }
    }

    /// A byte behind what may be a comment.
    fn hash(&mut self, b: u8) {
        self.held.push(b);
        if NO_COMMENT.iter().any(|w| w.starts_with(&self.held)) {
            return;
        }
        self.held.pop();
        let word = NO_COMMENT.contains(&&self.held[..]);
        if word && (b == self.separator || self.is_blank(b) || b == b'\n') {
            if self.parted {
                self.out.push(TAB);
            }
            self.out.append(&mut self.held);
            self.at = At::Plain;
        } else {
            self.held.clear();
            self.comment();
        }
        self.byte(b);
    }

    /// Whether a sign at this place begins a comment.
    fn begins_comment(&self, b: u8) -> bool {
        match self.comments {
            Comments::Never => false,
            Comments::Above(sign) => b == sign && self.at == At::Line && !self.begun,
            Comments::Anywhere(sign) => {
                let starts = matches!(self.at, At::Line | At::Field | At::Gap | At::Plain);
                b == sign && starts && (self.at == At::Line || self.blank)
            }
        }
    }

    /// A comment begins: a line of its own, or the end of one.
    fn comment(&mut self) {
        self.at = At::Comment;
        let alone = std::mem::take(&mut self.alone);
        self.left_out.add(alone, self.begun, self.line);
        self.begun |= !alone;
    }

    /// One byte, line ends made one.
    fn byte(&mut self, b: u8) {
        if self.at == At::Hash {
            return self.hash(b);
        }
        if b == b'\n' {
            return self.newline();
        }
        let starts = matches!(self.at, At::Line | At::Field | At::Gap);
        if self.at == At::Closing && b == b'"' {
            self.at = At::Quoted;
            return self.out.push(b);
        }
        match self.at {
            At::Comment => {}
            At::Quoted => {
                if b == b'"' {
                    self.at = At::Closing;
                }
                self.out.push(b);
            }
            _ if self.begins_comment(b) => {
                self.parted = self.at == At::Gap;
                self.alone = self.at == At::Line;
                self.held.push(b);
                self.at = At::Hash;
            }
            _ if starts && self.is_blank(b) => {}
            At::Gap => {
                self.out.push(TAB);
                self.begin(b);
            }
            At::Line | At::Field if b != self.separator => self.begin(b),
            _ => self.plain(b),
        }
        self.blank = self.is_blank(b);
    }
}

impl<R: Read> Tidy<R> {
    /// One byte of the file.
    fn feed(&mut self, b: u8) -> Result<()> {
        self.record += 1;
        if b == b'\n' && std::mem::take(&mut self.returned) {
            return Ok(());
        }
        self.returned = b == b'\r';
        let b = if b == b'\r' { b'\n' } else { b };
        if self.skip > 0 {
            if b == b'\n' {
                self.skip -= 1;
                self.newline();
            }
            return Ok(());
        }
        if b == 0 {
            return Err(invalid(format!("it is no text: line {} has a zero byte", self.line)));
        }
        if b < 0x80 && self.sign.is_empty() {
            self.byte(b);
        } else {
            self.wide(b);
        }
        Ok(())
    }

    /// A byte that may belong to a sign of several.
    fn wide(&mut self, b: u8) {
        self.sign.push(b);
        if let Some((_, plain)) = SIGNS.iter().find(|(sign, _)| *sign == self.sign) {
            self.sign.clear();
            plain.iter().for_each(|b| self.byte(*b));
        } else if !SIGNS.iter().any(|(sign, _)| sign.starts_with(&self.sign)) {
            let last = self.sign.pop();
            self.let_go();
            // the last byte may begin another one
            match last.filter(|b| SIGNS.iter().any(|(sign, _)| sign[0] == *b)) {
                Some(b) => self.sign.push(b),
                None => last.into_iter().for_each(|b| self.byte(b)),
            }
        }
    }

    /// What was held is no sign.
    fn let_go(&mut self) {
        for b in std::mem::take(&mut self.sign) {
            self.byte(b);
        }
    }

    /// Errors if the record that is being read has more bytes than memory can take.
    fn check(&mut self) -> Result<()> {
        if self.record > self.checked + PIECE as u64 {
            self.checked = self.record;
            if let Some(reason) = memory::refusal(LINE * u128::from(self.record)) {
                let record = memory::amount(u128::from(self.record));
                return Err(Error::other(format!("a line of more than {record} {reason}")));
            }
        }
        Ok(())
    }

    /// Nothing follows.
    fn end(&mut self) -> Result<()> {
        self.ended = true;
        self.let_go();
        if matches!(self.at, At::Quoted) {
            return Err(invalid(format!("line {}: a quote is opened that is never closed", self.opened)));
        }
        // the last line may have no end
        self.byte(b'\n');
        Ok(())
    }

    /// Makes the next bytes plain.
    fn more(&mut self, chunk: &mut [u8]) -> Result<()> {
        let n = self.from.read(chunk)?;
        let first = self.line == 1 && self.record == 0;
        if first && (chunk[..n].starts_with(b"\xFF\xFE") || chunk[..n].starts_with(b"\xFE\xFF")) {
            return Err(invalid("it is UTF-16 text, expected UTF-8".into()));
        }
        if n == 0 {
            return self.end();
        }
        if self.is_plain(&chunk[..n]) {
            self.pass(&chunk[..n]);
        } else {
            let mut rest = &chunk[..n];
            while let Some((b, behind)) = rest.split_first() {
                self.feed(*b)?;
                let run = behind.len() - self.run(behind).len();
                rest = &behind[run..];
            }
        }
        self.check()
    }

    /// Whether nothing is to be done to these bytes: most files are as they should be.
    fn is_plain(&self, bytes: &[u8]) -> bool {
        let tab = if self.separator == TAB { b' ' } else { TAB };
        let sign = self.comments.sign().unwrap_or(0);
        let odd = |b: u8| b >= 0x80 || b == b'"' || b == sign || b == b'\r' || b == b' ' || b == tab || b == 0;
        let simple = matches!(self.at, At::Line | At::Field | At::Plain) && !self.blank && !self.returned;
        let nothing_held = self.sign.is_empty() && self.skip == 0 && self.separator != BLANKS;
        // without a way out of the loop it takes many bytes at once
        simple && nothing_held && !bytes.iter().fold(false, |any, b| any | odd(*b))
    }

    /// Hands bytes on as they are.
    fn pass(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
        let lines = bytes.iter().map(|b| usize::from(*b == b'\n')).sum::<usize>();
        self.line += lines as u64;
        self.begun |= lines < bytes.len();
        self.record += bytes.len() as u64;
        if let Some(last) = bytes.iter().rposition(|b| *b == b'\n') {
            (self.record, self.checked) = ((bytes.len() - last - 1) as u64, 0);
        }
        self.at = match bytes.last() {
            Some(b'\n') => At::Line,
            Some(b) if *b == self.separator => At::Field,
            _ => At::Plain,
        };
    }

    /// Hands on the letters and digits that go on a field, and gives what is behind them.
    fn run<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        if !matches!(self.at, At::Plain | At::Quoted) || self.skip > 0 || !self.sign.is_empty() || self.returned {
            return bytes;
        }
        let of_field = |b: &u8| b.is_ascii_alphanumeric() || *b == b'.' || *b == b'-';
        let run = bytes.iter().position(|b| !of_field(b) || *b == self.separator).unwrap_or(bytes.len());
        if run > 0 {
            self.out.extend_from_slice(&bytes[..run]);
            self.record += run as u64;
            self.blank = false;
        }
        &bytes[run..]
    }
}

impl<R: Read> Read for Tidy<R> {
    fn read(&mut self, to: &mut [u8]) -> Result<usize> {
        if self.given == self.out.len() && !self.ended {
            self.out.clear();
            self.given = 0;
            let mut chunk = [0; CHUNK];
            while self.out.is_empty() && !self.ended {
                self.more(&mut chunk)?;
            }
        }
        let n = to.len().min(self.out.len() - self.given);
        to[..n].copy_from_slice(&self.out[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tidy(text: &str, separator: u8, skip: usize) -> String {
        let (mut out, comments) = (String::new(), Comments::Anywhere(b'#'));
        let mut tidy = Tidy::new(text.as_bytes(), separator, skip, comments);
        tidy.read_to_string(&mut out).map_or_else(|e| e.to_string(), |_| out)
    }

    #[test]
    fn texts_are_made_plain_and_lines_stay_where_they_are() {
        for (text, expected) in [
            ("\u{feff}1,2\r\n3,4", "1,2\n3,4\n"),
            ("1\r2\r\r\n3", "1\n2\n\n3\n"),
            ("# a\n 1,\t2 # b, \"\n#c", "\n1,2 \n\n"),
            ("a#b,c # d\n", "a#b,c \n\n"),
            ("#N/A,#NA\n1, #N/A\n#N/Ab,1\n#NA", "#N/A,#NA\n1,#N/A\n\n#NA\n"),
            ("1,\"a # b\r\n\"\"c\"\n", "1,\"a # b\n\"\"c\"\n\n"),
            ("1,\u{a0}2\u{a0}é\u{202f}\n", "1,2 é \n\n"),
            ("x\u{c2}\u{c3}", "x\u{c2}\u{c3}\n"),
            ("", "\n"),
        ] {
            assert_eq!(tidy(text, b',', 0), expected, "{text:?}");
        }
        for (text, expected) in [
            ("  1   2\t3  \n\t\n4 \"a b\" 5 # c", "1\t2\t3\n\n4\t\"a b\"\t5\n"),
            ("#N/A #N/A  #\n1 #NA", "#N/A\t#N/A\n1\t#NA\n"),
        ] {
            assert_eq!(tidy(text, BLANKS, 0), expected, "{text:?}");
        }
        assert_eq!(tidy("\t1\t \t2 \n", TAB, 0), "\t1\t\t2 \n\n");
        assert_eq!(tidy("a \" b\r\nc\n1", b',', 2), "\n\n1\n");
        assert_eq!(tidy("1\n\"2", b',', 0), "line 2: a quote is opened that is never closed");
        assert_eq!(tidy("1\n\0", b',', 0), "it is no text: line 2 has a zero byte");
    }
}
