//! Targets that read HDF5, AnnData, safetensors, CIFAR and images.
use super::engine::Target;
use super::files::{File, said};
use super::mutate::Mutator;
use crate::truth::formats::file;
use gflow::dataset::pixels::ColourOptions;
use gflow::dataset::{cifar, images};
use gflow::io::{Column, Wanted};
use std::path::Path;

fn seeds(names: &[&str]) -> Vec<Vec<u8>> {
    names.iter().map(|name| std::fs::read(file(name)).unwrap()).collect()
}

/// Reads a file in every way that its format has.
fn in_every_way(path: &Path, arrays: &[&str], labels: &[&str]) -> String {
    let mut out = String::new();
    for array in std::iter::once(None).chain(arrays.iter().map(|a| Some(a.to_string()))) {
        let wanted = Wanted { array, ..Wanted::default() };
        out += &said(gflow::io::load_with(path, &wanted).map(|l| l.rows));
        for name in labels {
            let labels = Some(Column::Named(name.to_string()));
            match gflow::io::load_with(path, &Wanted { labels, ..wanted.clone() }) {
                Ok(l) => assert_eq!(l.labels.map(|l| l.len()), Some(l.rows.n)),
                Err(e) => out += &said(Err(e)),
            }
        }
    }
    out
}

/// A structure that has its checksum again: whatever begins with one of these signs and has had the right one before is not
/// known here, so it is made right behind every number of bytes that such structures have.
fn mend_hdf5(m: &mut Mutator, mut b: Vec<u8>) -> Vec<u8> {
    // superblocks of version 2 and 3 have 48 bytes; headers say how many they have
    if b.len() > 48 && b[8] >= 2 && m.chance(2) {
        let sum = checksum(&b[..44]);
        b[44..48].copy_from_slice(&sum.to_le_bytes());
    }
    for at in 0..b.len().saturating_sub(12) {
        for (sign, len) in HEADS {
            if b[at..].starts_with(sign) && at + len <= b.len() && !m.chance(4) {
                let sum = checksum(&b[at..at + len - 4]);
                b[at + len - 4..at + len].copy_from_slice(&sum.to_le_bytes());
            }
        }
    }
    for at in 0..b.len().saturating_sub(12) {
        if !b[at..].starts_with(b"OHDR") || m.chance(4) {
            continue;
        }
        let flags = b[at + 5];
        let before = 6 + if flags & 0x20 != 0 { 16 } else { 0 } + if flags & 0x10 != 0 { 4 } else { 0 };
        let width = 1 << (flags & 3);
        let Some(len) = b.get(at + before..at + before + width) else { continue };
        let len = len.iter().rev().fold(0usize, |n, v| n << 8 | usize::from(*v));
        let end = at.saturating_add(before + width).saturating_add(len);
        if end.checked_add(4).is_some_and(|e| e <= b.len()) {
            let sum = checksum(&b[at..end]);
            b[end..end + 4].copy_from_slice(&sum.to_le_bytes());
        }
    }
    b
}

/// Bob Jenkins' lookup3, from 0, byte by byte.
fn checksum(bytes: &[u8]) -> u32 {
    let mut s = [0xDEAD_BEEFu32.wrapping_add(bytes.len() as u32); 3];
    let mut blocks = bytes.chunks(12).peekable();
    while let Some(block) = blocks.next() {
        for (i, b) in block.iter().enumerate() {
            s[i / 4] = s[i / 4].wrapping_add(u32::from(*b) << (8 * (i % 4)));
        }
        if blocks.peek().is_some() {
            for (i, by) in [4, 6, 8, 16, 19, 4].into_iter().enumerate() {
                let (x, y, z) = (i % 3, (i + 1) % 3, (i + 2) % 3);
                s[x] = s[x].wrapping_sub(s[z]) ^ s[z].rotate_left(by);
                s[z] = s[z].wrapping_add(s[y]);
            }
        } else {
            for (i, by) in [14, 11, 25, 16, 4, 14, 24].into_iter().enumerate() {
                let (x, y) = ((i + 2) % 3, (i + 1) % 3);
                s[x] = (s[x] ^ s[y]).wrapping_sub(s[y].rotate_left(by));
            }
        }
    }
    s[2]
}

/// Structures of one length, with places and sizes of eight bytes, checksum included.
const HEADS: &[(&[u8], usize)] = &[(b"EAHD", 72), (b"FAHD", 28), (b"BTHD", 38), (b"FRHP", 146)];

const HDF5_WORDS: &[&str] = &[
    "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}",
    "TREE",
    "SNOD",
    "HEAP",
    "GCOL",
    "OHDR",
    "OCHK",
    "FRHP",
    "FHDB",
    "BTHD",
    "BTLF",
    "FAHD",
    "FADB",
    "EAHD",
    "EAIB",
    "EADB",
    "FHIB",
    "\u{1}\u{0}\u{0}\u{0}",
    "\u{8}\u{0}",
    "\u{10}\u{0}",
];

pub struct H5(pub File);

