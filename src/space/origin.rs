//! Where the origin of a computation lies: near samples that are far from 0, so that no digit is spent on how far.
//!
//! Kernels and costs know differences alone, so both samples are moved by one c, in f64, before anything else is done with
//! them: solvers and metrics take x − c in f64, networks and particles in f32, and what comes back is c + y. This file decides
//! what c is. Samples near 0 stay where they are.
use super::centre::{median, middle};
use crate::device::{Points, narrowed, rows_f64, wide};
use crate::error::{Error, Result};
use crate::memory;
use crate::ranks::Spread;
use crate::ranks::split::largest;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// How many of its own spreads a coordinate lies from 0 before it is moved: below, f32 keeps 18 of its 24 bits.
const FAR: f64 = 64.0;

/// Rows that are looked at: any c that is near will do, and millions of rows take a tenth of a second.
const MOST: usize = 4096;

/// Differences beyond this, or all below its inverse, are refused: solvers and metrics square squares of them.
const WIDEST: f64 = 1e75;

/// c, which is 0 where it has no coordinates.
///
/// ```
/// use gflow::device::{host, rows, wide};
/// use gflow::space::Origin;
///
/// let x = wide(vec![1e9, 0.0, 1e9 + 0.25, 1.0], 2, 2);
/// let c = Origin::of(None, &x)?;
/// let y = c.enter(&x, &host())?;
/// assert_eq!(rows(&y)?.chunks(2).map(|r| r[1]).collect::<Vec<f32>>(), [0.0, 1.0]);
/// assert_eq!(rows(&y)?[2] - rows(&y)?[0], 0.25);
/// assert_eq!(gflow::device::rows_f64(&c.leave(&y)?)?, gflow::device::rows_f64(&x)?);
/// # Ok::<(), gflow::error::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Origin(Vec<f64>);

impl Origin {
    /// The origin for a target and, where it is moved along, a source: coordinate by coordinate the centre of the target to
    /// a power of two of its spread, if that is farther than 64 spreads from 0, and 0 otherwise. Where the target has no
    /// spread, that of the source counts.
    ///
    /// # Errors
    /// Points that cannot be read.
    pub fn of(source: Option<&Points>, target: &Points) -> Result<Origin> {
        let d = target.dims()[1];
        let target = thinned(&rows_f64(target)?, d).into_owned();
        let constant = |k: usize| target.iter().skip(k).step_by(d).all(|v| *v == target[k]);
        // seldom asked for, and as large as the target
        let source = source.filter(|p| p.dims()[1] == d && (0..d).any(constant)).map(rows_f64).transpose()?;
        Ok(Origin::of_rows(source.as_deref(), &target, d))
    }

    /// The same for rows.
    pub fn of_rows(source: Option<&[f64]>, target: &[f64], d: usize) -> Origin {
        let target = &*thinned(target, d);
        let (at, by_median) = middle(target, d);
        let spread = spreads(target, &at, by_median);
        let mut of_source = None;
        let mut one = |(k, (at, spread)): (usize, (&f64, &f64))| {
            let mut spread = *spread;
            if spread == 0.0
                && *at != 0.0
                && let Some(rows) = source
            {
                spread = of_source.get_or_insert_with(|| {
                    let rows = &*thinned(rows, d);
                    spreads(rows, &middle(rows, d).0, false)
                })[k];
            }
            let is_far = at.is_finite() && spread.is_finite() && at.abs() > FAR * spread;
            if is_far { to_unit(*at, spread) } else { 0.0 }
        };
        let c: Vec<f64> = at.iter().zip(&spread).enumerate().map(&mut one).collect();
        if c.iter().all(|c| *c == 0.0) { Origin::default() } else { Origin(c) }
    }

    /// Whether nothing moves.
    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// Errors unless it is that of points of this dimension, and finite.
    ///
    /// # Errors
    /// Says what it is.
    pub fn check(&self, d: usize) -> Result<()> {
        let good = self.is_zero() || self.0.len() == d && self.0.iter().all(|c| c.is_finite());
        let reason = || format!("it has {} coordinates, expected {d} finite numbers or none", self.0.len());
        if good { Ok(()) } else { Err(Error::data("origin", reason())) }
    }

