//! Where a text comes from: memory if it is short, so that it is opened once, else its file, gzipped or not.
use super::comments::Comments;
use crate::error::Result;
use crate::input::{Input, failed, open, read_bytes};
use crate::io::wanted::Wanted;
use flate2::read::MultiGzDecoder;
use std::io::Read;
use std::path::Path;

/// A text of at most so many bytes is held.
const SHORT: u64 = 1 << 20;

/// A text that can be read again and again.
pub struct Text<'a> {
    path: &'a Path,
    /// where comments begin
    pub comments: Comments,
    /// lines before the first that counts
    pub skip: usize,
    /// the separator that its first line names, as spreadsheets write it: `sep=;`
    pub names: Option<u8>,
    /// its bytes, if they are few
    held: Option<Vec<u8>>,
    zipped: bool,
    /// how many bytes its file has
    pub len: u64,
}

impl<'a> Text<'a> {
    /// The text of a file.
    ///
    /// # Errors
    /// What the file system refuses, files of another kind, and a sign that begins no comment.
    pub fn open(path: &'a Path, wanted: &Wanted, comments: Comments) -> Result<Text<'a>> {
        let (file, len) = open(path)?;
        let fail = |e: String| failed(path, e);
        let comments = Comments::asked(wanted, comments).map_err(fail)?;
        let mut out = Text { path, comments, skip: wanted.skip, names: None, held: None, zipped: false, len };
        if len <= SHORT {
            out.held = Some(read_bytes(file, SHORT).map_err(fail)?);
        }
        let mut first = vec![];
        out.raw().map_err(fail)?.take(2).read_to_end(&mut first).map_err(|e| fail(e.to_string()))?;
        out.zipped = first == [0x1F, 0x8B];
        let mut first = vec![];
        // what is no gzip after all is found out by who reads on
        if out.read().map_err(fail)?.take(10).read_to_end(&mut first).is_err() {
            return Ok(out);
        }
        if let Some(what) = other(&first).filter(|_| out.zipped) {
            return Err(fail(what.into()));
        }
        out.names = declared(&first).filter(|_| wanted.skip == 0);
        out.skip += usize::from(out.names.is_some());
        Ok(out)
    }

    fn raw(&self) -> std::result::Result<Box<dyn Read + '_>, String> {
        Ok(match &self.held {
            Some(bytes) => Box::new(&bytes[..]),
            None => Box::new(self.file()?),
        })
    }

    fn file(&self) -> std::result::Result<Input, String> {
        // what the file system refuses has been said when the file was opened the first time
        open(self.path).map(|f| f.0).map_err(|e| e.to_string())
    }

    /// Its bytes from the first one on, unpacked.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn read(&self) -> std::result::Result<Box<dyn Read + '_>, String> {
        let raw = self.raw()?;
        Ok(if self.zipped { Box::new(MultiGzDecoder::new(std::io::BufReader::new(raw))) } else { raw })
    }
}

/// The separator that a first line names.
fn declared(first: &[u8]) -> Option<u8> {
    let line = first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(first);
    match line.strip_prefix(b"sep=")? {
        [sign, b'\r' | b'\n', ..] | [sign] if sign.is_ascii_punctuation() || *sign == b'\t' => Some(*sign),
        _ => None,
    }
}

/// What gzipped files that are no texts are, and what reads them.
fn other(first: &[u8]) -> Option<&'static str> {
    match first {
        [0, 0, 8..=14, 1..=9, ..] => Some("it is an IDX file (MNIST): data::idx(images, labels) reads it"),
        [0x93, b'N', b'U', b'M', ..] => Some("it is a gzipped npy file: unpack it with gunzip"),
        [0x89, b'H', b'D', b'F', ..] => Some("it is a gzipped HDF5 file: unpack it with gunzip"),
        _ => None,
    }
}
