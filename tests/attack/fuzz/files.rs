//! Targets that read points from files.
use super::engine::Target;
use super::mutate::Mutator;
use super::oracle;
use flate2::Compression;
use flate2::write::GzEncoder;
use gflow::dataset::{Rows, idx};
use gflow::io::{Column, Wanted};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use zip::write::FileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A file of one extension in a folder of its own.
pub struct File {
    folder: tempfile::TempDir,
    extension: &'static str,
}

impl File {
    pub fn new(extension: &'static str) -> File {
        // in memory where there is such a place: a disk takes milliseconds for a file
        let memory = Path::new("/dev/shm");
        let folder = tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir());
        File { folder: folder.unwrap(), extension }
    }
    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
    pub fn write(&self, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(format!("input.{}", self.extension));
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// What loading gave; points are whole rows.
pub fn said(loaded: gflow::error::Result<Rows>) -> String {
    match loaded {
        Ok(r) => {
            assert!(r.n > 0 && r.d > 0 && r.data.len() == r.n * r.d, "{} numbers for {} by {}", r.data.len(), r.n, r.d);
            "points".into()
        }
        Err(e) => {
            let said = e.to_string();
            assert!(said.chars().count() < 600 && !said.contains('\u{1b}'), "an error message of: {said:?}");
            // what stands in the file is no kind of its own
            said.split('`').step_by(2).collect()
        }
    }
}

/// An npy file with this header and body, of version 1.
pub fn npy_file(header: &str, body: &[u8]) -> Vec<u8> {
    let mut out = b"\x93NUMPY\x01\x00".to_vec();
    out.extend((header.len() as u16).to_le_bytes());
    out.extend(header.as_bytes());
    out.extend(body);
    out
}

fn npy_seeds() -> Vec<Vec<u8>> {
    let of = |descr: &str, fortran: &str, shape: &str, body: &[u8]| {
        npy_file(&format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}  \n"), body)
    };
    let floats: Vec<u8> = (0..12).flat_map(|i| (i as f32).to_le_bytes()).collect();
    vec![
        of("<f4", "False", "(6, 2)", &floats),
        of("<f4", "True", "(3, 4)", &floats),
        of(">f8", "False", "(6,)", &floats),
        of("|u1", "False", "(4, 3, 4)", &floats),
        of("<i8", "True", "(2, 3)", &floats),
        of(">f2", "True", "(2, 3, 4)", &floats),
        of("<u2", "True", "(2, 2, 3, 2)", &floats),
        of("|b1", "True", "(2, 8)", &[0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 1, 1, 1, 0, 1, 0]),
        of("|i1", "False", "(48,)", &floats),
        of(">u4", "True", "(4, 3)", &floats),
    ]
}

const NPY_WORDS: &[&str] = &[
    "\u{93}NUMPY",
    "'descr': ",
    "'fortran_order': ",
    "'shape': ",
    "True",
    "False",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "L",
    "'<f4'",
    "'>f8'",
    "'|u1'",
    "'<i8'",
    "'|O'",
    "'<f2'",
    "'>i2'",
    "'|b1'",
    "'<u8'",
    "'<U4'",
    "[('x', '<f4')]",
    "\"",
    "'",
    "\\",
    "\n",
    "-",
    "1_000",
    "0x10",
];

/// The length of the header is that of its text again.
fn mend_npy(m: &mut Mutator, mut b: Vec<u8>) -> Vec<u8> {
    let end = b.iter().skip(10).position(|c| *c == b'\n');
    if let (Some(end), false) = (end, m.chance(3)) {
        let len = (end + 1).min(usize::from(u16::MAX)) as u16;
        b[8..10].copy_from_slice(&len.to_le_bytes());
    }
    b
}

pub struct Npy(pub File);

impl Target for Npy {
    fn name(&self) -> &'static str {
        "npy"
    }
    fn seeds(&self) -> Vec<Vec<u8>> {
        npy_seeds()
    }
    fn words(&self) -> &'static [&'static str] {
        NPY_WORDS
    }
    fn mend(&self, m: &mut Mutator, input: Vec<u8>) -> Vec<u8> {
        mend_npy(m, input)
    }
    // a byte is eight as a number, and there twice in a small array whose columns become rows
    fn allowance(&self, input: usize) -> usize {
        16 * input + (1 << 20)
    }
    fn run(&mut self, input: &[u8]) -> String {
        let loaded = gflow::io::load(&self.0.write(input));
        loaded.iter().for_each(|rows| oracle::check_npy(input, rows));
        said(loaded)
    }
}

