//! Pieces of an HDF5 file by their place, and numbers in them.
//!
//! Structures point at each other, and some files are made so that they do in circles, or say of everything that it is
//! large. A piece lies within the file, or is refused before memory is asked for; and all structures together may be read a
//! few times, not endlessly.
use crate::input::{Input, read_bytes};
use std::io::{Read, Seek, SeekFrom};

/// How often the structures of a file may be read, and what one look costs at least.
const TIMES: u64 = 16;
const FREELY: u64 = 8 << 20;
const LOOK: u64 = 64;

/// A file whose pieces are read by their place.
pub struct Source {
    file: Input,
    /// its bytes
    pub len: u64,
    /// the byte that places count from
    pub base: u64,
    /// bytes of a place
    pub offsets: usize,
    /// bytes of a length
    pub lengths: usize,
    /// bytes of structures that may still be read
    left: u64,
}

impl Source {
    /// A file of so many bytes.
    pub fn new(file: Input, len: u64) -> Source {
        let left = len.saturating_mul(TIMES).saturating_add(FREELY);
        Source { file, len, base: 0, offsets: 8, lengths: 8, left }
    }

    /// Bytes of a structure.
    ///
    /// # Errors
    /// A piece that is not in the file; structures that are read again and again.
    pub fn piece(&mut self, at: u64, len: u64) -> Result<Vec<u8>, String> {
        self.left = self.left.checked_sub(len.max(LOOK)).ok_or("it is damaged: its structures lead in circles")?;
        self.data(at, len)
    }

    /// Bytes of numbers.
    ///
    /// # Errors
    /// A piece that is not in the file.
    pub fn data(&mut self, at: u64, len: u64) -> Result<Vec<u8>, String> {
        let begin = self.base.checked_add(at);
        let end = begin.and_then(|b| b.checked_add(len));
        let (Some(begin), true) = (begin, end.is_some_and(|e| e <= self.len)) else {
            return Err(format!("it is damaged or cut short: {len} bytes at {at} are not in its {} bytes", self.len));
        };
        self.file.seek(SeekFrom::Start(begin)).map_err(|e| e.to_string())?;
        let out = read_bytes((&mut self.file).take(len), len)?;
        if out.len() as u64 == len { Ok(out) } else { Err("it was cut while it was read".into()) }
    }

    /// Whether a place is none.
    pub fn nowhere(&self, at: u64) -> bool {
        at == u64::MAX >> (64 - 8 * self.offsets)
    }
}

/// A structure that is read from its beginning to its end.
pub struct Cursor<'a> {
    bytes: &'a [u8],
    /// how many bytes were read
    pub at: usize,
}

impl<'a> Cursor<'a> {
    /// At the first byte.
    pub fn new(bytes: &'a [u8]) -> Cursor<'a> {
        Cursor { bytes, at: 0 }
    }
    /// The next bytes.
    ///
    /// # Errors
    /// Fewer than that follow.
    pub fn take(&mut self, n: usize) -> Result<&'a [u8], String> {
        let end = self.at.checked_add(n).filter(|e| *e <= self.bytes.len());
        let end = end.ok_or("it is damaged: a structure in it ends early")?;
        let out = &self.bytes[self.at..end];
        self.at = end;
        Ok(out)
    }
    /// The next number of so many bytes, at most eight.
    ///
    /// # Errors
    /// Fewer than that follow.
    pub fn uint(&mut self, n: usize) -> Result<u64, String> {
        Ok(self.take(n)?.iter().rev().fold(0, |v, b| v << 8 | u64::from(*b)))
    }
    /// The next number, as a size.
    ///
    /// # Errors
    /// Fewer bytes than that follow, or it is no size.
    pub fn size(&mut self, n: usize) -> Result<usize, String> {
        usize::try_from(self.uint(n)?).map_err(|_| "it is damaged: a size in it is beyond every memory".into())
    }
    /// The next byte.
    ///
    /// # Errors
    /// None follows.
    pub fn byte(&mut self) -> Result<u8, String> {
        Ok(self.take(1)?[0])
    }
    /// Errors unless these bytes follow; `what` begins with them.
    ///
    /// # Errors
    /// Says what should be there.
    pub fn sign(&mut self, sign: &[u8; 4], what: &str) -> Result<(), String> {
        if self.take(4)? == sign { Ok(()) } else { Err(format!("it is damaged: {what} is not where it should be")) }
    }
    /// A text that ends with a zero byte; `padded` to whole eights of bytes.
    ///
    /// # Errors
    /// It has no end.
    pub fn text(&mut self, padded: bool) -> Result<String, String> {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|b| *b == 0).ok_or("it is damaged: a name in it has no end")?;
        let text = String::from_utf8_lossy(&rest[..end]).into_owned();
        let len = if padded { (end + 1).next_multiple_of(8) } else { end + 1 };
        self.take(len.min(rest.len()))?;
        Ok(text)
    }
    /// What was not read yet.
    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }
}

/// A whole structure whose last four bytes are the checksum of those before.
///
/// # Errors
/// Says that `what` is damaged.
pub fn checked<'a>(bytes: &'a [u8], what: &str) -> Result<&'a [u8], String> {
    let damaged = || format!("it is damaged: the checksum of {what} is another");
    let (body, sum) = bytes.split_at_checked(bytes.len().wrapping_sub(4)).ok_or_else(damaged)?;
    let stored = Cursor::new(sum).uint(4)?;
    if u64::from(super::lookup3::checksum(body)) == stored { Ok(body) } else { Err(damaged()) }
}
