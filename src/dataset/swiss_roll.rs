//! A spiral in the plane.
use super::{Noise as Options, Rows, check_size, normal, rows};
use crate::catalogue::{Entry, NONNEGATIVE, Opt, defaults_of};
use crate::error::Result;
use crate::random::Rng;
use rand::Rng as _;

pub const ENTRY: Entry = Entry {
    name: "data::swiss_roll",
    room: "data",
    signature: "data::swiss_roll(n, options)",
    doc: "The swiss roll in the plane: a spiral with noise.",
    equation: r"",
    cite: "gu2024gpa",
    options: &[Opt { name: "std", kind: NONNEGATIVE, doc: "of noise around the spiral" }],
    defaults: defaults_of::<Options>,
    example: "data::swiss_roll(300)",
};

pub fn swiss_roll(n: usize, o: &Options, rng: &mut Rng) -> Result<Rows> {
    check_size("data::swiss_roll", n, 2)?;
    Ok(rows(n, 2, |_, out| {
        let t = 1.5 * std::f64::consts::PI * (1.0 + 2.0 * rng.random::<f64>());
        // scaled to a radius of about 4
        let s = 0.3;
        out.extend([(s * t * t.cos() + o.std * normal(rng)) as f32, (s * t * t.sin() + o.std * normal(rng)) as f32]);
    }))
}
