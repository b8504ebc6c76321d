//! Gaussian modes on a circle, the field's eight Gaussians.
use super::data_set::{Argument, DataSet, Draw};
use super::rows::{Rows, balanced, check_size, normal, rows};
use crate::catalogue::{Entry, NONNEGATIVE, Opt, OptionKind, defaults_of, no_defaults};
use crate::error::Result;
use crate::random::Rng;
use rand::Rng as _;
use serde::{Deserialize, Serialize};

/// Options of [`ring()`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RingOptions {
    /// number K of Gaussians
    pub modes: usize,
    /// radius r of the circle
    pub radius: f64,
    /// standard deviation s of each Gaussian
    pub std: f64,
    /// whether every mode holds the same number of points, up to one
    pub balanced: bool,
}

impl Default for RingOptions {
    fn default() -> Self {
        RingOptions { modes: 8, radius: 4.0, std: 0.1, balanced: true }
    }
}

const ENTRY: Entry = Entry {
    name: "data::ring",
    room: "data",
    signature: "data::ring(n, options)",
    doc: "Gaussians evenly spaced on a circle in the plane; every mode holds the same number of points unless balanced is false.",
    equation: r"\tfrac1K\sum_kN(r e^{2\pi ik/K},s^2I)",
    cite: "petzka2018",
    options: &[
        Opt { name: "modes", kind: OptionKind::Integer { min: 1, max: 10_000 }, doc: "number of Gaussians" },
        Opt { name: "radius", kind: NONNEGATIVE, doc: "of the circle" },
        Opt { name: "std", kind: NONNEGATIVE, doc: "of each Gaussian" },
        Opt { name: "balanced", kind: OptionKind::Flag, doc: "equal numbers per mode instead of random ones" },
    ],
    defaults: defaults_of::<RingOptions>,
    example: "data::ring(400, #{ modes: 8, radius: 4.0, std: 0.2 })",
};

/// `data::ring(n, options)`
pub const DATA_SET: DataSet = DataSet {
    entry: ENTRY,
    arguments: &[Argument::count("data::ring")],
    draw: Draw::Random(|c, rng| ring(c.count(0)?, &c.options()?, rng)),
};

const CENTERS: Entry = Entry {
    name: "data::ring_centers",
    room: "data",
    signature: "data::ring_centers(modes, radius)",
    doc: "The centres of data::ring, for metric::modes.",
    equation: "",
    cite: "",
    options: &[],
    defaults: no_defaults,
    example: "data::ring_centers(8, 4.0)",
};

/// `data::ring_centers(modes, radius)`
pub const CENTERS_SET: DataSet = DataSet {
    entry: CENTERS,
    arguments: &[Argument::count("data::ring_centers modes"), Argument::number("data::ring_centers radius")],
    draw: Draw::Fixed(|c| ring_centers(c.count(0)?, c.number(1)?)),
};

fn center(k: usize, modes: usize, radius: f64) -> (f64, f64) {
    let angle = std::f64::consts::TAU * k as f64 / modes as f64;
    (radius * angle.cos(), radius * angle.sin())
}

/// n points of (1/K) Σₖ N(r e^{2πik/K}, s² I) in the plane [petzka2018](crate::references#petzka2018). Errors if n is 0 or the sample would not fit in memory.
///
/// ```
/// use gflow::dataset::ring::{RingOptions, ring};
///
/// let options = RingOptions { modes: 4, radius: 2.0, std: 0.0, ..RingOptions::default() };
/// let sample = ring(100, &options, &mut gflow::random::rng(0, 0))?;
/// assert_eq!((sample.n, sample.d), (100, 2));
/// assert!(sample.data.chunks(2).all(|p| (p[0].hypot(p[1]) - 2.0).abs() < 1e-5));
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub fn ring(n: usize, o: &RingOptions, rng: &mut Rng) -> Result<Rows> {
    check_size("data::ring", n, 2)?;
    let labels = if o.balanced {
        balanced(n, o.modes, rng)?
    } else {
        (0..n).map(|_| rng.random_range(0..o.modes) as u32).collect()
    };
    rows("data::ring", n, 2, |i, out| {
        let (x, y) = center(labels[i] as usize, o.modes, o.radius);
        out.extend([x + o.std * normal(rng), y + o.std * normal(rng)]);
    })
}

/// The centres of [`ring()`], shape [modes, 2]. Errors if there are none.
pub fn ring_centers(modes: usize, radius: f64) -> Result<Rows> {
    check_size("data::ring_centers", modes, 2)?;
    rows("data::ring_centers", modes, 2, |k, out| {
        let (x, y) = center(k, modes, radius);
        out.extend([x, y]);
    })
}