impl Target for H5 {
    fn name(&self) -> &'static str {
        "h5"
    }
    fn seeds(&self) -> Vec<Vec<u8>> {
        seeds(&["seed_old.h5", "seed_new.h5", "seed_grows.h5", "one.h5", "block.h5", "refused.h5"])
    }
    fn words(&self) -> &'static [&'static str] {
        HDF5_WORDS
    }
    fn mend(&self, m: &mut Mutator, input: Vec<u8>) -> Vec<u8> {
        mend_hdf5(m, input)
    }
    // what is packed may be a thousandfold, eight bytes a number; what was never written may be 8 MB, as numbers 64
    fn allowance(&self, input: usize) -> usize {
        16 * 1032 * input + (80 << 20)
    }
    fn run(&mut self, input: &[u8]) -> String {
        in_every_way(&self.0.write(input), &["x", "y", "fixed", "names/n3"], &["names"])
    }
}

pub struct H5ad(pub File);

impl Target for H5ad {
    fn name(&self) -> &'static str {
        "h5ad"
    }
    fn seeds(&self) -> Vec<Vec<u8>> {
        seeds(&["seed.h5ad", "seven.h5ad"])
    }
    fn words(&self) -> &'static [&'static str] {
        &["csr_matrix", "csc_matrix", "encoding-type", "shape", "_index", "codes", "categories", "OHDR", "\u{0}\u{0}"]
    }
    fn mend(&self, m: &mut Mutator, input: Vec<u8>) -> Vec<u8> {
        mend_hdf5(m, input)
    }
    fn allowance(&self, input: usize) -> usize {
        16 * 1032 * input + (80 << 20)
    }
    fn run(&mut self, input: &[u8]) -> String {
        in_every_way(&self.0.write(input), &["X"], &["kind", "n", "louvain"])
    }
}

pub struct Safetensors(pub File);

impl Target for Safetensors {
    fn name(&self) -> &'static str {
        "safetensors"
    }
    fn seeds(&self) -> Vec<Vec<u8>> {
        seeds(&["one.safetensors", "two.safetensors", "matrix.safetensors"])
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "{",
            "}",
            "[",
            "]",
            "\"",
            ",",
            ":",
            "F32",
            "F64",
            "BF16",
            "I64",
            "BOOL",
            "data_offsets",
            "__metadata__",
            "-1",
            "1e9",
        ]
    }
    /// The length of the header is that of its text again.
    fn mend(&self, m: &mut Mutator, mut b: Vec<u8>) -> Vec<u8> {
        let end = b.iter().skip(8).rposition(|c| *c == b'}');
        if let (Some(end), false) = (end, m.chance(3)) {
            b[..8].copy_from_slice(&(end as u64 + 1).to_le_bytes());
        }
        b
    }
    // a byte is eight as a number; a name of one byte is a name, a type and a list
    fn allowance(&self, input: usize) -> usize {
        64 * input + (1 << 20)
    }
    fn run(&mut self, input: &[u8]) -> String {
        in_every_way(&self.0.write(input), &["points", "t_bf16"], &["labels"])
    }
}

pub struct Cifar(pub File);

impl Target for Cifar {
    fn name(&self) -> &'static str {
        "cifar"
    }
    fn seeds(&self) -> Vec<Vec<u8>> {
        let record = |labels: &[u8]| [labels, &[7; 3072]].concat();
        vec![[record(&[3]), record(&[9])].concat(), [record(&[19, 99]), record(&[0, 1])].concat()]
    }
    fn words(&self) -> &'static [&'static str] {
        &["\u{0}", "\u{9}", "\u{1f}"]
    }
    fn allowance(&self, input: usize) -> usize {
        32 * input + (1 << 20)
    }
    fn run(&mut self, input: &[u8]) -> String {
        let path = self.0.write(input);
        let o = cifar::CifarOptions::default();
        let read = |hundred| {
            cifar::read(&path, hundred, &o).map(|(rows, labels)| {
                assert_eq!(labels.map(|l| l.len()), Some(rows.n));
                rows
            })
        };
        [said(read(false)), said(read(true))].concat()
    }
}

/// A folder with one image in it.
pub struct Image(pub File, pub &'static [&'static str], pub &'static str);

impl Target for Image {
    fn name(&self) -> &'static str {
        self.2
    }
    fn seeds(&self) -> Vec<Vec<u8>> {
        seeds(self.1)
    }
    fn words(&self) -> &'static [&'static str] {
        &["IHDR", "IDAT", "PLTE", "IEND", "\u{0}\u{0}\u{0}\u{5}", "JFIF", "\u{10}\u{0}"]
    }
    /// Pieces of a PNG have their checksums again.
    fn mend(&self, m: &mut Mutator, mut b: Vec<u8>) -> Vec<u8> {
        let mut at = 8;
        while b.starts_with(b"\x89PNG") && at + 12 <= b.len() && !m.chance(8) {
            let len = b[at..at + 4].iter().fold(0usize, |n, v| n << 8 | usize::from(*v));
            let Some(end) = at.checked_add(8 + len).filter(|e| e + 4 <= b.len()) else { break };
            let mut crc = flate2::Crc::new();
            crc.update(&b[at + 4..end]);
            b[end..end + 4].copy_from_slice(&crc.sum().to_be_bytes());
            at = end + 4;
        }
        b
    }
    fn allowance(&self, input: usize) -> usize {
        64 * 1032 * input + (16 << 20)
    }
    fn run(&mut self, input: &[u8]) -> String {
        self.0.write(input);
        let options = ColourOptions::default();
        said(images::read(self.0.path(), &options).map(|l| l.0))
    }
}
