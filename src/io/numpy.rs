//! NumPy's npy and npz.
use super::archive::{Archive, Member};
use super::element::Element;
pub use super::element::Numbers;
use super::format::Format;
use super::npy::{self, Source};
use super::npy_texts;
use super::wanted::{Column, Labels, Loaded, Texts, Wanted};
use super::write::write_atomically;
use crate::catalogue::nearest;
use crate::dataset::Rows;
use crate::error::{Error, Result};
use crate::input::{self, Input, excerpt};
use crate::{interrupt, memory};
use npyz::{AutoSerialize, WriterBuilder};
use std::io::Read;
use std::path::Path;
use zip::ZipWriter;
use zip::result::ZipError;

pub(super) const NPY: Format =
    Format { extension: "npy", takes: &[], load: load_npy, save: Some(save_npy), tables: None };
pub(super) const NPZ: Format =
    Format { extension: "npz", takes: &["array", "labels"], load: load_points, save: Some(save_points), tables: None };

/// A named array: its name, its numbers in row-major order, its shape.
pub type Array = (String, Numbers, Vec<usize>);

/// Whole numbers from here on may have no f64.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// An array as points: of more than two dimensions, images and the like, the first counts them.
fn as_rows(array: npy::Array) -> std::result::Result<Loaded, String> {
    let data = array.numbers.double()?;
    let rows = match array.shape[..] {
        [n, d] => Rows { data, n, d },
        [n] => Rows { data, n, d: 1 },
        // a single number, as safetensors and HDF5 have it
        [] if data.len() == 1 => Rows { data, n: 1, d: 1 },
        [n, ..] if n > 0 => Rows { d: data.len() / n, n, data },
        _ => return Err(format!("its shape is {:?}, expected [n, d]", array.shape)),
    };
    let large = array.element.rounds().then(|| rows.data.iter().find(|v| v.abs() >= WHOLE));
    let note = large.flatten().map(|v| {
        let (name, row) = (array.element.name(), rows.data.iter().position(|w| w == v).unwrap_or(0) / rows.d.max(1));
        format!("whole numbers beyond 2^53 are rounded to 53 bits: the array is {name} and row {row} has about {v:e}")
    });
    Ok(Loaded { rows, labels: None, notes: note.into_iter().collect() })
}

fn load_npy(path: &Path, _: &Wanted) -> Result<Loaded> {
    let (file, len) = input::open(path)?;
    let array = npy::read(&mut Source { bytes: file, len, certain: true }, true);
    array.and_then(as_rows).map_err(|reason| input::failed(path, reason))
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
            return Err(fail(format!("it holds two arrays `{}`", excerpt(&two[0].0))));
        }
        Ok(Arrays { archive, named })
    }

    /// An array, in f64 if it shall be wide, read to the end of its member, where its checksum is.
    fn read(&mut self, i: usize, wide: bool) -> std::result::Result<npy::Array, String> {
        let (name, member) = &self.named[i];
        let fail = |reason: String| format!("its array `{}`: {reason}", excerpt(name));
        let bytes = self.archive.contents(member).map_err(fail)?;
        let mut source = Source { bytes, len: member.len, certain: false };
        let array = npy::read(&mut source, wide).map_err(fail)?;
        ended(&mut source, || format!("the numbers of its shape {:?}", array.shape)).map_err(fail)?;
        Ok(array)
    }

    /// An array of so many texts, read to its end as well; none if it holds something else.
    fn texts(&mut self, i: usize, n: usize) -> std::result::Result<Option<Texts>, String> {
        let (name, member) = &self.named[i];
        let fail = |reason: String| format!("labels: `{}`: {reason}", excerpt(name));
        let bytes = self.archive.contents(member).map_err(fail)?;
        let mut source = Source { bytes, len: member.len, certain: false };
        let Some(texts) = npy_texts::read(&mut source, n).map_err(fail)? else { return Ok(None) };
        ended(&mut source, || "its texts".into()).map_err(fail)?;
        Ok(Some(texts))
    }

    /// What an array is, by its header.
    fn described(&mut self, i: usize) -> std::result::Result<(Vec<usize>, Element), String> {
        let member = &self.named[i].1;
        let bytes = self.archive.contents(member)?;
        npy::described(&mut Source { bytes, len: member.len, certain: false })
    }

    /// The array of a name.
    fn find(&self, option: &str, name: &str) -> std::result::Result<usize, String> {
        self.named.iter().position(|(n, _)| n == name).ok_or_else(|| {
            let hint = nearest(name, self.named.iter().map(|(n, _)| n.as_str()));
            let hint = hint.map_or(String::new(), |n| format!("; did you mean `{}`?", excerpt(n)));
            let names: Vec<String> = self.named.iter().map(|(n, _)| format!("`{}`", excerpt(n))).collect();
            format!("{option}: it holds no array `{}`, but {}{hint}", excerpt(name), few(&names))
        })
    }

    /// The only array that can be points, beside those that are none: scalars, texts, objects, and the labels.
    fn only(&mut self, labels: Option<usize>) -> std::result::Result<usize, String> {
        let (mut usable, mut others) = (vec![], vec![]);
        for i in (0..self.named.len()).filter(|i| Some(*i) != labels) {
            let name = excerpt(&self.named[i].0);
            match self.described(i) {
                Ok((shape, element)) if !shape.is_empty() => {
                    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
                    usable.push((i, format!("`{name}` ({} of {})", sizes.join("×"), element.name())));
                }
                Ok(_) => others.push(format!("`{name}`, a single number")),
                Err(e) if e.contains(&interrupted()) => return Err(e),
                Err(e) => others.push(format!("`{name}`: {e}")),
            }
        }
        match &usable[..] {
            [(i, _)] => Ok(*i),
            [] if others.is_empty() => Err("it holds no arrays".into()),
            [] => Err(format!("it holds no array of points: {}", few(&others))),
            [(first, _), ..] => {
                let listed: Vec<String> = usable.iter().map(|(_, what)| what.clone()).collect();
                let example = excerpt(&self.named[*first].0);
                Err(format!(
                    "it holds {} arrays of numbers, {}: array: \"{example}\" takes that one",
                    usable.len(),
                    few(&listed)
                ))
            }
        }
    }
}

