//! Images and labels in the IDX format of MNIST, plain or gzipped.
use super::data_set::{Argument, Call, DataSet, Draw, Labelled};
use super::rows::Rows;
use crate::catalogue::{Entry, no_defaults};
use crate::error::{Error, Result};
use crate::input::{self, failed, open};
use crate::interrupt;
use crate::memory;
use flate2::read::GzDecoder;
use std::io::Read;
use std::path::Path;

const ENTRY: Entry = Entry {
    name: "data::idx",
    room: "data",
    signature: "data::idx(images, labels)",
    doc: "Images and labels of MNIST-format (IDX) files, plain or .gz: a map with points, rows of pixels in [0, 1], and labels. The labels may be left out.",
    equation: "",
    cite: "lecun1998",
    options: &[],
    defaults: no_defaults,
    example: "// needs files: let d = data::idx(\"t10k-images-idx3-ubyte.gz\", \"t10k-labels-idx1-ubyte.gz\");\n// gpa(..).run(d.points, ..)\n0",
};

/// `data::idx(images, labels)`
pub const DATA_SET: DataSet = DataSet {
    entry: ENTRY,
    arguments: &[Argument::path("data::idx(images)"), Argument::path("data::idx, labels").or_none()],
    draw: Draw::Labelled(draw),
};

/// The shape and the bytes of a file of unsigned bytes.
fn read(path: &Path) -> Result<(Vec<usize>, Vec<u8>)> {
    let bad = |e: String| failed(path, e);
    let (mut file, len) = open(path)?;
    let mut start = vec![];
    (&mut file).take(2).read_to_end(&mut start).map_err(|e| bad(e.to_string()))?;
    let zipped = start == [0x1F, 0x8B];
    let whole = std::io::Cursor::new(start).chain(file);
    if zipped { values(GzDecoder::new(whole), len, true) } else { values(whole, len, false) }.map_err(bad)
}

/// The shape and the values of an IDX file that has `len` bytes, zipped or not.
fn values(mut from: impl Read, len: u64, zipped: bool) -> std::result::Result<(Vec<usize>, Vec<u8>), String> {
    let mut start = vec![];
    (&mut from).take(4).read_to_end(&mut start).map_err(|e| e.to_string())?;
    let [0, 0, 8, rank] = start[..] else { return Err("not an IDX file of unsigned bytes".into()) };
    let rank = usize::from(rank);
    let mut sizes = vec![];
    if (1..=4).contains(&rank) {
        (&mut from).take(4 * rank as u64).read_to_end(&mut sizes).map_err(|e| e.to_string())?;
    }
    let (sizes, _) = sizes.as_chunks::<4>();
    if sizes.is_empty() || sizes.len() < rank {
        return Err(format!("an IDX header of {rank} dimensions that is cut short"));
    }
    let shape: Vec<usize> = sizes.iter().map(|b| u32::from_be_bytes(*b) as usize).collect();
    let count = memory::product(&shape);
    let says = |what: String| format!("its header says {shape:?}, {what}");
    let bytes = u64::try_from(count).map_err(|_| says("more values than any file has".into()))?;
    if zipped {
        input::unpackable(len, bytes).map_err(says)?;
    } else if bytes > len {
        return Err(says(format!("but the whole file has {len} bytes")));
    }
    // one byte a value here, four as points
    if let Some(reason) = memory::refusal(5 * count) {
        return Err(says(format!("which {reason}")));
    }
    // a reader that is asked for one more comes to the end, where gzip has its checksum
    let data = input::read_bytes(from.take(bytes.saturating_add(1)), u64::MAX)?;
    match (data.len() as u64).cmp(&bytes) {
        std::cmp::Ordering::Equal => Ok((shape, data)),
        std::cmp::Ordering::Less => Err(says(format!("but {} values follow", data.len()))),
        std::cmp::Ordering::Greater => Err(says("but more values follow".into())),
    }
}

fn draw(c: &Call) -> Result<Labelled> {
    let points = images(c.path(0).ok_or_else(|| Error::data("data::idx", "there is no file of images"))?)?;
    let labels = c.path(1).map(|p| labels(p)).transpose()?;
    match &labels {
        Some(l) if l.len() != points.n => Err(Error::Shape {
            what: "data::idx, labels".into(),
            expected: format!("{} labels, one per image", points.n),
            got: l.len().to_string(),
        }),
        _ => Ok((points, labels)),
    }
}

/// Bytes as numbers in [0, 1].
fn pixels(bytes: &[u8]) -> Result<Vec<f64>> {
    let mut out = Vec::with_capacity(bytes.len());
    for piece in bytes.chunks(1 << 20) {
        interrupt::poll()?;
        out.extend(piece.iter().map(|v| f64::from(*v) / 255.0));
    }
    Ok(out)
}

/// Images as rows of pixels in [0, 1]. Errors if the file cannot be read, is no IDX file or holds no images.
pub fn images(path: &Path) -> Result<Rows> {
    let (shape, data) = read(path)?;
    if shape.contains(&0) {
        return Err(Error::io("read", path, "it holds no images"));
    }
    let d: usize = shape[1..].iter().product();
    Ok(Rows { n: shape[0], d, data: pixels(&data)? })
}

/// One class per image. Errors if the file cannot be read, is no IDX file or has more than one dimension.
pub fn labels(path: &Path) -> Result<Vec<u8>> {
    let (shape, data) = read(path)?;
    if shape.len() != 1 {
        return Err(Error::io("read", path, format!("labels have one dimension, this file has {}", shape.len())));
    }
    Ok(data)
}
