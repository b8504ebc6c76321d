//! What the nearest neighbours say: classification accuracy, and whether a sample copies its training set.
use super::definition::{Listed, as_given, entry, pair};
use crate::device::Points;
use crate::error::{Error, Result};
use crate::ranks::Rows;
use crate::space::Origin;
use crate::space::origin::check_extent;
use crate::{interrupt, sorting};
use rayon::prelude::*;

pub(super) const NN_ACCURACY: Listed = Listed::with_arguments(entry(
    "metric::nn_accuracy",
    "metric::nn_accuracy(p, p_labels, q, q_labels)",
    "The share of p whose nearest point of q has the same label: the accuracy of the 1-nearest-neighbour classifier trained on q.",
    "",
    "coverhart1967",
    "let d = data::digits();\nlet l = data::digit_labels();\nmetric::nn_accuracy(d.rows(0, 100), l.extract(0, 100), d.rows(100, 600), l.extract(100, 500))",
));

pub(super) const MEMORISATION: Listed = Listed::with_arguments(entry(
    "metric::memorisation",
    "metric::memorisation(p, training, held_out)",
    "Mean distance to the nearest training point, of the sample (to_training) and of held-out points (held_out), and the share of the sample nearer than 99 % of those (copies).",
    "",
    "coverhart1967",
    "metric::memorisation(data::ring(200), data::ring(200), data::ring(200))",
));

/// Numbers of a sample that a row is compared with between two looks at the interrupt.
const BLOCK: usize = 1 << 18;

/// For each row of x, shape [n, d], its nearest row of y, shape [m, d]: (index, distance).
///
/// # Errors
/// An interrupt; those of a team of ranks.
pub fn nearest(x: &[f64], y: &[f64], d: usize) -> Result<Vec<(usize, f64)>> {
    let stop = interrupt::current();
    let distance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
    let rows = (BLOCK / d).max(1);
    let one = |row: &[f64]| {
        let mut best: Option<(usize, f64)> = None;
        for (b, block) in y.chunks(rows * d).enumerate() {
            if stop.is_requested() {
                break;
            }
            let found = block
                .chunks(d)
                .enumerate()
                .map(|(j, other)| (b * rows + j, distance(row, other)))
                .min_by(|a, b| a.1.total_cmp(&b.1));
            best = best.into_iter().chain(found).min_by(|a, b| a.1.total_cmp(&b.1));
        }
        best.unwrap_or((0, f64::NAN))
    };
    let n = x.len() / d;
    let (mut which, mut how_far) = (vec![0u64; n], vec![0.0; n]);
    let shared = Rows::of(n, 1, x.len().saturating_mul(y.len() / d));
    let (indices, distances) = (shared.mine(1, &mut which), shared.mine(1, &mut how_far));
    let rows = shared.mine_of(d, x).par_chunks(d);
    indices.par_iter_mut().zip(distances).zip(rows).for_each(|((j, r), row)| {
        let (nearest, r2) = one(row);
        (*j, *r) = (nearest as u64, r2.sqrt());
    });
    stop.check()?;
    shared.fill("neighbours", 1, &mut which)?;
    shared.fill("distances", 1, &mut how_far)?;
    Ok(which.into_iter().map(|j| j as usize).zip(how_far).collect())
}

/// The share of p whose nearest point of q carries the same label: the accuracy of the 1-nearest-neighbour classifier
/// trained on q. [coverhart1967](crate::references#coverhart1967)
///
/// # Errors
/// Labels that are not one per point; samples that are empty, not finite, or of different dimensions; an interrupt.
pub fn nn_accuracy(p: &Points, p_labels: &[f64], q: &Points, q_labels: &[f64]) -> Result<f64> {
    let (x, y, d) = pair("nn_accuracy", p, q)?;
    for (what, labels, n) in [("first", p_labels.len(), x.len() / d), ("second", q_labels.len(), y.len() / d)] {
        if labels != n {
            return Err(Error::Shape {
                what: format!("nn_accuracy, labels of the {what} sample"),
                expected: format!("{n} labels, one per point"),
                got: labels.to_string(),
            });
        }
    }
    let found = nearest(&x, &y, d)?;
    let right = found.iter().zip(p_labels).filter(|((j, _), l)| q_labels[*j] == **l).count();
    Ok(right as f64 / found.len() as f64)
}

/// Mean distances to the nearest neighbour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memorisation {
    /// from the sample to the training set
    pub to_training: f64,
    /// from points of the same law that were held out to the training set
    pub held_out: f64,
    /// share of the sample at least as near to the training set as the nearest 1 % of the held-out points: 0.01 if nothing
    /// is copied
    pub copies: f64,
}

/// Whether a sample copies its training set: how near it lies, against points of the same law that were held out.
///
/// # Errors
/// Samples that are empty, not finite, or of different dimensions; an interrupt.
pub fn memorisation(p: &Points, training: &Points, held_out: &Points) -> Result<Memorisation> {
    let (mut x, mut t, d) = as_given("memorisation", p, training)?;
    let (mut h, _, _) = as_given("memorisation", held_out, training)?;
    let origin = Origin::of_rows(None, &t, d);
    [&mut x, &mut t, &mut h].into_iter().for_each(|rows| origin.subtract(rows, d));
    check_extent("metric::memorisation", &t, &[&x[..], &h].concat(), d)?;
    let distances = |x: &[f64]| Ok(nearest(x, &t, d)?.into_iter().map(|n| n.1).collect::<Vec<f64>>());
    let (own, mut reference) = (distances(&x)?, distances(&h)?);
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let (to_training, held) = (mean(&own), mean(&reference));
    sorting::ascending(&mut reference);
    let near = reference[reference.len() / 100];
    Ok(Memorisation {
        to_training,
        held_out: held,
        copies: own.iter().filter(|r| **r <= near).count() as f64 / own.len() as f64,
    })
}
