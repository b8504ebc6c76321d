//! A spiral in the plane.
use super::data_set::{Argument, DataSet, Draw};
use super::rows::{CurveOptions, Rows, check_size, normal, rows};
use crate::catalogue::{Entry, NONNEGATIVE, Opt, defaults_of};
use crate::error::Result;
use crate::random::Rng;
use rand::Rng as _;

const ENTRY: Entry = Entry {
    name: "data::swiss_roll",
    room: "data",
    signature: "data::swiss_roll(n, options)",
    doc: "The swiss roll in the plane: a spiral with noise.",
    equation: r"",
    cite: "gu2024gpa",
    options: &[Opt { name: "std", kind: NONNEGATIVE, doc: "of noise around the spiral" }],
    defaults: defaults_of::<CurveOptions>,
    example: "data::swiss_roll(300)",
};

/// `data::swiss_roll(n, options)`
pub const DATA_SET: DataSet = DataSet {
    entry: ENTRY,
    arguments: &[Argument::count("data::swiss_roll")],
    draw: Draw::Random(|c, rng| swiss_roll(c.count(0)?, &c.options()?, rng)),
};

/// n points of the spiral t ↦ 0.3 t (cos t, sin t), 3π/2 ≤ t ≤ 9π/2, in the plane [gu2024gpa](crate::references#gu2024gpa). Errors if n is 0 or the sample would not fit in memory.
pub fn swiss_roll(n: usize, o: &CurveOptions, rng: &mut Rng) -> Result<Rows> {
    check_size("data::swiss_roll", n, 2)?;
    rows("data::swiss_roll", n, 2, |_, out| {
        let t = 1.5 * std::f64::consts::PI * (1.0 + 2.0 * rng.random::<f64>());
        // scaled to a radius of about 4
        let s = 0.3;
        out.extend([s * t * t.cos() + o.std * normal(rng), s * t * t.sin() + o.std * normal(rng)]);
    })
}
