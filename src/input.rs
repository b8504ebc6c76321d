//! Bytes from outside: what is opened has an end, and no more of it is read than was agreed on.
//!
//! A file says how long it is, and what stands in it is compared with that before memory is asked for. Pipes and devices
//! (`/dev/zero`, a pipe nobody writes to) have no length and no end that one could wait for: points are read from regular
//! files only, texts from anything, up to a length that no text of their kind has.
use crate::error::{Error, Result};
use crate::{interrupt, memory};
use std::fs::File;
use std::io::{BufRead, Read, Seek, SeekFrom};
use std::path::Path;

/// The most bytes a script may have.
pub const SCRIPT: u64 = 16 << 20;

/// Bytes handed over at a time: between two of them an interrupt is heard.
pub const PIECE: usize = 1 << 18;

/// A regular file that is being read, a piece at a time.
pub struct Input(File);

impl Read for Input {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        interrupt::poll().map_err(std::io::Error::other)?;
        let piece = to.len().min(PIECE);
        self.0.read(&mut to[..piece])
    }
}

impl Seek for Input {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

/// The error of a file that could not be read, with what is wrong with it.
pub fn failed(path: &Path, reason: impl std::fmt::Display) -> Error {
    Error::io("read", path, reason)
}

/// Opens a regular file, links followed, and says how many bytes it has.
///
/// # Errors
/// What the system refuses; anything that is not a regular file.
pub fn open(path: &Path) -> Result<(Input, u64)> {
    let fail = |e: std::io::Error| Error::io("read", path, e);
    // asked before it is opened: opening a pipe waits until somebody writes
    let about = std::fs::metadata(path).map_err(fail)?;
    if about.is_dir() {
        return Err(Error::io("read", path, "it is a folder"));
    }
    if !about.is_file() {
        return Err(Error::io("read", path, "it is a pipe or a device, expected a regular file"));
    }
    Ok((Input(File::open(path).map_err(fail)?), about.len()))
}

/// The text of a regular file, at most `most` bytes of UTF-8.
///
/// # Errors
/// What [`open`] refuses; a longer file, or one that is not UTF-8.
pub fn text(path: &Path, most: u64) -> Result<String> {
    let (file, _) = open(path)?;
    read_text(file, most).map_err(|reason| failed(path, reason))
}

/// A text from anything, at most `most` bytes of UTF-8.
///
/// # Errors
/// Says what the system refuses, that there are more bytes, or that they are not UTF-8.
pub fn read_text(from: impl Read, most: u64) -> std::result::Result<String, String> {
    String::from_utf8(read_bytes(from, most)?).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        let line = e.as_bytes()[..at].iter().filter(|b| **b == b'\n').count() + 1;
        format!("it is not UTF-8 text: line {line} has bytes of something else")
    })
}

/// A line of at most `most` bytes, without its end; none where there are no more.
///
/// # Errors
/// Says what the system refuses, that the line has more bytes, or that they are not UTF-8.
pub fn read_line(from: &mut impl BufRead, most: u64) -> std::result::Result<Option<String>, String> {
    let mut line = vec![];
    let n = from.take(most.saturating_add(1)).read_until(b'\n', &mut line).map_err(|e| e.to_string())?;
    if n as u64 > most {
        return Err(format!("the line has more than {}", memory::amount(u128::from(most))));
    }
    let text = String::from_utf8(line).map_err(|_| "the line is not UTF-8 text".to_string())?;
    Ok((n > 0).then(|| text.trim_end_matches(['\n', '\r']).to_string()))
}

/// At most `most` bytes from anything.
///
/// # Errors
/// Says what the system refuses, that there are more bytes, or that they do not fit into memory.
pub fn read_bytes(from: impl Read, most: u64) -> std::result::Result<Vec<u8>, String> {
    let mut from = from.take(most.saturating_add(1));
    let piece = usize::try_from(most).map_or(PIECE, |n| PIECE.min(n.saturating_add(1)));
    let mut out = vec![];
    loop {
        interrupt::poll().map_err(|e| e.to_string())?;
        memory::reserve(&mut out, piece).map_err(|reason| format!("it {reason}"))?;
        if (&mut from).take(piece as u64).read_to_end(&mut out).map_err(|e| e.to_string())? == 0 {
            break;
        }
    }
    if out.len() as u64 > most {
        return Err(format!("it has more than {}", memory::amount(u128::from(most))));
    }
    Ok(out)
}

