//! Images and labels in the IDX format of MNIST, plain or gzipped.
use super::data_set::{Argument, Call, DataSet, Draw, Labelled};
use super::rows::Rows;
use crate::catalogue::{Entry, no_defaults};
use crate::error::{Error, Result};
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
    let bad = |e: String| Error::io("read", path, e);
    let raw = std::fs::read(path).map_err(|e| bad(e.to_string()))?;
    let bytes = if raw.starts_with(&[0x1F, 0x8B]) {
        let mut out = vec![];
        flate2::read::GzDecoder::new(&raw[..]).read_to_end(&mut out).map_err(|e| bad(e.to_string()))?;
        out
    } else {
        raw
    };
    let [0, 0, 8, rank, rest @ ..] = &bytes[..] else { return Err(bad("not an IDX file of unsigned bytes".into())) };
    let rank = usize::from(*rank);
    if rank == 0 || rank > 4 || rest.len() < 4 * rank {
        return Err(bad(format!("an IDX header of {rank} dimensions that is cut short")));
    }
    let shape: Vec<usize> =
        rest[..4 * rank].chunks(4).map(|b| b.iter().fold(0, |n, v| n << 8 | usize::from(*v))).collect();
    let expected = shape.iter().try_fold(1usize, |n, s| n.checked_mul(*s));
    let data = &rest[4 * rank..];
    if expected != Some(data.len()) {
        return Err(bad(format!("its header says {shape:?}, but {} values follow", data.len())));
    }
    Ok((shape, data.to_vec()))
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

/// Images as rows of pixels in [0, 1]. Errors if the file cannot be read, is no IDX file or holds no images.
pub fn images(path: &Path) -> Result<Rows> {
    let (shape, data) = read(path)?;
    let d: usize = shape[1..].iter().product();
    if shape[0] == 0 || d == 0 {
        return Err(Error::io("read", path, "it holds no images"));
    }
    Ok(Rows { n: shape[0], d, data: data.into_iter().map(|v| f32::from(v) / 255.0).collect() })
}

/// One class per image. Errors if the file cannot be read, is no IDX file or has more than one dimension.
pub fn labels(path: &Path) -> Result<Vec<u8>> {
    let (shape, data) = read(path)?;
    if shape.len() != 1 {
        return Err(Error::io("read", path, format!("labels have one dimension, this file has {}", shape.len())));
    }
    Ok(data)
}
