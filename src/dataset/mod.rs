//! Data sets: one file each, and one line each in [`ALL`]. Everything is drawn on the host from one seeded stream, so it is
//! the same on any device.
use crate::catalogue::Entry;

pub mod checkerboard;
pub mod cifar;
mod data_set;
pub mod digits;
pub mod embed;
pub mod gaussian;
pub mod idx;
pub mod images;
pub mod mixture;
pub mod moons;
mod parted;
pub mod pinwheel;
pub mod pixels;
pub mod ring;
pub mod rings;
mod rows;
pub mod sierpinski;
pub mod student_t;
pub mod swiss_roll;
mod tar;
pub use data_set::{Argument, Call, Classes, DataSet, Draw, Kind, Labelled, Value};
pub(crate) use parted::parted;
pub use rows::{CurveOptions, Rows};

/// Every data set, in the order help lists them: the language, its help and its tests loop over this list.
pub const ALL: &[DataSet] = &[
    idx::DATA_SET,
    cifar::TEN_SET,
    cifar::HUNDRED_SET,
    images::DATA_SET,
    gaussian::DATA_SET,
    ring::DATA_SET,
    ring::CENTERS_SET,
    rings::DATA_SET,
    mixture::DATA_SET,
    moons::DATA_SET,
    pinwheel::DATA_SET,
    checkerboard::DATA_SET,
    swiss_roll::DATA_SET,
    student_t::DATA_SET,
    sierpinski::DATA_SET,
    digits::DATA_SET,
    digits::LABELS_SET,
    embed::DATA_SET,
];

/// The entries of every data set, in order.
pub const ENTRIES: &[Entry] = &{
    let mut out = [ALL[0].entry; ALL.len()];
    let mut i = 0;
    while i < ALL.len() {
        out[i] = ALL[i].entry;
        i += 1;
    }
    out
};