pub struct Npz(pub File);

/// A zip file of these members, stored or deflated.
pub fn zip_file(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(vec![]));
    for (name, bytes) in members {
        zip.start_file(*name, FileOptions::default().compression_method(method)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

impl Target for Npz {
    fn name(&self) -> &'static str {
        "npz"
    }
    fn seeds(&self) -> Vec<Vec<u8>> {
        let arrays = npy_seeds();
        let members: Vec<(&str, &[u8])> = vec![("b.npy", &arrays[0]), ("a.npy", &arrays[1]), ("notes.txt", b"text")];
        let mut out = vec![
            zip_file(&members, CompressionMethod::Stored),
            zip_file(&members, CompressionMethod::Deflated),
            zip_file(&[], CompressionMethod::Stored),
        ];
        out.extend(arrays);
        let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/files");
        out.extend(["neighbours.npz", "several.npz"].map(|name| std::fs::read(fixtures.join(name)).unwrap()));
        out
    }
    fn words(&self) -> &'static [&'static str] {
        &["PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}", "PK\u{6}\u{6}", "PK\u{6}\u{7}", ".npy", "a.npy", "\u{0}"]
    }
    /// What is no archive becomes the array of one, with its checksum.
    fn mend(&self, m: &mut Mutator, input: Vec<u8>) -> Vec<u8> {
        if input.starts_with(b"PK") {
            return input;
        }
        let input = mend_npy(m, input);
        let method = *m.one(&[CompressionMethod::Stored, CompressionMethod::Deflated]);
        zip_file(&[("a.npy", &input[..]), ("b.npy", &input[..input.len() / 2])][..1 + m.below(2)], method)
    }
    // deflate makes up to 1032 bytes of one
    fn allowance(&self, input: usize) -> usize {
        16 * 1032 * input + (4 << 20)
    }
    fn run(&mut self, input: &[u8]) -> String {
        let path = self.0.write(input);
        let all = gflow::io::numpy::load_npz(&path).map(|a| a.len());
        if let Ok(n) = all {
            assert!(n < 1 + input.len() / 76, "{n} arrays in {} bytes", input.len());
        }
        said(gflow::io::load(&path))
    }
}

pub struct Csv(pub File);

impl Target for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }
    fn seeds(&self) -> Vec<Vec<u8>> {
        [
            "x0,x1\n1,2\n3.5,-4e-3\n",
            "1\n2\n3\n",
            "# a comment\n1, 2 ,3\r\n\"4\",5,6\r\n",
            "nan,inf\n-inf,1e39\n",
            "1;2\n",
            "a;b\n1,5;2\n3;4,25\n",
            ",x,y\n0,1.5,2\n1,3,4\n2,5,6\n",
            " x  y\n 1.5 2\n3  4 # note\n",
            "x\ty\tz\n1\t\t3\nNA\t5\t6\n",
            "0,1,2\n0.5,1.5,2.5\n",
            "x,y,\n1,2,\n3,4,\n",
            "5.1,3.5,red\n4,3,blue\n",
            "1|2\n\n3|4\n",
        ]
        .map(|t| t.as_bytes().to_vec())
        .to_vec()
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            ",",
            ";",
            "\n",
            "\r\n",
            "\"",
            "\"\"",
            "#",
            "NA",
            "nan",
            "inf",
            "1e400",
            "\u{feff}",
            "é",
            "\t",
            "|",
            " ",
            "\u{a0}",
            "\u{2212}",
            "#N/A",
            "True",
            "0,1,2",
            "1,5",
            "1.234,5",
            "Unnamed: 0",
            "\r",
            "1,2\n",
            "\u{1b}[2J",
        ]
    }
    // a field may be one byte: its number is eight, its place in the first lines eight in lists that double
    fn allowance(&self, input: usize) -> usize {
        48 * input + (1 << 20)
    }
    fn run(&mut self, input: &[u8]) -> String {
        let path = self.0.write(input);
        let loaded = gflow::io::load(&path);
        loaded.iter().for_each(|rows| oracle::check_text(input, rows));
        let wanted = Wanted { labels: Some(Column::At(-1)), ..Wanted::default() };
        if let Ok(l) = gflow::io::load_with(&path, &wanted) {
            assert_eq!(l.labels.map(|l| l.len()), Some(l.rows.n));
        }
        said(loaded)
    }
}

/// Gzipped texts; half of what is none becomes one.
pub struct Zipped(pub File);

