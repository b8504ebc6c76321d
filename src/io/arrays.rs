//! The arrays of a saved run as the bytes of one npz file, `numpy.load` reads them too. Members are stored: deflating
//! floats that look random takes a second for 7 MB and saves a sixteenth.
use super::archive::Archive;
use super::element::Numbers;
use super::npy::{self, Source};
use super::numpy::Array;
use crate::error::Result;
use crate::input;
use std::collections::HashSet;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use zip::write::FileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What an npz file is made of, one array at a time.
pub struct Packer(ZipWriter<Cursor<Vec<u8>>>);

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

impl Default for Packer {
    fn default() -> Packer {
        Packer(ZipWriter::new(Cursor::new(vec![])))
    }
}

impl Packer {
    /// Adds an array of a shape whose product is the number of its entries.
    ///
    /// # Errors
    /// What the zip format does not hold.
    pub fn add(&mut self, name: &str, data: &Numbers, shape: &[usize]) -> std::io::Result<()> {
        let (descr, size) = if matches!(data, Numbers::Single(_)) { ("<f4", 4) } else { ("<f8", 8) };
        let large = data.len() as u64 * size > u64::from(u32::MAX) / 2;
        let options = FileOptions::default().compression_method(CompressionMethod::Stored).large_file(large);
        self.0.start_file(format!("{name}.npy"), options).map_err(std::io::Error::from)?;
        self.0.write_all(&header(descr, shape))?;
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
    /// The bytes of the file.
    ///
    /// # Errors
    /// What the zip format does not hold.
    pub fn finish(mut self) -> std::io::Result<Vec<u8>> {
        Ok(self.0.finish().map_err(std::io::Error::from)?.into_inner())
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