    /// x ← x − c. Coordinates beyond those of c, such as those of classes, stay.
    pub fn subtract(&self, rows: &mut [f64], d: usize) {
        if !self.is_zero() {
            rows.chunks_mut(d).for_each(|r| r.iter_mut().zip(&self.0).for_each(|(x, c)| *x -= c));
        }
    }

    /// x − c in f64; points as they are where c is 0.
    ///
    /// # Errors
    /// Points that cannot be read, or more than memory holds.
    pub fn exactly(&self, x: &Points) -> Result<Points> {
        if self.is_zero() {
            return Ok(x.clone());
        }
        let [n, d] = x.dims();
        memory::check_points("moving the origin", [n, d], 8)?;
        let mut rows = rows_f64(x)?;
        self.subtract(&mut rows, d);
        Ok(wide(rows, n, d))
    }

    /// x − c in f32 on a device, for networks and flows.
    ///
    /// # Errors
    /// Points that cannot be read; coordinates that f32 does not hold.
    pub fn enter(&self, x: &Points, device: &Device) -> Result<Points> {
        self.enter_all(&x.clone().into(), device)
    }

    /// The same for a sample of which some rows may be on other ranks: those that are here.
    ///
    /// # Errors
    /// As [`Origin::enter`], on all ranks; those of the team.
    pub fn enter_all(&self, x: &Spread, device: &Device) -> Result<Points> {
        let exact = self.exactly(&x.here)?;
        if !crate::device::is_wide(&exact) {
            return Ok(exact);
        }
        let rows = rows_f64(&exact)?;
        let most = rows.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        let largest = largest(x.split.as_deref(), vec![most])?[0];
        let reason = match largest {
            v if v > f64::from(f32::MAX) => format!("has coordinates up to {v:e}"),
            v if v > 0.0 && v < f64::from(f32::MIN_POSITIVE) => format!("has no coordinate above {v:e}"),
            _ => return Ok(narrowed(&exact, device)),
        };
        Err(Error::Unsupported {
            what: "a sample".into(),
            reason: format!("{reason}: networks and flows know sizes from 1.2e-38 to 3.4e38"),
            advice: "divide both samples by their size".into(),
        })
    }

    /// c + y, wide: what whoever gave the samples gets back.
    ///
    /// # Errors
    /// Points that cannot be read.
    pub fn leave(&self, y: &Points) -> Result<Points> {
        let [n, d] = y.dims();
        let mut rows = rows_f64(y)?;
        rows.chunks_mut(d).for_each(|r| r.iter_mut().zip(&self.0).for_each(|(y, c)| *y += c));
        Ok(wide(rows, n, d))
    }
}

/// The numbers of the rows of a sample that are looked at.
pub fn looked_at(rows: usize) -> Vec<usize> {
    (0..rows).step_by(rows.div_ceil(MOST).max(1)).collect()
}

/// Rows that tell where a sample lies: all of a few thousand, as many of more, spread over them.
fn thinned(rows: &[f64], d: usize) -> Cow<'_, [f64]> {
    let every = (rows.len() / d.max(1)).div_ceil(MOST);
    if every <= 1 { rows.into() } else { rows.chunks(d).step_by(every).flatten().copied().collect() }
}

/// The root mean square distance from the centre along every coordinate; from a median, the median of those that are not 0.
fn spreads(rows: &[f64], at: &[f64], by_median: bool) -> Vec<f64> {
    let d = at.len();
    if by_median {
        let column = |k: usize| rows.iter().skip(k).step_by(d).map(move |v| (v - at[k]).abs()).filter(|v| *v > 0.0);
        return (0..d).map(|k| median(column(k).collect())).collect();
    }
    let n = (rows.len() / d) as f64;
    let mut total = vec![0.0; d];
    rows.chunks(d).for_each(|r| total.iter_mut().zip(r).zip(at).for_each(|((t, v), c)| *t += (v - c) * (v - c)));
    total.into_iter().map(|t: f64| (t / n).sqrt()).collect()
}

/// c to the power of two above the spread: adding it to particles rounds as little as can be.
fn to_unit(c: f64, spread: f64) -> f64 {
    if spread == 0.0 {
        return c;
    }
    let unit = spread.log2().ceil().exp2();
    let rounded = (c / unit).round() * unit;
    if rounded.is_finite() { rounded } else { c }
}