/// Errors unless a member ends here.
fn ended<R: Read>(source: &mut Source<R>, what: impl Fn() -> String) -> std::result::Result<(), String> {
    match source.bytes.read(&mut [0]) {
        Ok(0) => Ok(()),
        Ok(_) => Err(format!("bytes follow behind {}", what())),
        Err(e) => Err(e.to_string()),
    }
}

/// How an interrupt reads.
fn interrupted() -> String {
    Error::Interrupted.to_string()
}

/// A list for a message, the first of many.
pub(super) fn few(all: &[String]) -> String {
    let more = if all.len() > 12 { format!(", … ({} in all)", all.len()) } else { String::new() };
    format!("{}{more}", all.iter().take(12).cloned().collect::<Vec<_>>().join(", "))
}

/// The array of an npz that is asked for, or its only one; what else is in the file is not read.
fn load_points(path: &Path, wanted: &Wanted) -> Result<Loaded> {
    let mut arrays = Arrays::open(path)?;
    let fail = |reason: String| input::failed(path, reason);
    let labels = match &wanted.labels {
        Some(Column::Named(name)) => Some(arrays.find("labels", name).map_err(fail)?),
        Some(Column::At(i)) => return Err(fail(format!("labels: expected the name of an array, got {i}"))),
        None => None,
    };
    let points = match &wanted.array {
        Some(name) => arrays.find("array", name),
        None => arrays.only(labels),
    };
    let read = |arrays: &mut Arrays, i| arrays.read(i, true).and_then(as_rows);
    let mut out = points.and_then(|i| read(&mut arrays, i)).map_err(fail)?;
    if let Some(i) = labels {
        if let Some(texts) = arrays.texts(i, out.rows.n).map_err(fail)? {
            out.labels = Some(Labels::Texts(texts));
            return Ok(out);
        }
        let found = read(&mut arrays, i).map_err(fail)?;
        if (found.rows.n, found.rows.d) != (out.rows.n, 1) {
            let (name, n) = (excerpt(&arrays.named[i].0), out.rows.n);
            let shape = [found.rows.n, found.rows.d];
            return Err(fail(format!("labels: `{name}` has the shape {shape:?}, expected {n} numbers, one per point")));
        }
        out.labels = Some(Labels::Numbers(found.rows.data));
        out.notes.extend(found.notes);
    }
    Ok(out)
}

/// Every array of an npz, sorted by name.
///
/// # Errors
/// A file that cannot be read, is no npz or is damaged, or holds anything but plain numbers; one that unpacks to more than
/// there is memory, or to more than numbers that were measured do.
pub fn load_npz(path: &Path) -> Result<Vec<Array>> {
    let mut arrays = Arrays::open(path)?;
    let mut out = vec![];
    for i in 0..arrays.named.len() {
        let npy::Array { numbers, shape, .. } = arrays.read(i, false).map_err(|reason| input::failed(path, reason))?;
        out.push((arrays.named[i].0.clone(), numbers, shape));
    }
    Ok(out)
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
