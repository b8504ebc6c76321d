//! Uniform on the dark squares of a checkerboard.
use super::data_set::{Argument, DataSet, Draw};
use super::rows::{Rows, balanced, check_size, rows};
use crate::catalogue::{Entry, Opt, OptionKind, POSITIVE, defaults_of};
use crate::error::Result;
use crate::random::Rng;
use rand::Rng as _;
use serde::{Deserialize, Serialize};

/// Options of [`checkerboard`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// squares a side
    pub size: usize,
    /// side of the whole board
    pub width: f64,
}

impl Default for Options {
    fn default() -> Self {
        Options { size: 4, width: 8.0 }
    }
}

const ENTRY: Entry = Entry {
    name: "data::checkerboard",
    room: "data",
    signature: "data::checkerboard(n, options)",
    doc: "Uniform on the dark squares of a checkerboard with `size` squares a side.",
    equation: r"",
    cite: "",
    options: &[
        Opt { name: "size", kind: OptionKind::Integer { min: 2, max: 1000 }, doc: "squares a side" },
        Opt { name: "width", kind: POSITIVE, doc: "of the whole board" },
    ],
    defaults: defaults_of::<Options>,
    example: "data::checkerboard(400)",
};

/// `data::checkerboard(n, options)`
pub const DATA_SET: DataSet = DataSet {
    entry: ENTRY,
    arguments: &[Argument::count("data::checkerboard")],
    draw: Draw::Random(|c, rng| checkerboard(c.count(0)?, &c.options()?, rng)),
};

/// n points, uniform on the dark squares of a board around 0 in the plane. Errors if n is 0 or the sample would not fit in memory.
pub fn checkerboard(n: usize, o: &Options, rng: &mut Rng) -> Result<Rows> {
    check_size("data::checkerboard", n, 2)?;
    let dark: Vec<(usize, usize)> =
        (0..o.size).flat_map(|i| (0..o.size).map(move |j| (i, j))).filter(|(i, j)| (i + j) % 2 == 0).collect();
    let labels = balanced(n, dark.len(), rng)?;
    let cell = o.width / o.size as f64;
    rows("data::checkerboard", n, 2, |k, out| {
        let (i, j) = dark[labels[k] as usize];
        let mut at = |c: usize| (c as f64 + rng.random::<f64>()) * cell - 0.5 * o.width;
        let (x, y) = (at(i), at(j));
        out.extend([x, y]);
    })
}
