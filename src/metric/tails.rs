//! Tails: how the norms of two samples are distributed far out.
use super::definition::{Listed, as_given, defined, entry};
use crate::device::{Points, rows_f64};
use crate::error::{Error, Result};
use crate::space::origin::fits;
use crate::transport::line::line;
use crate::{interrupt, sorting};

pub(super) const CCDF_DISTANCE: Listed = Listed::with_arguments(entry(
    "metric::ccdf_distance",
    "metric::ccdf_distance(p, q)",
    "The L1 distance between the tail functions of the norms, on a logarithmic axis of r.",
    r"\int|P(|Y|>r)-Q(|X|>r)|\,d\ln r",
    "chen2024heavy",
    "metric::ccdf_distance(data::student_t(500, 2, 1.0), data::student_t(500, 2, 1.0))",
));

pub(super) const HILL: Listed = Listed::with_arguments(entry(
    "metric::hill",
    "metric::hill(p, k)",
    "Hill's estimate of the tail index from the k largest norms.",
    r"\hat\alpha^{-1}=\tfrac1k\sum_{i\le k}\ln\tfrac{r_{(i)}}{r_{(k+1)}}",
    "hill1975",
    "metric::hill(data::student_t(2000, 2, 1.0), 200)",
));

fn radii(rows: &[f64], d: usize) -> Vec<f64> {
    let radius = |(_, r): (usize, &[f64])| {
        let plain = r.iter().map(|v| v * v).sum::<f64>().sqrt();
        // in the unit of the largest where squares leave the range of numbers
        let largest = r.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        if fits(largest) { plain } else { largest * r.iter().map(|v| (v / largest).powi(2)).sum::<f64>().sqrt() }
    };
    let going = |(i, _): &(usize, &[f64])| interrupt::poll_each(*i).is_ok();
    rows.chunks(d).enumerate().take_while(going).map(radius).collect()
}

/// ∫|P(|Y| > r) − P(|X| > r)| d ln r: the L¹ distance of the complementary distribution functions of the norms on a
/// logarithmic axis, finite for every tail that is a power. [chen2024heavy](crate::references#chen2024heavy)
///
/// # Errors
/// Samples that are empty, not finite, or of different dimensions.
pub fn ccdf_distance(p: &Points, q: &Points) -> Result<f64> {
    let (x, y, d) = as_given("ccdf_distance", p, q)?;
    let (x, y) = (radii(&x, d), radii(&y, d));
    let largest = x.iter().chain(&y).copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return Ok(0.0);
    }
    // a point at the origin has no logarithm: it counts as 1e-12 of the largest norm, whatever the units
    let log = |r: &f64| if *r > 0.0 { r.ln() } else { (1e-12 * largest).ln() };
    let logs = |radii: &[f64]| radii.iter().map(log).collect::<Vec<f64>>();
    interrupt::poll()?;
    defined("ccdf_distance", line(&mut logs(&x), &mut logs(&y), 1.0))
}

/// Hill's estimate of the tail index α in P(|Y| > r) ~ r^{−α} from the k largest norms:
/// 1/α = (1/k) Σ_{i ≤ k} ln(r₍ᵢ₎ / r₍ₖ₊₁₎). [hill1975](crate::references#hill1975)
///
/// # Errors
/// k that is not between 1 and n − 1; entries that are not finite; a (k+1)-th norm of 0.
pub fn hill(p: &Points, k: usize) -> Result<f64> {
    let (rows, [n, d]) = (rows_f64(p)?, p.dims());
    if k == 0 || k >= n {
        return Err(Error::data("metric::hill", format!("k is {k}, expected 1 to {} for {n} points", n - 1)));
    }
    let mut r = radii(&rows, d);
    interrupt::poll()?;
    if r.iter().any(|v| !v.is_finite()) {
        return Err(Error::data("metric::hill", "the sample has entries that are not finite"));
    }
    sorting::sort_by(&mut r, |a, b| b.total_cmp(a));
    if r[k] <= 0.0 {
        return Err(Error::data("metric::hill", format!("the norm of rank {} is 0: take a smaller k", k + 1)));
    }
    let mean = r[..k].iter().map(|v| (v / r[k]).ln()).sum::<f64>() / k as f64;
    defined("hill", 1.0 / mean)
}
