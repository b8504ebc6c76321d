//! Arrays in the IDX format of MNIST, plain or gzipped.
use super::data_set::{Argument, Call, Classes, DataSet, Draw, Labelled};
use super::pixels::{PixelOptions, SCALE};
use super::rows::Rows;
use crate::catalogue::{Entry, defaults_of};
use crate::error::{Error, Result};
use crate::input::{self, failed, open};
use crate::interrupt;
use crate::memory;
use flate2::read::MultiGzDecoder;
use std::io::Read;
use std::path::Path;

const ENTRY: Entry = Entry {
    name: "data::idx",
    room: "data",
    signature: "data::idx(images, labels, options)",
    doc: "Images and labels of MNIST-format (IDX) files of any of its types, plain or .gz: a map with points, rows of pixels, and labels. Bytes become pixels in [0, 1], other types stay as they are. The labels may be left out.",
    equation: "",
    cite: "lecun1998",
    options: &[SCALE],
    defaults: defaults_of::<PixelOptions>,
    example: "// needs files: let d = data::idx(\"t10k-images-idx3-ubyte.gz\", \"t10k-labels-idx1-ubyte.gz\");\n// gpa(..).run(d.points, ..)\n0",
};

/// `data::idx(images, labels)`
pub const DATA_SET: DataSet = DataSet {
    entry: ENTRY,
    arguments: &[Argument::path("data::idx(images)"), Argument::path("data::idx, labels").or_none()],
    draw: Draw::Labelled(draw),
};

/// How a number stands in a file, its most significant byte first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Number {
    U1,
    I1,
    I2,
    I4,
    F4,
    F8,
}

impl Number {
    /// The one of a code of the format.
    fn of(code: u8) -> Option<Number> {
        Some(match code {
            0x08 => Number::U1,
            0x09 => Number::I1,
            0x0B => Number::I2,
            0x0C => Number::I4,
            0x0D => Number::F4,
            0x0E => Number::F8,
            _ => return None,
        })
    }
    fn size(self) -> usize {
        match self {
            Number::U1 | Number::I1 => 1,
            Number::I2 => 2,
            Number::I4 | Number::F4 => 4,
            Number::F8 => 8,
        }
    }
    /// Whole numbers of bytes, over a unit.
    fn read(self, bytes: &[u8], unit: f64, out: &mut Vec<f64>) {
        fn each<const N: usize>(bytes: &[u8], of: impl Fn([u8; N]) -> f64, out: &mut Vec<f64>) {
            out.extend(bytes.as_chunks::<N>().0.iter().map(|b| of(*b)));
        }
        match self {
            Number::U1 => each(bytes, |b| f64::from(u8::from_be_bytes(b)) / unit, out),
            Number::I1 => each(bytes, |b| f64::from(i8::from_be_bytes(b)), out),
            Number::I2 => each(bytes, |b| f64::from(i16::from_be_bytes(b)), out),
            Number::I4 => each(bytes, |b| f64::from(i32::from_be_bytes(b)), out),
            Number::F4 => each(bytes, |b| f64::from(f32::from_be_bytes(b)), out),
            Number::F8 => each(bytes, f64::from_be_bytes, out),
        }
    }
}

/// The shape and the numbers of a file, bytes over a unit.
fn read(path: &Path, unit: f64) -> Result<(Vec<usize>, Vec<f64>)> {
    let bad = |e: String| failed(path, e);
    let (mut file, len) = open(path)?;
    let mut start = vec![];
    (&mut file).take(2).read_to_end(&mut start).map_err(|e| bad(e.to_string()))?;
    let zipped = start == [0x1F, 0x8B];
    let whole = std::io::Cursor::new(start).chain(file);
    // files of several members are one behind the other
    let read = if zipped {
        values(MultiGzDecoder::new(std::io::BufReader::new(whole)), len, true, unit)
    } else {
        values(whole, len, false, unit)
    };
    read.map_err(bad)
}

