//! What a metric is: the trait, its line in the list of the room, and the check that all of them make first.
use crate::catalogue::{Entry, no_defaults};
use crate::device::{Points, check_samples, rows_f64};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::space::Origin;
use crate::space::origin::{check_extent, extent, fits};
use std::sync::Arc;

/// A number that says how far two samples are apart.
pub trait Metric: Send + Sync {
    /// The name under which a run records it, such as `w2`.
    fn name(&self) -> &'static str;

    /// The value for samples p of shape [n, d] and q of shape [m, d].
    ///
    /// # Errors
    /// An empty sample, an entry that is not finite, samples of different dimensions, a solver that failed, an interrupt.
    fn evaluate(&self, p: &Points, q: &Points) -> Result<f64>;
}

/// Makes a metric with its default settings; long work stops when the interrupt asks for it.
pub type Make = fn(&Interrupt) -> Arc<dyn Metric>;

/// One line of the list of metrics.
#[derive(Clone, Copy)]
pub struct Listed {
    /// help, completion and example
    pub entry: Entry,
    /// for metrics of two samples and nothing else, which the option `metrics:` of a run takes by name
    pub make: Option<Make>,
}

impl Listed {
    /// A metric that a run can follow.
    pub(super) const fn new(entry: Entry, make: Make) -> Listed {
        Listed { entry, make: Some(make) }
    }

    /// A measurement that needs more than two samples.
    pub(super) const fn with_arguments(entry: Entry) -> Listed {
        Listed { entry, make: None }
    }

    /// The last part of the entry's name: `w2` of `metric::w2`.
    pub fn name(&self) -> &'static str {
        self.entry.name.rsplit("::").next().unwrap_or(self.entry.name)
    }
}

/// An entry of this room, without options.
pub(super) const fn entry(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    equation: &'static str,
    cite: &'static str,
    example: &'static str,
) -> Entry {
    Entry { name, room: "metric", signature, doc, equation, cite, options: &[], defaults: no_defaults, example }
}

/// The value, unless it is no number.
///
/// # Errors
/// NaN: differences or their powers left the range of numbers.
pub(super) fn defined(what: &str, value: f64) -> Result<f64> {
    if !value.is_nan() {
        return Ok(value);
    }
    Err(Error::NotANumber {
        what: format!("metric::{what}"),
        reason: "distances between these samples left the range of numbers".into(),
        advice: "divide both samples by their size".into(),
    })
}

/// The rows of two samples in f64 as they were given, and their dimension, after the checks every metric needs.
pub(super) fn as_given(what: &str, p: &Points, q: &Points) -> Result<(Vec<f64>, Vec<f64>, usize)> {
    check_samples(what, p, q)?;
    Ok((rows_f64(p)?, rows_f64(q)?, p.dims()[1]))
}

/// The same about a common origin, for metrics that know differences alone, whose powers must be numbers.
pub(super) fn pair(what: &str, p: &Points, q: &Points) -> Result<(Vec<f64>, Vec<f64>, usize)> {
    let (x, y, d) = moved(what, p, q)?;
    check_extent(&format!("metric::{what}"), &x, &y, d)?;
    Ok((x, y, d))
}

fn moved(what: &str, p: &Points, q: &Points) -> Result<(Vec<f64>, Vec<f64>, usize)> {
    let (mut x, mut y, d) = as_given(what, p, q)?;
    let origin = Origin::of_rows(Some(&x), &y, d);
    origin.subtract(&mut x, d);
    origin.subtract(&mut y, d);
    Ok((x, y, d))
}

/// The same in a unit of their own, a power of two, where powers of differences would leave the range of numbers; the unit
/// is last. For metrics that grow as the samples do.
pub(super) fn scaled(what: &str, p: &Points, q: &Points) -> Result<(Vec<f64>, Vec<f64>, usize, f64)> {
    let (mut x, mut y, d) = moved(what, p, q)?;
    let size = extent(&x, &y, d);
    if fits(size) {
        return Ok((x, y, d, 1.0));
    }
    if !size.is_finite() || size < f64::MIN_POSITIVE {
        check_extent(&format!("metric::{what}"), &x, &y, d)?;
    }
    let unit = size.log2().floor().exp2();
    x.iter_mut().chain(&mut y).for_each(|v| *v /= unit);
    Ok((x, y, d, unit))
}
