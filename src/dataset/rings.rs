//! Three touching circles, the KALE flow's example.
use super::data_set::{Argument, DataSet, Draw};
use super::rows::{Rows, balanced, check_size, normal, rows};
use crate::catalogue::{Entry, NONNEGATIVE, Opt, defaults_of};
use crate::error::Result;
use crate::random::Rng;
use rand::Rng as _;
use serde::{Deserialize, Serialize};

/// Options of [`rings`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// of each circle
    pub radius: f64,
    /// standard deviation of noise around the circles
    pub std: f64,
}

impl Default for Options {
    fn default() -> Self {
        Options { radius: 0.3, std: 0.0 }
    }
}

const ENTRY: Entry = Entry {
    name: "data::rings",
    room: "data",
    signature: "data::rings(n, options)",
    doc: "Three circles of radius 0.3 side by side in the plane, n points in all.",
    equation: r"",
    cite: "glaser2021",
    options: &[
        Opt { name: "radius", kind: NONNEGATIVE, doc: "of each circle" },
        Opt { name: "std", kind: NONNEGATIVE, doc: "of noise around the circles" },
    ],
    defaults: defaults_of::<Options>,
    example: "data::rings(300)",
};

/// `data::rings(n, options)`
pub const DATA_SET: DataSet = DataSet {
    entry: ENTRY,
    arguments: &[Argument::count("data::rings")],
    draw: Draw::Random(|c, rng| rings(c.count(0)?, &c.options()?, rng)),
};

/// n points of three touching circles in the plane [glaser2021](crate::references#glaser2021). Errors if n is 0 or the sample would not fit in memory.
pub fn rings(n: usize, o: &Options, rng: &mut Rng) -> Result<Rows> {
    check_size("data::rings", n, 2)?;
    let centers = [(0.0, 0.0), (2.0 * o.radius, 0.0), (o.radius, 3f64.sqrt() * o.radius)];
    let labels = balanced(n, 3, rng)?;
    rows("data::rings", n, 2, |i, out| {
        let angle = rng.random_range(0.0..std::f64::consts::TAU);
        let (cx, cy) = centers[labels[i] as usize];
        out.extend([
            cx + o.radius * angle.cos() + o.std * normal(rng),
            cy + o.radius * angle.sin() + o.std * normal(rng),
        ]);
    })
}
