//! Data sets: one file each. Everything is drawn on the host from one seeded stream, so it is the same on any device.
use crate::catalogue::Entry;
use crate::error::{Error, Result};
use crate::random::Rng;
use rand::Rng as _;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

pub mod checkerboard;
pub mod digits;
pub mod embed;
pub mod gaussian;
pub mod idx;
pub mod mixture;
pub mod moons;
pub mod pinwheel;
pub mod ring;
pub mod rings;
pub mod sierpinski;
pub mod student_t;
pub mod swiss_roll;

/// Rows on the host.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    pub data: Vec<f32>,
    pub n: usize,
    pub d: usize,
}

/// The options of curves with noise around them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Noise {
    pub std: f64,
}

impl Default for Noise {
    fn default() -> Self {
        Noise { std: 0.1 }
    }
}

/// Entries of every data set.
pub const ENTRIES: &[Entry] = &[
    idx::ENTRY,
    gaussian::ENTRY,
    ring::ENTRY,
    ring::CENTERS,
    rings::ENTRY,
    mixture::ENTRY,
    moons::ENTRY,
    pinwheel::ENTRY,
    checkerboard::ENTRY,
    swiss_roll::ENTRY,
    student_t::ENTRY,
    sierpinski::ENTRY,
    digits::ENTRY,
    digits::LABELS,
    embed::ENTRY,
];

/// Most numbers a data set may hold: 1 GB of f32.
const MOST: usize = 250_000_000;

/// Errors unless n ≥ 1 and d ≥ 1 and the sample fits in memory.
pub fn check_size(what: &str, n: usize, d: usize) -> Result<()> {
    if n == 0 || d == 0 {
        return Err(Error::data(what, format!("{n} points in dimension {d}: both must be at least 1")));
    }
    if n.saturating_mul(d) > MOST {
        return Err(Error::data(
            what,
            format!("{n} points in dimension {d} would need {} GB", n.saturating_mul(d) / 250_000_000),
        ));
    }
    Ok(())
}

fn normal(rng: &mut Rng) -> f64 {
    rng.sample(StandardNormal)
}

/// n points, each from its index.
fn rows(n: usize, d: usize, mut point: impl FnMut(usize, &mut Vec<f32>)) -> Rows {
    let mut data = Vec::with_capacity(n * d);
    for i in 0..n {
        point(i, &mut data);
    }
    Rows { data, n, d }
}

/// A random order of 0, 1, …, modes−1 repeated: every mode holds ⌊n/modes⌋ or ⌈n/modes⌉ points.
fn balanced(n: usize, modes: usize, rng: &mut Rng) -> Vec<usize> {
    use rand::seq::SliceRandom;
    let mut labels: Vec<usize> = (0..n).map(|i| i % modes).collect();
    labels.shuffle(rng);
    labels
}
