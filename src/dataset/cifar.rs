//! CIFAR-10 and CIFAR-100 in their binary form: one or two bytes of labels, then 32×32 reds, greens and blues.
//! The format: <https://www.cs.toronto.edu/~kriz/cifar.html>, "Binary version".
use super::data_set::{Argument, Call, Classes, DataSet, Draw, Labelled};
use super::pixels::{self, COLOUR, ColourOptions, SCALE};
use super::rows::Rows;
use super::tar;
use crate::catalogue::{Entry, Opt, OptionKind, defaults_of};
use crate::error::{Error, Result};
use crate::input::{failed, open};
use crate::{interrupt, memory};
use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// Bytes of an image.
const IMAGE: usize = 3 * 32 * 32;

const LABELS: Opt = Opt {
    name: "labels",
    kind: OptionKind::Choice(&["fine", "coarse"]),
    doc: "the 100 classes, or the 20 that they belong to",
};
const PART: Opt = Opt {
    name: "part",
    kind: OptionKind::Choice(&["train", "test"]),
    doc: "which files of a folder or of the published .tar.gz are read",
};

const TEN: Entry = Entry {
    name: "data::cifar10",
    room: "data",
    signature: "data::cifar10(path, options)",
    doc: "Images and labels of CIFAR-10 in its binary version: a file such as data_batch_1.bin, the folder of them, or the published .tar.gz. Rows are 1024 reds, 1024 greens and 1024 blues in [0, 1], row by row of the image.",
    equation: "",
    cite: "krizhevsky2009",
    options: &[PART, SCALE, COLOUR],
    defaults: ten,
    example: "// needs files: let d = data::cifar10(\"cifar-10-batches-bin\", #{ colour: \"grey\" });\n// plot::images(d.points.rows(0, 16), #{ shape: [32, 32] })\n0",
};

/// The defaults of CIFAR-10, whose labels are of one kind.
fn ten() -> serde_json::Value {
    let mut all = defaults_of::<CifarOptions>();
    if let Some(fields) = all.as_object_mut() {
        fields.remove("labels");
    }
    all
}

const HUNDRED: Entry = Entry {
    name: "data::cifar100",
    signature: "data::cifar100(path, options)",
    doc: "Images and labels of CIFAR-100 in its binary version: train.bin, test.bin, the folder of them, or the published .tar.gz. Rows are those of data::cifar10.",
    options: &[PART, LABELS, SCALE, COLOUR],
    defaults: defaults_of::<CifarOptions>,
    example: "// needs files: let d = data::cifar100(\"train.bin\", #{ labels: \"coarse\" });\n0",
    ..TEN
};

/// `data::cifar10(path)`
pub const TEN_SET: DataSet = DataSet {
    entry: TEN,
    arguments: &[Argument::path("data::cifar10(path)")],
    draw: Draw::Labelled(|c| draw(c, false)),
};

/// `data::cifar100(path)`
pub const HUNDRED_SET: DataSet = DataSet {
    entry: HUNDRED,
    arguments: &[Argument::path("data::cifar100(path)")],
    draw: Draw::Labelled(|c| draw(c, true)),
};

/// What is read of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CifarOptions {
    /// `train` or `test`
    pub part: String,
    /// `fine` or `coarse`, of CIFAR-100
    pub labels: String,
    /// whether bytes become numbers in [0, 1]
    pub scale: bool,
    /// as in [`ColourOptions`]
    pub colour: String,
}

impl Default for CifarOptions {
    fn default() -> CifarOptions {
        let ColourOptions { scale, colour } = ColourOptions::default();
        CifarOptions { part: "train".into(), labels: "fine".into(), scale, colour }
    }
}

fn draw(c: &Call, hundred: bool) -> Result<Labelled> {
    let path = c.path(0).ok_or_else(|| Error::data("data::cifar10", "there is no file"))?;
    read(path, hundred, &c.options()?)
}

/// Images and labels, of 100 classes or of 10.
///
/// # Errors
/// Files that cannot be read or are no CIFAR.
pub fn read(path: &Path, hundred: bool, options: &CifarOptions) -> Result<Labelled> {
    let mut out = Batches { hundred, options, data: vec![], labels: vec![] };
    if path.is_dir() {
        for file in files(path, hundred, &options.part)? {
            out.file(&file)?;
        }
    } else {
        out.file(path)?;
    }
    let n = out.labels.len();
    if n == 0 {
        return Err(Error::io("read", path, "it holds no images"));
    }
    let (rows, labels) = (Rows { data: out.data, n, d: IMAGE }, Classes::Numbers(out.labels));
    let rows = if options.colour == "grey" { pixels::to_grey(rows)? } else { rows };
    Ok((rows, Some(labels)))
}

/// Whether a file of this name belongs to a part.
fn belongs(name: &str, hundred: bool, part: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name);
    match (hundred, part) {
        (true, part) => name.strip_suffix(".bin") == Some(part),
        (false, "test") => name == "test_batch.bin",
        (false, _) => name.starts_with("data_batch_") && name.ends_with(".bin"),
    }
}