/// The largest difference along any coordinate.
pub fn extent(x: &[f64], y: &[f64], d: usize) -> f64 {
    let (mut low, mut high) = (vec![f64::INFINITY; d], vec![f64::NEG_INFINITY; d]);
    for r in x.chunks(d).chain(y.chunks(d)) {
        for ((v, low), high) in r.iter().zip(&mut low).zip(&mut high) {
            (*low, *high) = (low.min(*v), high.max(*v));
        }
    }
    low.iter().zip(&high).map(|(a, b)| b - a).fold(0.0, f64::max)
}

/// Errors unless differences between two samples have powers that are numbers.
///
/// # Errors
/// Differences above 1e75, and differences all below 1e-75.
pub fn check_extent(what: &str, x: &[f64], y: &[f64], d: usize) -> Result<()> {
    let size = extent(x, y, d);
    if fits(size) {
        return Ok(());
    }
    Err(Error::Unsupported {
        what: what.into(),
        reason: format!("needs powers of differences, and those of {size:e} leave the range of numbers"),
        advice: "divide both samples by their size".into(),
    })
}

/// Whether powers of differences of this size are numbers that keep their digits.
pub fn fits(size: f64) -> bool {
    size == 0.0 || (1.0 / WIDEST..=WIDEST).contains(&size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{host, is_wide, points, rows};

    /// Near 0 nothing moves and no number changes; far from it the differences are those that were given.
    #[test]
    fn only_what_is_far_moves() {
        let near = wide(vec![60.0, 61.0, 63.0, 60.0, 0.1, 62.0], 6, 1);
        assert!(Origin::of(None, &near).unwrap().is_zero());
        let far = wide([0.0, 1.0, -1.0, 0.125].map(|v| 1e9 + v).to_vec(), 4, 1);
        let c = Origin::of(Some(&near), &far).unwrap();
        assert_eq!(c, Origin(vec![1e9]));
        assert_eq!(rows(&c.enter(&far, &host()).unwrap()).unwrap(), [0.0, 1.0, -1.0, 0.125]);
        assert_eq!(rows_f64(&c.leave(&c.enter(&far, &host()).unwrap()).unwrap()).unwrap(), rows_f64(&far).unwrap());
        // one coordinate each, and a far point that carries no mean away
        let mixed = wide(vec![1e6, 0.5, 1e6 + 1.0, 0.0, 1e6 + 0.5, 0.25, 1e15, 0.0], 4, 2);
        let c = Origin::of(None, &mixed).unwrap();
        assert!((c.0[0] - 1e6).abs() <= 1.0 && c.0[1] == 0.0, "{c:?}");
        // constant columns: by the source's spread, or not at all
        let constant = wide(vec![5.0, 7.0, 5.0, 7.0], 2, 2);
        assert_eq!(Origin::of(None, &constant).unwrap(), Origin(vec![5.0, 7.0]));
        let source = wide(vec![0.0, 7.0, 1.0, 7.0], 2, 2);
        assert_eq!(Origin::of(Some(&source), &constant).unwrap(), Origin(vec![0.0, 7.0]));
    }

    #[test]
    fn what_f32_does_not_hold_is_refused() {
        let c = Origin::default();
        assert!(c.enter(&wide(vec![1e300], 1, 1), &host()).is_err());
        assert!(c.enter(&wide(vec![1e-50], 1, 1), &host()).is_err());
        assert!(c.enter(&wide(vec![0.0, 1e-50, 1.0], 3, 1), &host()).is_ok());
        let both = wide(vec![1e300, 1e300], 2, 1);
        assert!(Origin::of(None, &both).unwrap().enter(&both, &host()).is_ok());
        let narrow = points(vec![1.0], 1, 1, &host());
        assert!(!is_wide(&c.enter(&narrow, &host()).unwrap()) && is_wide(&c.leave(&narrow).unwrap()));
        assert!(check_extent("x", &[0.0], &[1e200], 1).is_err() && check_extent("x", &[0.0], &[1e-200], 1).is_err());
        assert!(check_extent("x", &[1e200], &[1e200], 1).is_ok());
    }
}
