//! A sample on the host, as solvers take it.
use crate::device::{self, Points, check_samples, is_wide};
use crate::divergence::{Term, origin};
use crate::error::Result;
use crate::space::Origin;
use crate::space::origin::check_extent;

/// Weighted points in f64.
#[derive(Clone, Debug)]
pub struct Sample {
    /// the points, `[n, d]`, row-major
    pub rows: Vec<f64>,
    /// dimension of the points
    pub d: usize,
    /// positive, of sum 1, `[n]`
    pub weights: Vec<f64>,
    /// all weights equal
    pub uniform: bool,
}

/// Two samples of these terms in f64 about a common origin, and that origin; `what` is named in errors.
///
/// # Errors
/// Samples that are empty, not finite or of different dimensions, differences whose powers are no numbers.
pub fn moved(what: &str, terms: &[(f64, Term)], p: &Points, q: &Points) -> Result<(Origin, Points, Points)> {
    check_samples(what, p, q)?;
    let c = origin(terms, p, q)?;
    let (p, q) = (c.exactly(p)?, c.exactly(q)?);
    // f32 holds nothing whose square f64 does not
    if is_wide(&p) || is_wide(&q) {
        check_extent(what, &device::rows_f64(&p)?, &device::rows_f64(&q)?, p.dims()[1])?;
    }
    Ok((c, p, q))
}

/// The same as solvers take them.
///
/// # Errors
/// As [`moved`].
pub fn both(what: &str, terms: &[(f64, Term)], p: &Points, q: &Points) -> Result<(Sample, Sample)> {
    let (_, p, q) = moved(what, terms, p, q)?;
    Ok((Sample::new(&p, None)?, Sample::new(&q, None)?))
}

impl Sample {
    /// The points copied to the host, with equal weights unless others are given.
    ///
    /// # Errors
    /// Points that cannot be read from their device.
    pub fn new(points: &Points, weights: Option<&[f64]>) -> Result<Sample> {
        let [n, d] = points.dims();
        let rows = device::rows_f64(points)?;
        Ok(match weights {
            Some(w) => Sample { rows, d, weights: w.to_vec(), uniform: false },
            None => Sample { rows, d, weights: vec![1.0 / n as f64; n], uniform: true },
        })
    }
    /// Number of points.
    pub fn len(&self) -> usize {
        self.weights.len()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }
    /// None if they are all equal, which solvers treat exactly.
    pub fn given_weights(&self) -> Option<&[f64]> {
        (!self.uniform).then_some(&self.weights[..])
    }
    /// Without the points of weight 0, and where the others were.
    pub(super) fn positive(self) -> (Sample, Option<Vec<usize>>) {
        if self.weights.iter().all(|w| *w > 0.0) {
            return (self, None);
        }
        let kept: Vec<usize> = (0..self.len()).filter(|i| self.weights[*i] > 0.0).collect();
        let rows = kept.iter().flat_map(|i| self.rows[i * self.d..(i + 1) * self.d].to_vec()).collect();
        let weights = kept.iter().map(|i| self.weights[*i]).collect();
        (Sample { rows, d: self.d, weights, uniform: false }, Some(kept))
    }
}
