//! A Gaussian with independent coordinates.
use super::data_set::{Argument, DataSet, Draw};
use super::rows::{Rows, check_size, normal, rows};
use crate::catalogue::{Entry, Opt, OptionKind, defaults_of};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::random::Rng;
use serde::{Deserialize, Serialize};

/// One number for every coordinate, or a list with one each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PerAxis {
    /// one number for all
    All(f64),
    /// one number each
    Each(Vec<f64>),
}

impl PerAxis {
    fn get(&self, what: &str, d: usize) -> Result<Vec<f64>> {
        match self {
            PerAxis::All(v) => Ok(vec![*v; d]),
            PerAxis::Each(v) if v.len() == d => Ok(v.clone()),
            PerAxis::Each(v) => Err(Error::Shape {
                what: what.into(),
                expected: format!("{d} numbers, one per dimension"),
                got: format!("{}", v.len()),
            }),
        }
    }
}

/// Options of [`gaussian`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GaussianOptions {
    /// mean m
    pub mean: PerAxis,
    /// standard deviation s
    pub std: PerAxis,
}

impl Default for GaussianOptions {
    fn default() -> Self {
        GaussianOptions { mean: PerAxis::All(0.0), std: PerAxis::All(1.0) }
    }
}

const ENTRY: Entry = Entry {
    name: "data::gaussian",
    room: "data",
    signature: "data::gaussian(n, d, options)",
    doc: "n points from N(mean, diag(std^2)) in dimension d.",
    equation: r"N(m,\mathrm{diag}(s^2))",
    cite: "",
    options: &[
        Opt { name: "mean", kind: OptionKind::Numbers, doc: "of every coordinate, or a list" },
        Opt { name: "std", kind: OptionKind::Numbers, doc: "of every coordinate, or a list" },
    ],
    defaults: defaults_of::<GaussianOptions>,
    example: "data::gaussian(100, 2, #{ mean: [1.0, 0.0], std: 0.5 })",
};

/// `data::gaussian(n, d, options)`
pub const DATA_SET: DataSet = DataSet {
    entry: ENTRY,
    arguments: &[Argument::count("data::gaussian n"), Argument::count("data::gaussian d")],
    draw: Draw::Random(|c, rng| gaussian(c.count(0)?, c.count(1)?, &c.options()?, rng)),
};

/// n points of N(m, diag(s²)) in dimension d. Errors if n or d is 0, a list has not d numbers, or a deviation is negative.
///
/// ```
/// use gflow::dataset::gaussian::{GaussianOptions, PerAxis, gaussian};
///
/// let options = GaussianOptions { mean: PerAxis::Each(vec![3.0, -1.0]), std: PerAxis::All(0.0) };
/// let sample = gaussian(2, 2, &options, &mut gflow::random::rng(0, 0))?;
/// assert_eq!(sample.data, [3.0, -1.0, 3.0, -1.0]);
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub fn gaussian(n: usize, d: usize, o: &GaussianOptions, rng: &mut Rng) -> Result<Rows> {
    check_size("data::gaussian", n, d)?;
    let (mean, std) = (o.mean.get("data::gaussian mean", d)?, o.std.get("data::gaussian std", d)?);
    if let Some(s) = std.iter().find(|s| **s < 0.0) {
        return Err(Error::data("data::gaussian", format!("std is {s}, expected numbers >= 0")));
    }
    rows("data::gaussian", n, d, |_, out| {
        let drawn = mean.iter().zip(&std).enumerate();
        // a point can be so wide that drawing it takes seconds; rows() says so in the end
        out.extend(drawn.take_while(|(k, _)| interrupt::poll_each(*k).is_ok()).map(|(_, (m, s))| m + s * normal(rng)));
    })
}
