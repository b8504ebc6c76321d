//! Spiral arms of warped Gaussians.
use super::data_set::{Argument, DataSet, Draw};
use super::rows::{Rows, balanced, check_size, normal, rows};
use crate::catalogue::{Entry, NONNEGATIVE, NUMBER, Opt, OptionKind, defaults_of};
use crate::error::Result;
use crate::random::Rng;
use serde::{Deserialize, Serialize};

/// Options of [`pinwheel`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// number of arms
    pub arms: usize,
    /// standard deviation along an arm
    pub radial_std: f64,
    /// standard deviation across an arm
    pub tangential_std: f64,
    /// how much an arm bends
    pub rate: f64,
}

impl Default for Options {
    fn default() -> Self {
        Options { arms: 5, radial_std: 0.3, tangential_std: 0.1, rate: 0.25 }
    }
}

const ENTRY: Entry = Entry {
    name: "data::pinwheel",
    room: "data",
    signature: "data::pinwheel(n, options)",
    doc: "Arms of a pinwheel in the plane.",
    equation: r"",
    cite: "",
    options: &[
        Opt { name: "arms", kind: OptionKind::Integer { min: 1, max: 1000 }, doc: "number of arms" },
        Opt { name: "radial_std", kind: NONNEGATIVE, doc: "along an arm" },
        Opt { name: "tangential_std", kind: NONNEGATIVE, doc: "across an arm" },
        Opt { name: "rate", kind: NUMBER, doc: "how much an arm bends" },
    ],
    defaults: defaults_of::<Options>,
    example: "data::pinwheel(300)",
};

/// `data::pinwheel(n, options)`
pub const DATA_SET: DataSet = DataSet {
    entry: ENTRY,
    arguments: &[Argument::count("data::pinwheel")],
    draw: Draw::Random(|c, rng| pinwheel(c.count(0)?, &c.options()?, rng)),
};

/// n points of the arms of a pinwheel: a Gaussian around (1, 0) turned by an angle that grows with e^r, in the plane. Errors if n is 0 or the sample would not fit in memory.
pub fn pinwheel(n: usize, o: &Options, rng: &mut Rng) -> Result<Rows> {
    check_size("data::pinwheel", n, 2)?;
    let labels = balanced(n, o.arms, rng)?;
    rows("data::pinwheel", n, 2, |i, out| {
        let (r, t) = (1.0 + o.radial_std * normal(rng), o.tangential_std * normal(rng));
        let angle = std::f64::consts::TAU * f64::from(labels[i]) / o.arms as f64 + o.rate * r.exp();
        let (sin, cos) = angle.sin_cos();
        out.extend([2.0 * (r * cos - t * sin), 2.0 * (r * sin + t * cos)]);
    })
}
