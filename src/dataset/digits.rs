//! The classic 1797 handwritten digits, 8 by 8 pixels, shipped inside the binary.
use super::data_set::{DataSet, Draw};
use super::rows::Rows;
use crate::catalogue::{Entry, no_defaults};
use crate::error::{Error, Result};
use std::io::Read;

const ENTRY: Entry = Entry {
    name: "data::digits",
    room: "data",
    signature: "data::digits()",
    doc: "1797 handwritten digits of 8 by 8 pixels scaled to [0, 1], as rows of 64; data::digit_labels() has their labels. Optical Recognition of Handwritten Digits, UCI, CC BY 4.0.",
    equation: "",
    cite: "alpaydin1998",
    options: &[],
    defaults: no_defaults,
    example: "plot::images(data::digits().rows(0, 16), #{ shape: [8, 8] })",
};

/// `data::digits()`
pub const DATA_SET: DataSet = DataSet { entry: ENTRY, arguments: &[], draw: Draw::Fixed(|_| Ok(digits()?.0)) };

const LABELS: Entry = Entry {
    name: "data::digit_labels",
    signature: "data::digit_labels()",
    doc: "The labels 0 to 9 of data::digits(), in order.",
    example: "data::digit_labels().len()",
    ..ENTRY
};

/// `data::digit_labels()`
pub const LABELS_SET: DataSet = DataSet { entry: LABELS, arguments: &[], draw: Draw::Labels(|_| Ok(digits()?.1)) };

const FILE: &[u8] = include_bytes!("digits.csv.gz");

/// The images in [0, 1], rows of 64, and the labels 0 to 9.
///
/// # Errors
/// A packed file that cannot be unpacked.
pub fn digits() -> Result<(Rows, Vec<u8>)> {
    let broken = |e: String| Error::data("data::digits", e);
    let mut text = String::new();
    flate2::read::GzDecoder::new(FILE).read_to_string(&mut text).map_err(|e| broken(e.to_string()))?;
    let (mut data, mut labels) = (vec![], vec![]);
    for line in text.lines().filter(|l| l.starts_with(|c: char| c.is_ascii_digit())) {
        let values: Vec<f64> = line.split(',').map_while(|v| v.trim().parse().ok()).collect();
        let [pixels @ .., label] = &values[..] else { continue };
        if pixels.len() == 64 {
            data.extend(pixels.iter().map(|v| v / 16.0));
            labels.push(*label as u8);
        }
    }
    Ok((Rows { n: labels.len(), d: 64, data }, labels))
}
