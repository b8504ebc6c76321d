//! NumPy's npy and npz.
use super::archive::{Archive, Member};
use super::format::Format;
pub use super::npy::Numbers;
use super::npy::{self, Source};
use super::write::write_atomically;
use crate::dataset::Rows;
use crate::error::{Error, Result};
use crate::input::{self, Input};
use crate::{interrupt, memory};
use npyz::{AutoSerialize, WriterBuilder};
use std::io::Read;
use std::path::Path;
use zip::ZipWriter;
use zip::result::ZipError;

pub(super) const NPY: Format = Format { extension: "npy", load: load_npy, save: save_npy };
pub(super) const NPZ: Format = Format { extension: "npz", load: load_first, save: save_points };

/// A named array: its name, its numbers in row-major order, its shape.
pub type Array = (String, Numbers, Vec<usize>);

fn as_rows(path: &Path, (data, shape): (Numbers, Vec<usize>)) -> Result<Rows> {
    let data = data.double().map_err(|reason| input::failed(path, reason))?;
    match shape[..] {
        [n, d] => Ok(Rows { data, n, d }),
        [n] => Ok(Rows { data, n, d: 1 }),
        // images and the like: one row per leading index
        [n, ..] if n > 0 => Ok(Rows { d: data.len() / n, n, data }),
        _ => Err(Error::io("read", path, format!("its shape is {shape:?}, expected [n, d]"))),
    }
}

fn load_npy(path: &Path) -> Result<Rows> {
    let (file, len) = input::open(path)?;
    let array = npy::read(&mut Source { bytes: file, len, certain: true }, true);
    as_rows(path, array.map_err(|reason| input::failed(path, reason))?)
}

/// An npz file and the arrays in it, by name.
struct Arrays {
    archive: Archive<Input>,
    named: Vec<(String, Member)>,
}

impl Arrays {
    fn open(path: &Path) -> Result<Arrays> {
        let fail = |reason: String| input::failed(path, format!("not a valid npz file: {reason}"));
        let archive = Archive::open(input::open(path)?.0).map_err(fail)?;
        archive.proportionate().map_err(|reason| input::failed(path, reason))?;
        let of_array = |m: &Member| npyz::npz::array_name_from_file_name(&m.name).map(|n| (n.to_string(), m.clone()));
        let mut named: Vec<(String, Member)> = archive.members().iter().filter_map(of_array).collect();
        named.sort_by(|a, b| a.0.cmp(&b.0));
        if let Some(two) = named.windows(2).find(|w| w[0].0 == w[1].0) {
            return Err(fail(format!("it holds two arrays `{}`", input::excerpt(&two[0].0))));
        }
        Ok(Arrays { archive, named })
    }

    /// An array, in f64 if it shall be wide, read to the end of its member, where its checksum is.
    fn read(&mut self, path: &Path, i: usize, wide: bool) -> Result<Array> {
        let (name, member) = &self.named[i];
        let fail = |reason: String| input::failed(path, format!("its array `{}`: {reason}", input::excerpt(name)));
        let bytes = self.archive.contents(member).map_err(fail)?;
        let mut source = Source { bytes, len: member.len, certain: false };
        let (data, shape) = npy::read(&mut source, wide).map_err(fail)?;
        match source.bytes.read(&mut [0]) {
            Ok(0) => Ok((name.clone(), data, shape)),
            Ok(_) => Err(fail(format!("bytes follow behind the numbers of its shape {shape:?}"))),
            Err(e) => Err(fail(e.to_string())),
        }
    }
}

/// The first array of an npz; what else is in the file is not read.
fn load_first(path: &Path) -> Result<Rows> {
    let mut arrays = Arrays::open(path)?;
    if arrays.named.is_empty() {
        return Err(Error::io("read", path, "it holds no arrays"));
    }
    let (_, data, shape) = arrays.read(path, 0, true)?;
    as_rows(path, (data, shape))
}

/// Every array of an npz, sorted by name.
///
/// # Errors
/// A file that cannot be read, is no npz or is damaged, or holds anything but plain numbers; one that unpacks to more than
/// there is memory, or to more than numbers that were measured do.
pub fn load_npz(path: &Path) -> Result<Vec<Array>> {
    let mut arrays = Arrays::open(path)?;
    (0..arrays.named.len()).map(|i| arrays.read(path, i, false)).collect()
}

/// Numbers that are written between two looks at the interrupt: packed, some milliseconds.
const PIECE: usize = 1 << 14;

fn encode<T: AutoSerialize + Copy>(data: &[T], shape: &[usize], to: &mut impl std::io::Write) -> std::io::Result<()> {
    let shape: Vec<u64> = shape.iter().map(|n| *n as u64).collect();
    let mut writer = npyz::WriteOptions::new().default_dtype().shape(&shape).writer(to).begin_nd()?;
    for piece in data.chunks(PIECE) {
        interrupt::poll().map_err(std::io::Error::other)?;
        writer.extend(piece.iter().copied())?;
    }
    writer.finish()
}

/// What npz files are refused for, in the words of the zip format.
fn as_io(e: ZipError) -> std::io::Error {
    match e {
        ZipError::Io(e) => e,
        ZipError::InvalidArchive(s) | ZipError::UnsupportedArchive(s) => {
            std::io::Error::new(std::io::ErrorKind::InvalidData, s)
        }
        ZipError::FileNotFound => std::io::Error::from(std::io::ErrorKind::NotFound),
    }
}

fn save_npy(rows: &Rows, path: &Path) -> Result<()> {
    memory::check_points("io::save", [rows.n, rows.d], 8)?;
    let mut bytes = vec![];
    encode(&rows.data, &[rows.n, rows.d], &mut bytes).map_err(|e| Error::io("write", path, e))?;
    write_atomically(path, &bytes)
}

/// Points as the one array of an npz.
fn save_points(rows: &Rows, path: &Path) -> Result<()> {
    let mut zip = Zip::default();
    zip.add("points", &rows.data, &[rows.n, rows.d]).map_err(|e| Error::io("write", path, e))?;
    zip.write(path)
}

/// An npz file in the making, compressed, as numpy.savez_compressed makes it.
struct Zip(ZipWriter<std::io::Cursor<Vec<u8>>>);

impl Default for Zip {
    fn default() -> Zip {
        Zip(ZipWriter::new(std::io::Cursor::new(vec![])))
    }
}

impl Zip {
    fn add<T: AutoSerialize + Copy>(&mut self, name: &str, data: &[T], shape: &[usize]) -> std::io::Result<()> {
        self.0.start_file(npyz::npz::file_name_from_array_name(name), Default::default()).map_err(as_io)?;
        encode(data, shape, &mut self.0)
    }
    fn write(mut self, path: &Path) -> Result<()> {
        let buffer = self.0.finish().map_err(|e| Error::io("write", path, as_io(e)))?;
        write_atomically(path, &buffer.into_inner())
    }
}

/// Writes arrays, compressed, each in its precision.
///
/// # Errors
/// A file that cannot be written.
pub fn save_npz(arrays: &[Array], path: &Path) -> Result<()> {
    let mut zip = Zip::default();
    for (name, data, shape) in arrays {
        let added = match data {
            Numbers::Single(v) => zip.add(name, v, shape),
            Numbers::Double(v) => zip.add(name, v, shape),
        };
        added.map_err(|e| Error::io("write", path, e))?;
    }
    zip.write(path)
}