/// What the header of an IDX file says: the type of its numbers and its shape.
fn header(from: &mut impl Read) -> std::result::Result<(Number, Vec<usize>), String> {
    let mut start = vec![];
    from.take(4).read_to_end(&mut start).map_err(|e| e.to_string())?;
    let [0, 0, code, rank] = start[..] else { return Err("not an IDX file: it does not begin with two zeros".into()) };
    let number = Number::of(code)
        .ok_or_else(|| format!("not an IDX file: its numbers are of type {code}, expected 8, 9, 11, 12, 13 or 14"))?;
    let mut sizes = vec![];
    from.take(4 * u64::from(rank)).read_to_end(&mut sizes).map_err(|e| e.to_string())?;
    let (sizes, _) = sizes.as_chunks::<4>();
    if sizes.is_empty() || sizes.len() < usize::from(rank) {
        return Err(format!("an IDX header of {rank} dimensions that is cut short"));
    }
    Ok((number, sizes.iter().map(|b| u32::from_be_bytes(*b) as usize).collect()))
}

/// Numbers that are read at a time.
const PIECE: usize = 1 << 16;

/// The shape and the values of an IDX file that has `len` bytes, zipped or not.
fn values(
    mut from: impl Read,
    len: u64,
    zipped: bool,
    unit: f64,
) -> std::result::Result<(Vec<usize>, Vec<f64>), String> {
    let (number, shape) = header(&mut from)?;
    let shown = if shape.len() > 8 { format!("{} sizes", shape.len()) } else { format!("{shape:?}") };
    let says = |what: String| format!("its header says {shown}, {what}");
    let count = memory::product(&shape);
    let bytes = count.saturating_mul(number.size() as u128);
    let bytes = u64::try_from(bytes).map_err(|_| says("more values than any file has".into()))?;
    if zipped {
        input::unpackable(len, bytes).map_err(says)?;
    } else if bytes > len {
        return Err(says(format!("but the whole file has {len} bytes")));
    }
    if let Some(reason) = memory::refusal(8 * count) {
        return Err(says(format!("which {reason}")));
    }
    let (mut out, mut piece) = (vec![], vec![]);
    let (mut left, size) = (count as usize, number.size());
    while left > 0 {
        interrupt::poll().map_err(|e| e.to_string())?;
        let n = left.min(PIECE);
        piece.clear();
        (&mut from).take((n * size) as u64).read_to_end(&mut piece).map_err(|e| e.to_string())?;
        if piece.len() < n * size {
            let there = count as usize - left + piece.len() / size;
            return Err(says(format!("but {there} values follow")));
        }
        memory::reserve(&mut out, n)?;
        number.read(&piece, unit, &mut out);
        left -= n;
    }
    // a reader that is asked for one more comes to the end, where gzip has its checksum
    piece.clear();
    match from.take(1).read_to_end(&mut piece).map_err(|e| e.to_string())? {
        0 => Ok((shape, out)),
        _ => Err(says("but more values follow".into())),
    }
}

fn draw(c: &Call) -> Result<Labelled> {
    let options: PixelOptions = c.options()?;
    let path = c.path(0).ok_or_else(|| Error::data("data::idx", "there is no file of images"))?;
    labelled(path, c.path(1).map(|p| p.as_path()), options.scale)
}

/// Images, and their labels where there is a file of them.
///
/// # Errors
/// Files that cannot be read, and another number of labels than of images.
pub fn labelled(images: &Path, labels: Option<&Path>, scale: bool) -> Result<Labelled> {
    let points = points(images, super::pixels::unit(scale))?;
    let labels = labels.map(self::labels).transpose()?;
    match &labels {
        Some(l) if l.len() != points.n => Err(Error::Shape {
            what: "data::idx, labels".into(),
            expected: format!("{} labels, one per image", points.n),
            got: l.len().to_string(),
        }),
        _ => Ok((points, labels.map(Classes::Numbers))),
    }
}

fn points(path: &Path, unit: f64) -> Result<Rows> {
    let (shape, data) = read(path, unit)?;
    if shape.contains(&0) {
        return Err(Error::io("read", path, "it holds no images"));
    }
    Ok(Rows { n: shape[0], d: data.len() / shape[0], data })
}

/// Images as rows of pixels in [0, 1]. Errors if the file cannot be read, is no IDX file or holds no images.
pub fn images(path: &Path) -> Result<Rows> {
    points(path, 255.0)
}

/// One class per image. Errors if the file cannot be read, is no IDX file or has more than one dimension.
pub fn labels(path: &Path) -> Result<Vec<f64>> {
    let (shape, data) = read(path, 1.0)?;
    if shape.len() != 1 {
        return Err(Error::io("read", path, format!("labels have one dimension, this file has {}", shape.len())));
    }
    Ok(data)
}