/// What comes out of one byte, by the format of deflate, which zip and gzip use.
const DEFLATE: u64 = 1032;
/// Anything may unpack to this, whatever it was packed into…
const FREELY: u64 = 1 << 30;
/// …and beyond to so many times its length: numbers that were measured do not pack better.
const RATIO: u64 = 20;

/// Errors if `packed` bytes cannot unpack to `len`, or do so out of all proportion: a few megabytes that fill the memory.
///
/// # Errors
/// Says both numbers, and how large arrays of few different numbers are kept instead.
pub fn unpackable(packed: u64, len: u64) -> std::result::Result<(), String> {
    let words = |n: u64| memory::amount(u128::from(n));
    if len > packed.saturating_add(1).saturating_mul(DEFLATE) {
        return Err(format!("it says that {} unpack to {}, which they cannot", words(packed), words(len)));
    }
    if len <= FREELY.max(packed.saturating_mul(RATIO)) {
        return Ok(());
    }
    let (packed, len, freely) = (words(packed), words(len), words(FREELY));
    let advice = "keep such an array unpacked (numpy.save)";
    Err(format!(
        "its {packed} unpack to {len}: beyond {freely}, more than {RATIO} times the packed size is not read; {advice}"
    ))
}

/// The beginning of something that stands in a file, for a message between backticks: short, on one line, without backticks
/// and control characters.
pub fn excerpt(text: &str) -> String {
    clip(text, 40).replace('`', "'")
}

/// At most so many characters of a text that may hold what stands in a file, on one line and without control characters.
pub fn clip(text: &str, most: usize) -> String {
    let (mut out, mut shown, mut cut) = (String::new(), 0, false);
    for (i, c) in text.chars().enumerate() {
        // an escape has up to ten characters
        cut = i == most || shown >= 2 * most;
        if cut {
            break;
        }
        shown += c.escape_debug().count();
        out.extend(c.escape_debug());
    }
    // quotes and backslashes need no escape in a message
    out = out.replace("\\'", "'").replace("\\\"", "\"").replace("\\\\", "\\");
    if cut {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_than_agreed() {
        assert_eq!(read_text(&b"abc"[..], 3).as_deref(), Ok("abc"));
        assert_eq!(read_text(&b"abcd"[..], 3), Err("it has more than 3 bytes".into()));
        // an end that never comes
        assert!(read_bytes(std::io::repeat(b'x'), 1 << 20).is_err());
        let mut lines = &b"one\r\n\nthree"[..];
        let expected = [Some("one"), Some(""), Some("three"), None];
        for line in expected {
            assert_eq!(read_line(&mut lines, 5), Ok(line.map(String::from)));
        }
        assert!(read_line(&mut std::io::BufReader::new(std::io::repeat(b'x')), 1 << 20).is_err());
        let e = read_text(&b"a\nb\n\xff\n"[..], 100);
        assert_eq!(e, Err("it is not UTF-8 text: line 3 has bytes of something else".into()));
    }

    #[test]
    fn what_unpacks_to_a_thousandfold_is_read_up_to_a_gigabyte() {
        for (packed, len, read) in [
            (0, 100, true),
            (1 << 20, 1 << 30, true),
            (6_500_000, 6_700_000_000, false),
            (1 << 30, 20 << 30, true),
            (1 << 30, 21 << 30, false),
            (100, 1 << 20, false),
            (u64::MAX, u64::MAX, true),
        ] {
            assert_eq!(unpackable(packed, len).is_ok(), read, "{packed} {len}");
        }
    }

    #[test]
    fn excerpts_are_short_and_harmless() {
        assert_eq!(excerpt("x"), "x");
        assert_eq!(excerpt("it's \"ü\""), "it's \"ü\"");
        assert_eq!(excerpt("\u{1b}[2J\n"), "\\u{1b}[2J\\n");
        assert!(excerpt(&"\u{1f}".repeat(50_000)).chars().count() < 100);
        assert_eq!(excerpt(&"ü".repeat(50)), format!("{}…", "ü".repeat(40)));
        assert_eq!(excerpt(&"y".repeat(50_000)), format!("{}…", "y".repeat(40)));
    }
}
