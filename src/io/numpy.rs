//! NumPy's npy and npz.
use super::format::Format;
use super::write::write_atomically;
use crate::dataset::Rows;
use crate::error::{Error, Result};
use npyz::{DType, NpyFile, Order, WriterBuilder};
use std::io::{BufReader, Read};
use std::path::Path;
use zip::result::ZipError;
use zip::{ZipArchive, ZipWriter};

pub(super) const NPY: Format = Format { extension: "npy", load: load_npy, save: save_npy };
pub(super) const NPZ: Format = Format { extension: "npz", load: load_first, save: save_points };

/// A named array: its name, its numbers in row-major order, its shape.
pub type Array = (String, Vec<f32>, Vec<usize>);

fn read<R: Read>(path: &Path, npy: NpyFile<R>) -> Result<(Vec<f32>, Vec<usize>)> {
    let fail = |e: String| Error::io("read", path, e);
    let shape: Vec<usize> = npy.shape().iter().map(|n| *n as usize).collect();
    let order = npy.order();
    let name = match npy.dtype() {
        DType::Plain(t) => t.to_string(),
        other => return Err(fail(format!("its elements are {}, expected plain numbers", other.descr()))),
    };
    let io = |e: std::io::Error| fail(e.to_string());
    let data: Vec<f32> = match name.trim_start_matches(['<', '>', '=', '|']) {
        "f4" => npy.into_vec::<f32>().map_err(io)?,
        "f8" => npy.into_vec::<f64>().map_err(io)?.into_iter().map(|v| v as f32).collect(),
        "i8" => npy.into_vec::<i64>().map_err(io)?.into_iter().map(|v| v as f32).collect(),
        "i4" => npy.into_vec::<i32>().map_err(io)?.into_iter().map(|v| v as f32).collect(),
        "u1" => npy.into_vec::<u8>().map_err(io)?.into_iter().map(f32::from).collect(),
        _ => return Err(fail(format!("its elements are {name}, expected f4, f8, i4, i8 or u1"))),
    };
    if order == Order::Fortran && shape.len() == 2 {
        let (n, d) = (shape[0], shape[1]);
        let rows = (0..n * d).map(|k| data[(k % d) * n + k / d]).collect();
        return Ok((rows, shape));
    }
    Ok((data, shape))
}

fn as_rows(path: &Path, (data, shape): (Vec<f32>, Vec<usize>)) -> Result<Rows> {
    match shape[..] {
        [n, d] => Ok(Rows { data, n, d }),
        [n] => Ok(Rows { data, n, d: 1 }),
        // images and the like: one row per leading index
        [n, ..] if n > 0 => Ok(Rows { d: data.len() / n, n, data }),
        _ => Err(Error::io("read", path, format!("its shape is {shape:?}, expected [n, d]"))),
    }
}

fn load_npy(path: &Path) -> Result<Rows> {
    let file = std::fs::File::open(path).map_err(|e| Error::io("read", path, e))?;
    let npy = NpyFile::new(BufReader::new(file))
        .map_err(|e| Error::io("read", path, format!("not a valid npy file: {e}")))?;
    as_rows(path, read(path, npy)?)
}

/// The first array of an npz.
fn load_first(path: &Path) -> Result<Rows> {
    let arrays = load_npz(path)?;
    match arrays.into_iter().next() {
        Some((_, data, shape)) => as_rows(path, (data, shape)),
        None => Err(Error::io("read", path, "it holds no arrays")),
    }
}

/// Every array of an npz, sorted by name.
///
/// # Errors
/// A file that cannot be read, is no npz, or holds anything but plain numbers.
pub fn load_npz(path: &Path) -> Result<Vec<Array>> {
    let fail = |e: std::io::Error| Error::io("read", path, format!("not a valid npz file: {e}"));
    let file = std::fs::File::open(path)
        .map_err(|e| if e.kind() == std::io::ErrorKind::NotFound { Error::io("read", path, e) } else { fail(e) })?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|e| fail(as_io(e)))?;
    let mut names: Vec<String> =
        archive.file_names().filter_map(npyz::npz::array_name_from_file_name).map(String::from).collect();
    names.sort();
    let mut out = vec![];
    for name in names {
        let member = match archive.by_name(&npyz::npz::file_name_from_array_name(&name)) {
            Err(ZipError::FileNotFound) => continue,
            found => found.map_err(|e| fail(as_io(e)))?,
        };
        let (data, shape) = read(path, NpyFile::new(member).map_err(fail)?)?;
        out.push((name, data, shape));
    }
    Ok(out)
}

fn encode(data: &[f32], shape: &[usize], to: &mut impl std::io::Write) -> std::io::Result<()> {
    let shape: Vec<u64> = shape.iter().map(|n| *n as u64).collect();
    let mut writer = npyz::WriteOptions::new().default_dtype().shape(&shape).writer(to).begin_nd()?;
    writer.extend(data.iter().copied())?;
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
    let mut bytes = vec![];
    encode(&rows.data, &[rows.n, rows.d], &mut bytes).map_err(|e| Error::io("write", path, e))?;
    write_atomically(path, &bytes)
}

/// Points as the one array of an npz.
fn save_points(rows: &Rows, path: &Path) -> Result<()> {
    save_npz(&[("points".to_string(), rows.data.clone(), vec![rows.n, rows.d])], path)
}

/// Writes f32 arrays, compressed, as numpy.savez_compressed does.
///
/// # Errors
/// A file that cannot be written.
pub fn save_npz(arrays: &[Array], path: &Path) -> Result<()> {
    let fail = |e: std::io::Error| Error::io("write", path, e);
    let mut zip = ZipWriter::new(std::io::Cursor::new(vec![]));
    for (name, data, shape) in arrays {
        let member = npyz::npz::file_name_from_array_name(name);
        zip.start_file(member, Default::default()).map_err(|e| fail(as_io(e)))?;
        encode(data, shape, &mut zip).map_err(fail)?;
    }
    let buffer = zip.finish().map_err(|e| fail(as_io(e)))?;
    write_atomically(path, &buffer.into_inner())
}
