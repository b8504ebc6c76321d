//! Two interleaving half circles.
use super::data_set::{Argument, DataSet, Draw};
use super::rows::{CurveOptions, Rows, balanced, check_size, normal, rows};
use crate::catalogue::{Entry, NONNEGATIVE, Opt, defaults_of};
use crate::error::Result;
use crate::random::Rng;
use rand::Rng as _;

const ENTRY: Entry = Entry {
    name: "data::moons",
    room: "data",
    signature: "data::moons(n, options)",
    doc: "Two interleaving half circles in the plane.",
    equation: r"",
    cite: "",
    options: &[Opt { name: "std", kind: NONNEGATIVE, doc: "of noise around the arcs" }],
    defaults: defaults_of::<CurveOptions>,
    example: "data::moons(300)",
};

/// `data::moons(n, options)`
pub const DATA_SET: DataSet = DataSet {
    entry: ENTRY,
    arguments: &[Argument::count("data::moons")],
    draw: Draw::Random(|c, rng| moons(c.count(0)?, &c.options()?, rng)),
};

/// n points of two interleaving half circles of radius 1 in the plane. Errors if n is 0 or the sample would not fit in memory.
pub fn moons(n: usize, o: &CurveOptions, rng: &mut Rng) -> Result<Rows> {
    check_size("data::moons", n, 2)?;
    let labels = balanced(n, 2, rng)?;
    rows("data::moons", n, 2, |i, out| {
        let t = rng.random_range(0.0..std::f64::consts::PI);
        let (x, y) = if labels[i] == 0 { (t.cos(), t.sin()) } else { (1.0 - t.cos(), 0.5 - t.sin()) };
        out.extend([x + o.std * normal(rng), y + o.std * normal(rng)]);
    })
}