/// The files of a folder that belong to a part, in order.
fn files(folder: &Path, hundred: bool, part: &str) -> Result<Vec<PathBuf>> {
    let fail = |e: std::io::Error| Error::io("read", folder, e);
    let mut out = vec![];
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let name = entry.map_err(fail)?.file_name();
        if name.to_str().is_some_and(|n| belongs(n, hundred, part)) {
            out.push(folder.join(name));
        }
    }
    out.sort();
    if out.is_empty() {
        let expected = match (hundred, part) {
            (true, part) => format!("{part}.bin"),
            (false, "test") => "test_batch.bin".into(),
            _ => "data_batch_1.bin and so on".into(),
        };
        return Err(Error::io("read", folder, format!("there is no {expected} in it")));
    }
    Ok(out)
}

/// What was read so far.
struct Batches<'a> {
    hundred: bool,
    options: &'a CifarOptions,
    data: Vec<f64>,
    labels: Vec<f64>,
}

impl Batches<'_> {
    fn file(&mut self, path: &Path) -> Result<()> {
        let fail = |e: String| failed(path, e);
        let (mut file, len) = open(path)?;
        let mut start = vec![];
        (&mut file).take(2).read_to_end(&mut start).map_err(|e| fail(e.to_string()))?;
        let zipped = start == [0x1F, 0x8B];
        let whole = std::io::Cursor::new(start).chain(file);
        if zipped {
            return self.archive(&mut MultiGzDecoder::new(BufReader::new(whole))).map_err(fail);
        }
        self.records(&mut BufReader::new(whole), len).map_err(fail)
    }

    /// The published archive: a gzipped tar with the files of both parts.
    fn archive(&mut self, from: &mut impl Read) -> std::result::Result<(), String> {
        let mut names = vec![];
        while let Some((name, len)) = tar::next(from)? {
            interrupt::poll().map_err(|e| e.to_string())?;
            if belongs(&name, self.hundred, &self.options.part) {
                self.records(from, len)?;
                tar::finish(from, len)?;
                names.push(name);
            } else {
                tar::skip(from, len)?;
                tar::finish(from, len)?;
            }
        }
        // to the end, where gzip has its checksum
        std::io::copy(from, &mut std::io::sink()).map_err(|e| e.to_string())?;
        match names.is_empty() {
            true => Err(format!("there is nothing of the part \"{}\" in it", self.options.part)),
            // the archive has them in an order of its own
            false if names.is_sorted() => Ok(()),
            false => self.sort(&names),
        }
    }

    /// Brings batches of the same length into the order of their names.
    fn sort(&mut self, names: &[String]) -> std::result::Result<(), String> {
        let n = self.labels.len() / names.len();
        if self.labels.len() != n * names.len() {
            return Err("its files are not of one length".into());
        }
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by_key(|i| &names[*i]);
        let mut data = vec![];
        memory::reserve(&mut data, self.data.len())?;
        order.iter().for_each(|i| data.extend_from_slice(&self.data[i * n * IMAGE..(i + 1) * n * IMAGE]));
        self.labels = order.iter().flat_map(|i| self.labels[i * n..(i + 1) * n].to_vec()).collect();
        self.data = data;
        Ok(())
    }

    fn records(&mut self, from: &mut impl Read, len: u64) -> std::result::Result<(), String> {
        let before = if self.hundred { 2 } else { 1 };
        let record = before + IMAGE;
        if !len.is_multiple_of(record as u64) {
            return Err(format!("its {len} bytes are no whole number of images, which take {record} each"));
        }
        let count = u128::from(len) / record as u128;
        if let Some(reason) = memory::refusal(count.saturating_mul(8 * IMAGE as u128)) {
            return Err(format!("its {count} images {reason}"));
        }
        let mut bytes = vec![0; record];
        for i in 0..count {
            if i.is_multiple_of(64) {
                interrupt::poll().map_err(|e| e.to_string())?;
            }
            from.read_exact(&mut bytes).map_err(|e| format!("it ends within image {i} ({e})"))?;
            let limits: &[u8] = if self.hundred { &[20, 100] } else { &[10] };
            if let Some((label, most)) = bytes.iter().zip(limits).find(|(label, most)| label >= most) {
                let other = if self.hundred { "data::cifar10" } else { "data::cifar100" };
                return Err(format!(
                    "image {i} has the label {label}, expected less than {most}; {other} reads the other set"
                ));
            }
            let fine = self.hundred && self.options.labels == "fine";
            self.labels.push(f64::from(bytes[usize::from(fine)]));
            memory::reserve(&mut self.data, IMAGE)?;
            let unit = pixels::unit(self.options.scale);
            self.data.extend(bytes[before..].iter().map(|v| f64::from(*v) / unit));
        }
        Ok(())
    }
}
