//! A folder of images, PNG or JPEG; folders inside it name their classes.
use super::data_set::{Argument, Call, Classes, DataSet, Draw, Labelled};
use super::pixels::{COLOUR, ColourOptions, SCALE, grey};
use super::rows::Rows;
use crate::catalogue::{Entry, defaults_of};
use crate::error::{Error, Result};
use crate::input::{failed, open, read_bytes, unpackable};
use crate::{fault, interrupt, memory};
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use std::io::Cursor;
use std::path::{Path, PathBuf};

const ENTRY: Entry = Entry {
    name: "data::images",
    room: "data",
    signature: "data::images(folder, options)",
    doc: "Every PNG and JPEG of a folder as a row of pixels in [0, 1], sorted by name: a map with points, and labels where the images are in folders of their own, whose names they are. A grey image is read row by row; one in colours gives its reds, then its greens, then its blues. All have one size.",
    equation: "",
    cite: "",
    options: &[COLOUR, SCALE],
    defaults: defaults_of::<ColourOptions>,
    example: "// needs files: let d = data::images(\"faces\", #{ colour: \"grey\" });\n// plot::images(d.points.rows(0, 16), #{ shape: [32, 32] })\n0",
};

/// `data::images(folder)`
pub const DATA_SET: DataSet =
    DataSet { entry: ENTRY, arguments: &[Argument::path("data::images(folder)")], draw: Draw::Labelled(draw) };

/// Images that are not read, but may be what somebody means.
const OTHERS: &[&str] = &["bmp", "tif", "tiff", "webp", "gif", "pgm", "ppm", "avif", "heic", "jp2"];

/// The least that an image may unpack to.
const FREELY: u64 = 1 << 20;

fn draw(c: &Call) -> Result<Labelled> {
    let folder = c.path(0).ok_or_else(|| Error::data("data::images", "there is no folder"))?;
    read(folder, &c.options()?)
}

fn extension(path: &Path) -> String {
    path.extension().and_then(|e| e.to_str()).unwrap_or("").to_lowercase()
}

/// The images and the folders of a folder, each sorted.
fn inside(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let fail = |e: std::io::Error| Error::io("read", folder, e);
    let (mut images, mut folders) = (vec![], vec![]);
    for (i, entry) in std::fs::read_dir(folder).map_err(fail)?.enumerate() {
        interrupt::poll_each(i)?;
        let path = entry.map_err(fail)?.path();
        // hidden files are of the system's
        if path.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with('.')) {
            continue;
        }
        if path.is_dir() {
            folders.push(path);
        } else if matches!(extension(&path).as_str(), "png" | "jpg" | "jpeg") {
            images.push(path);
        } else if OTHERS.contains(&extension(&path).as_str()) {
            return Err(failed(&path, "it is an image of another kind, expected PNG or JPEG"));
        }
    }
    images.sort();
    folders.sort();
    Ok((images, folders))
}

/// Every image of a folder, and its class where images are in folders of their own.
///
/// # Errors
/// What cannot be read; images of several sizes or kinds, with the first that differs.
pub fn read(folder: &Path, options: &ColourOptions) -> Result<Labelled> {
    if !folder.is_dir() {
        let what =
            if folder.exists() { "it is a file, expected a folder of images" } else { "there is no such folder" };
        return Err(Error::io("read", folder, what));
    }
    let (images, folders) = inside(folder)?;
    let mut stack = Stack { options, first: None, data: vec![], n: 0 };
    if !images.is_empty() {
        if let Some(inner) = folders.first() {
            let inner = inner.display();
            return Err(failed(
                folder,
                format!(
                    "it holds images and the folder `{inner}`: labels are the names of folders, expected one or the other"
                ),
            ));
        }
        images.iter().try_for_each(|path| stack.add(path))?;
        return Ok((stack.rows(), None));
    }
    let (mut names, mut of) = (vec![], vec![]);
    for inner in &folders {
        let (images, deeper) = inside(inner)?;
        if let Some(deeper) = deeper.first() {
            return Err(Error::io("read", deeper, "it is a folder inside a class, expected images"));
        }
        for path in &images {
            stack.add(path)?;
            of.push(names.len() as u32);
        }
        if !images.is_empty() {
            names.push(inner.file_name().unwrap_or_default().to_string_lossy().into_owned());
        }
    }
    if stack.n == 0 {
        return Err(Error::io("read", folder, "it holds no PNG or JPEG, nor do its folders"));
    }
    Ok((stack.rows(), Some(Classes::Names(names, of))))
}

/// What an image is, as far as all have to be alike.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kind {
    width: u32,
    height: u32,
    colours: bool,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{}×{} pixels, {}", self.width, self.height, if self.colours { "in colours" } else { "grey" })
    }
}

