//! How a sample spreads over known modes.
use super::definition::{Listed, entry, pair};
use crate::device::Points;
use crate::error::{Error, Result};
use crate::interrupt;

pub(super) const MODES: Listed = Listed::with_arguments(entry(
    "metric::modes",
    "metric::modes(p, centers, radius)",
    "Which share of p lies within `radius` of each centre, and the share near none (`strays`); each point counts for its nearest centre.",
    "",
    "",
    "metric::modes(data::ring(800), data::ring_centers(8, 4.0), 0.5)",
));

/// Shares of a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Modes {
    /// share of all points within `radius` of each centre, every point counted at its nearest centre only
    pub shares: Vec<f64>,
    /// share of points within `radius` of no centre
    pub strays: f64,
}

/// The shares of p, of shape [n, d], near each of the centres, of shape [k, d].
///
/// # Errors
/// A radius that is not a number ≥ 0; samples that are empty, not finite, or of different dimensions; an interrupt.
///
/// # Examples
/// ```
/// use gflow::device::{host, points};
/// use gflow::metric::modes::modes;
///
/// let p = points(vec![0.1, 0.2, 4.9, 9.0], 4, 1, &host());
/// let centers = points(vec![0.0, 5.0], 2, 1, &host());
/// let found = modes(&p, &centers, 0.5)?;
/// assert_eq!((found.shares, found.strays), (vec![0.5, 0.25], 0.25));
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub fn modes(p: &Points, centers: &Points, radius: f64) -> Result<Modes> {
    if !(radius.is_finite() && radius >= 0.0) {
        return Err(Error::data("metric::modes", format!("the radius is {radius}, expected a number ≥ 0")));
    }
    let (x, c, d) = pair("modes", p, centers)?;
    let n = (x.len() / d) as f64;
    let mut counts = vec![0usize; c.len() / d];
    let mut strays = 0usize;
    for row in x.chunks(d) {
        interrupt::poll()?;
        let distance = |center: &[f64]| row.iter().zip(center).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        let nearest = c.chunks(d).map(distance).enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        match nearest {
            Some((k, r2)) if r2 <= radius * radius => counts[k] += 1,
            _ => strays += 1,
        }
    }
    Ok(Modes { shares: counts.into_iter().map(|c| c as f64 / n).collect(), strays: strays as f64 / n })
}
