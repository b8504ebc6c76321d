//! Samples on the host, and what data sets are drawn with.
use super::parted;
use crate::error::{Error, Result};
use crate::interrupt::{self, Interrupt};
use crate::memory;
use crate::random::Rng;
use rand::Rng as _;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

/// A sample on the host: n rows of d numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// row after row, n·d numbers
    pub data: Vec<f64>,
    /// number of points
    pub n: usize,
    /// dimension
    pub d: usize,
}

/// The options of curves with noise around them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CurveOptions {
    /// standard deviation of the Gaussian around the curve, in both coordinates
    pub std: f64,
}

impl Default for CurveOptions {
    fn default() -> Self {
        CurveOptions { std: 0.1 }
    }
}

/// Numbers that are drawn between two looks at the interrupt: less than a millisecond.
const NUMBERS: usize = 1 << 15;

/// Most numbers a data set may hold: 2 GB of f64.
const MOST: usize = 250_000_000;

/// Errors unless n ≥ 1 and d ≥ 1 and the sample fits in memory.
pub(super) fn check_size(what: &str, n: usize, d: usize) -> Result<()> {
    if n == 0 || d == 0 {
        return Err(Error::data(what, format!("{n} points in dimension {d}: both must be at least 1")));
    }
    if n.saturating_mul(d) > MOST {
        return Err(Error::data(
            what,
            format!("{n} points in dimension {d} would need {} GB", n.saturating_mul(d) / 125_000_000),
        ));
    }
    // as rows, and in f32 once more where networks meet them
    memory::check_points(what, [n, d], 12)
}

/// A standard normal draw.
pub(super) fn normal(rng: &mut Rng) -> f64 {
    rng.sample(StandardNormal)
}

/// n points, each from its index: of a large sample whose caller asked for it ([`parted`]) all are drawn and those of this rank kept. Errors
/// if a coordinate is no number.
pub(super) fn rows(what: &str, n: usize, d: usize, mut point: impl FnMut(usize, &mut Vec<f64>)) -> Result<Rows> {
    let kept = parted::kept(n, d);
    let mut data = Vec::with_capacity((kept.len() + 1) * d);
    let not_finite = |i: usize, v: &[f64]| {
        v.iter().position(|v| !v.is_finite()).map(|k| {
            let reason = format!("coordinate {} of point {} is {}", k % d, i + k / d, v[k]);
            Error::data(what, reason + ": coordinates end at 1.8e308 in size")
        })
    };
    // points of many numbers are looked at more often
    let every = (NUMBERS / d.max(1)).max(1);
    for i in 0..n {
        if i.is_multiple_of(every) {
            interrupt::poll()?;
        }
        let before = data.len();
        point(i, &mut data);
        if !kept.contains(&i) {
            // that of another rank is its error, too
            not_finite(i, &data[before..]).map_or(Ok(()), Err)?;
            data.truncate(before);
        }
    }
    interrupt::poll()?;
    not_finite(kept.start, &data).map_or(Ok(()), Err)?;
    Ok(Rows { data, n: kept.len(), d })
}

/// A random order of 0, 1, …, modes−1 repeated: every mode holds ⌊n/modes⌋ or ⌈n/modes⌉ points.
pub(super) fn balanced(n: usize, modes: usize, rng: &mut Rng) -> Result<Vec<u32>> {
    use rand::seq::SliceRandom;
    let mut labels = Vec::with_capacity(n);
    for i in 0..n {
        interrupt::poll_each(i)?;
        labels.push((i % modes) as u32);
    }
    labels.shuffle(&mut Hurried { rng, stop: interrupt::current() });
    interrupt::poll()?;
    Ok(labels)
}

/// Random numbers until a stop is asked for, then zeros: what draws without an end in sight rushes to it.
struct Hurried<'a> {
    rng: &'a mut Rng,
    stop: Interrupt,
}

impl rand::RngCore for Hurried<'_> {
    fn next_u32(&mut self) -> u32 {
        if self.stop.is_requested() { 0 } else { self.rng.next_u32() }
    }
    fn next_u64(&mut self) -> u64 {
        if self.stop.is_requested() { 0 } else { self.rng.next_u64() }
    }
    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.rng.fill_bytes(bytes);
    }
}
