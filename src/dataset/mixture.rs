//! Equal Gaussians at given centres.
use super::data_set::{Argument, DataSet, Draw};
use super::rows::{Rows, balanced, check_size, normal, rows};
use crate::catalogue::{Entry, no_defaults};
use crate::error::{Error, Result};
use crate::random::Rng;

const ENTRY: Entry = Entry {
    name: "data::mixture",
    room: "data",
    signature: "data::mixture(n, centers, std)",
    doc: "n points from equal, balanced Gaussians at the rows of `centers`.",
    equation: r"\tfrac1K\sum_kN(c_k,s^2I)",
    cite: "",
    options: &[],
    defaults: no_defaults,
    example: "data::mixture(100, [[0.0, 0.0], [3.0, 0.0]], 0.2)",
};

/// `data::mixture(n, centers, std)`
pub const DATA_SET: DataSet = DataSet {
    entry: ENTRY,
    arguments: &[
        Argument::count("data::mixture n"),
        Argument::rows("data::mixture centers"),
        Argument::number("data::mixture std"),
    ],
    draw: Draw::Random(|c, rng| mixture(c.count(0)?, c.rows(1)?, c.number(2)?, rng)),
};

/// n points of (1/K) Σₖ N(cₖ, s² I), balanced, with the cₖ in the rows of `centers`. Errors if n is 0, there are no centres, or
/// std is no number ≥ 0.
pub fn mixture(n: usize, centers: &Rows, std: f64, rng: &mut Rng) -> Result<Rows> {
    check_size("data::mixture", n, centers.d)?;
    check_size("data::mixture centers", centers.n, centers.d)?;
    if !(std.is_finite() && std >= 0.0) {
        return Err(Error::data("data::mixture", format!("std is {std}, expected a number >= 0")));
    }
    let labels = balanced(n, centers.n, rng)?;
    let d = centers.d;
    rows("data::mixture", n, d, |i, out| {
        let c = &centers.data[labels[i] as usize * d..][..d];
        out.extend(c.iter().map(|c| c + std * normal(rng)));
    })
}