/// Images one below the other.
struct Stack<'a> {
    options: &'a ColourOptions,
    first: Option<(PathBuf, Kind)>,
    data: Vec<f64>,
    n: usize,
}

impl Stack<'_> {
    fn rows(self) -> Rows {
        Rows { d: self.data.len() / self.n.max(1), n: self.n, data: self.data }
    }

    fn add(&mut self, path: &Path) -> Result<()> {
        interrupt::poll()?;
        let image = decode(path)?;
        let has = image.color().has_color();
        let colours = match self.options.colour.as_str() {
            "grey" => false,
            "rgb" => true,
            _ => has,
        };
        let kind = Kind { width: image.width(), height: image.height(), colours };
        match &self.first {
            None => self.first = Some((path.into(), kind)),
            Some((_, first)) if *first == kind => {}
            Some((other, first)) => {
                let other = other.file_name().unwrap_or_default().to_string_lossy();
                let hint = if (first.width, first.height) == (kind.width, kind.height) {
                    "; colour: \"grey\" or \"rgb\" makes them alike"
                } else {
                    "; all have to have one size"
                };
                return Err(failed(path, format!("it has {kind}, `{other}` before it {first}{hint}")));
            }
        }
        planes(path, &image, colours, self.options.scale, &mut self.data)?;
        self.n += 1;
        Ok(())
    }
}

/// An image, unless it would be out of all proportion to its file.
fn decode(path: &Path) -> Result<DynamicImage> {
    let fail = |e: String| failed(path, e);
    let (file, len) = open(path)?;
    let bytes = read_bytes(file, len).map_err(fail)?;
    let format = image::guess_format(&bytes).map_err(|_| fail("it is no PNG or JPEG".into()))?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg) {
        return Err(fail(format!("it is {format:?} in spite of its name, expected PNG or JPEG")));
    }
    let reader = || ImageReader::with_format(Cursor::new(&bytes), format);
    let bad = |e: image::ImageError| fail(format!("it is damaged: {}", crate::input::clip(&e.to_string(), 120)));
    let (width, height) = reader().into_dimensions().map_err(bad)?;
    // four numbers of two bytes a pixel at most
    let unpacked = u64::from(width) * u64::from(height) * 8;
    if unpacked > FREELY {
        unpackable(len, unpacked / 8).map_err(|e| fail(format!("it has {width}×{height} pixels: {e}")))?;
    }
    if let Some(reason) = memory::refusal(2 * u128::from(unpacked)) {
        return Err(fail(format!("its {width}×{height} pixels {reason}")));
    }
    let mut reader = reader();
    let mut limits = Limits::default();
    limits.max_alloc = Some(unpacked.saturating_add(FREELY) * 4);
    reader.limits(limits);
    // decoders of damaged files may fail in ways of their own
    match fault::caught(|| reader.decode()) {
        Ok(decoded) => decoded.map_err(bad),
        Err(_) => Err(fail("it is damaged: it does not decode".into())),
    }
}

/// The pixels of an image, colour by colour.
fn planes(path: &Path, image: &DynamicImage, colours: bool, scale: bool, out: &mut Vec<f64>) -> Result<()> {
    let depth = image.color();
    let wide = depth.bytes_per_pixel() / depth.channel_count() == 2;
    let unit = if !scale {
        1.0
    } else if wide {
        65_535.0
    } else {
        255.0
    };
    let channels = usize::from(depth.channel_count());
    let values: Vec<u16> = match image {
        DynamicImage::ImageLuma16(i) => i.as_raw().clone(),
        DynamicImage::ImageLumaA16(i) => i.as_raw().clone(),
        DynamicImage::ImageRgb16(i) => i.as_raw().clone(),
        DynamicImage::ImageRgba16(i) => i.as_raw().clone(),
        other if !wide => other.as_bytes().iter().map(|b| u16::from(*b)).collect(),
        _ => return Err(failed(path, "its pixels are no whole numbers of 8 or 16 bits")),
    };
    let solid = if wide { u16::MAX } else { 255 };
    if depth.has_alpha() && values.chunks_exact(channels).any(|p| p[channels - 1] != solid) {
        return Err(failed(path, "it is transparent in parts, expected an image without transparency"));
    }
    let has = depth.has_color();
    let pixels = values.len() / channels;
    memory::reserve(out, pixels * if colours { 3 } else { 1 }).map_err(|e| failed(path, e))?;
    let value = |p: &[u16], k: usize| f64::from(p[if has { k } else { 0 }]);
    if colours {
        for k in 0..3 {
            out.extend(values.chunks_exact(channels).map(|p| value(p, k) / unit));
        }
    } else if has {
        out.extend(values.chunks_exact(channels).map(|p| grey([value(p, 0), value(p, 1), value(p, 2)]) / unit));
    } else {
        out.extend(values.chunks_exact(channels).map(|p| value(p, 0) / unit));
    }
    Ok(())
}
