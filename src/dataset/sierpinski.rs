//! Uniform on a level of the Sierpinski carpet.
use super::data_set::{Argument, DataSet, Draw};
use super::rows::{Rows, check_size, rows};
use crate::catalogue::{Entry, Opt, OptionKind, POSITIVE, defaults_of};
use crate::error::Result;
use crate::random::Rng;
use rand::Rng as _;
use serde::{Deserialize, Serialize};

/// Options of [`sierpinski`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// divisions
    pub level: usize,
    /// dimension, 2 or 3
    pub dim: usize,
    /// side of the whole square
    pub width: f64,
}

impl Default for Options {
    fn default() -> Self {
        Options { level: 4, dim: 2, width: 10.0 }
    }
}

const ENTRY: Entry = Entry {
    name: "data::sierpinski",
    room: "data",
    signature: "data::sierpinski(n, options)",
    doc: "Uniform on the squares left after `level` divisions of the Sierpinski carpet (dim 2) or the Menger-like sponge without the central cubes (dim 3).",
    equation: r"",
    cite: "gu2024gpa",
    options: &[
        Opt { name: "level", kind: OptionKind::Integer { min: 0, max: 12 }, doc: "divisions" },
        Opt { name: "dim", kind: OptionKind::Integer { min: 2, max: 3 }, doc: "dimension" },
        Opt { name: "width", kind: POSITIVE, doc: "of the whole square" },
    ],
    defaults: defaults_of::<Options>,
    example: "data::sierpinski(400, #{ level: 3, dim: 2 })",
};

/// `data::sierpinski(n, options)`
pub const DATA_SET: DataSet = DataSet {
    entry: ENTRY,
    arguments: &[Argument::count("data::sierpinski")],
    draw: Draw::Random(|c, rng| sierpinski(c.count(0)?, &c.options()?, rng)),
};

/// n points, uniform on what is left of a square around 0 (a cube for dim 3) after `level` divisions in three [gu2024gpa](crate::references#gu2024gpa). Errors if n is 0 or the sample would not fit in memory.
pub fn sierpinski(n: usize, o: &Options, rng: &mut Rng) -> Result<Rows> {
    check_size("data::sierpinski", n, o.dim)?;
    rows("data::sierpinski", n, o.dim, |_, out| {
        let mut at = vec![0.0; o.dim];
        let mut width = o.width;
        for _ in 0..o.level {
            width /= 3.0;
            // any of the 3^dim cells but the central one
            let mut cell = rng.random_range(0..3usize.pow(o.dim as u32) - 1);
            if cell >= (3usize.pow(o.dim as u32) - 1) / 2 {
                cell += 1;
            }
            for a in &mut at {
                *a += width * (cell % 3) as f64;
                cell /= 3;
            }
        }
        out.extend(at.iter().map(|a| a + width * rng.random::<f64>() - 0.5 * o.width));
    })
}