impl Target for Zipped {
    fn name(&self) -> &'static str {
        "gz"
    }
    fn seeds(&self) -> Vec<Vec<u8>> {
        let plain = Csv(File::new("csv")).seeds();
        let members = plain.iter().map(|t| [zipped(&t[..1]), zipped(&t[1..])].concat());
        plain.iter().map(|t| zipped(t)).chain(members).chain(plain.clone()).collect()
    }
    fn words(&self) -> &'static [&'static str] {
        &["\u{1f}", "\u{8}", ",", "\n", "\u{0}\u{0}"]
    }
    fn mend(&self, m: &mut Mutator, input: Vec<u8>) -> Vec<u8> {
        if input.starts_with(&[0x1F, 0x8B]) || m.chance(2) { input } else { zipped(&input) }
    }
    fn allowance(&self, input: usize) -> usize {
        48 * 1032 * input + (1 << 20)
    }
    fn run(&mut self, input: &[u8]) -> String {
        said(gflow::io::load(&self.0.write(input)))
    }
}

pub struct Transforms(pub File);

impl Target for Transforms {
    fn name(&self) -> &'static str {
        "transform"
    }
    fn seeds(&self) -> Vec<Vec<u8>> {
        let x = gflow::device::wide(vec![0.5, 1e6, 2.0, 1e6 + 0.25, -1.0, 1e6 + 1.0], 3, 2);
        let found = [
            gflow::prepare::fit::standardise(&x, gflow::prepare::columns::By::Std),
            gflow::prepare::whiten::whiten(&x, 0.0),
            gflow::prepare::fit::given(&[1e3, 0.1], &[]),
        ];
        let written = found.map(|t| {
            let path = self.0.path().join("seed.json");
            t.unwrap().save(&path).unwrap();
            std::fs::read(path).unwrap()
        });
        written.to_vec()
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "\"",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "null",
            "1e999",
            "-0.0",
            "1e-320",
            "true",
            "false",
            "\"mixes\":",
            "\"scale\":",
        ]
    }
    // a number of two bytes is eight, in lists that double, and the text beside
    fn allowance(&self, input: usize) -> usize {
        64 * input + (1 << 20)
    }
    fn run(&mut self, input: &[u8]) -> String {
        let read = gflow::prepare::Transform::load(&self.0.write(input));
        match read {
            Ok(t) => {
                t.check().unwrap();
                // what it makes of a point is numbers, or refused
                let x = gflow::device::wide(vec![1.0; t.dim()], 1, t.dim());
                if let Ok(z) = t.apply(&x) {
                    assert!(gflow::device::rows_f64(&z).unwrap().iter().all(|v| v.is_finite()));
                }
                "transform".into()
            }
            Err(e) => {
                let said = e.to_string();
                assert!(said.chars().count() < 600 && !said.contains('\u{1b}'), "an error message of: {said:?}");
                said.split(['`', '"', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
                    .next()
                    .unwrap_or_default()
                    .into()
            }
        }
    }
}

pub struct Idx(pub File);

fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(vec![], Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

impl Target for Idx {
    fn name(&self) -> &'static str {
        "idx"
    }
    fn seeds(&self) -> Vec<Vec<u8>> {
        let images: Vec<u8> = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2].into_iter().chain(0..12).collect();
        let labels = vec![0, 0, 8, 1, 0, 0, 0, 4, 7, 1, 0, 9];
        vec![zipped(&images), zipped(&labels), images, labels]
    }
    fn words(&self) -> &'static [&'static str] {
        &["\u{0}\u{0}\u{8}\u{1}", "\u{0}\u{0}\u{8}\u{3}", "\u{0}\u{0}\u{8}\u{4}", "\u{1f}", "\u{0}\u{0}\u{0}\u{1}"]
    }
    /// Half of what is not gzipped becomes so.
    fn mend(&self, m: &mut Mutator, input: Vec<u8>) -> Vec<u8> {
        if input.starts_with(&[0x1F, 0x8B]) || m.chance(2) { input } else { zipped(&input) }
    }
    fn allowance(&self, input: usize) -> usize {
        16 * 1032 * input + (1 << 20)
    }
    fn run(&mut self, input: &[u8]) -> String {
        let path = self.0.write(input);
        let labels = idx::labels(&path).map_or_else(|e| e.to_string(), |_| "labels".into());
        let labels: String = labels.split('`').step_by(2).collect();
        format!("{} {labels}", said(idx::images(&path)))
    }
}
