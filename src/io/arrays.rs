//! The arrays of a saved run as the bytes of one npz file, `numpy.load` reads them too. Members are stored: deflating
//! floats that look random takes a second for 7 MB and saves a sixteenth.
use super::archive::Archive;
use super::element::Numbers;
use super::npy::{self, Source};
use super::numpy::Array;
use crate::error::Result;
use crate::input;
use std::collections::HashSet;
use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::path::Path;
use zip::result::ZipError;
use zip::write::FileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Writes an npz file, one array at a time, and each a piece at a time.
pub struct Packer<W: Write + Seek>(ZipWriter<Careful<W>>);

/// A file that is left alone once it has refused something: what writes zip files goes on when it is dropped, and prints that it could not.
struct Careful<W> {
    file: W,
    refused: bool,
    /// where it would be
    at: u64,
}

impl<W> Careful<W> {
    fn heard<T>(&mut self, done: std::io::Result<T>) -> std::io::Result<T> {
        self.refused |= done.is_err();
        done
    }
}

impl<W: Write> Write for Careful<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let done = if self.refused { Ok(bytes.len()) } else { self.file.write(bytes) };
        self.at += done.as_ref().map_or(0, |n| *n as u64);
        self.heard(done)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        if self.refused {
            return Ok(());
        }
        let done = self.file.flush();
        self.heard(done)
    }
}

impl<W: Seek> Seek for Careful<W> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let wanted = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) | SeekFrom::End(by) => self.at.saturating_add_signed(by),
        };
        let done = if self.refused { Ok(wanted) } else { self.file.seek(to) };
        self.at = *done.as_ref().unwrap_or(&wanted);
        self.heard(done)
    }
}

/// The npy header of a row-major array of such numbers, padded so that the data begin at a multiple of 64 bytes.
fn header(descr: &str, shape: &[usize]) -> Vec<u8> {
    let comma = if shape.len() == 1 { "," } else { "" };
    let sizes = shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let mut text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({sizes}{comma}), }}");
    let padding = 63 - (10 + text.len()) % 64;
    text.push_str(&" ".repeat(padding));
    text.push('\n');
    let mut out = b"\x93NUMPY\x01\x00".to_vec();
    out.extend((text.len() as u16).to_le_bytes());
    out.extend(text.as_bytes());
    out
}

impl<W: Write + Seek> Packer<W> {
    /// Into a file, still empty.
    pub fn new(file: W) -> Packer<W> {
        Packer(ZipWriter::new(Careful { file, refused: false, at: 0 }))
    }
    /// Begins an array of such a shape, of numbers of f64 or f32, of which as many follow as its product says.
    ///
    /// # Errors
    /// What the zip format does not hold; what the file refuses.
    pub fn begin(&mut self, name: &str, double: bool, shape: &[usize]) -> std::io::Result<()> {
        let (descr, size) = if double { ("<f8", 8) } else { ("<f4", 4) };
        let large = shape.iter().product::<usize>() as u64 * size > u64::from(u32::MAX) / 2;
        let options = FileOptions::default().compression_method(CompressionMethod::Stored).large_file(large);
        self.0.start_file(format!("{name}.npy"), options).map_err(of_zip)?;
        self.0.write_all(&header(descr, shape))
    }
    /// The next numbers of the array that was begun.
    ///
    /// # Errors
    /// What the file refuses.
    pub fn add(&mut self, data: &Numbers) -> std::io::Result<()> {
        match data {
            Numbers::Single(v) => self.bytes(v, |v| v.to_le_bytes()),
            Numbers::Double(v) => self.bytes(v, |v| v.to_le_bytes()),
        }
    }
    fn bytes<T: Copy, const N: usize>(&mut self, data: &[T], of: impl Fn(T) -> [u8; N]) -> std::io::Result<()> {
        let mut bytes = Vec::with_capacity(N * data.len().min(PIECE));
        for piece in data.chunks(PIECE) {
            bytes.clear();
            bytes.extend(piece.iter().flat_map(|v| of(*v)));
            self.0.write_all(&bytes)?;
        }
        Ok(())
    }
    /// The end of the file.
    ///
    /// # Errors
    /// What the zip format does not hold; what the file refuses.
    pub fn finish(mut self) -> std::io::Result<W> {
        self.0.finish().map(|f| f.file).map_err(of_zip)
    }
}

/// With the kind that the file gave it: whether the disk is full.
fn of_zip(e: ZipError) -> std::io::Error {
    match e {
        ZipError::Io(e) => e,
        other => std::io::Error::other(other),
    }
}

/// Numbers turned into bytes at a time.
const PIECE: usize = 1 << 16;

/// The arrays of an npz file's bytes, in the order of the file. `path` is for messages.
///
/// # Errors
/// Bytes that are no npz of plain numbers, or of whose members one does not have its checksum, by its name.
pub fn unpack(bytes: &[u8], path: &Path) -> Result<Vec<Array>> {
    let fail = |reason: String| input::failed(path, reason);
    let mut archive = Archive::open(Cursor::new(bytes)).map_err(|e| fail(format!("it is no whole npz file: {e}")))?;
    archive.proportionate().map_err(fail)?;
    let (mut out, mut seen) = (vec![], HashSet::new());
    for member in archive.members().to_vec() {
        let damaged = |e: String| fail(format!("its array `{}` is damaged: {e}", input::excerpt(&member.name)));
        let name = member.name.strip_suffix(".npy").unwrap_or(&member.name).to_string();
        if !seen.insert(name.clone()) {
            return Err(damaged("there are two of that name".into()));
        }
        let contents = archive.contents(&member).map_err(damaged)?;
        let mut source = Source { bytes: contents, len: member.len, certain: false };
        let npy::Array { numbers, shape, .. } = npy::read(&mut source, false).map_err(damaged)?;
        // at the end of a member its checksum is compared
        match source.bytes.read(&mut [0]) {
            Ok(0) => out.push((name, numbers, shape)),
            Ok(_) => return Err(damaged(format!("bytes follow behind the numbers of its shape {shape:?}"))),
            Err(e) => return Err(damaged(e.to_string())),
        }
    }
    Ok(out)
}
